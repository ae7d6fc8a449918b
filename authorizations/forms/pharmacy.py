"""What a pharmacy types at the counter, for the checklist and for the dispense. Checks what was typed, decides nothing.

What the program may refuse (a supply of 29 days, a refill) passes here and is decided by the rules, so that the answer
is stored and lists everything at once. Only what can't be asked at all is refused here.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, cast
from uuid import UUID, uuid5

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.http import QueryDict

from authorizations.actions.confirm import ConfirmationRequest
from authorizations.actions.decisions import request_hash
from authorizations.actions.dispense import CHECKLIST_CHANGED, DispenseRecord
from authorizations.forms.prescriber import LARGEST_NUMBER, whole_number
from authorizations.models import Confirmation, Dispense, Product
from pharmacies.models import Pharmacy
from rems_portal.clockwork import instant_in_words, zone_named
from rems_portal.fields import DayField, MomentField
from rems_portal.rules.forms import FormDefinition, fingerprint
from rems_portal.rules.lifecycles import ConfirmationStatus
from rems_portal.rules.numbers import Kind, NumberError, parse_number
from rems_portal.rules.programs import ProgramVersion
from rems_portal.rules.vocabulary import RiskCategory
from rems_portal.typed import LineField, SubmissionKeyField, TypedForm

NOT_LISTED = "other"
SAY_HOW_IT_CAME = "Say how the prescription came."
NOT_FOUND = (
    "No authorization was found for this number and date of birth. Check both on the prescription; if they are right, "
    "call the prescriber."
)
LONGEST_SCANNED = 300
A_MINUTE = timedelta(minutes=1)


class NumberField(LineField):
    """A number that people read aloud. Out: its canonical form. A slip of the finger is told from an unknown number.

    What a scanner reads from the prescription's code may hold more than the number; the one number in it is taken.
    """

    def __init__(self, kind: Kind, **kwargs: Any) -> None:
        super().__init__(max_length=LONGEST_SCANNED, **kwargs)
        self.kind = kind

    def to_python(self, value: Any) -> str:
        text = super().to_python(value)
        inside = set(re.findall(rf"\b{self.kind.value}(?:-[0-9A-Z]{{4}}){{3}}-[0-9A-Z]{{2}}\b", text.upper()))
        return inside.pop() if len(inside) == 1 else text

    def validate(self, value: str) -> None:
        super().validate(value)
        try:
            parse_number(self.kind, value)
        except NumberError as error:
            raise ValidationError(error.sentence, code="number") from error

    def clean(self, value: Any) -> str:
        return parse_number(self.kind, super().clean(value))


def strength_in_words(strength: Decimal) -> str:
    """Return a strength without needless zeros: "2.5"."""
    return f"{strength.normalize():f}"


def code_of(number: str, category: str, strength: Decimal, days_supply: int) -> str:
    """Return what the code on a prescription says to a scanner: what stands on it in words (PR-09), and no more."""
    return f"{number} {category} {strength_in_words(strength)} {days_supply}"


# The same pattern is in static/js/counter.js, which fills the boxes at once.
CODE = re.compile(r"^\s*(A-[0-9A-Z-]{16,18})\s+([A-Z]{2}(?:_[A-Z]+)?)\s+([0-9]+(?:\.[0-9])?)\s+([0-9]{1,2})\s*$")


def read_from_code(data: QueryDict) -> QueryDict:
    """Return the answers with what a scanned code says in the boxes that were left empty; the rest stays as typed."""
    found = CODE.match(data.get("authorization_number", ""))
    if found is None:
        return data
    filled = data.copy()
    for name, said in zip(("authorization_number", "category", "strength", "days_supply"), found.groups(), strict=True):
        if name == "authorization_number" or not filled.get(name):
            filled[name] = said
    return filled


class Origin(TextChoices):
    """How a prescription came to the pharmacy (PH-13, PH-14); the rules say which may be dispensed."""

    NEW = "new", "As a new one, written or electronic"
    REFILL = "refill", "As a refill"
    TELEPHONE = "telephone", "By telephone"


class CounterForm(TypedForm):
    """One prescription, as the pharmacy reads it (PH-07), and the supply it will dispense."""

    key = SubmissionKeyField()
    pharmacy = forms.ChoiceField(
        label="Which pharmacy dispenses it?",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose the pharmacy.", "invalid_choice": "Choose one of your pharmacies."},
    )
    authorization_number = NumberField(
        Kind.AUTHORIZATION,
        label="Authorization number",
        missing="Type the authorization number from the prescription; it begins with A.",
    )
    category = forms.ChoiceField(
        label="Risk category on the prescription",
        choices=[(category.value, category.label) for category in RiskCategory],
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choose the one that is written on it. If none is, call the prescriber.",
            "invalid_choice": "Choose one of the six risk categories.",
        },
    )
    days_supply = whole_number("Days’ supply", 28, min_value=-LARGEST_NUMBER, max_value=LARGEST_NUMBER)
    strength = forms.ChoiceField(
        label="Strength",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose the strength.", "invalid_choice": "Choose one of the strengths there are."},
    )
    birth_date = DayField(
        label="Patient’s date of birth",
        error_messages={"required": "Type the patient’s date of birth: month, day and year."},
    )
    origin = forms.ChoiceField(
        label="How did the prescription come?",
        choices=Origin.choices,
        widget=forms.RadioSelect,
        error_messages={"required": SAY_HOW_IT_CAME, "invalid_choice": SAY_HOW_IT_CAME},
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        pharmacies: Sequence[Pharmacy],
        program: ProgramVersion,
        today: date,
        **kwargs: Any,
    ) -> None:
        """Take the pharmacies that the person may confirm for, and the program day."""
        super().__init__(read_from_code(data) if data is not None else None, **kwargs)
        self.today = today
        self.pharmacies = {str(one.pk): one for one in pharmacies}
        strengths = [(strength_in_words(mg), f"{strength_in_words(mg)} mg") for mg in program.strengths_mg]
        cast(forms.ChoiceField, self.fields["strength"]).choices = strengths
        field = cast(forms.ChoiceField, self.fields["pharmacy"])
        field.choices = [(key, one.name) for key, one in self.pharmacies.items()]
        field.required = len(self.pharmacies) > 1

    def clean_birth_date(self) -> date:
        """Refuse a day that has not come yet."""
        born: date = self.cleaned_data["birth_date"]
        if born > self.today:
            raise ValidationError("The date of birth lies in the future. Correct it.", code="future")
        return born

    @property
    def only_pharmacy(self) -> str:
        """The pharmacy of somebody who works in one only, carried by the page: sent, it is that one or none."""
        return next(iter(self.pharmacies), "")

    def chosen_pharmacy(self) -> Pharmacy:
        """Return the pharmacy of a valid form; who works in one only has no choice to make."""
        chosen = self.cleaned_data["pharmacy"]
        return self.pharmacies[chosen] if chosen else next(iter(self.pharmacies.values()))

    def request(self) -> ConfirmationRequest:
        """Return what a valid form asks."""
        said = self.cleaned_data
        return ConfirmationRequest(
            authorization_number=said["authorization_number"],
            category=RiskCategory(said["category"]),
            birth_date=said["birth_date"],
            days_supply=said["days_supply"],
            strength_mg=Decimal(said["strength"]),
            refill=said["origin"] == Origin.REFILL,
            by_telephone=said["origin"] == Origin.TELEPHONE,
        )

    def idempotency_key(self) -> str | None:
        """Return the key of this form with these answers: sent twice it is one question, corrected it is a new one."""
        key: UUID | None = self.cleaned_data["key"]
        typed = self.typed()
        return str(uuid5(key, request_hash(typed))) if key else None

    def typed(self) -> dict[str, Any]:
        """Return the answers of a valid form in plain values, with which another form can begin."""
        plain = {name: value for name, value in self.cleaned_data.items() if name != "key"}
        return plain | {"birth_date": self.cleaned_data["birth_date"].isoformat()}

    def say_not_found(self) -> None:
        """Say that number and date of birth lead to nothing, without saying which of them is wrong."""
        self.add_error("authorization_number", ValidationError(NOT_FOUND, code="not_found"))


class ChecklistForm(TypedForm):
    """The Education and Counseling Checklist of the patient's group (PH-03 to PH-06, PH-10), as its definition says."""

    items = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple)

    def __init__(self, data: QueryDict | None = None, *, definition: FormDefinition, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.definition = definition
        section = definition.sections[0]
        self.wanted = [item.code for item in section.items]
        field = cast(forms.MultipleChoiceField, self.fields["items"])
        field.label = section.title
        field.choices = [(item.code, item.text) for item in section.items]
        field.error_messages["required"] = self._open(len(self.wanted))

    @property
    def now_shown(self) -> str:
        """What tells the wording that this page shows from another one; the page carries it as `form_seen`."""
        return fingerprint(self.definition)

    def clean(self) -> dict[str, Any]:
        """Refuse ticks on a checklist that has changed since it was shown."""
        if self.data.get("form_seen") != self.now_shown:
            self.add_error(None, CHECKLIST_CHANGED)
        return self.cleaned_data

    def clean_items(self) -> list[str]:
        """Refuse a checklist with something left out; what was ticked stays ticked."""
        ticked: list[str] = self.cleaned_data["items"]
        left = len(set(self.wanted) - set(ticked))
        if left:
            raise ValidationError(self._open(left), code="incomplete")
        return ticked

    def _open(self, left: int) -> str:
        return f"{left} of {len(self.wanted)} items are not ticked. Go through them with the patient, then tick them."


class DispenseForm(TypedForm):
    """How, when and what left the pharmacy (PH-09, PH-15, PH-16, PH-19). The time is on the pharmacy's own clock."""

    how = forms.ChoiceField(
        label="How did it leave?",
        choices=Dispense.How.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Say whether it was shipped or picked up."},
    )
    done_at = MomentField(
        label="When did it leave?",
        help_text="Leave this empty if it leaves now.",
        error_messages={"required": "Say when it left: day and time."},
    )
    days_supply = whole_number("Days’ supply", 28, min_value=-LARGEST_NUMBER, max_value=LARGEST_NUMBER)
    product = forms.ChoiceField(
        label="Product",
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choose the product that was dispensed.",
            "invalid_choice": "Choose a product of the list.",
        },
    )
    lot = LineField(label="Lot number", max_length=40, required=False)
    late_is_right = forms.BooleanField(label="The time is right: it left after the deadline", required=False)

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        confirmation: Confirmation,
        products: Iterable[Product],
        at: datetime,
        **kwargs: Any,
    ) -> None:
        """Take the confirmation, the packages of its strength, and the instant (UTC): what leaves now, leaves then."""
        self.at, self.confirmation = at, confirmation
        self.products = {str(one.pk): one for one in products}
        usual = {
            "how": Dispense.How.PICKED_UP,
            "days_supply": confirmation.days_supply,
            "product": self._only_product(),
        }
        super().__init__(data, **kwargs | {"initial": usual | (kwargs.get("initial") or {})})
        done_at = cast(MomentField, self.fields["done_at"])
        done_at.zone = confirmation.pharmacy.time_zone
        done_at.required = confirmation.status != ConfirmationStatus.OPEN or confirmation.lapses_at < at
        done_at.help_text = "" if done_at.required else done_at.help_text
        listed = [(key, f"{one.name}, {one.labeler}, NDC {one.ndc}") for key, one in self.products.items()]
        cast(forms.ChoiceField, self.fields["product"]).choices = [*listed, (NOT_LISTED, "Another, not in this list")]

    def _only_product(self) -> str:
        """Return the package there is no choice about; nothing where there is one."""
        return "" if len(self.products) > 1 else next(iter(self.products), NOT_LISTED)

    @property
    def another_time(self) -> bool:
        """Must the time be shown: because it is asked for, was typed, or is wrong?"""
        return self.fields["done_at"].required or any(self["done_at"].value() or ()) or bool(self["done_at"].errors)

    def clean_done_at(self) -> datetime:
        """Read the typed minute as it was meant: not before the number, whose seconds nobody types; empty is now."""
        done: datetime = self.cleaned_data["done_at"] or self.at
        zone, obtained = zone_named(self.confirmation.pharmacy.time_zone), self.confirmation.obtained_at
        again = done.astimezone(zone).replace(fold=1).astimezone(UTC)
        if done + A_MINUTE <= obtained <= again + A_MINUTE:
            done = again
        if done < obtained < done + A_MINUTE:
            done = obtained
        if done > self.at:
            raise ValidationError("The time lies in the future. Record it once it has left.", code="future")
        if done < obtained:
            when = instant_in_words(obtained, zone)
            sentence = f"The confirmation number was obtained on {when}; nothing may leave before. Correct the time."
            raise ValidationError(sentence, code="early")
        return done

    def record(self) -> DispenseRecord:
        """Return what a valid form records."""
        said = self.cleaned_data
        return DispenseRecord(
            how=Dispense.How(said["how"]),
            done_at=said["done_at"],
            product=self.products.get(said["product"]),
            lot=said["lot"],
            days_supply=said["days_supply"],
        )


class CancelForm(TypedForm):
    """Why a confirmation is given back."""

    reason = LineField(
        label="Why is it not dispensed?",
        max_length=200,
        missing="Say why it is not dispensed; it stays in the record.",
        widget=forms.Textarea(attrs={"rows": "3"}),
    )
