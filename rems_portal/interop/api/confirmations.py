"""What a pharmacy does: ask for a confirmation number, read it, complete the checklist, record a dispense, cancel."""

from django.utils import timezone
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from authorizations.actions.confirm import ConfirmationRequest, cancel_confirmation, confirm_dispense
from authorizations.actions.dispense import DispenseRecord, complete_checklist, record_dispense
from authorizations.models import Confirmation, Dispense, Product
from rems_portal.audit.access import record_look
from rems_portal.errors import IdempotencyConflict, NotFound
from rems_portal.interop import answers, examples
from rems_portal.interop.api.base import PharmacyView
from rems_portal.interop.description import operation
from rems_portal.interop.serializers import asks, replies
from rems_portal.program import program_at
from rems_portal.rules.numbers import Kind
from rems_portal.rules.programs import ProgramVersion


class ConfirmationList(PharmacyView):
    """Ask for a confirmation."""

    @operation(
        "confirm",
        ask=asks.ConfirmationAsk,
        asked=examples.CONFIRMATION_ASK,
        reply=replies.ConfirmationReply,
        replied=examples.CONFIRMATION,
        success=201,
        key=True,
        extra=(409, 422),
    )
    def post(self, request: Request) -> Response:
        """Ask for a confirmation number for one prescription (PH-08)."""
        at = timezone.now()
        program = program_at(at)
        key = self.idempotency_key()
        asked = self.read(asks.ConfirmationAsk)
        number = asked["authorization_number"]
        decision = confirm_dispense(
            by=self.actor,
            at=at,
            pharmacy=self.pharmacy,
            request=ConfirmationRequest(
                authorization_number=number,
                category=asked["risk_category"],
                birth_date=asked["birth_date"],
                days_supply=asked["days_supply"],
                strength_mg=asked["strength_mg"],
                refill=asked["refill"],
                by_telephone=asked["by_telephone"],
            ),
            program=program,
            idempotency_key=key,
        )
        if decision.granted:
            body = answers.confirmation_body(decision.confirmation, decision.program_version, program, at)
            return Response(body, status=status.HTTP_201_CREATED)
        with self.looking_for(f"authorization {number}", at):
            if decision.enrollment_id is None:
                raise NotFound
        return answers.refusal(decision)


class ConfirmationDetail(PharmacyView):
    """Read one confirmation of this pharmacy."""

    @operation(
        "read_confirmation",
        reply=replies.ConfirmationReply,
        replied=examples.CONFIRMATION,
        number=Kind.CONFIRMATION,
    )
    def get(self, request: Request, number: str) -> Response:
        """Return the confirmation's state, deadlines and checklist."""
        at = timezone.now()
        canonical = self.number(Kind.CONFIRMATION, number)
        record = f"confirmation {canonical}"
        with self.looking_for(record, at):
            confirmation = Confirmation.objects.select_related("decision", "authorization").get(
                number=canonical, pharmacy=self.pharmacy
            )
        record_look(by=self.actor, at=at, record=record)
        version = confirmation.decision.program_version
        return Response(answers.confirmation_body(confirmation, version, program_at(at), at))


class ConfirmationChecklist(PharmacyView):
    """Complete the Checklist."""

    @operation(
        "complete_checklist",
        ask=asks.ChecklistAsk,
        asked=examples.CHECKLIST_ASK,
        reply=replies.StateReply,
        replied=examples.STATE,
        number=Kind.CONFIRMATION,
        extra=(422,),
    )
    def post(self, request: Request, number: str) -> Response:
        """Record that every item of the Checklist was gone through with the patient (PH-03 to PH-06, PH-10)."""
        at = timezone.now()
        program = program_at(at)
        canonical = self.number(Kind.CONFIRMATION, number)
        items = frozenset(self.read(asks.ChecklistAsk)["items"])
        known = {item.code for item in program.checklist}
        if not items <= known:
            raise ValidationError({"items": f"Give codes of known items: {', '.join(sorted(known))}."})
        with self.looking_for(f"confirmation {canonical}", at):
            checklist = complete_checklist(
                by=self.actor, at=at, pharmacy=self.pharmacy, number=canonical, items=items, program=program
            )
        return Response(answers.state_body(checklist.confirmation, at))


class ConfirmationDispense(PharmacyView):
    """Record a dispense."""

    @operation(
        "record_dispense",
        ask=asks.DispenseAsk,
        asked=examples.DISPENSE_ASK,
        reply=replies.DispenseReply,
        replied=examples.DISPENSE,
        success=201,
        number=Kind.CONFIRMATION,
        extra=(409, 422),
    )
    def post(self, request: Request, number: str) -> Response:
        """Record that the product was shipped or picked up (PH-09, PH-19); the same sent again is recorded once."""
        at = timezone.now()
        program = program_at(at)
        canonical = self.number(Kind.CONFIRMATION, number)
        asked = self.read(asks.DispenseAsk)
        record = DispenseRecord(
            how=asked["how"],
            done_at=asked["done_at"],
            days_supply=asked.get("days_supply"),
            product=_product(asked.get("ndc"), program),
            lot=asked["lot"],
        )
        with self.looking_for(f"confirmation {canonical}", at):
            dispense = record_dispense(
                by=self.actor, at=at, pharmacy=self.pharmacy, number=canonical, record=record, program=program
            )
        if not _is_recorded_as(dispense, record):
            raise IdempotencyConflict("Another dispense is recorded for this confirmation. Nothing was changed.")
        return Response(answers.dispense_body(dispense), status=status.HTTP_201_CREATED)


def _product(ndc: str | None, program: ProgramVersion) -> Product | None:
    if ndc is None:
        return None
    product = Product.objects.filter(program=program.program, ndc=ndc, is_active=True).first()
    if product is None:
        raise ValidationError({"ndc": "This NDC is not in the product catalogue."})
    return product


def _is_recorded_as(dispense: Dispense, record: DispenseRecord) -> bool:
    """Is what stands in the record what this request says? The act gives the first record to whoever asks again."""
    product_id = record.product.pk if record.product else None
    return (
        (dispense.how, dispense.done_at, dispense.lot, dispense.product_id)
        == (record.how, record.done_at, record.lot, product_id)
    ) and record.days_supply in (None, dispense.days_supply)


class ConfirmationCancel(PharmacyView):
    """Cancel a confirmation."""

    @operation(
        "cancel_confirmation",
        ask=asks.CancelAsk,
        asked=examples.CANCEL_ASK,
        reply=replies.StateReply,
        replied=examples.STATE | {"status": "cancelled"},
        number=Kind.CONFIRMATION,
        extra=(422,),
    )
    def post(self, request: Request, number: str) -> Response:
        """Give an open confirmation back, with a reason; its authorization is live again while it is valid."""
        at = timezone.now()
        canonical = self.number(Kind.CONFIRMATION, number)
        reason = self.read(asks.CancelAsk)["reason"]
        with self.looking_for(f"confirmation {canonical}", at):
            confirmation = cancel_confirmation(
                by=self.actor, at=at, pharmacy=self.pharmacy, number=canonical, reason=reason
            )
        return Response(answers.state_body(confirmation, at))
