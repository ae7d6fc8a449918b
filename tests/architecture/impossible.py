"""What the database must refuse: for each constraint, records made by the acts and the changes that spoil them."""

from collections.abc import Callable
from datetime import date
from typing import Any

import tests.factories as make
from authorizations.models import ComplianceCase
from patients.models import SafetyCase
from prescribers.models import Delegation
from rems_portal.audit.models import AccessEvent
from rems_portal.interop.models import ApiToken
from rems_portal.notifications.models import OutboxMessage
from rems_portal.rules.categories import RiskCategory
from tests.factories import NOW, days, hours

Maker = Callable[[], Any]
C = RiskCategory


# ---- records to spoil ----


def female() -> Any:
    return make.enrollment(C.AF_CAN)


def agreement(category: RiskCategory = C.AF_CAN) -> Any:
    return make.enrollment(category).agreements.get()


def child_agreement() -> Any:
    return agreement(C.FC_CAN)


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


def pharmacy_certification() -> Any:
    return make.pharmacy().certifications.get()


def quiz_attempt() -> Any:
    return pharmacy_certification().quiz_attempts.get()


def delegation() -> Any:
    make.delegate_of(make.prescriber())
    return Delegation.objects.get()


def pharmacy_staff() -> Any:
    return make.pharmacy().staff.get()


def message() -> Any:
    return OutboxMessage.objects.create(key="k", kind="x", recipient="a@example.com", queued_at=NOW)


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
    "outbox_sent_at_fits_status": [(message, {"status": "sent"}), (message, {"sent_at": NOW})],
    "outbox_status_is_known": [(message, {"status": "lost"})],
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
    "delegation_ends_after_it_starts": [(delegation, {"ends_on": date(2020, 1, 1)})],
    "patient_sex_is_known": [(lambda: female().patient, {"sex": "x"})],
    "patient_has_a_name": [(lambda: female().patient, {"family_name": ""})],
    "enrollment_status_is_known": [(female, {"status": "paused", "ended_at": NOW})],
    "enrollment_ended_at_fits_status": [(female, {"ended_at": NOW}), (female, {"status": "discontinued"})],
    "enrollment_cannot_has_a_basis": [
        (female, {"can_get_pregnant": False}),
        (female, {"can_get_pregnant": False, "cannot_basis": "says so"}),
    ],
    "agreement_category_is_known": [(agreement, {"category": "AF"})],
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
    "prescriber_certified_once_per_program": (prescriber_certification, {}),
    "prescriber_reviews_a_version_once": (lambda: prescriber_certification().reviews.first(), {}),
    "delegation_open_once": (delegation, {}),
    "patient_enrolled_once_per_program": (female, {"submission_key": None}),
    "agreement_one_current": (agreement, {}),
    "safety_case_one_open_of_a_kind": (safety_case, {"number": "K-OTHER"}),
    "pharmacy_certified_once_per_program": (pharmacy_certification, {}),
    "pharmacy_reviews_a_version_once": (lambda: pharmacy_certification().reviews.first(), {}),
    "pharmacy_staff_open_once": (pharmacy_staff, {}),
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
