"""One patient's course as verbs, each a business act in the right person's name. Time runs forward.

What an act refuses raises: a demo that can't have happened isn't loaded.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from authorizations.actions.authorize import PrescriberSurvey, authorize_prescription
from authorizations.actions.confirm import ConfirmationRequest, confirm_dispense
from authorizations.actions.discontinue import CODE as DISCONTINUATION
from authorizations.actions.discontinue import discontinue_treatment
from authorizations.actions.dispense import DispenseRecord, complete_checklist, record_dispense
from authorizations.actions.patient_signature import sign_for_patient
from authorizations.actions.patient_survey import complete_patient_survey
from authorizations.actions.safety import TestResult, record_pregnancy_test
from authorizations.actions.transfer import ask_transfer
from authorizations.models import Authorization, Confirmation, Decision, Dispense, Product
from patients.actions import PatientEnrollment, enroll_patient, invite_to_sign, invite_to_survey, waiting_signers
from patients.models import Enrollment, PatientSurvey, PregnancyTest
from pharmacies.models import Pharmacy
from prescribers.models import Prescriber
from rems_portal.accounts.models import User
from rems_portal.audit.actors import Actor, Channel
from rems_portal.rules.authorization import PrescriptionFacts
from rems_portal.rules.calendars import program_day
from rems_portal.rules.categories import CannotBasis, RiskCategory, RuleGroup, category_that_fits, group_of
from rems_portal.rules.dispensing import checklist_items
from rems_portal.rules.forms import ItemKind, Signer, shown_items
from rems_portal.rules.programs import ProgramVersion, form_named
from rems_portal.rules.surveys import survey_questions
from rems_portal.signatures.actions import Signing
from rems_portal.signatures.models import Method

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
LABORATORY = "Invented Laboratory"


@dataclass(slots=True)
class Course:
    """A patient with a prescriber, and the pharmacy that usually dispenses."""

    form: PatientEnrollment
    prescriber: Prescriber
    pharmacy: Pharmacy
    pharmacist: User
    program: ProgramVersion
    strength_mg: Decimal = Decimal(10)
    enrollment: Enrollment = field(init=False)

    @property
    def office(self) -> Actor:
        """The prescriber as who acts."""
        return Actor.of(self.prescriber.user)

    @property
    def counter(self) -> Actor:
        """The pharmacist as who acts."""
        return Actor.of(self.pharmacist)

    def group(self, at: datetime) -> RuleGroup:
        """Return the rule group that fits the patient at `at`."""
        return group_of(self.category(at))

    def category(self, at: datetime) -> RiskCategory:
        """Return the category that fits the patient at `at`."""
        form = self.form
        return category_that_fits(
            birth_date=form.birth_date,
            sex=form.sex,
            can_get_pregnant=form.can_get_pregnant,
            cannot_basis=CannotBasis(form.cannot_basis) if form.cannot_basis else None,
            on=program_day(at),
            program=self.program,
        )

    def enroll(self, at: datetime) -> None:
        """Sign the agreement form: the prescriber, and at once the patient's side on a link."""
        self.send_to_sign(at)
        agreement = self.enrollment.agreements.current().get()
        link, _secret = invite_to_sign(by=self.office, at=at, agreement=agreement)
        for signer in waiting_signers(agreement):
            is_guardian = signer == Signer.GUARDIAN
            name = f"Gale {self.form.family_name}" if is_guardian else self.enrollment.patient.full_name
            proof = Signing(printed_name=name, method=Method.LINK, at=at, relation="Parent" if is_guardian else "")
            sign_for_patient(
                by=Actor(name=signer.label, channel=Channel.LINK),
                at=at,
                invitation=link,
                signer=signer,
                signing=proof,
                program=self.program,
            )
        self.enrollment.refresh_from_db()

    def send_to_sign(self, at: datetime) -> None:
        """Enroll as far as the prescriber's signature."""
        user = self.prescriber.user
        proof = Signing(printed_name=user.get_full_name(), method=Method.PASSWORD, at=at, user_id=user.pk)
        self.enrollment = enroll_patient(
            by=self.office, at=at, prescriber=self.prescriber, form=self.form, program=self.program, signing=proof
        )

    def move_to(self, prescriber: Prescriber, at: datetime) -> None:
        """Ask, as another prescriber, for the transfer of the patient; the patient's side has not signed yet."""
        user = prescriber.user
        proof = Signing(printed_name=user.get_full_name(), method=Method.PASSWORD, at=at, user_id=user.pk)
        by = Actor.of(user)
        ask_transfer(by=by, at=at, prescriber=prescriber, form=self.form, program=self.program, signing=proof)

    def end(self, at: datetime, reason: str) -> None:
        """End the treatment; everything that concerns the patient was said."""
        definition = form_named(self.program, DISCONTINUATION)
        said = {"reason": reason, "group": self.group(at).value}
        told = [item.code for item in shown_items(definition, said) if item.kind is ItemKind.TICK]
        discontinue_treatment(
            by=self.office,
            at=at,
            prescriber=self.prescriber,
            enrollment=self.enrollment,
            answers={"reason": reason, **dict.fromkeys(told, True)},
            program=self.program,
            signing=self._by_password(at),
        )

    def test(self, at: datetime, result: PregnancyTest.Result = PregnancyTest.Result.NEGATIVE) -> None:
        """Record a pregnancy test, reported two hours after it was collected at `at`."""
        report = TestResult(
            collected_at=at,
            reported_at=at + 2 * HOUR,
            method=PregnancyTest.Method.SERUM,
            sensitivity_miu_ml=25,
            result=result,
            laboratory=LABORATORY,
        )
        record_pregnancy_test(
            by=self.office, at=at + 2 * HOUR, enrollment=self.enrollment, test=report, program=self.program
        )

    def survey(self, at: datetime, **answers: bool) -> None:
        """Hand the survey over an hour before and complete it at `at`; keywords change an answer."""
        invitation, _secret = invite_to_survey(by=self.office, at=at - HOUR, enrollment=self.enrollment)
        group = self.group(at)
        child = self.category(at).is_child
        reassuring = {question.code: not question.alarming for question in survey_questions(group, self.program)}
        complete_patient_survey(
            by=Actor(name="Parent or guardian" if child else "Patient", channel=Channel.LINK),
            at=at,
            invitation=invitation,
            answers=reassuring | answers,
            completed_by=PatientSurvey.CompletedBy.GUARDIAN if child else PatientSurvey.CompletedBy.PATIENT,
            group=group,
            program=self.program,
            signing=self._by_link(at, child=child),
        )

    def _by_link(self, at: datetime, *, child: bool) -> Signing:
        """Return the proof with which the patient, or the child's parent, signs through a link."""
        name = f"Alex {self.form.family_name}" if child else self.enrollment.patient.full_name
        return Signing(printed_name=name, method=Method.LINK, at=at, relation="Parent" if child else "")

    def authorize(self, at: datetime, *, days_supply: int = 28, attested: frozenset[str] | None = None) -> Decision:
        """Ask for an authorization; everything is attested unless `attested` says what is."""
        everything = frozenset(attestation.code for attestation in self.program.attestations)
        prescription = PrescriptionFacts(
            days_supply=days_supply,
            quantity=min(days_supply, 21),
            strength_mg=self.strength_mg,
            refills=0,
            by_telephone=False,
        )
        survey = PrescriberSurvey(
            prescription=prescription,
            days_of_therapy=min(days_supply, 21),
            transmission=Authorization.Transmission.ELECTRONIC,
            attested=everything if attested is None else attested,
        )
        return authorize_prescription(
            by=self.office,
            at=at,
            prescriber=self.prescriber,
            enrollment=self.enrollment,
            survey=survey,
            program=self.program,
            signing=self._by_password(at),
        )

    def _by_password(self, at: datetime) -> Signing:
        user = self.prescriber.user
        return Signing(printed_name=user.get_full_name(), method=Method.PASSWORD, at=at, user_id=user.pk)

    def authorized(self, at: datetime) -> Authorization:
        """Return the authorization granted at `at`. Raises RuntimeError when it is refused."""
        decision = self.authorize(at)
        if not decision.granted:
            raise RuntimeError(f"{self.form.family_name}: no authorization at {at}: {decision.failed}")
        return decision.authorization

    def ask_confirmation(self, authorization: Authorization, at: datetime) -> Decision:
        """Ask for a confirmation of the whole supply."""
        request = ConfirmationRequest(
            authorization_number=authorization.number,
            category=RiskCategory(authorization.category),
            birth_date=self.form.birth_date,
            days_supply=authorization.days_supply,
            strength_mg=authorization.strength_mg,
        )
        return confirm_dispense(by=self.counter, at=at, pharmacy=self.pharmacy, request=request, program=self.program)

    def confirmed(self, authorization: Authorization, at: datetime) -> Confirmation:
        """Return the confirmation granted at `at`. Raises RuntimeError when it is refused."""
        decision = self.ask_confirmation(authorization, at)
        if not decision.granted:
            raise RuntimeError(f"{self.form.family_name}: no confirmation at {at}: {decision.failed}")
        return decision.confirmation

    def checklist(self, confirmation: Confirmation, at: datetime) -> None:
        """Complete the checklist of the patient's group."""
        items = checklist_items(RuleGroup(confirmation.rule_group), self.program)
        complete_checklist(
            by=self.counter,
            at=at,
            pharmacy=self.pharmacy,
            number=confirmation.number,
            items=frozenset(item.code for item in items),
            program=self.program,
        )

    def dispense(self, confirmation: Confirmation, at: datetime, how: Dispense.How = Dispense.How.PICKED_UP) -> None:
        """Complete the checklist and record that the product left at `at`."""
        self.checklist(confirmation, at)
        record = DispenseRecord(
            how=how,
            done_at=at,
            product=Product.objects.filter(strength_mg=self.strength_mg, is_active=True).first(),
            lot=f"D{at:%y%m}",
        )
        record_dispense(
            by=self.counter,
            at=at,
            pharmacy=self.pharmacy,
            number=confirmation.number,
            record=record,
            program=self.program,
        )
