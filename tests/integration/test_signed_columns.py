"""Every stored column of every table that holds a signed answer or a signature: changed past the acts, it shows.

The columns are discovered from the models, so that a new one can't be forgotten: it must show, or be listed with the
reason why a change there changes no answer. Each is looked at on the page of its record, in admin, and by what
`manage.py verify_forms` goes by.
"""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, models, transaction
from django.urls import reverse

import tests.factories as make
from authorizations.models import Authorization, Checklist, Decision
from authorizations.presenters.signed import SHOWN, whole_record
from authorizations.queries.verification import forms_with_records
from patients.models import Agreement, Enrollment, Patient, PatientSurvey, Transfer
from pharmacies.models import Pharmacy, PharmacyCertification
from prescribers.models import Prescriber, PrescriberCertification
from rems_portal.rules.authorization import required_attestations
from rems_portal.rules.vocabulary import RiskCategory, RuleGroup
from rems_portal.signatures.models import Signature, SignedForm
from tests.integration.offices import as_prescriber, of, page, signed_in, text_of
from tests.records import own_models

pytestmark = [pytest.mark.django_db, pytest.mark.rems("PR-03", "PR-08", "PR-09", "PH-10")]
BY_THE_RULES = "worked out by the program's rules, not answered; `manage.py decide` replays it"
LIFE = "where the record stands in its life, not what was signed"
TECHNICAL = "tells a form that is sent twice from two; nobody answered it"
OF_THE_PROGRAM = "the version of the program that applied; the form bears its own version"
# Columns in which a change changes no answer and no signature, with the reason.
NO_ANSWER: dict[str, dict[str, str]] = {
    "patients.Patient": {
        "email": "where mail goes; the form doesn't ask for it",
        "identity_key": "a digest of name, birth date and sex, which are held themselves",
    },
    "patients.Enrollment": {
        "status": LIFE,
        "submission_key": TECHNICAL,
        "comes_of_age_on": BY_THE_RULES,
        "next_test_due": BY_THE_RULES,
        "next_survey_due": BY_THE_RULES,
        "after_care_until": BY_THE_RULES,
    },
    "patients.Agreement": {
        "purpose": "for what it was signed; the form itself doesn't say, but for a transfer's",
        "program_version": OF_THE_PROGRAM,
        "superseded_at": LIFE,
        "submission_key": TECHNICAL,
    },
    "patients.Transfer": {
        "from_prescriber_id": "whose patient it was; the form of the new prescriber doesn't know",
        "withdrawn_at": LIFE,
        "withdrawn_by_name": LIFE,
        "withdrawn_reason": LIFE,
        "email": "where mail goes; the form doesn't ask for it",
    },
    "patients.PatientSurvey": {
        "invitation_id": "on which link it was answered",
        "channel": "on which way it came in",
    },
    "authorizations.Decision": {
        "checks": BY_THE_RULES,
        "failed": BY_THE_RULES,
        "channel": "on which way it came in",
        "pharmacy_id": "empty for what a prescriber asks",
        "idempotency_key": TECHNICAL,
        "request_hash": TECHNICAL,
    },
    "authorizations.Authorization": {
        "number": "drawn when it was granted, after the signature",
        "status": LIFE,
        "ended_at": LIFE,
        "ended_reason": LIFE,
        "valid_through": BY_THE_RULES,
        "backing_test_id": BY_THE_RULES,
        "replaces_id": BY_THE_RULES,
    },
    "prescribers.Prescriber": {"address": "the form doesn't ask for it"},
    "prescribers.PrescriberCertification": {"status": LIFE, "program_version": OF_THE_PROGRAM},
    "pharmacies.PharmacyCertification": {"status": LIFE, "program_version": OF_THE_PROGRAM},
}
# Of these the page knows nothing, as it looks for another record then; admin and auditor see them all the same.
NOT_ON_ITS_PAGE = {("prescribers.PrescriberCertification", "program")}
# Parts of what the rules were told that are no answers of the survey: the record as it was then.
NOT_OF_THE_SURVEY = ("ask", "at", "prescriber", "patient")
COPIES = {Patient, Prescriber, Pharmacy, Transfer, Authorization, Signature}  # hold answers without naming a form


@pytest.fixture(autouse=True)
def at_now() -> Iterator[None]:
    with time_machine.travel(make.NOW, tick=False):
        yield


class Case:
    """The record to spoil, one like it of other people, and the page on which whoever works with it sees it."""

    def __init__(self, model: Any, make_one: Callable[[], Any], seen: Callable[[Any], Any]) -> None:
        self.model, self.make_one, self.seen = model, make_one, seen


def child() -> Any:
    return make.enrollment(RiskCategory.FC_CAN)


def asked_of(group: RuleGroup) -> frozenset[str]:
    """Return the statements that the first survey of a group asks for: others are kept, but no answers to it."""
    return frozenset(one.code for one in required_attestations(group, True, make.PROGRAM))


def issued() -> Any:
    return make.authorization(child(), attested=asked_of(RuleGroup.FCGP))


def refused() -> Any:
    one = make.ready(make.enrollment(RiskCategory.AM))
    return make.ask_authorization(one, days_supply=29, attested=asked_of(RuleGroup.MALE))


def taken_over() -> Any:
    asked = make.transfer(make.enrollment(RiskCategory.FC_CAN))
    make.transferred(asked)
    return asked


def patient_page(row: Any) -> Any:
    one = row if isinstance(row, Enrollment) else row.enrollment
    return as_prescriber(one.prescriber).get(of("patient", one))


def number_page(row: Any) -> Any:
    return as_prescriber(row.prescriber).get(page("authorization", row.number))


def ended_pages(one: Any) -> Any:
    """The form of the end where that is broken, else the patient's page with the agreement and the answers."""
    ending = as_prescriber(one.prescriber).get(of("ending-form", one))
    return ending if ending.status_code == 200 and "does not match" in text_of(ending) else patient_page(one)


def transfer_page(row: Any) -> Any:
    return as_prescriber(row.to_prescriber).get(page("transfer", row.agreement.form.number))


def confirmation_page(row: Any) -> Any:
    held = row.confirmation
    return signed_in(held.pharmacy.staff.get().user).get(f"/confirmations/{held.number}/")


def prescribers_page(row: Any) -> Any:
    return as_prescriber(row).get(reverse("prescribers:certify"))


def pharmacys_page(row: Any) -> Any:
    certification = row.certifications.get()
    return signed_in(row.staff.get().user).get(reverse("pharmacies:certify-pharmacy", args=[certification.pk]))


def signed_page(form: Any) -> Any:
    return patient_page(form.agreement.enrollment)


CASES = {
    "form": Case(SignedForm, lambda: child().agreements.get().form, signed_page),
    "prescriber’s signature": Case(
        Signature, lambda: child().agreements.get().form.signatures.first(), lambda row: signed_page(row.form)
    ),
    "last signature": Case(
        Signature, lambda: child().agreements.get().form.signatures.last(), lambda row: signed_page(row.form)
    ),
    "patient": Case(Patient, lambda: child().patient, lambda row: patient_page(row.enrollments.get())),
    "agreement": Case(Agreement, lambda: child().agreements.get(), patient_page),
    "agreement that waits": Case(
        Agreement, lambda: make.pending_enrollment(RiskCategory.FC_CAN).agreements.get(), patient_page
    ),
    "enrollment": Case(Enrollment, child, patient_page),
    "enrollment that has ended": Case(Enrollment, lambda: make.discontinued(child()), ended_pages),
    "transfer": Case(Transfer, taken_over, transfer_page),
    "transfer that waits": Case(Transfer, lambda: make.transfer(child()), transfer_page),
    "agreement of a transfer": Case(Agreement, lambda: taken_over().agreement, lambda row: transfer_page(row.transfer)),
    "patient survey": Case(PatientSurvey, lambda: make.patient_survey(make.enrollment(RiskCategory.AM)), patient_page),
    "decision": Case(Decision, lambda: issued().decision, lambda row: number_page(row.authorization)),
    "refusal": Case(
        Decision,
        refused,
        lambda row: as_prescriber(row.prescriber).get(of("refusal", row.enrollment, row.pk)),
    ),
    "authorization": Case(Authorization, issued, number_page),
    "checklist": Case(Checklist, lambda: make.checklist(make.confirmation(issued())), confirmation_page),
    "prescriber": Case(Prescriber, make.prescriber, prescribers_page),
    "prescriber’s certification": Case(
        PrescriberCertification,
        lambda: make.prescriber().certifications.get(),
        lambda row: prescribers_page(row.prescriber),
    ),
    "pharmacy": Case(Pharmacy, make.pharmacy, pharmacys_page),
    "pharmacy’s certification": Case(
        PharmacyCertification, lambda: make.pharmacy().certifications.get(), lambda row: pharmacys_page(row.pharmacy)
    ),
}


def test_every_table_that_holds_a_signed_answer_or_a_signature_is_tried() -> None:
    keeping = {
        model
        for model in own_models()
        for field in model._meta.concrete_fields
        if field.is_relation and field.related_model is SignedForm
    }
    assert {case.model for case in CASES.values()} == keeping | COPIES | {SignedForm}
    known = {relation.get_accessor_name() for relation in SignedForm._meta.related_objects}
    assert {name for name in known if not name.startswith("historical")} - {"signatures"} == SHOWN.keys()


@pytest.mark.parametrize("label", NO_ANSWER)
def test_columns_that_are_no_answers_are_there(label: str) -> None:
    (model,) = (model for model in own_models() if model._meta.label == label)
    assert NO_ANSWER[label].keys() <= {field.attname for field in model._meta.concrete_fields}


@pytest.mark.parametrize("what", CASES)
def test_any_stored_column_changed_shows_on_page_in_admin_and_to_the_auditor(what: str) -> None:
    case = CASES[what]
    row, other = case.make_one(), case.make_one()
    auditor, before = signed_in(make.auditor()), all_problems()
    assert not before, before
    looked, exempt = [], NO_ANSWER.get(row._meta.label, {})
    for field in type(row)._meta.concrete_fields:
        if field.primary_key or field.attname in exempt:
            continue
        for value in changes_of(field, row, other):
            with transaction.atomic():
                if written(field, row, value):
                    looked.append(f"{field.attname} = {value!r}: {unseen(case, row, field, auditor)}")
                transaction.set_rollback(True)
    assert len(looked) > 3
    hidden = [one for one in looked if not one.endswith(": ")]
    assert not hidden, "\n".join(hidden)


def all_problems() -> set[str]:
    return {problem for form in forms_with_records() for problem in whole_record(form).integrity.problems}


def unseen(case: Case, row: Any, field: Any, auditor: Any) -> str:
    """Say where a changed row doesn't show as broken; nothing when it shows everywhere."""
    problems, row = all_problems(), case.model._base_manager.get(pk=row.pk)
    if not problems:
        return "verify_forms"
    admin = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
    missing = [] if any(one in text_of(auditor.get(admin)) for one in problems) else ["admin"]
    seen = case.seen(row)
    if (row._meta.label, field.attname) in NOT_ON_ITS_PAGE:
        return ", ".join(missing)
    if seen.status_code == 200 and not any(one in text_of(seen) for one in problems):
        missing.append("page")
    return ", ".join(missing)


def written(field: Any, row: Any, value: Any) -> bool:
    """Write a value past the acts, taking it from another row where it is unique; False when the database refuses."""
    rows = models.QuerySet(type(row))
    try:
        with transaction.atomic():
            if field.unique and field.null and value is not None:
                rows.exclude(pk=row.pk).filter(**{field.attname: value}).update(**{field.attname: None})
            rows.filter(pk=row.pk).update(**{field.attname: value})
    except IntegrityError:
        return False
    return True


def changes_of(field: Any, row: Any, other: Any) -> Iterator[Any]:
    """Values that differ from the stored one by as little as can be; and none at all where the column may be empty."""
    now = getattr(row, field.attname)
    if field.is_relation:
        yield from another(field, row, other)
        empty_shows = field.related_model is not SignedForm  # see below: its own test
    else:
        yield from (value for value in changed(field, now) if value != now)
        empty_shows = True
    if empty_shows and field.null and now is not None:
        yield None
    if isinstance(field, models.CharField) and field.blank and now:
        yield ""


def another(field: Any, row: Any, other: Any) -> Iterator[Any]:
    """Another record of the kind: that of other people where they have one, else any."""
    now, theirs = getattr(row, field.attname), getattr(other, field.attname)
    if theirs not in (None, now) and (field.null or not field.unique):
        yield theirs
        return
    taken = type(row)._base_manager.exclude(**{field.attname: None}).values_list(field.attname, flat=True)
    free = field.related_model._base_manager.exclude(pk=now)
    key = (free.exclude(pk__in=list(taken)) if field.unique else free).values_list("pk", flat=True).first()
    yield key if key is not None else spare(field)


def spare(field: Any) -> Any:
    """A record that no other refers to."""
    makers = {
        "Confirmation": lambda: make.confirmation(make.authorization(make.enrollment(RiskCategory.FC_CAN))),
        "Decision": refused,
        "Agreement": lambda: child().agreements.get(),
        "User": make.account,
        "Pharmacy": make.pharmacy,
        "Prescriber": make.prescriber,
    }
    return makers[field.related_model.__name__]().pk


def changed(field: Any, now: Any) -> Iterator[Any]:
    if field.choices:
        yield from (value for value, _label in field.choices)
    elif isinstance(now, bool):
        yield not now
    elif isinstance(now, (str, type(None))) and isinstance(field, (models.CharField, models.TextField)):
        yield from one_letter(now or "x", digits=field.attname in ("npi", "ncpdp_id", "digest", "seal"))
    elif isinstance(field, models.JSONField):
        yield from one_leaf(now)
    else:
        yield a_little_more(field, now)


def one_letter(text: str, *, digits: bool) -> Iterator[str]:
    other = "1" if digits else "x"
    for place in {0, len(text) // 2, len(text) - 1}:
        letter = other if text[place] != other else chr(ord(other) + 1)
        yield text[:place] + letter + text[place + 1 :]


def a_little_more(field: Any, now: Any) -> Any:
    if isinstance(field, models.DateTimeField):
        return (now or make.NOW) + timedelta(microseconds=1)
    if isinstance(field, models.DateField):
        return (now or date(2026, 6, 15)) + timedelta(days=1)
    if isinstance(field, models.DecimalField):
        return (now or Decimal(0)) + Decimal("0.01")
    if isinstance(field, models.BooleanField):
        return True
    return (now or 0) + 1


def one_leaf(content: Any, top: bool = True) -> Iterator[Any]:
    """The content with one leaf changed, or one entry of a list left out, each in turn."""
    if isinstance(content, dict):
        for key, value in content.items():
            if not (top and key in NOT_OF_THE_SURVEY):
                yield from ({**content, key: inner} for inner in one_leaf(value, top=False))
                yield {name: inner for name, inner in content.items() if name != key}
    elif isinstance(content, list):
        yield from (content[:place] + content[place + 1 :] for place in range(len(content)))
        yield from ([*content[:place], f"{content[place]}x", *content[place + 1 :]] for place in range(len(content)))
    elif isinstance(content, bool):
        yield not content
    elif isinstance(content, (int, float)):
        yield content + 1
    else:
        yield f"{content or ''}x"


# ---- a record that names no form any more


@pytest.mark.parametrize("what", ["agreement", "patient survey", "refusal", "checklist", "enrollment that has ended"])
def test_form_that_its_record_does_not_name_any_more_is_broken_to_the_auditor_in_admin_and_to_anybody(
    what: str,
) -> None:
    row = CASES[what].make_one()
    column = "ending_form" if isinstance(row, Enrollment) else "form"
    form = getattr(row, column)
    models.QuerySet(type(row)).filter(pk=row.pk).update(**{column: None})
    (problem,) = all_problems()
    admin = reverse("admin:signatures_signedform_change", args=[form.pk])
    assert "does not name it any more" in problem and problem in text_of(signed_in(make.auditor()).get(admin))
    anybody = signed_in(make.account()).get(reverse("authorizations:verify"), {"number": form.number})
    assert "This document does not match its signature" in text_of(anybody)


def test_forms_exchanged_between_two_patients_show_on_both() -> None:
    """Nothing else is changed: each agreement names the other's form, whole and rightly signed."""
    first, second = (make.enrollment(RiskCategory.AM).agreements.get() for _ in range(2))
    forms = (first.form_id, second.form_id)
    rows = models.QuerySet(Agreement)
    rows.filter(pk=second.pk).update(form=None)
    rows.filter(pk=first.pk).update(form=forms[1])
    rows.filter(pk=second.pk).update(form=forms[0])
    for one in (first, second):
        shown = text_of(patient_page(Agreement.objects.get(pk=one.pk)))
        assert "This record does not match its signature" in shown and "about" in shown
