"""The hot path: what is ready for an authorization, asked for it, confirmed and dispensed."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from itertools import count
from typing import Any

from authorizations.actions.authorize import PrescriberSurvey, authorize_prescription
from authorizations.actions.confirm import ConfirmationRequest, confirm_dispense
from authorizations.actions.dispense import DispenseRecord, complete_checklist, record_dispense
from authorizations.models import Authorization, Checklist, Confirmation, Decision, Dispense, Product
from patients.models import Enrollment
from pharmacies.models import Pharmacy
from rems_portal.accounts.models import User
from rems_portal.audit.actors import Actor, Channel, acting_as
from rems_portal.rules.authorization import PrescriptionFacts
from rems_portal.rules.categories import RiskCategory, RuleGroup
from rems_portal.rules.dispensing import checklist_items
from tests.factories.clock import NOW, PROGRAM, days, hours
from tests.factories.patients import group_at, patient_survey, pregnancy_test
from tests.factories.pharmacies import pharmacy as make_pharmacy
from tests.factories.signing import signing

EVERYTHING = frozenset(attestation.code for attestation in PROGRAM.attestations)
_numbers = count(1)


def ready(one: Enrollment, *, at: datetime = NOW) -> Enrollment:
    """Record the tests and the survey that the next authorization at `at` needs."""
    group = group_at(one, at)
    if group is RuleGroup.FCGP:
        if not one.dispenses.exists():
            pregnancy_test(one, collected_at=at - days(12))
        pregnancy_test(one, collected_at=at - hours(2))
    if group is not RuleGroup.MALE or one.dispenses.exists():
        patient_survey(one, at=at - hours(1))
    return one


def prescriber_survey(**changes: Any) -> PrescriberSurvey:
    """Return a complete prescriber survey: 21 capsules of 10 mg for 28 days, everything attested.

    Keywords of the prescription (days_supply, quantity, strength_mg, refills, by_telephone) go into it.
    """
    of_prescription = {name: changes.pop(name) for name in PrescriptionFacts.__slots__ if name in changes}
    prescription = PrescriptionFacts(
        days_supply=28, quantity=21, strength_mg=Decimal(10), refills=0, by_telephone=False
    )
    survey = PrescriberSurvey(
        prescription=replace(prescription, **of_prescription),
        days_of_therapy=21,
        transmission=Authorization.Transmission.ELECTRONIC,
        attested=EVERYTHING,
    )
    return replace(survey, **changes)


def ask_authorization(
    one: Enrollment, *, at: datetime = NOW, idempotency_key: str | None = None, **changes: Any
) -> Decision:
    """Ask for an authorization in the prescriber's name; keywords change the prescriber survey."""
    return authorize_prescription(
        by=Actor.of(one.prescriber.user),
        at=at,
        prescriber=one.prescriber,
        enrollment=one,
        survey=prescriber_survey(**changes),
        program=PROGRAM,
        signing=signing(one.prescriber.user, at=at),
        idempotency_key=idempotency_key,
    )


def authorization(one: Enrollment, *, at: datetime = NOW, **changes: Any) -> Authorization:
    """Make the patient ready and return the authorization granted at `at`."""
    decision = ask_authorization(ready(one, at=at), at=at, **changes)
    assert decision.granted, (decision.failed, decision.checks)
    return decision.authorization


def confirmation_request(number: Authorization, **changes: Any) -> ConfirmationRequest:
    """Return what a pharmacy reads off the prescription; keywords change it."""
    request = ConfirmationRequest(
        authorization_number=number.number,
        category=RiskCategory(number.category),
        birth_date=number.enrollment.patient.birth_date,
        days_supply=number.days_supply,
        strength_mg=number.strength_mg,
    )
    return replace(request, **changes)


def trained_staff(shop: Pharmacy) -> User:
    """Return the account of somebody who may confirm there."""
    return shop.staff.filter(trained_at__isnull=False).earliest("pk").user


def ask_confirmation(
    number: Authorization,
    *,
    pharmacy: Pharmacy | None = None,
    at: datetime = NOW,
    user: User | None = None,
    idempotency_key: str | None = None,
    **changes: Any,
) -> Decision:
    """Ask for a confirmation in the name of the pharmacy's trained staff; keywords change the request."""
    shop = pharmacy or make_pharmacy(at=at)
    return confirm_dispense(
        by=Actor.of(user or trained_staff(shop)),
        at=at,
        pharmacy=shop,
        request=confirmation_request(number, **changes),
        program=PROGRAM,
        idempotency_key=idempotency_key,
    )


def confirmation(
    number: Authorization, *, pharmacy: Pharmacy | None = None, at: datetime = NOW, **changes: Any
) -> Confirmation:
    """Return the confirmation granted at `at`."""
    decision = ask_confirmation(number, pharmacy=pharmacy, at=at, **changes)
    assert decision.granted, (decision.failed, decision.checks)
    return decision.confirmation


def checklist(held: Confirmation, *, at: datetime = NOW) -> Checklist:
    """Complete the checklist of the patient's group."""
    return complete_checklist(
        by=Actor.of(trained_staff(held.pharmacy)),
        at=at,
        pharmacy=held.pharmacy,
        number=held.number,
        items=frozenset(item.code for item in checklist_items(RuleGroup(held.rule_group), PROGRAM)),
        program=PROGRAM,
    )


def dispense(held: Confirmation, *, at: datetime = NOW, done_at: datetime | None = None, **changes: Any) -> Dispense:
    """Complete the checklist and record that the product was picked up at `done_at` (default: `at`)."""
    checklist(held, at=at)
    record = DispenseRecord(how=Dispense.How.PICKED_UP, done_at=done_at or at, lot="LOT-1")
    return record_dispense(
        by=Actor.of(trained_staff(held.pharmacy)),
        at=at,
        pharmacy=held.pharmacy,
        number=held.number,
        record=replace(record, **changes),
        program=PROGRAM,
    )


def treated(one: Enrollment, *, at: datetime = NOW, pharmacy: Pharmacy | None = None) -> Dispense:
    """Play one whole month: authorization, confirmation and dispense, all at `at`."""
    return dispense(confirmation(authorization(one, at=at), pharmacy=pharmacy, at=at), at=at)


def product(*, strength_mg: str = "10", **changes: Any) -> Product:
    """Make a package of the product catalogue."""
    fields = {
        "program": PROGRAM.program,
        "name": "Lenalidomide capsules",
        "labeler": "Test Labeler",
        "ndc": f"99999-{next(_numbers):04d}-28",
        "strength_mg": Decimal(strength_mg),
        "source": "made for a test",
    }
    with acting_as(Actor(name="Test", channel=Channel.COMMAND)):
        return Product.objects.create(**fields | changes)
