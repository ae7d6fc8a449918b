"""A prescriber's system submits tests and reads where a patient stands, over REST."""

from typing import Any

import pytest

import tests.factories as make
from authorizations.actions.authorize import missing_for_next_authorization
from authorizations.models import Confirmation
from patients.actions import withdraw_enrollment
from patients.models import PregnancyTest, SafetyCase
from rems_portal.audit.models import AccessEvent
from rems_portal.interop.api import patients as views
from rems_portal.numbering import new_number
from rems_portal.rules.numbers import Kind
from rems_portal.rules.vocabulary import RiskCategory
from tests.integration.api_calls import LABEL, at_now, authorization_ask, system_of, test_ask  # noqa: F401
from tests.integration.offices import page, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]


def tests_of(one: Any) -> str:
    return f"patients/{one.patient.number}/pregnancy-tests"


tests_of.__test__ = False  # type: ignore[attr-defined]


@pytest.mark.rems("PR-04", "PR-14")
def test_submitted_test_is_recorded_with_its_source() -> None:
    one = make.enrollment()
    reply = system_of(one.prescriber).post(tests_of(one), test_ask())
    assert (reply.status_code, reply.json()) == (
        201,
        {"collected_at": "2026-06-15T12:30:00Z", "result": "negative", "on_hold": False},
    )
    test = PregnancyTest.objects.get()
    assert (test.source, test.entered_by_name) == ("api", f"{LABEL} ({one.prescriber})")
    assert test.history.get().channel == "api"
    assert AccessEvent.objects.get().record == f"patient {one.patient.number}"


@pytest.mark.rems("PR-21")
def test_positive_test_holds_at_once_and_voids_what_is_live() -> None:
    one = make.enrollment()
    held = make.confirmation(make.authorization(one))
    reply = system_of(one.prescriber).post(tests_of(one), test_ask(result="positive"))
    assert (reply.status_code, reply.json()["on_hold"]) == (201, True)
    assert SafetyCase.objects.get().holds
    assert Confirmation.objects.get(pk=held.pk).status == "void"


@pytest.mark.rems("PR-04")
@pytest.mark.parametrize(
    "changes",
    [
        {"collected_at": "2026-06-15T11:00:01-04:00", "reported_at": "2026-06-15T11:00:01-04:00"},
        {"reported_at": "2026-06-15T11:00:01-04:00"},
        {"reported_at": "2026-06-15T08:29:59-04:00"},
        {"collected_at": "1901-01-01T00:00:00Z"},
        {"sensitivity_miu_ml": 0},
        {"sensitivity_miu_ml": -5},
        {"sensitivity_miu_ml": 10**9},
    ],
)
def test_impossible_test_is_refused_in_a_sentence(changes: dict[str, Any]) -> None:
    one = make.enrollment()
    reply = system_of(one.prescriber).post(tests_of(one), test_ask(**changes))
    assert (reply.status_code, reply.json()["failed"]) == (422, ["TEST"])
    assert reply.json()["message"].endswith(".")
    assert not PregnancyTest.objects.exists()


def test_test_of_a_male_is_refused() -> None:
    one = make.enrollment(RiskCategory.AM)
    reply = system_of(one.prescriber).post(tests_of(one), test_ask())
    assert reply.status_code == 422
    assert "male" in reply.json()["message"]


# --- submitted twice


def test_same_key_makes_no_second_test() -> None:
    one = make.enrollment()
    system = system_of(one.prescriber)
    replies = [system.post(tests_of(one), test_ask(), key="lab-1") for _ in range(3)]
    assert [reply.status_code for reply in replies] == [201, 201, 201]
    assert len({reply.content for reply in replies}) == 1
    assert PregnancyTest.objects.count() == 1


def test_same_key_with_the_same_instant_in_another_zone_is_the_same_request() -> None:
    one = make.enrollment()
    system = system_of(one.prescriber)
    system.post(tests_of(one), test_ask(), key="lab-1")
    assert system.post(tests_of(one), test_ask(collected_at="2026-06-15T12:30:00Z"), key="lab-1").status_code == 201
    assert PregnancyTest.objects.count() == 1


def test_same_key_with_another_result_or_patient_is_a_conflict() -> None:
    one = make.enrollment()
    other = make.enrollment(prescriber=one.prescriber)
    system = system_of(one.prescriber)
    system.post(tests_of(one), test_ask(), key="lab-1")
    for path, body in ((tests_of(one), test_ask(result="positive")), (tests_of(other), test_ask())):
        reply = system.post(path, body, key="lab-1")
        assert (reply.status_code, reply.json()["code"]) == (409, "conflict")
    assert PregnancyTest.objects.count() == 1
    assert not SafetyCase.objects.exists()


def test_key_taken_meanwhile_for_another_patient_is_a_conflict(monkeypatch: pytest.MonkeyPatch) -> None:
    one = make.enrollment()
    other = make.enrollment(prescriber=one.prescriber)
    system = system_of(one.prescriber)
    record = views.record_pregnancy_test

    def other_first(**arguments: Any) -> PregnancyTest:
        record(**(arguments | {"enrollment": other}))
        return record(**arguments)

    monkeypatch.setattr(views, "record_pregnancy_test", other_first)
    reply = system.post(tests_of(one), test_ask(), key="lab-1")
    assert (reply.status_code, PregnancyTest.objects.get().enrollment) == (409, other)


def test_another_prescribers_key_is_another_key() -> None:
    for one in (make.enrollment(), make.enrollment()):
        assert system_of(one.prescriber).post(tests_of(one), test_ask(), key="lab-1").status_code == 201


def test_without_a_key_two_tests_are_two() -> None:
    one = make.enrollment()
    system = system_of(one.prescriber)
    assert {system.post(tests_of(one), test_ask()).status_code for _ in "12"} == {201}
    assert PregnancyTest.objects.count() == 2


# --- status


@pytest.mark.parametrize("category", make.CATEGORIES)
def test_status_says_what_the_rules_would_say(category: RiskCategory) -> None:
    one = make.enrollment(category)
    body = system_of(one.prescriber).get(f"patients/{one.patient.number}/status").json()
    preview = missing_for_next_authorization(one, at=make.NOW, program=make.PROGRAM)
    assert body["findings"] == [finding.as_dict() for finding in preview.findings]
    assert (body["ready"], body["risk_category"], body["enrolled"]) == (preview.granted, category.value, True)
    assert body["live_authorization"] is None


@pytest.mark.rems("PR-08")
def test_status_tells_what_waits_from_what_has_ended_as_the_page_does() -> None:
    taken_back = make.pending_enrollment()
    dr = taken_back.prescriber
    withdraw_enrollment(
        by=make.actor(dr.user), at=make.NOW, prescriber=dr, enrollment=taken_back, reason="Asked by mistake"
    )
    for one, expected, on_the_page in (
        (make.pending_enrollment(), "pending", "Waits for signatures"),
        (make.ready(make.enrollment()), "enrolled", "Ready to authorize"),
        (taken_back, "withdrawn", "Form withdrawn"),
        (make.discontinued(make.enrollment()), "discontinued", "No longer enrolled"),
    ):
        path = f"patients/{one.patient.number}/status"
        body = system_of(one.prescriber).get(path).json()
        assert (body["enrollment_status"], body["enrolled"]) == (expected, expected == "enrolled")
        shown = signed_in(one.prescriber.user).get(page("patient", one.patient.number))
        assert shown.context["standing"].label == on_the_page
        assert system_of(make.prescriber()).get(path).status_code == 404


def test_attesting_what_the_status_lists_is_enough() -> None:
    for category in make.CATEGORIES:
        one = make.ready(make.enrollment(category))
        system = system_of(one.prescriber)
        status = system.get(f"patients/{one.patient.number}/status").json()
        codes = [statement["code"] for statement in status["statements_to_attest"]]
        assert status["ready"]
        assert system.post("authorizations", authorization_ask(one, attested=codes)).status_code == 201


def test_status_names_the_live_authorization_and_what_is_due() -> None:
    one = make.enrollment()
    make.treated(one, at=make.NOW - make.days(21))
    number = make.authorization(one)
    body = system_of(one.prescriber).get(f"patients/{one.patient.number}/status").json()
    assert body["live_authorization"] == {
        "authorization_number": number.number,
        "risk_category": "AF_CAN",
        "status": "active",
        "valid_through": "2026-06-22",
        "intact": True,
    }
    assert body["next_test_due"] == "2026-06-22"


def test_another_prescribers_patient_is_not_found_and_written_down() -> None:
    one, system = make.enrollment(), system_of(make.prescriber())
    nobody = system.get(f"patients/{new_number(Kind.PATIENT)}/status")
    for reply in (
        system.get(f"patients/{one.patient.number}/status"),
        system.post(tests_of(one), test_ask()),
    ):
        assert (reply.status_code, reply.content) == (404, nobody.content)
        event = AccessEvent.objects.latest("pk")
        assert (event.record, event.outcome) == (f"patient {one.patient.number}", "denied")
    assert not PregnancyTest.objects.exists()


def test_mistyped_number_in_the_address_is_told() -> None:
    one = make.enrollment()
    slip = one.patient.number[:-1] + ("2" if one.patient.number[-1] != "2" else "3")
    reply = system_of(one.prescriber).get(f"patients/{slip}/status")
    (field,) = reply.json()["fields"]
    assert (reply.status_code, field["field"]) == (400, "number")
    assert field["message"].startswith("A character is mistyped")
