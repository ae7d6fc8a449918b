"""The survey behind a link, page by page: who may open it, what is kept, what it never tells."""

import logging
from datetime import timedelta
from io import StringIO

import pytest
import time_machine

import tests.factories as make
from patients.models import PatientSurvey, SafetyCase, SurveyInvitation
from rems_portal.audit.models import AccessEvent
from rems_portal.errors import ActRefused
from rems_portal.rules.findings import Finding, Party
from rems_portal.rules.surveys import survey_questions
from rems_portal.rules.vocabulary import RuleGroup
from tests.integration.answering import C, answer_all, birth_date, handed_over, let_in, page, questions_of, send

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(make.NOW, tick=False) as traveller:
        yield traveller


def test_the_whole_way_from_the_link_to_thank_you(client):
    for category in C:
        client.logout()
        one, secret = handed_over(category)
        assert client.get(page(secret)).status_code == 200
        assert let_in(client, one, secret).url == page(secret, "survey-question", 1)
        assert answer_all(client, one, secret).url == page(secret, "survey-check")
        shown = client.get(page(secret, "survey-check")).content.decode()
        assert all(question.sentence in shown.replace("&#x27;", "'") for question in questions_of(one))
        assert send(client, secret).url == page(secret, "survey-sent")
        assert "Thank you" in client.get(page(secret, "survey-sent")).content.decode()
        survey = PatientSurvey.objects.get(enrollment=one)
        assert survey.completed_by == "patient"
        assert (survey.channel, survey.completed_at) == ("link", make.NOW)
        assert survey.history.get().actor_name == "Patient"


@pytest.mark.rems("PC-10")
def test_a_guardian_answers_for_a_child(client):
    one, secret = handed_over(C.FC_CANNOT)
    let_in(client, one, secret, who="guardian")
    assert "“you” means the patient" in client.get(page(secret, "survey-question", 1)).content.decode()
    answer_all(client, one, secret)
    send(client, secret)
    survey = PatientSurvey.objects.get()
    assert (survey.completed_by, survey.history.get().actor_name) == ("guardian", "Parent or guardian")


def expired(one, secret, clock):
    clock.shift(timedelta(days=7))


def used(one, secret, clock):
    SurveyInvitation.objects.update(used_at=make.NOW)


def replaced(one, secret, clock):
    make.invitation(one, at=make.NOW + timedelta(minutes=1))
    clock.shift(timedelta(minutes=2))


def discontinued(one, secret, clock):
    make.discontinued(one)


@pytest.mark.parametrize("spoil", [expired, used, replaced, discontinued])
@pytest.mark.parametrize("name", ["patient-survey", "survey-check", "survey-sent"])
def test_every_dead_link_gives_the_page_of_an_unknown_one(client, clock, spoil, name):
    one, secret = handed_over()
    spoil(one, secret, clock)
    dead, unknown = client.get(page(secret, name)), client.get(page("never-handed-over", name))
    assert dead.status_code == unknown.status_code == 404
    assert _without_clock(dead) == _without_clock(unknown)
    assert "Ask your care team for a new link" in dead.content.decode()


def _without_clock(response) -> str:
    text = response.content.decode()
    head, _, rest = text.partition('data-now="')
    return head + rest.partition('"')[2]


def test_a_link_expires_after_seven_days_and_not_before(client, clock):
    _one, secret = handed_over()
    clock.shift(timedelta(days=7) - timedelta(seconds=1))
    assert client.get(page(secret)).status_code == 200
    clock.shift(timedelta(seconds=1))
    assert client.get(page(secret)).status_code == 404


def test_nothing_is_shown_before_the_birth_date_fits(client):
    one, secret = handed_over()
    for name, args in (("survey-question", (1,)), ("survey-check", ()), ("survey-sent", ()), ("survey-report", ())):
        assert client.get(page(secret, name, *args)).url == page(secret)
        if name != "survey-sent":
            assert client.post(page(secret, name, *args)).url == page(secret)
    shown = client.get(page(secret)).content.decode()
    patient = one.patient
    for private in (patient.given_name, patient.family_name, patient.number, one.prescriber.practice_name, "1971"):
        assert private not in shown


def test_a_wrong_birth_date_keeps_what_was_typed_and_tells_nothing(client):
    one, secret = handed_over()
    response = client.post(page(secret), {"who": "guardian", **birth_date(one, years=1)})
    text = response.content.decode()
    assert "does not go with that birth date" in text
    assert f'value="{one.patient.birth_date.year + 1}"' in text
    assert one.patient.family_name not in text
    assert SurveyInvitation.objects.get().failed_birth_dates == 1
    assert AccessEvent.objects.filter(outcome="denied", record=f"patient {one.patient.number}").count() == 1


def test_the_fifth_wrong_birth_date_closes_the_link_for_good(client):
    one, secret = handed_over()
    for _ in range(4):
        assert client.post(page(secret), {"who": "patient", **birth_date(one, years=1)}).status_code == 200
    assert client.post(page(secret), {"who": "patient", **birth_date(one, years=1)}).status_code == 404
    assert let_in(client, one, secret).status_code == 404
    assert SurveyInvitation.objects.get().failed_birth_dates == 5


def test_each_browser_must_give_the_birth_date(client):
    one, secret = handed_over()
    let_in(client, one, secret)
    assert client.get(page(secret, "survey-question", 1)).status_code == 200
    client.cookies.clear()
    assert client.get(page(secret, "survey-question", 1)).url == page(secret)


def test_the_session_changes_its_key_when_it_is_let_in(client):
    one, secret = handed_over()
    session = client.session
    session["here"] = "before"
    session.save()
    before = session.session_key
    let_in(client, one, secret)
    assert client.session.session_key != before


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({}, "Say who is answering."),
        ({"who": "patient"}, "Enter the patient’s birth date."),
        ({"who": "patient", "birth_date_month": "2", "birth_date_day": "30", "birth_date_year": "1970"}, "real date"),
        ({"who": "doctor"}, "Say who is answering."),
    ],
)
def test_the_first_page_says_what_to_mend_and_counts_no_try(client, data, message):
    _one, secret = handed_over()
    assert message in client.post(page(secret), data).content.decode()
    assert SurveyInvitation.objects.get().failed_birth_dates == 0


def test_a_phone_put_away_loses_no_answer(client):
    one, secret = handed_over()
    let_in(client, one, secret)
    first = questions_of(one)[0]
    client.post(page(secret, "survey-question", 1), {"question": first.code, "answer": "no"})
    client.cookies.clear()
    assert let_in(client, one, secret).url == page(secret, "survey-question", 2)
    assert "Your answer so far: <b>No</b>" in client.get(page(secret, "survey-question", 1)).content.decode()


def test_answers_of_two_tabs_are_both_kept(client):
    one, secret = handed_over()
    let_in(client, one, secret)
    for place in (2, 1):
        code = questions_of(one)[place - 1].code
        client.post(page(secret, "survey-question", place), {"question": code, "answer": "yes"})
    draft = SurveyInvitation.objects.get().draft
    assert {question.code for question in questions_of(one)[:2]} <= set(draft)


def test_an_answer_goes_to_the_question_that_was_shown(client):
    """The page of another place, left open in a second tab: its answer is not put under the wrong question."""
    one, secret = handed_over()
    let_in(client, one, secret)
    shown = questions_of(one)[4]
    client.post(page(secret, "survey-question", 1), {"question": shown.code, "answer": "no"})
    draft = SurveyInvitation.objects.get().draft
    assert (draft.get(shown.code), draft.get(questions_of(one)[0].code)) == ("no", None)


@pytest.mark.parametrize("data", [{}, {"answer": "maybe"}, {"answer": "yes", "question": "uses_condom"}])
def test_an_answer_that_is_none_is_asked_for_again(client, data):
    one, secret = handed_over()
    let_in(client, one, secret)
    data = {"question": questions_of(one)[0].code} | data
    response = client.post(page(secret, "survey-question", 1), data)
    assert response.status_code == 200
    assert "needs your attention" in response.content.decode()
    assert set(SurveyInvitation.objects.get().draft) == {"completed_by"}


@pytest.mark.parametrize("place", [0, 7, 10**30])
def test_a_place_without_a_question_leads_to_the_next_open_one(client, place):
    one, secret = handed_over()
    let_in(client, one, secret)
    assert client.get(page(secret, "survey-question", place)).url == page(secret, "survey-question", 1)


def test_check_is_reached_with_all_answers_only_and_each_can_be_changed(client):
    one, secret = handed_over()
    let_in(client, one, secret)
    assert client.get(page(secret, "survey-check")).url == page(secret, "survey-question", 1)
    assert client.post(page(secret, "survey-check")).url == page(secret, "survey-question", 1)
    answer_all(client, one, secret)
    change = page(secret, "survey-question", 2) + "?check"
    assert change in client.get(page(secret, "survey-check")).content.decode()
    code = questions_of(one)[1].code
    assert client.post(change, {"question": code, "answer": "no"}).url == page(secret, "survey-check")
    assert SurveyInvitation.objects.get().draft[code] == "no"
    assert not PatientSurvey.objects.exists()


def test_sent_twice_is_one_survey_and_late_tabs_see_that_it_is_sent(client):
    one, secret = handed_over()
    let_in(client, one, secret)
    answer_all(client, one, secret)
    assert send(client, secret).url == page(secret, "survey-sent")
    assert send(client, secret).url == page(secret, "survey-sent")
    for name, args in (("patient-survey", ()), ("survey-question", (1,)), ("survey-check", ())):
        assert client.get(page(secret, name, *args)).url == page(secret, "survey-sent")
    code = questions_of(one)[0].code
    client.post(page(secret, "survey-question", 1), {"question": code, "answer": "no"})
    assert PatientSurvey.objects.count() == 1
    assert SurveyInvitation.objects.get().draft == {}


def test_answers_are_gone_from_the_link_once_sent_also_for_another_browser(client):
    one, secret = handed_over()
    let_in(client, one, secret)
    answer_all(client, one, secret)
    send(client, secret)
    client.cookies.clear()
    assert client.get(page(secret, "survey-sent")).status_code == 404


DANGER = [
    (C.AF_CAN, {"may_be_pregnant": True}, "Stop the medicine now"),
    (C.AF_CANNOT, {"may_be_pregnant": True}, "Stop the medicine now"),
    (C.FC_CANNOT, {"menses_begun": True}, "menstrual periods have begun"),
    (C.AF_CAN, {"uses_contraception": False}, "Please call your care team"),
    (C.AM, {"uses_condom": False}, "Please call your care team"),
    (C.AM, {}, "nothing more to do"),
]


@pytest.mark.rems("PF-17", "PC-12")
@pytest.mark.parametrize(("category", "answers", "words"), DANGER)
def test_the_last_page_says_in_plain_words_what_to_do_now(client, category, answers, words):
    one, secret = handed_over(category)
    let_in(client, one, secret)
    answer_all(client, one, secret, **answers)
    send(client, secret)
    text = client.get(page(secret, "survey-sent")).content.decode()
    assert words in text
    assert one.prescriber.phone in text


def test_the_questions_are_those_of_the_day(client, clock):
    """A girl whose menses had not begun comes of age while her survey lies open: other questions, none lost."""
    born = make.NOW.date().replace(year=make.NOW.year - 18) + timedelta(days=2)
    one = make.enrollment(C.FC_CANNOT, birth_date=born)
    secret = make.invitation(one)[1]
    let_in(client, one, secret, who="guardian")
    answer_all(client, one, secret)
    clock.shift(timedelta(days=3))
    client.cookies.clear()
    codes = [question.code for question in survey_questions(RuleGroup.FCGP, make.PROGRAM)]
    new = codes.index("uses_contraception") + 1
    assert let_in(client, one, secret).url == page(secret, "survey-question", new)
    client.post(page(secret, "survey-question", new), {"question": "uses_contraception", "answer": "yes"})
    send(client, secret)
    survey = PatientSurvey.objects.get()
    assert (survey.rule_group, set(survey.answers)) == ("FCGP", set(codes))


def test_a_link_that_expires_before_sending_keeps_nothing_but_tells_so(client, clock):
    one, secret = handed_over()
    let_in(client, one, secret)
    answer_all(client, one, secret)
    clock.shift(timedelta(days=8))
    assert send(client, secret).status_code == 404
    assert not PatientSurvey.objects.exists()


def test_every_page_keeps_the_secret_out_of_referrers_and_caches(client):
    one, secret = handed_over()
    let_in(client, one, secret)
    for address in (page(secret), page("unknown"), page(secret, "survey-question", 1), page(secret, "survey-report")):
        response = client.get(address)
        assert response.headers["Referrer-Policy"] == "same-origin"
        assert "no-store" in response.headers["Cache-Control"]


def test_the_secret_and_the_answers_stay_out_of_the_log(client):
    one, secret = handed_over()
    written = StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(logging.getLogger().handlers[0].formatter)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    try:
        client.get(page(secret))
        let_in(client, one, secret)
        client.get(page(secret) + "nonsense/")
        client.post(page(secret), {"who": "patient", **birth_date(one, years=1)})
        client.get(page("unknown-secret-of-somebody"))
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
    text = written.getvalue()
    assert secret not in text
    assert "unknown-secret" not in text


def test_no_page_of_the_survey_needs_script_or_names_the_patient(client):
    one, secret = handed_over()
    let_in(client, one, secret)
    text = client.get(page(secret, "survey-question", 1)).content.decode()
    assert "<form" in text
    assert "onclick" not in text
    assert one.patient.family_name not in text


@pytest.mark.rems("PF-17")
def test_a_report_by_the_link_holds_at_once(client):
    number = make.authorization(make.enrollment(C.AF_CAN))
    secret = make.invitation(number.enrollment)[1]
    let_in(client, number.enrollment, secret)
    form = client.get(page(secret, "survey-report"))
    key = form.context["form"]["submission_key"].value()
    data = {"what": "suspected", "details": "Missed period", "submission_key": key}
    asked = client.post(page(secret, "survey-report"), data)
    assert "The treatment is stopped at once" in asked.content.decode()
    assert not SafetyCase.objects.exists()
    for _ in range(2):
        sent = client.post(page(secret, "survey-report"), data | {"send": "yes"}, follow=True)
    assert "Do not take another capsule" in sent.content.decode()
    case = SafetyCase.objects.get()
    report = case.reports.get()
    assert (report.reporter_role, report.reporter_name) == ("patient", "Patient")
    assert report.details == "She may be pregnant. Missed period"
    number.refresh_from_db()
    assert number.status == "void"
    assert number.number not in sent.content.decode()
    client.cookies.clear()
    assert client.get(sent.redirect_chain[-1][0]).status_code == 404


def test_a_report_is_possible_after_the_answers_were_sent_in_the_same_browser_only(client):
    one, secret = handed_over(C.AM)
    let_in(client, one, secret, who="guardian")
    answer_all(client, one, secret)
    send(client, secret, name="Pat Keeper", relation="Legal guardian")
    text = client.get(page(secret, "survey-report")).content.decode()
    assert "His partner may be pregnant" in text
    assert "She is pregnant" not in text
    client.cookies.clear()
    assert client.get(page(secret, "survey-report")).status_code == 404


def test_what_the_act_refuses_is_said_on_the_check_page_and_loses_no_answer(client, monkeypatch):
    one, secret = handed_over()
    let_in(client, one, secret)
    answer_all(client, one, secret)

    def refuse(**_):
        raise ActRefused([Finding("SURVEY", (), "The questions have changed since you began.", Party.PATIENT)])

    monkeypatch.setattr("authorizations.views.patient_survey.complete_patient_survey", refuse)
    response = send(client, secret)
    assert "The questions have changed since you began." in response.content.decode()
    assert len(SurveyInvitation.objects.get().draft) == 7


@pytest.mark.rems("PF-17")
@pytest.mark.parametrize("answer", [True, False])
def test_check_page_says_that_a_possible_pregnancy_stops_treatment(client, answer):
    one, secret = handed_over()
    let_in(client, one, secret)
    answer_all(client, one, secret, may_be_pregnant=answer)
    shown = client.get(page(secret, "survey-check")).content.decode()
    assert ("the treatment stops at once" in shown) is answer
