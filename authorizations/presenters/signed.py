"""Signed surveys and sealed checklists as pages, PDFs and admin show them: whether every copy is still what was signed.

Answers are kept twice where rules or lists need them in columns; a copy that differs from the document shows as broken.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from authorizations.models import Authorization, Checklist, Decision
from patients.models import Agreement
from patients.presenters import shown_agreement, shown_ending, shown_patient_survey, shown_transfer
from pharmacies import presenters as pharmacies
from prescribers import presenters as prescribers
from rems_portal.rules.categories import group_of
from rems_portal.rules.forms import Answer, Signer
from rems_portal.rules.forms.surveys import CHECKLIST, PATIENT_SURVEY, PRESCRIBER_SURVEY, TELEPHONE
from rems_portal.rules.vocabulary import RiskCategory, RuleGroup
from rems_portal.signatures.copies import Copies, account_of, held_against, with_problems
from rems_portal.signatures.models import SignedForm
from rems_portal.signatures.presenters import ShownForm, shown_form

STATEMENTS_BEGIN_AFTER = "replace_live_authorization"
NOT_KEPT = "The record that this form belongs to does not name it any more."
FACTS_GONE = "What the rules were told can’t be read any more."


def shown_checklist(checklist: Checklist) -> ShownForm | None:
    """Return the checklist as it was completed; None for one from before forms were kept whole."""
    form = checklist.form
    if form is None:
        return None
    kept = _ticked(checklist.items, _codes(form)) | dict.fromkeys(checklist.items, True)
    return held_against(
        shown_form(form, kept=kept),
        {
            "about": (f"patient {checklist.confirmation.enrollment.patient.number}", form.about),
            "rule_group": (f"{CHECKLIST}_{checklist.rule_group}", form.code),
            "program_version": (checklist.program_version, form.version),
            "completed_at": (checklist.completed_at, form.entered_at),
            "completed_by": (checklist.completed_by_name, form.entered_by_name),
        },
    )


def shown_prescriber_survey(decision: Decision) -> ShownForm | None:
    """Return the prescriber survey as it was signed; None for decisions without one.

    Held against it are the facts that the rules were told, and the columns of the number that was issued.
    """
    form = decision.form
    if form is None:
        return None
    codes = _codes(form)
    statements = codes[codes.index(STATEMENTS_BEGIN_AFTER) + 1 :] if STATEMENTS_BEGIN_AFTER in codes else []
    number: Authorization | None = getattr(decision, "authorization", None)
    try:
        told = _told(decision.facts) | _ticked(decision.facts["attested"], statements)
        shown = shown_form(form, kept=told)
    except (ArithmeticError, KeyError, TypeError):
        shown = with_problems(shown_form(form), (FACTS_GONE,))
    shown = held_against(shown, _of_decision(decision, shown, number))
    if number is None:
        return shown
    kept = _issued(number) | _ticked(number.attested, statements) | dict.fromkeys(number.attested, True)
    shown = with_problems(shown, shown_form(form, kept=kept).integrity.problems)
    return held_against(shown, _of_number(number, decision, form))


def _of_decision(decision: Decision, shown: ShownForm, number: Authorization | None) -> Copies:
    form = shown.form
    # Pages have read the number's enrollment, with its prescriber, already.
    enrollment = number.enrollment if number and number.enrollment_id == decision.enrollment_id else decision.enrollment
    same = enrollment is not None and enrollment.prescriber_id == decision.prescriber_id
    asker = enrollment.prescriber if enrollment and same else decision.prescriber
    account = asker.user_id if asker else None
    return {
        "about": (f"patient {enrollment.patient.number}" if enrollment else "", form.about),
        "program": (decision.program, form.program),
        "program_version": (decision.program_version, form.version),
        "asked": (decision.ask, Decision.Ask.AUTHORIZATION),
        "at": (decision.at, form.entered_at),
        "asked by": (decision.actor_name, form.entered_by_name),
        "account": (decision.user_id, account_of(shown, Signer.PRESCRIBER, decision.user_id)),
        "prescriber": (account, account_of(shown, Signer.PRESCRIBER, account)),
        "outcome": (decision.granted, number is not None),
    }


def _of_number(number: Authorization, decision: Decision, form: SignedForm) -> Copies:
    """What a number repeats of the decision it was given by; the category is that of the agreement then on file."""
    agreed = (decision.facts.get("patient") or {}).get("agreement") or {}
    return {
        "patient": (number.enrollment_id, decision.enrollment_id),
        "prescriber": (number.prescriber_id, decision.prescriber_id),
        "issued_at": (number.issued_at, decision.at),
        "category": (number.category, agreed.get("category")),
        "group": (f"{PRESCRIBER_SURVEY}_{group_of(RiskCategory(number.category))}", form.code),
    }


def _issued(number: Authorization) -> dict[str, Answer]:
    return {
        "strength": _strength(number.strength_mg),
        "days_supply": number.days_supply,
        "quantity": number.quantity,
        "days_of_therapy": number.days_of_therapy,
        "transmission": number.transmission,
    }


def _shown_with_transfer(agreement: Agreement) -> ShownForm | None:
    transfer = getattr(agreement, "transfer", None)
    return shown_transfer(transfer) if transfer else shown_agreement(agreement)


# By the name under which a form knows the record that keeps it: how that record is shown.
SHOWN: Mapping[str, Callable[[Any], ShownForm | None]] = {
    "agreement": _shown_with_transfer,
    "ended_enrollment": shown_ending,
    "patient_survey": shown_patient_survey,
    "decision": shown_prescriber_survey,
    "checklist": shown_checklist,
    "prescriber_certification": prescribers.shown_certification,
    "pharmacy_certification": pharmacies.shown_certification,
}
# Forms that a record keeps for good. An enrollment form is left behind when the certification is renewed.
KEPT = frozenset(
    {"discontinuation"}
    | {f"agreement_{category.value}" for category in RiskCategory}
    | {f"{kind}_{group}" for kind in (PATIENT_SURVEY, PRESCRIBER_SURVEY, CHECKLIST) for group in RuleGroup}
)


def whole_record(form: SignedForm) -> ShownForm:
    """Return any form held against everything that the record keeps of it, wherever that is.

    What the page of that record shows, and more: a form that its record does not name any more is broken.
    """
    records = [(show, record) for name, show in SHOWN.items() if (record := getattr(form, name, None)) is not None]
    whole = shown_form(form)
    for show, record in records:
        shown = show(record)
        whole = with_problems(whole, shown.integrity.problems) if shown else whole
    return whole if records or form.code not in KEPT else with_problems(whole, (NOT_KEPT,))


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
