"""Pregnancy reports, positive tests and alarming answers: the hold at once, who is told, how staff lift it."""

import uuid
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

import tests.factories as make
from authorizations.actions.patient_survey import complete_patient_survey
from authorizations.actions.safety import close_safety_case, report_pregnancy
from authorizations.facts import patient_facts
from authorizations.models import Decision
from patients.models import Enrollment, PatientSurvey, SafetyCase, SafetyReport
from rems_portal.audit.actors import Actor, Channel
from rems_portal.errors import ActRefused
from rems_portal.notifications.models import OutboxMessage
from rems_portal.rules.vocabulary import RiskCategory, RuleGroup

pytestmark = pytest.mark.django_db
Kind = SafetyCase.Kind
C = RiskCategory
FEMALE = [C.AF_CAN, C.FC_CAN, C.AF_CANNOT, C.FC_CANNOT]
MALE = [C.AM, C.MC]
LATER = make.NOW + timedelta(minutes=5)


def report(one: Enrollment, kind: Kind = Kind.PREGNANCY, *, by: Actor | None = None, **changes) -> SafetyCase:
    by = by or make.actor(one.prescriber.user)
    fields = {"at": make.NOW, "role": "prescriber"} | changes
    return report_pregnancy(by=by, enrollment=one, kind=kind, **fields)


def close(case: SafetyCase, *, user=None, reason="Two negative serum tests.", clears_tests=False, at=LATER):
    user = user or make.case_manager()
    by = make.actor(user)
    return close_safety_case(by=by, at=at, user=user, case=case, reason=reason, clears_tests=clears_tests)


def told(kind: str = "") -> set[str]:
    rows = OutboxMessage.objects.filter(key__startswith="case:")
    return set((rows.filter(kind=kind) if kind else rows).values_list("recipient", flat=True))


@pytest.mark.rems("PR-21", "PF-17", "PH-17", "PG-01")
@pytest.mark.parametrize("category", FEMALE)
def test_a_report_holds_at_once_and_voids_what_is_live(category):
    held = make.confirmation(make.authorization(make.enrollment(category)))
    case = report(held.enrollment)
    held.refresh_from_db()
    number = held.authorization
    assert (case.kind, case.holds, case.status) == (Kind.PREGNANCY, True, "open")
    assert (held.status, held.ended_at) == ("void", make.NOW)
    assert (number.status, number.ended_at) == ("void", make.NOW)
    assert case.number in number.ended_reason
    assert held.history.first().actor_name == held.enrollment.prescriber.user.full_name


@pytest.mark.rems("PR-21", "PG-01")
def test_after_a_report_new_numbers_are_refused_to_everybody():
    one = make.enrollment(C.AF_CAN)
    number = make.authorization(one)
    report(one)
    assert "AUTH-04" in make.ask_authorization(one, at=LATER).failed
    assert {"CONF-03", "CONF-05"} <= set(make.ask_confirmation(number, at=LATER).failed.split(","))
    assert Decision.objects.filter(outcome="refused").count() == 2


@pytest.mark.rems("PR-21", "PH-17")
def test_prescriber_staff_and_the_pharmacies_concerned_are_told_and_nobody_else():
    shop, other_shop = make.pharmacy(), make.pharmacy()
    manager, administrator, auditor = make.case_manager(), make.administrator(), make.auditor()
    held = make.confirmation(make.authorization(make.enrollment(C.AF_CAN)), pharmacy=shop)
    gone = make.pharmacist(shop)
    work = gone.pharmacy_work.get()
    work.ends_on = (make.NOW - timedelta(days=3)).date()
    work.save()
    report(held.enrollment)
    at_work = shop.staff.get(is_representative=True).user
    assert told() == {manager.email, administrator.email, held.enrollment.prescriber.user.email, at_work.email}
    assert told("confirmation_void") == {at_work.email}
    assert not told() & {auditor.email, gone.email, other_shop.staff.get().user.email}


def test_messages_hold_no_health_information():
    held = make.confirmation(make.authorization(make.enrollment(C.AF_CAN)))
    make.case_manager()
    report(held.enrollment, details="Pregnancy test at home")
    patient = held.enrollment.patient
    for message in OutboxMessage.objects.all():
        text = f"{message.subject} {message.body}".lower()
        for word in ("pregnan", "test at home", "lenalidomide", "survey", patient.family_name.lower(), patient.number):
            assert word.lower() not in text


@pytest.mark.rems("PR-21", "PH-17")
def test_a_second_report_joins_the_open_case():
    one = make.enrollment(C.AF_CAN)
    first = report(one)
    second = report(one, by=make.actor(make.account("pharmacist")), role="pharmacist", at=LATER)
    assert second == first
    assert [row.reporter_role for row in first.reports.order_by("pk")] == ["prescriber", "pharmacist"]


def test_the_same_form_sent_twice_is_one_report():
    one, key = make.enrollment(C.AF_CAN), uuid.uuid4()
    assert report(one, submission_key=key) == report(one, submission_key=key, at=LATER)
    assert SafetyReport.objects.count() == 1


def test_a_form_sent_again_for_another_patient_is_refused():
    key = uuid.uuid4()
    report(make.enrollment(C.AF_CAN), submission_key=key)
    with pytest.raises(ActRefused, match="already sent for another patient"):
        report(make.enrollment(C.AF_CAN), submission_key=key)


@pytest.mark.rems("PR-21", "PM-12", "PH-17")
@pytest.mark.parametrize("category", MALE)
def test_a_partners_pregnancy_opens_a_case_and_treatment_goes_on(category):
    manager, shop = make.case_manager(), make.pharmacy()
    held = make.confirmation(make.authorization(make.enrollment(category)), pharmacy=shop)
    case = report(held.enrollment, Kind.PARTNER_PREGNANCY)
    held.refresh_from_db()
    assert (case.holds, held.status, held.authorization.status) == (False, "open", "confirmed")
    pharmacist = shop.staff.get().user
    assert told() == {manager.email, held.enrollment.prescriber.user.email, pharmacist.email}
    assert "stays good" in OutboxMessage.objects.get(recipient=pharmacist.email).body
    make.dispense(held, at=LATER)


@pytest.mark.parametrize(
    ("category", "kind"),
    [
        (C.AM, Kind.PREGNANCY),
        (C.AM, Kind.MENSES_BEGAN),
        (C.AF_CAN, Kind.PARTNER_PREGNANCY),
        (C.AF_CAN, Kind.MENSES_BEGAN),
        (C.AF_CANNOT, Kind.MENSES_BEGAN),
        (C.FC_CAN, Kind.MENSES_BEGAN),
        (C.AF_CAN, Kind.DISCORDANCE),
        (C.AM, Kind.DISCORDANCE),
    ],
)
def test_a_kind_that_can_not_be_is_refused(category, kind):
    with pytest.raises(ActRefused):
        report(make.enrollment(category), kind)
    assert not SafetyCase.objects.exists()


@pytest.mark.rems("PC-12")
def test_menses_of_a_child_hold_the_same_way():
    number = make.authorization(make.enrollment(C.FC_CANNOT))
    case = report(number.enrollment, Kind.MENSES_BEGAN)
    number.refresh_from_db()
    assert (case.holds, number.status) == (True, "void")
    assert "AUTH-04" in make.ask_authorization(number.enrollment, at=LATER).failed


@pytest.mark.rems("PR-21")
def test_a_report_from_an_earlier_course_holds_where_treatment_runs():
    earlier = make.enrollment(C.AF_CAN)
    make.discontinued(earlier, at=make.NOW - timedelta(days=20))
    who = {name: getattr(earlier.patient, name) for name in ("given_name", "family_name", "birth_date")}
    running = make.enrollment(C.AF_CAN, at=make.NOW - timedelta(days=15), **who)
    assert running.patient == earlier.patient
    number = make.authorization(running)
    assert report(earlier).enrollment == running
    number.refresh_from_db()
    assert number.status == "void"


@pytest.mark.rems("PR-21")
def test_a_pregnancy_after_the_end_of_treatment_can_still_be_reported():
    one = make.enrollment(C.AF_CAN)
    one.status, one.ended_at = "discontinued", make.NOW - timedelta(days=10)
    one.ended_by_name, one.ended_reason = "Dr. Test", "Completed"
    one.save()
    assert report(one).enrollment == one


@pytest.mark.rems("PR-21", "PG-01")
def test_a_positive_test_holds_and_names_no_result_to_anybody():
    number = make.authorization(make.enrollment(C.AF_CAN))
    make.pregnancy_test(number.enrollment, collected_at=make.NOW - timedelta(hours=1), at=make.NOW, result="positive")
    case = SafetyCase.objects.get()
    number.refresh_from_db()
    assert (case.kind, number.status) == (Kind.PREGNANCY, "void")
    assert not any("positive" in message.body.lower() for message in OutboxMessage.objects.all())


def test_only_case_managers_and_administrators_clear_a_hold():
    one = make.enrollment(C.AF_CAN)
    case = report(one)
    for user in (make.auditor(), one.prescriber.user, make.account("pharmacist")):
        with pytest.raises(PermissionDenied):
            close(case, user=user)
    assert close(case, user=make.administrator()).status == "closed"


def test_clearing_takes_a_reason_and_keeps_it():
    case = report(make.enrollment(C.AF_CAN))
    with pytest.raises(ActRefused, match="reason"):
        close(case, reason="  ")
    manager = make.case_manager()
    closed = close(case, user=manager)
    assert (closed.closed_by, closed.closed_at) == (manager, LATER)
    assert closed.closing_reason == "Two negative serum tests."
    with pytest.raises(ActRefused, match="closed already"):
        close(case)


def test_after_clearing_the_next_authorization_is_granted_and_old_numbers_stay_void():
    number = make.authorization(make.enrollment(C.AF_CAN))
    close(report(number.enrollment))
    number.refresh_from_db()
    assert number.status == "void"
    assert make.ask_authorization(number.enrollment, at=LATER).granted


def test_a_case_with_a_standing_positive_test_is_closed_only_by_clearing_the_test():
    one = make.ready(make.enrollment(C.AF_CAN))
    positive = make.pregnancy_test(one, collected_at=make.NOW - timedelta(hours=3), at=make.NOW, result="positive")
    case = SafetyCase.objects.get()
    with pytest.raises(ActRefused, match="positive pregnancy test stands"):
        close(case)
    close(case, clears_tests=True, reason="Laboratory mix-up, confirmed in writing.")
    positive.refresh_from_db()
    assert positive.cleared_reason == "Laboratory mix-up, confirmed in writing."
    assert make.ask_authorization(one, at=LATER).granted


def test_once_treatment_has_ended_a_case_closes_with_its_positive_test():
    one = make.enrollment(C.AF_CAN)
    make.pregnancy_test(one, collected_at=make.NOW, result="positive")
    one.status, one.ended_at = "discontinued", make.NOW
    one.ended_by_name, one.ended_reason = "Dr. Test", "Completed"
    one.save()
    assert close(SafetyCase.objects.get()).status == "closed"


def test_a_new_report_after_clearing_is_a_new_case():
    one = make.enrollment(C.AF_CAN)
    close(first := report(one))
    second = report(one, at=LATER)
    assert second != first
    assert second.status == "open"


ALARMING = [
    (C.AF_CAN, "may_be_pregnant", True, {Kind.DISCORDANCE, Kind.PREGNANCY}),
    (C.AF_CANNOT, "may_be_pregnant", True, {Kind.DISCORDANCE, Kind.PREGNANCY}),
    (C.AF_CAN, "uses_contraception", False, {Kind.DISCORDANCE}),
    (C.AF_CAN, "counseled", False, {Kind.DISCORDANCE}),
    (C.AF_CANNOT, "menses", True, {Kind.DISCORDANCE}),
    (C.FC_CANNOT, "menses_begun", True, {Kind.DISCORDANCE, Kind.MENSES_BEGAN}),
    (C.AM, "uses_condom", False, {Kind.DISCORDANCE}),
    (C.MC, "counseled", False, {Kind.DISCORDANCE}),
]


@pytest.mark.rems("PF-17", "PC-12")
@pytest.mark.parametrize(("category", "code", "answer", "kinds"), ALARMING)
def test_an_answer_that_contradicts_the_record_opens_its_cases(category, code, answer, kinds):
    one = make.enrollment(category)
    make.patient_survey(one, **{code: answer})
    assert set(one.safety_cases.values_list("kind", flat=True)) == kinds
    assert set(make.ask_authorization(one).failed.split(",")) >= {"AUTH-11"}


def test_a_discordance_is_told_to_staff_only_and_does_not_void():
    manager = make.case_manager()
    number = make.authorization(make.enrollment(C.AF_CAN))
    OutboxMessage.objects.all().delete()
    make.patient_survey(number.enrollment, at=LATER, uses_contraception=False)
    assert told() == {manager.email}
    number.refresh_from_db()
    assert number.status == "active"


def test_a_reassuring_survey_opens_nothing():
    for category in C:
        make.patient_survey(make.enrollment(category))
    assert not SafetyCase.objects.exists()


LINK = Actor(name="Patient", channel=Channel.LINK)


def answer(link, answers, group, at=make.NOW):
    return complete_patient_survey(
        by=LINK,
        at=at,
        invitation=link,
        answers=answers,
        completed_by=PatientSurvey.CompletedBy.PATIENT,
        group=group,
        program=make.PROGRAM,
        signing=make.link_signing(link.enrollment.patient.full_name, at=at),
    )


def test_a_survey_is_refused_with_an_answer_missing_for_another_group_or_too_late():
    one = make.enrollment(C.AF_CAN)
    link, _secret = make.invitation(one)
    answers = make.reassuring_answers(RuleGroup.FCGP)
    with pytest.raises(ActRefused, match="not answered"):
        answer(link, {code: yes for code, yes in answers.items() if code != "may_be_pregnant"}, RuleGroup.FCGP)
    with pytest.raises(ActRefused, match="questions have changed"):
        answer(link, make.reassuring_answers(RuleGroup.AFN), RuleGroup.AFN)
    with pytest.raises(ActRefused, match="expired"):
        answer(link, answers, RuleGroup.FCGP, at=link.expires_at)
    assert answer(link, answers, RuleGroup.FCGP, at=link.expires_at - timedelta(seconds=1)).rule_group == "FCGP"


def test_a_survey_sent_twice_is_one_survey():
    link, _secret = make.invitation(make.enrollment(C.AM))
    answers = make.reassuring_answers(RuleGroup.MALE)
    assert answer(link, answers, RuleGroup.MALE) == answer(link, answers, RuleGroup.MALE, at=LATER)


def test_a_survey_of_a_patient_no_longer_enrolled_is_refused():
    one = make.enrollment(C.AM)
    link, _secret = make.invitation(one)
    one.status, one.ended_at = "discontinued", make.NOW
    one.ended_by_name, one.ended_reason = "Dr. Test", "Completed"
    one.save()
    with pytest.raises(ActRefused, match="expired"):
        answer(link, make.reassuring_answers(RuleGroup.MALE), RuleGroup.MALE)


def test_answers_to_questions_of_other_groups_are_not_kept():
    one = make.enrollment(C.AM)
    kept = make.patient_survey(one, may_be_pregnant=True).answers
    assert "may_be_pregnant" not in kept
    assert not SafetyCase.objects.exists()


@pytest.mark.rems("PG-01")
def test_a_case_left_open_in_an_earlier_course_holds_the_next_one():
    first = make.enrollment(RiskCategory.AF_CAN)
    report(first)
    make.discontinued(first)
    second = Enrollment.objects.create(
        patient=first.patient,
        program=first.program,
        prescriber=first.prescriber,
        status="enrolled",
        enrolled_at=make.NOW + timedelta(hours=1),
        can_get_pregnant=True,
        menstrual_cycles="regular",
    )
    assert patient_facts(second).pregnancy_hold


@pytest.mark.rems("PG-01")
def test_a_case_is_not_closed_over_a_report_that_was_not_seen():
    one = make.enrollment(C.AF_CAN)
    case = report(one)
    seen = case.reports.get().pk
    report(one)
    manager = make.case_manager()
    what = {"by": make.actor(manager), "at": LATER, "user": manager, "case": case, "reason": "No pregnancy."}
    with pytest.raises(ActRefused, match="meanwhile"):
        close_safety_case(**what, clears_tests=False, latest_report_seen=seen)
    newest = case.reports.order_by("-pk").values_list("pk", flat=True)[0]
    assert close_safety_case(**what, clears_tests=False, latest_report_seen=newest).status == "closed"


@pytest.mark.rems("PC-12")
def test_menses_reported_in_error_are_closed_by_staff_and_the_form_goes_on_fitting():
    one = make.enrollment(C.FC_CANNOT)
    case = report(one, Kind.MENSES_BEGAN)
    manager = make.case_manager()
    what = {"by": make.actor(manager), "at": LATER, "user": manager, "case": case, "reason": "Wrong patient."}
    with pytest.raises(ActRefused, match="reported in error"):
        close_safety_case(**what, clears_tests=False)
    assert close_safety_case(**what, clears_tests=False, reported_in_error=True).status == "closed"
    assert not patient_facts(one).pregnancy_hold
