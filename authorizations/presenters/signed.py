"""Signed surveys and sealed checklists as pages, PDFs and admin show them: whether every copy is still what was signed.

Answers are kept twice where rules or lists need them in columns; a copy that differs from the document shows as broken.
"""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from authorizations.models import Checklist, Decision
from patients.presenters import shown_agreement, shown_patient_survey
from rems_portal.rules.forms import Answer
from rems_portal.rules.forms.surveys import TELEPHONE
from rems_portal.signatures.models import SignedForm
from rems_portal.signatures.presenters import ShownForm, shown_form
from rems_portal.signatures.queries import Integrity

STATEMENTS_BEGIN_AFTER = "replace_live_authorization"


def shown_checklist(checklist: Checklist) -> ShownForm | None:
    """Return the checklist as it was completed; None for one from before forms were kept whole."""
    if checklist.form is None:
        return None
    kept = _ticked(checklist.items, _codes(checklist.form)) | dict.fromkeys(checklist.items, True)
    return shown_form(checklist.form, kept=kept)


def shown_prescriber_survey(decision: Decision) -> ShownForm | None:
    """Return the prescriber survey as it was signed; None for decisions without one.

    Held against it are the facts that the rules were told, and the columns of the number that was issued.
    """
    form = decision.form
    if form is None:
        return None
    codes = _codes(form)
    statements = codes[codes.index(STATEMENTS_BEGIN_AFTER) + 1 :] if STATEMENTS_BEGIN_AFTER in codes else []
    shown = shown_form(form, kept=_told(decision.facts) | _ticked(decision.facts["attested"], statements))
    number = getattr(decision, "authorization", None)
    if number is None:
        return shown
    columns: dict[str, Answer] = {
        "strength": _strength(number.strength_mg),
        "days_supply": number.days_supply,
        "quantity": number.quantity,
        "days_of_therapy": number.days_of_therapy,
        "transmission": number.transmission,
        **_ticked(number.attested, statements),
        **dict.fromkeys(number.attested, True),
    }
    more = shown_form(form, kept=columns).integrity.problems
    return replace(shown, integrity=Integrity(tuple(dict.fromkeys((*shown.integrity.problems, *more)))))


def whole_record(form: SignedForm) -> ShownForm:
    """Return any form held against everything that the record keeps of it, wherever that is."""
    agreement, survey = getattr(form, "agreement", None), getattr(form, "patient_survey", None)
    checklist, decision = getattr(form, "checklist", None), getattr(form, "decision", None)
    shown = (
        (shown_agreement(agreement) if agreement else None)
        or (shown_patient_survey(survey) if survey else None)
        or (shown_checklist(checklist) if checklist else None)
        or (shown_prescriber_survey(decision) if decision else None)
    )
    return shown or shown_form(form)


def is_intact(shown: ShownForm | None) -> bool:
    """Tell whether nothing shows a record to be broken; one without a form can't be told."""
    return shown is None or shown.integrity.holds


def in_words(shown: ShownForm | None) -> str:
    """Return what staff read about a record: still what was signed, or everything that is not."""
    return (" ".join(shown.integrity.problems) or "Yes") if shown else "No signed form belongs to it."


def _told(facts: dict[str, Any]) -> dict[str, Answer]:
    prescription, survey = facts["prescription"], facts["survey"]
    return {
        "strength": _strength(Decimal(str(prescription["strength_mg"]))),
        "days_supply": prescription["days_supply"],
        "quantity": prescription["quantity"],
        "refills": prescription["refills"],
        "transmission": TELEPHONE if prescription["by_telephone"] else survey["transmission"] or TELEPHONE,
        "days_of_therapy": survey["days_of_therapy"],
        "replace_live_authorization": facts["replace_live_authorization"],
    }


def _ticked(ticks: list[str], codes: list[str]) -> dict[str, Answer]:
    return {code: code in ticks for code in codes}


def _codes(form: SignedForm) -> list[str]:
    """Return the items that the document answers, in order; none when it can't be read any more."""
    try:
        return list(form.answers)
    except ValueError:
        return []


def _strength(exact: Decimal) -> str:
    return f"{exact.normalize():f}"
