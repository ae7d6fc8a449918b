"""Every stored field is classified: does it tell something about a patient's health or identity (PHI), or not?

A new field fails here until somebody has thought about it. What is PHI must be read through pages that write the look
down, must not be in the outbox, and must not be in logs or addresses.
"""

import pytest
from django.contrib import admin
from django.db import models

from tests.records import audited_models, own_models

# Numbers drawn at random (patient, case, authorization, confirmation) identify a patient only together with the
# records; they are the one thing about a patient that may stand in an address. Here they count as PHI all the same.
PHI: dict[str, set[str]] = {
    "audit.AccessEvent": {"record"},
    "patients.Patient": {"number", "given_name", "family_name", "birth_date", "sex", "email", "identity_key"},
    "patients.Enrollment": {
        "patient", "status", "enrolled_at", "ended_at", "can_get_pregnant", "cannot_basis", "menstrual_cycles",
        "next_test_due", "next_survey_due", "prescriber", "ended_by_name", "ended_reason", "after_care_until",
        "comes_of_age_on", "ending_form",
    },
    "signatures.SignedForm": {
        "number", "about", "document", "digest", "entered_at", "entered_by_name", "completed_at", "seal",
    },
    "signatures.Signature": {
        "form", "signer", "printed_name", "relation", "meaning", "signed_at", "zone", "method", "user",
        "document_digest", "seal",
    },
    "patients.Agreement": {
        "enrollment", "category", "prescriber_signed_name", "prescriber_signed_at", "patient_signed_name",
        "patient_signed_at", "guardian_name", "guardian_relation", "superseded_at", "purpose", "form",
        "in_force_from",
    },
    "patients.Transfer": {
        "enrollment", "from_prescriber", "to_prescriber", "agreement", "asked_at", "done_at", "withdrawn_at",
        "withdrawn_by_name", "withdrawn_reason", "email",
    },
    "patients.SigningInvitation": {
        "enrollment", "agreement", "invited_at", "invited_by_name", "expires_at", "used_at", "failed_birth_dates",
    },
    "patients.PreparedEnrollment": {
        "prescriber", "answers", "prepared_at", "prepared_by", "prepared_by_name", "enrollment", "discarded_at",
    },
    "patients.PregnancyTest": {
        "enrollment", "collected_at", "reported_at", "method", "sensitivity_miu_ml", "result", "laboratory",
        "entered_at", "entered_by_name", "source", "cleared_at", "cleared_by", "cleared_reason",
    },
    "patients.SurveyInvitation": {
        "enrollment", "invited_at", "invited_by_name", "expires_at", "used_at", "failed_birth_dates", "draft",
    },
    "patients.PatientSurvey": {
        "enrollment", "invitation", "form", "rule_group", "answers", "completed_at", "completed_by", "channel",
    },
    "patients.SafetyCase": {
        "number", "enrollment", "kind", "holds", "status", "opened_at", "opened_by_name", "closed_at", "closed_by",
        "closing_reason",
    },
    "patients.SafetyReport": {"case", "reported_at", "reporter_name", "reporter_role", "details"},
    "authorizations.Decision": {
        "ask", "outcome", "at", "facts", "checks", "failed", "actor_name", "user", "enrollment", "prescriber",
        "pharmacy", "form",
    },
    "authorizations.Authorization": {
        "number", "enrollment", "prescriber", "decision", "category", "status", "issued_at", "valid_through",
        "days_supply", "quantity", "strength_mg", "days_of_therapy", "transmission", "attested", "backing_test",
        "replaces", "ended_at", "ended_reason",
    },
    "authorizations.Confirmation": {
        "number", "authorization", "enrollment", "pharmacy", "decision", "rule_group", "status", "obtained_at",
        "ship_by", "pick_up_by", "lapses_at", "days_supply", "strength_mg", "superseded", "ended_at", "ended_reason",
    },
    "authorizations.Checklist": {"confirmation", "rule_group", "items", "form", "completed_at", "completed_by_name"},
    "authorizations.Dispense": {
        "confirmation", "enrollment", "pharmacy", "checklist", "how", "done_at", "dispensed_on", "supply_ends_on",
        "days_supply", "product", "lot", "recorded_at", "recorded_by_name", "in_time",
    },
    "authorizations.ComplianceCase": {
        "number", "confirmation", "pharmacy", "kind", "status", "opened_at", "details", "closed_at", "closed_by",
        "closing_reason",
    },
}  # fmt: skip

NOT_PHI: dict[str, set[str]] = {
    "audit.AccessEvent": {"at", "user", "actor_name", "channel", "outcome"},
    "accounts.User": {
        "password", "last_login", "email", "full_name", "role", "staff_role", "is_active", "date_joined",
        "sessions_ended_at",
    },
    "accounts.Invitation": {
        "account", "invited_by", "invited_at", "expires_at", "token_hash", "accepted_at", "withdrawn_at",
    },
    "notifications.OutboxMessage": {
        "key", "kind", "recipient", "user", "subject", "body", "private", "status", "queued_at", "claimed_at",
        "sent_at", "attempts", "last_error",
    },
    "signatures.SignedForm": {"program", "code", "version", "language"},
    "signatures.SigningTry": {"user", "tried_at", "right", "refused"},
    "materials.MaterialReading": {"user", "program", "material", "version", "language", "read_at"},
    "prescribers.Prescriber": {
        "user", "npi", "full_name", "credentials", "practice_name", "phone", "address",
    },
    "prescribers.PrescriberCertification": {
        "prescriber", "program", "status", "program_version", "form", "signed_name", "signed_at", "certified_at",
    },
    "prescribers.Delegation": {"prescriber", "delegate", "starts_on", "ends_on"},
    "pharmacies.Pharmacy": {"name", "npi", "ncpdp_id", "time_zone", "phone", "address"},
    "pharmacies.PharmacyCertification": {
        "pharmacy", "program", "status", "program_version", "attests_supply_left", "attests_supply_limit",
        "attests_number_and_category", "signed_name", "signed_at", "certified_at", "form",
    },
    "pharmacies.QuizAttempt": {
        "certification", "person", "program", "program_version", "opened_at", "paper", "taken_at", "answers", "correct",
        "questions", "passed",
    },
    "pharmacies.PharmacyStaff": {
        "pharmacy", "user", "is_representative", "trained_at", "trained_version", "starts_on", "ends_on",
    },
    "pharmacies.HandOver": {
        "pharmacy", "to", "reason", "stays", "asked_at", "asked_by_name", "done_at", "withdrawn_at",
        "withdrawn_by_name",
    },
    "patients.Enrollment": {"program", "submission_key"},
    "patients.Agreement": {"program_version", "submission_key"},
    "patients.PregnancyTest": {"submission_key"},
    "patients.SurveyInvitation": {"token_hash"},
    "patients.SigningInvitation": {"token_hash"},
    "patients.PatientSurvey": {"program_version"},
    "patients.SafetyReport": {"submission_key"},
    "authorizations.Product": {"program", "name", "labeler", "ndc", "strength_mg", "source", "is_active"},
    "authorizations.Decision": {"program", "program_version", "channel", "idempotency_key", "request_hash"},
    "authorizations.Checklist": {"program_version"},
    "interop.ApiToken": {
        "label", "token_hash", "prescriber", "pharmacy", "created_at", "created_by", "expires_at", "revoked_at",
    },
}  # fmt: skip


@pytest.mark.parametrize("model", own_models(), ids=lambda model: model._meta.label)
def test_every_field_is_classified_once(model: type[models.Model]) -> None:
    label = model._meta.label
    phi, other = PHI.get(label, set()), NOT_PHI.get(label, set())
    assert phi & other == set()
    assert phi | other == {field.name for field in model._meta.fields if not field.primary_key}


def test_no_model_is_classified_that_is_not_there() -> None:
    assert PHI.keys() | NOT_PHI.keys() == {model._meta.label for model in own_models()}


@pytest.mark.parametrize("label", sorted(PHI.keys() - {"audit.AccessEvent"}))
def test_looks_at_phi_in_admin_are_written_down(label: str) -> None:
    pages = {model._meta.label: page for model, page in admin.site._registry.items()}
    assert pages[label].patient is not None


def test_accounts_certifications_messages_and_tokens_hold_no_phi() -> None:
    for app in ("accounts", "notifications", "prescribers", "pharmacies", "interop"):
        assert not [label for label in PHI if label.startswith(f"{app}.")]


def test_history_keeps_no_password() -> None:
    for model in audited_models():
        assert not {"password", "last_login"} & {field.name for field in model.history.model._meta.fields}
