"""What a prescriber types to be certified and to name delegates. Decides nothing: the acts and the rules do."""

from collections.abc import Collection, Mapping
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundWidget
from django.http import QueryDict

from prescribers.actions import PrescriberIdentity
from rems_portal.fields import DayField
from rems_portal.rules.forms import FormDefinition, canonical, digest, fingerprint
from rems_portal.rules.numbers import npi_is_valid
from rems_portal.typed import LineField, NameField, TypedForm

NPI_DIGITS = 10
PHONE_MARKS = frozenset("+-().,/# x")
NOT_THERE = {"invalid_choice": "A document that you ticked is not asked for now. Read what is shown below."}
CHANGED = (
    "The form or a document has changed since you opened this page. Nothing you typed is lost. Read what is new below, "
    "then sign again."
)


class NpiField(LineField):
    """A National Provider Identifier, however it was grouped. Out: its ten digits."""

    def to_python(self, value: object) -> str:
        return "".join(char for char in super().to_python(value) if char not in " -.")

    def validate(self, value: str) -> None:
        super().validate(value)
        if not (value.isascii() and value.isdigit()):
            raise ValidationError("An NPI has digits only. Type its 10 digits.", code="digits")
        if len(value) != NPI_DIGITS:
            raise ValidationError(f"An NPI has 10 digits; this one has {len(value)}. Check it.", code="length")
        if not npi_is_valid(value):
            sentence = "A digit of this NPI is mistyped: the last digit doesn’t fit the others. Check it."
            raise ValidationError(sentence, code="check_digit")


class PhoneField(LineField):
    """A telephone number in any common writing. Out: as typed, tidied."""

    def validate(self, value: str) -> None:
        super().validate(value)
        digits = sum(char.isascii() and char.isdigit() for char in value)
        others = {char.lower() for char in value if not (char.isascii() and char.isdigit())}
        if digits < NPI_DIGITS or not others <= PHONE_MARKS | frozenset("ext"):
            sentence = "A telephone number needs its area code and digits only, for example 617-555-0100."
            raise ValidationError(sentence, code="phone")


class CertificationForm(TypedForm):
    """Who the prescriber is, and that the documents were read: all that is typed before the signature (PR-01 to PR-03).

    `definition` is the Prescriber Enrollment Form, whose words label the fields; `materials` the documents that go with
    it, as (code, version); each of `unread`, titles by code, has a tick of its own. The hidden `shown` says which form
    and documents were on the page, so that a change meanwhile is told.
    """

    npi = NpiField(max_length=60, missing="Type your NPI: 10 digits.")
    full_name = NameField(max_length=150, missing="Type your full name.")
    credentials = LineField(max_length=40, required=False)
    practice_name = LineField(max_length=150, missing="Type the name of your practice.")
    phone = PhoneField(max_length=30, missing="Type your office’s telephone number.")
    read = forms.MultipleChoiceField(
        label="Documents read", required=False, widget=forms.CheckboxSelectMultiple, error_messages=NOT_THERE
    )
    shown = forms.CharField(widget=forms.HiddenInput, required=False)

    IDENTITY = ("npi", "full_name", "credentials", "practice_name", "phone")

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        definition: FormDefinition,
        materials: Collection[tuple[str, str]],
        ask_identity: bool = True,
        unread: Mapping[str, str],
        initial: dict[str, Any] | None = None,
    ) -> None:
        now = digest(canonical({"form": fingerprint(definition), "materials": [list(one) for one in materials]}))
        self.changed = data is not None and data.get("shown") != now
        if data is not None and self.changed:
            # What was read and agreed to on the page that was sent is not what is on it now.
            data = data.copy()
            data["shown"] = now
            data.pop("read", None)
        super().__init__(data, initial={**(initial or {}), "shown": now})
        for name in self.IDENTITY:
            item = definition.item(name)
            self.fields[name].label, self.fields[name].help_text = item.text, item.help
            if not ask_identity:
                del self.fields[name]
        self.unread = unread
        if unread:
            cast(forms.MultipleChoiceField, self.fields["read"]).choices = list(unread.items())
        else:
            del self.fields["read"]

    def ticks(self) -> dict[str, BoundWidget]:
        """Return the tick of each document to read, by its code."""
        return {str(tick.data["value"]): tick for tick in self["read"]} if self.unread else {}

    def clean_read(self) -> list[str]:
        """Return the codes of the documents read; refuse the form while one has no tick, and name it."""
        ticked: list[str] = self.cleaned_data["read"]
        missing = [title for code, title in self.unread.items() if code not in ticked]
        if missing:
            raise ValidationError(
                [f"Read the {title}, then tick that you have read it." for title in missing], code="required"
            )
        return ticked

    def clean(self) -> dict[str, Any]:
        if self.changed:
            raise ValidationError(CHANGED, code="changed")
        return self.cleaned_data

    def identity(self) -> PrescriberIdentity | None:
        """Return who the prescriber is, once all of that is typed rightly, also while the rest is not."""
        if any(name not in self.fields or name in self.errors for name in self.IDENTITY):
            return None
        return PrescriberIdentity(**{name: self.cleaned_data[name] for name in self.IDENTITY})


class DetailsForm(TypedForm):
    """What a prescriber may change after the form was signed (PR-02)."""

    credentials = LineField(label="Credentials", max_length=40, required=False, help_text="For example MD, DO, NP.")
    practice_name = LineField(label="Practice or hospital", max_length=150, missing="Type the name of your practice.")
    phone = PhoneField(label="Office telephone", max_length=30, missing="Type your office’s telephone number.")


class DelegateForm(TypedForm):
    """The address of the office staff account that becomes a delegate, and the days on which it is one."""

    email = forms.EmailField(
        label="Their e-mail address",
        error_messages={
            "required": "Type the e-mail address of the person’s account.",
            "invalid": "Type a whole e-mail address, for example name@practice.org.",
        },
    )
    full_name = NameField(label="Their name", max_length=150, required=False)
    starts_on = DayField(label="First day", help_text="Leave it empty to begin today.", required=False)
    last_day = DayField(
        label="Last day", help_text="Leave it empty if no end is planned. You can end it at any time.", required=False
    )


class LastDayForm(TypedForm):
    """Through which day a delegation holds."""

    last_day = DayField(label="Last day", help_text="Leave it empty if no end is planned.", required=False)
