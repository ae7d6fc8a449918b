"""One person is one patient: over all prescribers, however the name is typed; earlier courses count."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from importlib import import_module
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.test import Client
from django.urls import reverse

import tests.factories as make
from authorizations.actions.safety import report_pregnancy
from authorizations.facts import patient_facts
from patients.actions import KnownElsewhere, PatientEnrollment, enroll_patient
from patients.models import Enrollment, Patient, SafetyCase
from patients.presenters import shown_agreement
from prescribers.models import Prescriber
from rems_portal.audit.models import AccessEvent
from rems_portal.errors import ActRefused
from rems_portal.rules.categories import CannotBasis, RiskCategory
from rems_portal.rules.lifecycles import EnrollmentStatus
from tests.factories import NOW, PROGRAM, days
from tests.integration.offices import signed_in
from tests.integration.test_enrollment import signed_by, typed

pytestmark = [pytest.mark.django_db, pytest.mark.rems("PR-08")]
MIGRATION: Any = import_module("patients.migrations.0004_names_in_any_spelling")
MAN, CANNOT = RiskCategory.AM, RiskCategory.AF_CANNOT
NEUTRAL = "can’t be enrolled here now"
KNOWN = "takes part in the program already"


@pytest.fixture(autouse=True)
def at_now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def begin(dr: Prescriber, form: PatientEnrollment) -> Enrollment:
    """Enroll as far as the prescriber's signature."""
    proof = make.signing(dr.user)
    return enroll_patient(by=make.actor(dr.user), at=NOW, prescriber=dr, form=form, program=PROGRAM, signing=proof)


def enroll(dr: Prescriber, form: PatientEnrollment) -> Enrollment:
    """Enroll with everybody's signature."""
    one = begin(dr, form)
    if one.status == EnrollmentStatus.PENDING:
        make.signed_by_patients_side(one)
        one.refresh_from_db()
    return one


def end(one: Enrollment) -> None:
    over = {"ended_at": NOW, "ended_by_name": "Dr. Test", "ended_reason": "Completed"}
    Enrollment.objects.filter(pk=one.pk).update(status=EnrollmentStatus.DISCONTINUED, **over)


@pytest.mark.parametrize(
    ("given", "family"),
    [
        ("Siobhán", "O'Neil Straße"),
        ("SIOBHÁN", "O’NEIL STRASSE"),
        ("Siobha\u0301n", "o´neil\u00a0 straße "),
        ("Siobhán", "O‘Neil Straße"),
        ("Siobhan", "ONeil-Strasse"),
        ("Siobhàn.", "O Neil  Straße"),
        ("Siob-hán", "o.neil\u2010straße"),
    ],
)
def test_person_in_treatment_with_another_prescriber_is_not_enrolled(given: str, family: str) -> None:
    form = make.agreement_form(MAN, at=NOW, given_name="Siobhán", family_name="O'Neil Straße")
    theirs = enroll(make.prescriber(), form)
    with pytest.raises(KnownElsewhere, match=KNOWN) as refused:
        enroll(make.prescriber(), replace(form, given_name=given, family_name=family))
    assert theirs.patient.number not in str(refused.value)
    assert (Patient.objects.count(), Enrollment.objects.count()) == (1, 1)


def test_another_name_birth_date_or_sex_is_another_person() -> None:
    form = make.agreement_form(MAN, at=NOW)
    enroll(make.prescriber(), form)
    others = [
        replace(form, given_name="Ruben"),
        replace(form, given_name="\u304b"),
        replace(form, given_name="\u304c"),
        replace(form, given_name="-"),
        replace(form, given_name="'"),
        replace(form, given_name="", family_name=f"{form.given_name} {form.family_name}"),
        replace(form, birth_date=form.birth_date + days(1)),
    ]
    for other in others:
        enroll(make.prescriber(), other)
    assert Patient.objects.count() == 8


def test_refused_page_says_one_neutral_sentence_and_the_look_is_written_down(client: Client) -> None:
    said = typed(MAN)
    other = make.prescriber()
    signed_in(other.user).post(reverse("patients:enroll"), signed_by(other, said))
    theirs = Enrollment.objects.get()
    make.signed_by_patients_side(theirs)
    dr = make.prescriber()
    client.force_login(dr.user)
    page = client.post(reverse("patients:enroll"), signed_by(dr, said)).content.decode()
    assert KNOWN in page
    assert reverse("authorizations:ask-transfer") in page
    assert theirs.patient.number not in page
    assert other.user.full_name not in page
    event = AccessEvent.objects.get(outcome="denied")
    assert (event.user, event.record) == (dr.user, f"patient {theirs.patient.number}")


def test_ended_course_goes_on_under_the_same_patient_and_its_dispenses_count() -> None:
    form = make.agreement_form(MAN, at=NOW)
    first = enroll(make.prescriber(at=NOW), form)
    make.treated(first)
    end(first)
    second = enroll(make.prescriber(), replace(form, email="new@example.com"))
    assert second.patient == first.patient
    assert second.patient.email == "new@example.com"
    facts = patient_facts(second)
    assert (len(facts.dispenses), len(facts.earlier_course_dispenses)) == (0, 1)


def test_person_held_in_an_ended_course_is_not_enrolled_by_anybody() -> None:
    form = make.agreement_form(CANNOT, at=NOW)
    first = enroll(make.prescriber(), form)
    by = make.actor(first.prescriber.user)
    report_pregnancy(by=by, at=NOW, enrollment=first, kind=SafetyCase.Kind.PREGNANCY, role="prescriber")
    end(first)
    for dr in (first.prescriber, make.prescriber()):
        with pytest.raises(KnownElsewhere, match=NEUTRAL):
            enroll(dr, form)
    assert Enrollment.objects.count() == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"can_get_pregnant": True, "cannot_basis": "", "menstrual_cycles": "regular"},
        {"cannot_basis": CannotBasis.BILATERAL_OOPHORECTOMY},
    ],
)
def test_own_patient_with_other_answers_is_led_to_the_category_change(changes: dict[str, object]) -> None:
    form = make.agreement_form(CANNOT, at=NOW)
    dr = make.prescriber()
    one = enroll(dr, form)
    assert enroll(dr, form) == one
    with pytest.raises(ActRefused, match=r"already your patient.*Change the risk category"):
        enroll(dr, replace(form, **changes))
    one.refresh_from_db()
    assert one.cannot_basis == CannotBasis.HYSTERECTOMY


def test_two_prescribers_enrolling_one_person_at_once_the_patients_signature_decides() -> None:
    form = make.agreement_form(MAN, at=NOW)
    first, second = begin(make.prescriber(), form), begin(make.prescriber(), form)
    assert first.patient == second.patient
    make.signed_by_patients_side(second)
    with pytest.raises(KnownElsewhere, match=NEUTRAL):
        make.signed_by_patients_side(first)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, second.status) == (EnrollmentStatus.PENDING, EnrollmentStatus.ENROLLED)


def test_form_keeps_the_name_as_the_record_spells_it() -> None:
    form = make.agreement_form(MAN, at=NOW, family_name="Straße")
    begin(make.prescriber(), form)
    again = begin(make.prescriber(), replace(form, family_name="STRASSE"))
    assert again.agreements.get().form.answers["family_name"] == "Straße"


@pytest.mark.parametrize(
    ("typed_first", "typed_later"),
    [("José Łukasz", "Jose Lukasz"), ("Zoë-Anne", "zoe anne"), ("J. R.", "JR"), ("Bjørn", "BJORN")],
)
def test_person_typed_with_and_without_accents_is_offered_for_transfer(typed_first: str, typed_later: str) -> None:
    form = make.agreement_form(MAN, at=NOW, given_name=typed_first)
    theirs = enroll(make.prescriber(), form)
    with pytest.raises(KnownElsewhere, match=KNOWN):
        enroll(make.prescriber(), replace(form, given_name=typed_later))
    signed = theirs.agreements.get()
    assert signed.form.answers["given_name"] == typed_first
    assert shown_agreement(signed).integrity.holds


class TestStoredKeys:
    """The migration that computes the stored keys anew."""

    def written_before(self, **name: str) -> Enrollment:
        """A patient from before the change, with a form signed by everybody."""
        one = make.enrollment(MAN, at=NOW, birth_date=date(1970, 5, 5), **name)
        Patient.objects.filter(pk=one.patient_id).update(identity_key=MIGRATION.key_before(one.patient))
        return one

    def test_a_person_from_before_is_found_and_the_signed_form_is_whole(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(MIGRATION, "AT_A_TIME", 1)
        one = self.written_before(given_name="José", family_name="O’Neil")
        self.written_before(given_name="Ana", family_name="Other")
        MIGRATION.fold(apps, None)
        with pytest.raises(KnownElsewhere, match=KNOWN):
            enroll(make.prescriber(), replace(make.form_for(one), given_name="Jose", family_name="ONeil"))
        assert shown_agreement(one.agreements.get()).integrity.holds
        assert [one.identity_key for one in Patient.objects.all()] == [
            MIGRATION.key(one) for one in Patient.objects.all()
        ]

    def test_key_is_that_of_new_patients(self) -> None:
        for name in ("José-María", "Łukasz O’Neil", "Straße", "-", "\u304c"):
            one = make.enrollment(MAN, at=NOW, given_name=name).patient
            assert one.identity_key == MIGRATION.key(one)

    @pytest.mark.parametrize("names", [("José", "Jose"), ("Jose", "José")])
    @pytest.mark.parametrize("at_a_time", [1, 500])
    def test_later_of_two_that_turn_out_to_be_one_keeps_the_key_it_had(
        self, monkeypatch: pytest.MonkeyPatch, names: tuple[str, str], at_a_time: int
    ) -> None:
        monkeypatch.setattr(MIGRATION, "AT_A_TIME", at_a_time)
        first, later = (self.written_before(given_name=name, family_name="Doe").patient for name in names)
        MIGRATION.fold(apps, None)
        for _again in range(2):
            first.refresh_from_db()
            later.refresh_from_db()
            assert first.identity_key == MIGRATION.key(first)
            assert later.identity_key == MIGRATION.key_before(later)
            MIGRATION.fold(apps, None)
        MIGRATION.unfold(apps, None)
        first.refresh_from_db()
        assert first.identity_key == MIGRATION.key_before(first)
