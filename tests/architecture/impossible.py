"""What the database must refuse: for each constraint, records made by the acts and the changes that spoil them."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db import models

import tests.factories as make
from authorizations.models import ComplianceCase
from patients.actions import invite_to_sign, prepare_enrollment
from patients.models import Agreement, SafetyCase
from pharmacies import actions as pharmacy_actions
from prescribers.models import Delegation
from rems_portal.accounts.actions import NewAccount, invite_account
from rems_portal.accounts.models import User
from rems_portal.audit.actors import acting_as
from rems_portal.audit.models import AccessEvent
from rems_portal.interop.models import ApiToken
from rems_portal.notifications.models import OutboxMessage
from rems_portal.rules.categories import RiskCategory
from rems_portal.signatures.models import SigningTry
from tests.factories import NOW, days, hours
from tests.integration.signed_forms import wholly_signed

Maker = Callable[[], Any]
C = RiskCategory


# ---- records to spoil ----


def female() -> Any:
    return make.enrollment(C.AF_CAN)


def agreement(category: RiskCategory = C.AF_CAN) -> Any:
    return make.enrollment(category).agreements.get()


def child_agreement() -> Any:
    return agreement(C.FC_CAN)


def pending() -> Any:
    return make.pending_enrollment(C.AM)


def asked_transfer() -> Any:
    return make.transfer(make.enrollment(C.AM))


def transfer_agreement() -> Any:
    return asked_transfer().agreement


def first_agreement(transfer: dict[str, Any]) -> int:
    return Agreement.objects.get(enrollment=transfer["enrollment_id"], purpose="enroll").pk


def signing_link() -> Any:
    waiting = make.waiting_agreement(pending())
    by = make.actor(waiting.enrollment.prescriber.user)
    return invite_to_sign(by=by, at=NOW, agreement=waiting)[0]


def prepared() -> Any:
    dr = make.prescriber()
    return prepare_enrollment(by=make.actor(dr.user), at=NOW, user=dr.user, prescriber=dr, answers={"sex": "male"})


def used_prepared() -> Any:
    made = prepared()
    made.enrollment = make.pending_enrollment(C.AM, prescriber=made.prescriber)
    with acting_as(make.actor(made.prescriber.user)):
        made.save()
    return made


def test_record() -> Any:
    return make.pregnancy_test(female(), collected_at=NOW - hours(2))


test_record.__test__ = False  # type: ignore[attr-defined]


def invitation() -> Any:
    return make.invitation(female())[0]


def survey() -> Any:
    return make.patient_survey(female())


def safety_case() -> Any:
    make.pregnancy_test(female(), collected_at=NOW, result="positive")
    return SafetyCase.objects.get()


def safety_report() -> Any:
    return safety_case().reports.get()


def authorization() -> Any:
    return make.authorization(female())


def decision() -> Any:
    return authorization().decision


def confirmation() -> Any:
    return make.confirmation(authorization())


def checklist() -> Any:
    return make.checklist(confirmation())


def dispense() -> Any:
    return make.dispense(confirmation())


def compliance_case() -> Any:
    make.dispense(confirmation(), at=NOW + hours(50))
    return ComplianceCase.objects.get()


def prescriber_certification() -> Any:
    return make.prescriber().certifications.get()


def reading() -> Any:
    return make.reading(make.account())


def pharmacy_certification() -> Any:
    return make.pharmacy().certifications.get()


def quiz_attempt() -> Any:
    return pharmacy_certification().quiz_attempts.get()


def delegation() -> Any:
    make.delegate_of(make.prescriber())
    return Delegation.objects.get()


def open_quiz() -> Any:
    certification = make.pharmacy(certified=False).certifications.get()
    user = certification.pharmacy.staff.get().user
    return pharmacy_actions.open_quiz(by=make.actor(user), at=NOW, certification=certification, program=make.PROGRAM)


def pharmacy_hand_over() -> Any:
    shop, other = make.pharmacy(), make.account("pharmacist")
    user = shop.staff.get().user
    return pharmacy_actions.hand_over_pharmacy(
        by=make.actor(user), at=NOW, user=user, pharmacy=shop, email=other.email, reason="Moved on"
    )


def pharmacy_staff() -> Any:
    return make.pharmacy().staff.get()


def account_invitation() -> Any:
    boss, wanted = make.administrator(), NewAccount(email="n@example.com", full_name="N", role=User.Role.DELEGATE)
    return invite_account(by=make.actor(boss), at=NOW, user=boss, account=wanted)


def message() -> Any:
    return OutboxMessage.objects.create(key="k", kind="x", recipient="a@example.com", queued_at=NOW)


def signed_form() -> Any:
    return wholly_signed()


def signature() -> Any:
    return signed_form().signatures.first()


def signing_try() -> Any:
    return SigningTry.objects.create(user=make.account(), tried_at=NOW, right=False)


def look() -> Any:
    return AccessEvent.objects.create(at=NOW, actor_name="A", channel="page", record="patient", outcome="shown")


def token() -> Any:
    return ApiToken.objects.create(
        label="x",
        token_hash="h",
        pharmacy=make.pharmacy(),
        created_at=NOW,
        created_by=make.administrator(),
        expires_at=NOW + days(1),
    )


LATER = NOW + days(1)
IMPOSSIBLE: dict[str, list[tuple[Maker, dict[str, Any]]]] = {
    "access_outcome_is_known": [(look, {"outcome": "perhaps"})],
    "access_names_who_looked": [(look, {"actor_name": ""})],
    "account_staff_role_only_for_staff": [
        (make.auditor, {"staff_role": ""}),
        (make.account, {"staff_role": "administrator"}),
    ],
    "invitation_expires_after_it_is_sent": [(account_invitation, {"expires_at": NOW})],
    "invitation_accepted_or_withdrawn_not_both": [(account_invitation, {"accepted_at": NOW, "withdrawn_at": NOW})],
    "outbox_sent_at_fits_status": [(message, {"status": "sent"}), (message, {"sent_at": NOW})],
    "outbox_status_is_known": [(message, {"status": "lost"})],
    "signed_form_digest_is_sha256": [(signed_form, {"digest": "0" * 63}), (signed_form, {"digest": "Z" * 64})],
    "signed_form_names_who_entered_it": [(signed_form, {"entered_by_name": ""})],
    "signed_form_is_not_empty": [(signed_form, {"document": ""})],
    "signed_form_seal_is_sha256": [(signed_form, {"seal": ""}), (signed_form, {"seal": "Z" * 64})],
    "signing_try_refused_is_not_right": [(signing_try, {"right": True, "refused": True})],
    "signature_signer_is_known": [(signature, {"signer": "neighbor"})],
    "signature_method_is_known": [(signature, {"method": "voice"})],
    "signature_has_name_and_meaning": [(signature, {"printed_name": ""}), (signature, {"meaning": ""})],
    "signature_by_password_has_an_account": [(signature, {"user_id": None})],
    "signature_digests_are_sha256": [(signature, {"seal": ""}), (signature, {"document_digest": "0" * 63})],
    "material_language_is_known": [(reading, {"language": "xx"})],
    "material_reading_says_what_was_read": [
        (reading, {"material": ""}),
        (reading, {"version": ""}),
        (reading, {"program": ""}),
    ],
    "prescriber_npi_has_ten_digits": [
        (make.prescriber, {"npi": "123456789"}),
        (make.prescriber, {"npi": "12345678X0"}),
    ],
    "prescriber_certification_status_is_known": [(prescriber_certification, {"status": "maybe"})],
    "prescriber_certified_only_when_signed": [(prescriber_certification, {"certified_at": None})],
    "prescriber_certification_signature_is_whole": [
        (lambda: make.prescriber(certified=False).certifications.get(), {"signed_name": "A"}),
        (lambda: make.prescriber(certified=False).certifications.get(), {"signed_at": NOW}),
    ],
    "prescriber_certification_keeps_a_form_that_is_signed": [
        (prescriber_certification, {"status": "in_progress", "signed_name": "", "signed_at": None}),
    ],
    "delegation_ends_after_it_starts": [(delegation, {"ends_on": date(2020, 1, 1)})],
    "patient_sex_is_known": [(lambda: female().patient, {"sex": "x"})],
    "patient_has_a_name": [(lambda: female().patient, {"family_name": ""})],
    "enrollment_status_is_known": [(female, {"status": "paused", "ended_at": NOW})],
    "enrollment_ended_at_fits_status": [
        (female, {"ended_at": NOW, "ended_by_name": "A", "ended_reason": "x"}),
        (female, {"status": "discontinued"}),
        (pending, {"status": "withdrawn"}),
    ],
    "enrollment_ending_names_who_and_why": [
        (female, {"status": "discontinued", "ended_at": NOW}),
        (female, {"status": "discontinued", "ended_at": NOW, "ended_by_name": "A"}),
        (female, {"status": "discontinued", "ended_at": NOW, "ended_reason": "x"}),
        (female, {"ended_by_name": "A"}),
    ],
    "enrollment_after_care_follows_treatment": [(female, {"after_care_until": date(2026, 7, 13)})],
    "enrollment_ending_form_ends_treatment": [
        (lambda: make.discontinued(make.enrollment(C.AM)), {"status": "withdrawn", "after_care_until": None})
    ],
    "enrollment_cannot_has_a_basis": [
        (female, {"can_get_pregnant": False}),
        (female, {"can_get_pregnant": False, "cannot_basis": "says so"}),
    ],
    "agreement_category_is_known": [(agreement, {"category": "AF"})],
    "agreement_purpose_is_known": [(agreement, {"purpose": "gift"})],
    "agreement_only_a_transfer_waits_to_be_in_force": [(agreement, {"in_force_from": None})],
    "agreement_transfer_in_force_only_when_signed": [(transfer_agreement, {"in_force_from": NOW})],
    "transfer_leads_to_another_prescriber": [
        (asked_transfer, {"to_prescriber": models.F("from_prescriber")}),
    ],
    "transfer_ends_in_one_way": [
        (
            asked_transfer,
            {"done_at": NOW, "withdrawn_at": NOW, "withdrawn_by_name": "A", "withdrawn_reason": "x"},
        )
    ],
    "transfer_withdrawal_names_who_and_why": [
        (asked_transfer, {"withdrawn_at": NOW}),
        (asked_transfer, {"withdrawn_at": NOW, "withdrawn_by_name": "A"}),
        (asked_transfer, {"withdrawn_reason": "x"}),
    ],
    "signing_invitation_expires_after_it_begins": [(signing_link, {"expires_at": NOW})],
    "signing_invitation_names_who_invited": [(signing_link, {"invited_by_name": ""})],
    "prepared_enrollment_used_or_discarded": [(used_prepared, {"discarded_at": NOW})],
    "prepared_enrollment_names_who": [(prepared, {"prepared_by_name": ""})],
    "agreement_prescriber_signature_is_whole": [
        (agreement, {"prescriber_signed_name": ""}),
        (agreement, {"prescriber_signed_at": None}),
    ],
    "agreement_patient_signature_is_whole": [
        (agreement, {"patient_signed_name": ""}),
        (agreement, {"patient_signed_at": None}),
    ],
    "agreement_for_a_child_names_the_guardian": [
        (child_agreement, {"guardian_name": ""}),
        (child_agreement, {"guardian_relation": ""}),
    ],
    "pregnancy_test_happens_before_it_is_told": [
        (test_record, {"collected_at": LATER}),
        (test_record, {"reported_at": LATER}),
    ],
    "pregnancy_test_result_is_known": [(test_record, {"result": "probably"})],
    "pregnancy_test_method_is_known": [(test_record, {"method": "guess"})],
    "pregnancy_test_sensitivity_positive": [(test_record, {"sensitivity_miu_ml": 0})],
    "pregnancy_test_clearing_is_whole": [
        (test_record, {"cleared_at": NOW}),
        (test_record, {"cleared_reason": "because"}),
    ],
    "pregnancy_test_names_who_entered_it": [(test_record, {"entered_by_name": ""})],
    "survey_invitation_expires_after_it_begins": [(invitation, {"expires_at": NOW})],
    "survey_invitation_names_who_invited": [(invitation, {"invited_by_name": ""})],
    "survey_completed_by_is_known": [(survey, {"completed_by": "neighbor"})],
    "safety_case_holds_by_its_kind": [(safety_case, {"holds": False}), (safety_case, {"kind": "discordance"})],
    "safety_case_closing_is_whole": [
        (safety_case, {"status": "closed"}),
        (safety_case, {"closed_at": NOW}),
        (safety_case, {"status": "gone"}),
    ],
    "safety_case_names_who_opened_it": [(safety_case, {"opened_by_name": ""})],
    "safety_report_names_who_reported": [(safety_report, {"reporter_name": ""})],
    "pharmacy_npi_has_ten_digits": [(make.pharmacy, {"npi": "12345678901"[:9]})],
    "pharmacy_ncpdp_has_seven_digits": [(make.pharmacy, {"ncpdp_id": "12A4567"})],
    "pharmacy_certification_status_is_known": [(pharmacy_certification, {"status": "maybe"})],
    "pharmacy_certified_only_when_attested_and_signed": [
        (pharmacy_certification, {"attests_supply_left": False}),
        (pharmacy_certification, {"attests_supply_limit": False}),
        (pharmacy_certification, {"attests_number_and_category": False}),
        (pharmacy_certification, {"certified_at": None}),
    ],
    "pharmacy_certification_signature_is_whole": [
        (lambda: make.pharmacy(certified=False).certifications.get(), {"signed_name": "A"}),
        (lambda: make.pharmacy(certified=False).certifications.get(), {"signed_at": NOW}),
    ],
    "quiz_has_no_more_right_answers_than_questions": [(quiz_attempt, {"correct": 99})],
    "quiz_is_scored_when_it_was_sent": [
        (quiz_attempt, {"correct": None}),
        (quiz_attempt, {"taken_at": None}),
        (open_quiz, {"correct": 0}),
        (open_quiz, {"passed": True}),
    ],
    "quiz_is_sent_after_it_was_opened": [(quiz_attempt, {"taken_at": NOW - days(50)})],
    "pharmacy_staff_training_names_its_version": [
        (pharmacy_staff, {"trained_version": ""}),
        (pharmacy_staff, {"trained_at": None}),
    ],
    "pharmacy_hand_over_names_who_and_why": [
        (pharmacy_hand_over, {"asked_by_name": ""}),
        (pharmacy_hand_over, {"reason": ""}),
    ],
    "pharmacy_hand_over_withdrawal_is_whole": [
        (pharmacy_hand_over, {"withdrawn_at": NOW}),
        (pharmacy_hand_over, {"withdrawn_by_name": "A"}),
    ],
    "pharmacy_hand_over_ends_in_one_way": [
        (pharmacy_hand_over, {"done_at": NOW, "withdrawn_at": NOW, "withdrawn_by_name": "A"}),
    ],
    "pharmacy_staff_leaves_after_starting": [(pharmacy_staff, {"ends_on": date(2020, 1, 1)})],
    "product_has_a_source": [(make.product, {"source": ""})],
    "product_strength_positive": [(make.product, {"strength_mg": 0})],
    "decision_granted_only_when_nothing_failed": [
        (decision, {"failed": "AUTH-01"}),
        (decision, {"outcome": "refused"}),
    ],
    "decision_names_who_asked": [(decision, {"prescriber": None}), (decision, {"enrollment": None})],
    "decision_names_its_version": [(decision, {"program_version": ""})],
    "decision_names_the_actor": [(decision, {"actor_name": ""})],
    "authorization_supply_1_to_28": [(authorization, {"days_supply": 29}), (authorization, {"days_supply": 0})],
    "authorization_quantity_and_strength_positive": [
        (authorization, {"quantity": 0}),
        (authorization, {"strength_mg": 0}),
        (authorization, {"days_of_therapy": 0}),
    ],
    "authorization_category_known": [(authorization, {"category": "AF"})],
    "authorization_status_known": [(authorization, {"status": "maybe", "ended_at": NOW, "ended_reason": "x"})],
    "authorization_has_its_negative_test": [(authorization, {"backing_test": None})],
    "authorization_ended_only_with_a_reason": [
        (authorization, {"status": "void"}),
        (authorization, {"status": "void", "ended_at": NOW}),
        (authorization, {"ended_at": NOW}),
    ],
    "authorization_not_by_telephone": [(authorization, {"transmission": "telephone"})],
    "confirmation_supply_1_to_28": [(confirmation, {"days_supply": 29}), (confirmation, {"days_supply": 0})],
    "confirmation_status_known": [(confirmation, {"status": "maybe", "ended_at": NOW})],
    "confirmation_deadlines_lie_ahead": [(confirmation, {"ship_by": NOW}), (confirmation, {"pick_up_by": NOW})],
    "confirmation_ended_at_fits_status": [(confirmation, {"status": "lapsed"}), (confirmation, {"ended_at": NOW})],
    "checklist_names_who_completed_it": [(checklist, {"completed_by_name": ""})],
    "dispense_supply_1_to_28": [(dispense, {"days_supply": 29}), (dispense, {"days_supply": 0})],
    "dispense_how_is_known": [(dispense, {"how": "mailed"})],
    "dispense_not_in_the_future": [(dispense, {"done_at": LATER})],
    "dispense_supply_ends_after_it_begins": [(dispense, {"supply_ends_on": date(2020, 1, 1)})],
    "dispense_names_who_recorded_it": [(dispense, {"recorded_by_name": ""})],
    "compliance_case_closing_is_whole": [
        (compliance_case, {"status": "closed"}),
        (compliance_case, {"closed_at": NOW}),
    ],
    "api_token_belongs_to_one": [(token, {"pharmacy": None})],
    "api_token_expires": [(token, {"expires_at": NOW})],
}

# Written a second time as it is (its own unique columns changed), the row must be refused.
TWICE: dict[str, tuple[Maker, dict[str, Any]]] = {
    "account_email_unique_whatever_case": (lambda: make.account(email="a@example.com"), {"email": "A@example.com"}),
    "signature_one_on_each_line": (signature, {}),
    "prescriber_certified_once_per_program": (prescriber_certification, {}),
    "material_version_is_read_once_by_a_person": (reading, {}),
    "delegation_open_once": (delegation, {}),
    "patient_enrolled_once_per_program": (female, {"submission_key": None}),
    "enrollment_pending_once_per_prescriber": (pending, {"submission_key": None}),
    "agreement_one_current": (agreement, {"form_id": None}),
    "transfer_asked_once_by_a_prescriber": (asked_transfer, {"agreement_id": first_agreement}),
    "safety_case_one_open_of_a_kind": (safety_case, {"number": "K-OTHER"}),
    "pharmacy_certified_once_per_program": (pharmacy_certification, {}),
    "pharmacy_staff_open_once": (pharmacy_staff, {}),
    "pharmacy_hand_over_waits_once": (pharmacy_hand_over, {}),
    "quiz_paper_open_once": (open_quiz, {}),
    "decision_once_per_key_of_prescriber": (
        lambda: make.ask_authorization(female(), idempotency_key="key"),
        {},
    ),
    "decision_once_per_key_of_pharmacy": (
        lambda: make.ask_confirmation(authorization(), idempotency_key="key"),
        {},
    ),
    "compliance_case_once_per_kind": (compliance_case, {"number": "K-OTHER"}),
}

# Two live numbers need two decisions: tried with a decision of their own.
WITH_ANOTHER_DECISION = {
    "authorization_one_live": (authorization, {"number": "A-OTHER"}),
    "confirmation_one_live_per_authorization": (confirmation, {"number": "C-OTHER"}),
    "confirmation_one_open_per_patient": (confirmation, {"number": "C-OTHER"}),
}
