"""An agreement form that is no longer what was signed gives no authorization, says so, and is signed anew."""

from collections.abc import Callable, Iterator
from datetime import date

import pytest
import time_machine

import tests.factories as make
from authorizations.facts import facts_of_patients
from authorizations.models import Decision
from authorizations.presenters.standing import State
from patients.models import Agreement, Enrollment, Patient
from rems_portal.errors import ActRefused
from rems_portal.rules.categories import RiskCategory
from rems_portal.rules.vocabulary import Party
from rems_portal.signatures.models import Signature, SignedForm
from tests.integration.offices import as_prescriber, of, page, signed_in, text_of
from tests.integration.test_category_change import LATER, as_signer, change, shown

pytestmark = [pytest.mark.django_db, pytest.mark.rems("PR-08")]

SENTENCE = (
    "The agreement form on file no longer matches its signatures. Have a new one signed, for: Adult Male, and tell the "
    "program."
)


@pytest.fixture(autouse=True)
def at_now() -> Iterator[None]:
    with time_machine.travel(make.NOW, tick=False):
        yield


def change_a_byte(one: Enrollment) -> None:
    form = one.agreements.get().form
    SignedForm.objects.filter(pk=form.pk).update(document=form.document.replace("sperm", "Sperm", 1))


def change_a_name(one: Enrollment) -> None:
    Signature.objects.filter(form__agreement__enrollment=one).update(printed_name="Somebody Else")


def take_a_signature_away(one: Enrollment) -> None:
    Signature.objects.filter(form__agreement__enrollment=one, signer="patient")._raw_delete("default")


def change_a_copy(one: Enrollment) -> None:
    Agreement.objects.filter(enrollment=one).update(patient_signed_name="Somebody Else")


def change_the_patient(one: Enrollment) -> None:
    Patient.objects.filter(pk=one.patient_id).update(birth_date=date(1950, 1, 1))


CHANGES = [change_a_byte, change_a_name, take_a_signature_away, change_a_copy, change_the_patient]


def broken() -> Enrollment:
    """Return a patient for whom nothing is missing but a form that is still what was signed."""
    one = make.ready(make.enrollment(RiskCategory.AM))
    change_a_byte(one)
    return one


@pytest.mark.parametrize("change_something", CHANGES)
def test_changed_form_gives_no_number(change_something: Callable[[Enrollment], None]) -> None:
    one = make.ready(make.enrollment(RiskCategory.AM))
    change_something(one)
    asked = make.ask_authorization(one)
    assert (asked.outcome, asked.failed) == (Decision.Outcome.REFUSED, "AUTH-03")
    assert asked.facts["patient"]["agreement"] == {"category": "AM", "complete": True, "intact": False}
    (finding,) = [check["finding"] for check in asked.checks if check.get("finding")]
    assert (finding["sentence"], finding["move"]) == (SENTENCE, "prescriber")


def test_worklist_patient_page_and_survey_say_it_and_lead_to_the_mend() -> None:
    one = broken()
    dr, mend = as_prescriber(one.prescriber), of("change-category", one)
    (line,) = dr.get(page("worklist")).context["lines"]
    assert (line.standing.state, line.standing.moves) == (State.BROKEN, (Party.PRESCRIBER,))
    assert "no longer matches its signatures" in line.standing.sentence
    assert f'href="{mend}">Sign a new form</a>' in text_of(dr.get(page("worklist")))
    patient = text_of(dr.get(of("patient", one)))
    assert "The agreement form was changed after it was signed" in patient
    assert f'href="{mend}">Sign a new form</a>' in patient and SENTENCE in patient
    assert SENTENCE in text_of(dr.get(of("authorize", one)))
    assert "The form on file no longer matches its signatures" in text_of(dr.get(mend))


def test_office_staff_are_told_and_lead_nowhere_they_may_not_go() -> None:
    one = broken()
    aide = make.delegate_of(one.prescriber)
    assert "Sign a new form" not in text_of(signed_in(aide).get(of("patient", one)))
    assert "The agreement form was changed" in text_of(signed_in(aide).get(of("patient", one)))


def test_same_form_is_signed_anew_in_one_act_and_the_course_goes_on() -> None:
    one = make.treated(make.enrollment(RiskCategory.AM), at=make.NOW - make.days(28)).confirmation.enrollment
    number = make.authorization(one)
    change_a_byte(one)
    signed = change(one)
    number.refresh_from_db()
    assert (number.status, number.ended_reason) == ("void", "Agreement form signed anew")
    assert signed.category == RiskCategory.AM and one.agreements.count() == 2
    assert make.ask_authorization(one, at=LATER).failed == "AUTH-03"
    make.signed_by_patients_side(one, at=LATER)
    asked = make.ask_authorization(one, at=LATER)
    assert asked.granted and asked.facts["patient"]["dispenses"]


@pytest.mark.parametrize("live", [True, False])
def test_page_says_what_fits_a_form_signed_anew_for_the_same_category(live: bool) -> None:
    one = make.ready(make.enrollment(RiskCategory.AM))
    if live:
        make.authorization(one)
    change_a_byte(one)
    dr, where = as_prescriber(one.prescriber), of("change-category", one)
    sent = as_signer(one, can_get_pregnant="", menstrual_cycles="", cannot_basis="", shown_form=shown("AM"))
    read = text_of(dr.post(where, sent | {"step": "read"}))
    assert "No authorization is given until the patient has signed too." in read
    assert "the rules of the new category" not in read
    signed = text_of(dr.post(where, sent, follow=True))
    assert "You signed the form for: Adult Male." in signed
    assert ("Numbers issued before are void." in signed) is live


def test_form_that_is_what_was_signed_is_not_signed_anew() -> None:
    with pytest.raises(ActRefused, match="Nothing would change"):
        change(make.enrollment(RiskCategory.AM))


def test_facts_of_a_transferred_patient_are_intact() -> None:
    one = make.transferred(make.transfer(make.enrollment(RiskCategory.AM))).enrollment
    assert facts_of_patients([one])[one.pk].agreement.intact
