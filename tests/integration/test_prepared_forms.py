"""Office staff prepare an agreement form; the prescriber reads and signs it. Nobody else does either."""

import re
from collections.abc import Iterator

import pytest
import time_machine
from django.urls import reverse

import tests.factories as make
from patients.models import Enrollment, PreparedEnrollment
from prescribers.actions import end_delegation
from prescribers.models import Prescriber
from rems_portal.accounts.models import User
from rems_portal.notifications.models import OutboxMessage
from rems_portal.rules.categories import RiskCategory
from tests.factories import NOW
from tests.integration.offices import page, signed_in, text_of
from tests.integration.test_enrollment import signed_by, typed

pytestmark = [pytest.mark.django_db, pytest.mark.rems("PR-08")]
MAN = RiskCategory.AM
PREPARE, LIST = reverse("patients:prepare"), reverse("patients:prepared-forms")


@pytest.fixture(autouse=True)
def at_now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def dr() -> Prescriber:
    return make.prescriber()


@pytest.fixture
def aide(dr: Prescriber) -> User:
    return make.delegate_of(dr)


def prepared_by(aide: User, **changes: str) -> PreparedEnrollment:
    dr = aide.delegations.get().prescriber
    answers = typed(MAN, family_name="Teller", step="save", prescriber=str(dr.pk), **changes)
    answer = signed_in(aide).post(PREPARE, answers, follow=True)
    assert "to read and sign" in text_of(answer)
    return PreparedEnrollment.objects.latest("pk")


def sign_page(kept: PreparedEnrollment) -> str:
    return reverse("patients:enroll-prepared", args=[kept.pk])


def test_delegate_prepares_and_nobody_is_enrolled(dr: Prescriber, aide: User) -> None:
    kept = prepared_by(aide)
    assert (kept.prescriber, kept.prepared_by) == (dr, aide)
    assert kept.prepared_by_name == f"{aide.full_name} for {dr}"
    assert kept.answers["family_name"] == "Teller"
    assert not Enrollment.objects.exists()


def test_prescriber_finds_it_filled_in_and_signs(dr: Prescriber, aide: User) -> None:
    kept = prepared_by(aide)
    client = signed_in(dr.user)
    assert f"Entered by {aide.full_name} for {dr}" in text_of(client.get(LIST))
    shown = text_of(client.get(sign_page(kept)))
    assert 'value="Teller"' in shown
    assert "Check each answer before you sign." in shown
    answer = client.post(sign_page(kept), signed_by(dr, typed(MAN, family_name="Teller")))
    one = Enrollment.objects.get()
    assert answer.headers["Location"] == reverse("authorizations:hand-over-form", args=[one.patient.number])
    kept.refresh_from_db()
    assert (kept.enrollment, kept.answers) == (one, {})
    assert "Nothing is prepared" in text_of(client.get(LIST))


def test_delegate_of_two_prescribers_says_who_will_sign(dr: Prescriber, aide: User) -> None:
    other = make.prescriber()
    make.delegate_of(other, user=aide)
    client = signed_in(aide)
    nobody = text_of(client.post(PREPARE, typed(MAN, family_name="Teller", step="save")))
    assert "Choose who will sign the form." in nobody
    assert 'value="Teller"' in nobody
    assert not PreparedEnrollment.objects.exists()
    client.post(PREPARE, typed(MAN, step="save", prescriber=str(other.pk)))
    assert PreparedEnrollment.objects.get().prescriber == other
    assert signed_in(dr.user).get(sign_page(PreparedEnrollment.objects.get())).status_code == 404


def test_choice_of_a_prescriber_who_ended_the_delegation_is_refused_and_never_replaced(
    dr: Prescriber, aide: User
) -> None:
    carl = make.prescriber()
    theirs = make.delegate_of(carl, user=aide).delegations.get(prescriber=carl)
    client = signed_in(aide)
    assert f'value="{carl.pk}"' in text_of(client.get(PREPARE))
    end_delegation(by=make.actor(carl.user), at=NOW, delegation=theirs)
    for _once_more in range(2):
        answer = client.post(PREPARE, typed(MAN, family_name="Teller", step="save", prescriber=str(carl.pk)))
        shown = text_of(answer)
        assert "You don’t work for the prescriber you chose any more." in shown
        assert 'value="Teller"' in shown
        assert (f"for {dr}" in shown, 'name="prescriber" value' in shown) == (False, True)
        assert f'value="{dr.pk}" checked' not in shown
        assert 'type="hidden" name="prescriber"' not in shown
        assert not PreparedEnrollment.objects.exists()


def test_page_opened_for_the_only_prescriber_is_not_kept_for_the_next(dr: Prescriber, aide: User) -> None:
    client = signed_in(aide)
    opened = text_of(client.get(PREPARE))
    assert f'<input type="hidden" name="prescriber" value="{dr.pk}">' in opened
    assert f"{dr} reads and signs the form after you." in opened
    end_delegation(by=make.actor(dr.user), at=NOW, delegation=aide.delegations.get())
    make.delegate_of(make.prescriber(), user=aide)
    for step in ("read", "save"):
        shown = text_of(client.post(PREPARE, typed(MAN, step=step, prescriber=str(dr.pk))))
        assert "Who will sign?" in shown
    assert not PreparedEnrollment.objects.exists()


def test_who_serves_nobody_any_more_is_told_so_and_offered_nothing_that_can_not_be_done(
    dr: Prescriber, aide: User
) -> None:
    client = signed_in(aide)
    assert "Keep for the prescriber to sign" in text_of(client.post(PREPARE, typed(MAN, step="read")))
    end_delegation(by=make.actor(dr.user), at=NOW, delegation=aide.delegations.get())
    for step in ("read", "save"):
        shown = text_of(client.post(PREPARE, typed(MAN, family_name="Teller", step=step, prescriber=str(dr.pk))))
        assert "No prescriber has you as a delegate now" in shown
        assert 'value="Teller"' in shown
        assert "Choose who will sign" not in shown
        assert "Keep for the prescriber to sign" not in shown
    listed = text_of(client.get(LIST))
    assert "No prescriber has you as a delegate now" in listed
    assert f'href="{PREPARE}"' not in listed.partition("<h1")[2]
    assert "No prescriber has you" not in text_of(signed_in(dr.user).get(LIST))
    assert not PreparedEnrollment.objects.exists()


def test_prepared_form_is_changed_and_then_discarded(aide: User) -> None:
    kept = prepared_by(aide)
    client = signed_in(aide)
    again = reverse("patients:prepare-again", args=[kept.pk])
    assert 'value="Teller"' in text_of(client.get(again))
    client.post(again, typed(MAN, family_name="Tellar", step="save"))
    kept.refresh_from_db()
    assert kept.answers["family_name"] == "Tellar"
    shown = client.post(reverse("patients:discard-prepared", args=[kept.pk]), follow=True)
    assert "The prepared form is discarded." in text_of(shown)
    kept.refresh_from_db()
    assert (kept.answers, kept.discarded_at) == ({}, NOW)
    assert client.get(again).status_code == 404


def test_discarding_asks_first(aide: User) -> None:
    discard = reverse("patients:discard-prepared", args=[prepared_by(aide).pk])
    shown = text_of(signed_in(aide).get(LIST))
    (question,) = re.findall(r"<details>.*?</details>", shown)
    assert "Discard this form? All that was filled in is forgotten." in question
    assert discard in question
    assert shown.count(discard) == 1


def test_navigation_and_worklist_lead_office_staff_to_prepared_forms_and_a_new_one(dr: Prescriber, aide: User) -> None:
    client = signed_in(aide)
    first = text_of(client.get(page("worklist")))
    assert f'href="{PREPARE}"' in first
    assert f'<a href="{LIST}">Prepared forms</a>' in first
    assert "for a signature" not in first
    prepared_by(aide)
    prepared_by(aide)
    assert f'<a href="{LIST}">2 prepared forms wait for a signature</a>' in text_of(client.get(page("worklist")))
    assert f'href="{PREPARE}"' in text_of(client.get(LIST))


def test_worklist_tells_the_prescriber_how_many_forms_wait(dr: Prescriber, aide: User) -> None:
    client = signed_in(dr.user)
    assert LIST not in text_of(client.get(page("worklist")))
    kept = prepared_by(aide)
    shown = text_of(client.get(page("worklist")))
    assert "1 agreement form waits for you to read and sign." in shown
    assert f'href="{LIST}"' in shown
    assert LIST not in text_of(signed_in(make.prescriber().user).get(page("worklist")))
    client.post(sign_page(kept), signed_by(dr, typed(MAN, family_name="Teller")))
    assert LIST not in text_of(client.get(page("worklist")))


def test_prescriber_is_mailed_once_for_forms_that_wait_and_nothing_is_said_of_the_patient(
    dr: Prescriber, aide: User
) -> None:
    told = OutboxMessage.objects.filter(kind="prepared_form")
    first, second = prepared_by(aide), prepared_by(aide)
    mail = told.get()
    assert (mail.recipient, mail.user) == (dr.user.email, dr.user)
    assert "Teller" not in mail.subject + mail.body
    client = signed_in(aide)
    for kept in (first, second):
        client.post(reverse("patients:discard-prepared", args=[kept.pk]))
    prepared_by(aide)
    assert told.count() == 2


def test_delegate_can_not_sign_what_was_prepared(dr: Prescriber, aide: User) -> None:
    kept = prepared_by(aide)
    answers = typed(MAN, family_name="Teller") | {"user_name": aide.email, "password": make.PASSWORD}
    answer = signed_in(aide).post(sign_page(kept), answers)
    assert answer.status_code in (302, 403)
    assert not Enrollment.objects.exists()


def test_delegation_that_ended_ends_the_access(dr: Prescriber, aide: User) -> None:
    kept = prepared_by(aide)
    aide.delegations.update(ends_on=NOW.date() - make.days(1))
    client = signed_in(aide)
    assert client.get(reverse("patients:prepare-again", args=[kept.pk])).status_code == 404
    assert "Teller" not in text_of(client.get(LIST))


def test_answers_are_not_kept_in_the_history(aide: User) -> None:
    kept = prepared_by(aide)
    assert "Teller" not in str(list(kept.history.values()))
