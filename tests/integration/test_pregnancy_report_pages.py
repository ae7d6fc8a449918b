"""The pages of a pregnancy report: who may report about whom, the last look, what the result says to whom."""

import uuid

import pytest
import time_machine
from django.urls import reverse

import tests.factories as make
from patients.models import SafetyCase, SafetyReport
from rems_portal.audit.models import AccessEvent
from rems_portal.rules.vocabulary import RiskCategory

pytestmark = pytest.mark.django_db
C = RiskCategory
FIND = reverse("authorizations:report-pregnancy")


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(make.NOW, tick=False) as traveller:
        yield traveller


def about(number: str) -> str:
    return reverse("authorizations:report-pregnancy", args=[number])


def said(what: str, **more: str) -> dict[str, str]:
    return {"what": what, "details": "", "submission_key": str(uuid.uuid4())} | more


def send(client, number: str, what: str, **more: str):
    return client.post(about(number), said(what, send="yes", **more), follow=True)


def text_of(response) -> str:
    return response.content.decode().replace("&#x27;", "'")


@pytest.mark.parametrize("role", ["prescriber", "delegate"])
def test_the_office_finds_its_own_patients_only(client, role):
    own, foreign = (
        make.enrollment(C.AF_CAN, family_name="Ownpatient"),
        make.enrollment(C.AF_CAN, family_name="Ownother"),
    )
    client.force_login(own.prescriber.user if role == "prescriber" else make.delegate_of(own.prescriber))
    searches = [client.post(FIND, {"words": words}) for words in ("own", own.patient.number)]
    for response in (client.get(FIND), *searches):
        assert about(own.patient.number) in text_of(response)
        assert foreign.patient.number not in text_of(response)
    assert "No patient of yours" in text_of(client.post(FIND, {"words": "Ownother"}))
    assert "Type the beginning of a name" in text_of(client.post(FIND, {"words": " "}))
    assert client.get(about(foreign.patient.number)).status_code == 404
    denied = AccessEvent.objects.get(outcome="denied")
    assert denied.record == f"report {foreign.patient.number}"


def test_of_many_patients_the_first_are_listed_and_the_rest_found_by_name(client, monkeypatch):
    monkeypatch.setattr("authorizations.queries.pregnancy_report.PATIENTS_SHOWN", 2)
    doctor = make.prescriber()
    last, first, middle = (
        make.enrollment(C.AM, prescriber=doctor, family_name=name) for name in ("Zed", "Abel", "Max")
    )
    client.force_login(doctor.user)
    text = text_of(client.get(FIND))
    assert first.patient.number in text
    assert middle.patient.number in text
    assert last.patient.number not in text
    assert "The first 2 by name" in text
    assert last.patient.number in text_of(client.post(FIND, {"words": "robin zed"}))


def test_a_delegate_whose_time_is_over_reports_no_more(client):
    one = make.enrollment(C.AF_CAN)
    user = make.delegate_of(one.prescriber)
    work = user.delegations.get()
    work.ends_on = work.starts_on
    work.save()
    client.force_login(user)
    assert client.get(about(one.patient.number)).status_code == 404


def test_a_patient_can_be_handed_over_in_the_address(client):
    one = make.enrollment(C.AF_CAN)
    client.force_login(one.prescriber.user)
    assert client.get(FIND, {"patient": one.patient.number}).url == about(one.patient.number)
    assert client.get(FIND, {"patient": "nonsense"}, follow=True).status_code == 404


@pytest.mark.rems("PR-21")
def test_a_report_is_sent_by_the_second_step_only_and_says_before_what_it_does(client):
    held = make.confirmation(make.authorization(make.enrollment(C.AF_CAN)))
    one = held.enrollment
    client.force_login(one.prescriber.user)
    looked = text_of(client.post(about(one.patient.number), said("pregnant", details="Serum test <b>today</b>")))
    assert "becomes void at once, at every pharmacy" in looked
    assert "Serum test &lt;b&gt;today" in looked
    assert not SafetyCase.objects.exists()
    result = text_of(send(client, one.patient.number, "pregnant", details="Serum test today"))
    report = SafetyReport.objects.get()
    assert report.reporter_role == "prescriber"
    assert report.details == "She is pregnant, or a test was positive. Serum test today"
    numbers = (report.case.number, held.number, held.authorization.number)
    for shown in (*numbers, "The prescriber", "Refer her to an obstetrician"):
        assert shown in result


def test_changing_ones_mind_loses_nothing(client):
    one = make.enrollment(C.AF_CAN)
    client.force_login(one.prescriber.user)
    again = text_of(client.post(about(one.patient.number), said("suspected", details="Words kept", change="yes")))
    assert "Words kept" in again
    assert 'value="suspected"' in again
    assert "What do you report?" in again
    assert not SafetyCase.objects.exists()


def test_the_same_report_sent_twice_is_one_and_both_see_the_result(client):
    one = make.enrollment(C.AF_CAN)
    client.force_login(one.prescriber.user)
    data = said("pregnant", send="yes")
    first = client.post(about(one.patient.number), data)
    second = client.post(about(one.patient.number), data)
    assert first.url == second.url
    assert SafetyReport.objects.count() == 1


def test_the_result_is_shown_to_the_browser_it_was_sent_from_only(client):
    one = make.enrollment(C.AF_CAN)
    client.force_login(one.prescriber.user)
    address = client.post(about(one.patient.number), said("pregnant", send="yes")).url
    assert client.get(address).status_code == 200
    client.force_login(make.prescriber().user)
    client.cookies.clear()
    assert client.get(address).status_code == 404


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"what": ""}, "What do you report: choose one."),
        ({"what": "partner_pregnant"}, "Select a valid choice"),
        ({"what": "pregnant", "details": "x" * 2001}, "at most 2000 characters"),
        ({"what": "pregnant", "submission_key": "no key"}, "valid UUID"),
        ({"what": "pregnant", "details": "a\0b"}, "Null characters"),
    ],
)
def test_what_can_not_be_sent_is_said_and_kept(client, data, message):
    one = make.enrollment(C.AF_CAN)
    client.force_login(one.prescriber.user)
    response = client.post(about(one.patient.number), said("pregnant", send="yes") | data)
    assert response.status_code == 200
    assert message in text_of(response)
    assert not SafetyCase.objects.exists()


def test_a_refused_act_becomes_a_sentence_on_the_form(client):
    first = make.enrollment(C.AF_CAN)
    other = make.enrollment(C.AF_CAN, prescriber=first.prescriber)
    client.force_login(first.prescriber.user)
    data = said("pregnant", send="yes")
    client.post(about(first.patient.number), data)
    assert "already sent for another patient" in text_of(client.post(about(other.patient.number), data))


@pytest.mark.parametrize(
    ("category", "offered", "not_offered"),
    [
        (C.AF_CAN, {"pregnant", "suspected"}, {"menses", "partner_pregnant"}),
        (C.AF_CANNOT, {"pregnant", "suspected"}, {"menses", "partner_pregnant"}),
        (C.FC_CANNOT, {"pregnant", "suspected", "menses"}, {"partner_pregnant"}),
        (C.AM, {"partner_pregnant", "partner_suspected"}, {"pregnant", "suspected", "menses"}),
        (C.MC, {"partner_pregnant", "partner_suspected"}, {"pregnant", "menses"}),
    ],
)
def test_only_what_fits_the_patient_is_offered(client, category, offered, not_offered):
    one = make.enrollment(category)
    client.force_login(one.prescriber.user)
    text = text_of(client.get(about(one.patient.number)))
    assert all(f'value="{value}"' in text for value in offered)
    assert not any(f'value="{value}"' in text for value in not_offered)


@pytest.mark.rems("PC-12")
def test_menses_of_a_child_are_reported_the_same_way(client):
    one = make.enrollment(C.FC_CANNOT)
    aide = make.delegate_of(one.prescriber)
    client.force_login(aide)
    confirming = text_of(client.post(about(one.patient.number), said("menses")))
    assert "when the form that fits her now is signed" in confirming
    result = text_of(send(client, one.patient.number, "menses"))
    assert "sign the form for a female child who can get pregnant" in result
    case = SafetyCase.objects.get()
    assert case.kind == SafetyCase.Kind.MENSES_BEGAN
    assert case.opened_by_name == case.reports.get().reporter_name == f"{aide.full_name} for {one.prescriber}"


@pytest.mark.rems("PM-12")
def test_a_partners_pregnancy_says_that_treatment_goes_on(client):
    held = make.confirmation(make.authorization(make.enrollment(C.AM)))
    client.force_login(held.enrollment.prescriber.user)
    number = held.enrollment.patient.number
    assert "The treatment goes on" in text_of(client.post(about(number), said("partner_suspected")))
    result = text_of(send(client, number, "partner_suspected"))
    assert "no number became void" in result
    assert held.number not in result


@pytest.mark.rems("PH-17")
def test_a_pharmacist_reports_by_a_confirmation_of_the_own_pharmacy(client):
    shop = make.pharmacy()
    held = make.confirmation(make.authorization(make.enrollment(C.AF_CAN)), pharmacy=shop)
    client.force_login(make.pharmacist(shop, trained=False))
    typed = held.number.lower().replace("-", " ")
    for number in (held.number, held.authorization.number):
        assert client.post(FIND, {"number": number}).url == about(number)
    assert client.post(FIND, {"number": typed}).url == about(held.number)
    result = text_of(send(client, held.number, "suspected"))
    assert held.number in result
    assert "Do not dispense or ship" in result
    assert SafetyReport.objects.get().reporter_role == "pharmacist"


def test_a_pharmacist_gets_one_answer_for_a_foreign_an_unknown_and_a_wrong_pair(client):
    number = make.authorization(make.enrollment(C.AF_CAN))
    elsewhere = make.confirmation(number)
    client.force_login(make.pharmacist(make.pharmacy()))
    born = number.enrollment.patient.birth_date
    unknown = make.authorization(make.enrollment(C.AM, birth_date=born.replace(year=1950))).number
    tries = [
        {"number": elsewhere.number},
        {"number": number.number},
        {"number": number.number, "birth_date": born.replace(year=1950).isoformat()},
        {"number": unknown, "birth_date": born.isoformat()},
        {"number": elsewhere.number, "birth_date": born.isoformat()},
    ]
    for data in tries:
        assert "Not found. Check the number or the birth date" in text_of(client.post(FIND, data)), data
        assert client.get(about(data["number"])).status_code == 404
    assert AccessEvent.objects.filter(outcome="denied").count() == 2 * len(tries)


def test_a_pharmacist_reports_by_authorization_and_birth_date_and_sees_no_foreign_number(client):
    number = make.authorization(make.enrollment(C.AF_CAN))
    elsewhere = make.confirmation(number)
    client.force_login(make.pharmacist(make.pharmacy()))
    born = number.enrollment.patient.birth_date.isoformat()
    assert client.post(FIND, {"number": number.number, "birth_date": born}).url == about(number.number)
    result = text_of(send(client, number.number, "pregnant"))
    elsewhere.refresh_from_db()
    assert elsewhere.status == "void"
    assert elsewhere.number not in result
    assert "None of your pharmacy’s numbers" in result


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Enter the number"),
        ("A-2222-2222-2222-23", "mistyped"),
        ("A-2222", "missing or too many"),
        ("hello", "missing or too many"),
        ("P-PATIENT", "missing or too many"),
        ("x" * 81, "at most 80 characters"),
    ],
)
def test_a_mistyped_number_is_told_from_an_unknown_one(client, typed, sentence):
    client.force_login(make.pharmacist(make.pharmacy()))
    text = text_of(client.post(FIND, {"number": typed}))
    assert sentence in text
    assert typed[:40] in text


def test_a_patient_number_is_no_way_for_a_pharmacist(client):
    shop = make.pharmacy()
    held = make.confirmation(make.authorization(make.enrollment(C.AF_CAN)), pharmacy=shop)
    client.force_login(make.pharmacist(shop))
    number = held.enrollment.patient.number
    assert "This is a patient number" in text_of(client.post(FIND, {"number": number}))
    assert client.get(about(number)).status_code == 404


def test_staff_report_by_any_number(client):
    held = make.confirmation(make.authorization(make.enrollment(C.AF_CAN)))
    client.force_login(make.case_manager())
    for number in (held.enrollment.patient.number, held.authorization.number, held.number):
        assert client.post(FIND, {"number": number}).url == about(number)
        assert client.get(about(number)).status_code == 200
    result = text_of(send(client, held.enrollment.patient.number, "pregnant"))
    assert held.number in result
    assert SafetyReport.objects.get().reporter_role == "program_staff"


def test_an_auditor_only_reads(client):
    one = make.enrollment(C.AF_CAN)
    client.force_login(make.auditor())
    assert client.get(FIND).status_code == 403
    assert client.post(about(one.patient.number), said("pregnant", send="yes")).status_code == 403
    assert not SafetyCase.objects.exists()


def test_without_signing_in_there_is_no_report_page(client):
    one = make.enrollment(C.AF_CAN)
    for address in (FIND, about(one.patient.number)):
        assert client.get(address).url.startswith("/accounts/login/")


@pytest.mark.parametrize("number", ["P", "-", "Ω", "A-2222-2222-2222-23", "K-2222-2222-2222-22", "%00"])
def test_an_address_that_is_no_number_is_not_found(client, number):
    client.force_login(make.case_manager())
    assert client.get(f"/report/{number}/").status_code == 404
    assert client.get(reverse("authorizations:report-pregnancy-sent", args=[uuid.uuid4()])).status_code == 404


def test_no_name_stands_in_a_title(client):
    one = make.enrollment(C.AF_CAN)
    client.force_login(one.prescriber.user)
    for response in (client.get(FIND), client.get(about(one.patient.number))):
        title = text_of(response).partition("<title>")[2].partition("</title>")[0]
        assert one.patient.family_name not in title
        assert one.patient.number not in title
