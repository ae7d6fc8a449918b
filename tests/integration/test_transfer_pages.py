"""The pages of a transfer, from the enrollment page to the new patient; and what each page never says."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
import time_machine

import tests.factories as make
from patients.actions import prepare_enrollment
from patients.models import Enrollment, Transfer
from prescribers.models import Prescriber
from rems_portal.audit.models import AccessEvent
from rems_portal.rules.categories import RiskCategory
from rems_portal.rules.forms import fingerprint
from rems_portal.rules.programs import form_named
from tests.factories import NOW, PROGRAM
from tests.integration.offices import as_prescriber, of, page, signed_in, text_of

pytestmark = pytest.mark.django_db
C = RiskCategory
ASK = "/transfers/ask/"


@pytest.fixture(autouse=True)
def at_now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def typed(one: Enrollment, dr: Prescriber, **changes: str) -> dict[str, str]:
    """Return what is typed on the enrollment page about somebody's male patient."""
    who = one.patient
    answers = {
        "family_name": who.family_name.upper(),
        "given_name": who.given_name,
        "birth_date_month": str(who.birth_date.month),
        "birth_date_day": str(who.birth_date.day),
        "birth_date_year": str(who.birth_date.year),
        "sex": who.sex,
        "email": "new@example.com",
        "submission_key": str(uuid4()),
        "shown_form": fingerprint(form_named(PROGRAM, "agreement_AM")),
        "user_name": dr.user.email,
        "password": make.PASSWORD,
        "step": "sign",
    }
    return answers | changes


def secrets_of(one: Enrollment) -> tuple[str, ...]:
    return one.patient.number, one.prescriber.full_name, one.prescriber.practice_name, one.patient.family_name


def denied(one: Enrollment) -> int:
    return AccessEvent.objects.filter(outcome="denied", record=f"patient {one.patient.number}").count()


@pytest.mark.rems("PR-08")
def test_from_the_enrollment_page_to_the_new_patient() -> None:
    number = make.authorization(make.enrollment(C.AM))
    one, dr = number.enrollment, make.prescriber()
    client, sent = as_prescriber(dr), typed(one, dr)
    refused = text_of(client.post("/patients/enroll/", sent))
    assert "You can ask for a transfer to you" in refused
    assert ASK in refused
    asking = text_of(client.post(ASK, sent | {"step": "ask"}))
    assert "Numbers issued before become void at that moment" in asking
    assert asking.index("What it does") < asking.index("Sign and ask for the transfer")
    assert (Transfer.objects.count(), denied(one)) == (0, 2)
    done = client.post(ASK, sent | {"step": "transfer"}, follow=True)
    transfer = Transfer.objects.get()
    form = transfer.agreement.form.number
    assert done.redirect_chain == [(page("transfer", form), 302)]
    worklist = text_of(client.get(page("worklist")))
    assert page("transfer", form) in worklist
    handing = text_of(client.get(page("hand-over-form", form)))
    assert "new@example.com" in handing
    for shown in (refused, asking, text_of(done), worklist, handing):
        assert not [word for word in secrets_of(one) if word in shown]
    assert as_prescriber(dr).get(of("patient", one)).status_code == 404
    make.transferred(transfer)
    assert page("transfer", form) not in text_of(client.get(page("worklist")))
    assert of("patient", one) in text_of(client.get(page("transfer", form)))
    told = text_of(client.get(of("patient", one)))
    assert f"Moved from {one.prescriber.full_name} to {dr.full_name}" in told
    assert f"Authorization {number.number} became void" in told
    assert client.get(page("authorization", number.number)).status_code == 200
    before = as_prescriber(one.prescriber)
    assert before.get(of("patient", one)).status_code == 404
    assert before.get(page("authorization", number.number)).status_code == 200


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"password": "wrong"}, "password is not right"),
        ({"sex": ""}, "Choose female or male."),
        ({"shown_form": ""}, "Read it below, then sign."),
        ({"family_name": "Somebody-Else"}, "Enroll the patient instead"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(changes: dict[str, str], sentence: str) -> None:
    one, dr = make.enrollment(C.AM), make.prescriber()
    shown = text_of(as_prescriber(dr).post(ASK, typed(one, dr, step="transfer", **changes)))
    assert sentence in shown
    assert 'value="new@example.com"' in shown
    assert not Transfer.objects.exists()


def test_it_is_asked_by_a_prescriber_and_by_nobody_else() -> None:
    one, dr = make.enrollment(C.AM), make.prescriber()
    for who in (make.delegate_of(dr), make.case_manager(), make.pharmacy().staff.get().user):
        assert signed_in(who).post(ASK, typed(one, dr)).status_code == 403
    assert as_prescriber(dr).get(ASK).status_code == 302
    assert not Transfer.objects.exists()


def test_prepared_form_is_used_up() -> None:
    one, dr = make.enrollment(C.AM), make.prescriber()
    aide = make.delegate_of(dr)
    answers: dict[str, Any] = {"sex": "male"}
    kept = prepare_enrollment(by=make.actor(aide), at=NOW, user=aide, prescriber=dr, answers=answers)
    as_prescriber(dr).post(ASK, typed(one, dr, step="transfer", prepared=str(kept.pk)))
    kept.refresh_from_db()
    assert (kept.discarded_at, kept.answers) == (NOW, {})
    assert as_prescriber(dr).post(ASK, typed(one, dr, prepared="99999")).status_code == 404


def test_taking_back_needs_a_reason_and_the_prescriber() -> None:
    asked = make.transfer(make.enrollment(C.AM))
    dr, form = asked.to_prescriber, asked.agreement.form.number
    address = page("withdraw-transfer", form)
    client = as_prescriber(dr)
    assert "Give the reason." in text_of(client.post(address, {"reason": ""}))
    assert signed_in(make.delegate_of(dr)).post(address, {"reason": "No"}).status_code == 403
    assert as_prescriber(asked.from_prescriber).post(address, {"reason": "No"}).status_code == 404
    done = text_of(client.post(address, {"reason": "Stays there"}, follow=True))
    assert "It will not take place" in done
    assert "Stays there" in done
    assert "doesn’t wait any more" in text_of(client.post(address, {"reason": "Again"}))


def test_office_whose_transfer_was_overtaken_is_not_told_by_whom() -> None:
    one, winner = make.enrollment(C.AM), make.prescriber()
    lost = make.transfer(one)
    make.transferred(make.transfer(one, to=winner))
    shown = text_of(as_prescriber(lost.to_prescriber).get(page("transfer", lost.agreement.form.number)))
    assert "The patient’s record has changed" in shown
    assert winner.full_name not in shown


def test_prescriber_so_far_does_not_see_who_asks_and_staff_do() -> None:
    one = make.enrollment(C.AM)
    asked = make.transfer(one)
    assert asked.to_prescriber.full_name not in text_of(as_prescriber(one.prescriber).get(of("patient", one)))
    shown = text_of(signed_in(make.case_manager()).get(f"/admin/patients/enrollment/{one.pk}/change/"))
    assert f"{asked.to_prescriber.full_name} asked for a transfer" in shown
