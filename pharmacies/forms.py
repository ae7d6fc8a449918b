"""What pharmacy staff type to certify their pharmacy and to say who works there. The acts and the rules decide."""

import csv
from collections.abc import Mapping, Sequence
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from pharmacies.actions import PharmacyDetails, PharmacyIdentity
from pharmacies.facts import AskedQuestion
from pharmacies.models import Pharmacy
from prescribers.forms import NpiField, PhoneField
from rems_portal.rules.forms import FormDefinition, ItemKind, fingerprint
from rems_portal.rules.numbers import ncpdp_id_is_valid
from rems_portal.typed import LineField, NameField, TypedForm

NCPDP_DIGITS = 7
# The zones of the United States and its territories, by the names that people there use.
ZONES = (
    ("America/New_York", "Eastern (New York, Atlanta, Miami)"),
    ("America/Indiana/Indianapolis", "Eastern, Indiana"),
    ("America/Detroit", "Eastern, Michigan"),
    ("America/Chicago", "Central (Chicago, Dallas, New Orleans)"),
    ("America/Denver", "Mountain (Denver, Salt Lake City)"),
    ("America/Boise", "Mountain, southern Idaho"),
    ("America/Phoenix", "Arizona, without daylight saving"),
    ("America/Los_Angeles", "Pacific (Los Angeles, Seattle)"),
    ("America/Anchorage", "Alaska"),
    ("America/Adak", "Aleutian Islands"),
    ("Pacific/Honolulu", "Hawaii"),
    ("America/Puerto_Rico", "Puerto Rico, U.S. Virgin Islands"),
    ("Pacific/Guam", "Guam, Northern Mariana Islands"),
    ("Pacific/Pago_Pago", "American Samoa"),
)


class NcpdpField(LineField):
    """An NCPDP pharmacy id, however it was grouped. Out: its seven digits."""

    def to_python(self, value: object) -> str:
        return "".join(char for char in super().to_python(value) if char not in " -.")

    def validate(self, value: str) -> None:
        super().validate(value)
        if not (value.isascii() and value.isdigit()):
            raise ValidationError("An NCPDP id has digits only. Type its 7 digits.", code="digits")
        if not ncpdp_id_is_valid(value):
            sentence = f"An NCPDP id has {NCPDP_DIGITS} digits; this one has {len(value)}. Check it."
            raise ValidationError(sentence, code="length")


COLUMNS = ("name", "npi", "ncpdp_id", "time_zone", "phone", "address")


class DetailsForm(TypedForm):
    """What the pharmacy is called and where it is (PH-01)."""

    name = LineField(label="Name of the pharmacy", max_length=150, missing="Type the pharmacy’s name.")
    time_zone = forms.ChoiceField(
        label="Time zone",
        choices=[("", "Choose the time zone"), *ZONES],
        error_messages={"required": "Choose the time zone: shipping deadlines are counted in it."},
    )
    phone = PhoneField(label="Telephone", max_length=30, missing="Type the pharmacy’s telephone number.")
    address = LineField(label="Address", max_length=250, missing="Type street, city, state and ZIP code.")

    def __init__(self, data: QueryDict | None = None, *, shown: Pharmacy | None = None, **kwargs: Any) -> None:
        """Take the pharmacy that is corrected, if any; a zone of its own that is not in the list stays possible."""
        if shown is not None:
            kwargs.setdefault("initial", {name: getattr(shown, name) for name in type(self).base_fields})
        super().__init__(data, **kwargs)
        if shown is not None and shown.time_zone not in dict(ZONES):
            field = cast(forms.ChoiceField, self.fields["time_zone"])
            field.choices = [("", "Choose the time zone"), *ZONES, (shown.time_zone, shown.time_zone)]

    def details(self) -> PharmacyDetails:
        """Return what a valid form says."""
        return PharmacyDetails(**self.cleaned_data)


class IdentityForm(DetailsForm):
    """Who the pharmacy is and where (PH-01)."""

    npi = NpiField(label="NPI of the pharmacy", max_length=60, missing="Type the pharmacy’s NPI: 10 digits.")
    ncpdp_id = NcpdpField(label="NCPDP id", max_length=60, missing="Type the NCPDP id: 7 digits.")

    field_order = COLUMNS

    def identity(self) -> PharmacyIdentity:
        """Return what a valid form says."""
        return PharmacyIdentity(**self.cleaned_data)


ZONE_NAMES = {label.partition(" ")[0].strip(",").lower(): name for name, label in reversed(ZONES)}
MOST_SITES = 50


class SitesForm(TypedForm):
    """Many sites at once, one a line as a spreadsheet copies them: the columns of `COLUMNS`.

    They are separated by tabs, semicolons or commas; a column that has the mark in it stands in quotation marks.
    Out: `sites`, the site of each line by the line's number, blank lines counted.
    """

    longest = 100_000
    sites = forms.CharField(
        label="Your sites, one a line",
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
        error_messages={"required": "Paste at least one line."},
    )

    def clean_sites(self) -> dict[int, PharmacyIdentity]:
        """Return the sites; everything that is wrong with a line is an error of its own."""
        if "sites" in self.cut:
            return {}  # refused for its length: what is wrong with the lines that are left is of no use
        lines = self.cleaned_data["sites"].splitlines()
        cells = {place: _cells(line) for place, line in enumerate(lines, 1) if line.strip()}
        if len(cells) > MOST_SITES:
            raise ValidationError(f"At most {MOST_SITES} sites at a time; these are {len(cells)}.")
        rows = {place: IdentityForm(_querydict(_columns(found))) for place, found in cells.items()}
        wrong = [sentence for place, row in rows.items() for sentence in _wrong_with(place, cells[place], row)]
        if wrong:
            raise ValidationError(wrong)
        return {place: row.identity() for place, row in rows.items()}


def _cells(line: str) -> list[str]:
    """Return the columns of a line as they are typed; empty ones at its end are none."""
    mark = next((mark for mark in "\t;" if mark in line), ",")
    cells = [cell.strip() for cell in next(csv.reader([line.strip(" ")], delimiter=mark, skipinitialspace=True))]
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _wrong_with(place: int, cells: list[str], row: IdentityForm) -> list[str]:
    if len(cells) != len(COLUMNS):
        columns = "1 column" if len(cells) == 1 else f"{len(cells)} columns"
        return [f"Line {place} has {columns}; six are needed, separated as shown above."]
    named = ((str(row.fields[name].label), messages) for name, messages in row.errors.items())
    return [f"Line {place}: {label}: {message}" for label, messages in named for message in messages]


def _columns(cells: list[str]) -> dict[str, str]:
    """Return the cells by column; a time zone may be called as people call it: Central."""
    found = dict(zip(COLUMNS, cells, strict=False))
    zone = found.get("time_zone", "")
    return found | {"time_zone": ZONE_NAMES.get(zone.lower(), zone)}


def _querydict(values: Mapping[str, str]) -> QueryDict:
    made = QueryDict(mutable=True)
    made.update(values)
    return made


class HandOverForm(TypedForm):
    """Who represents the pharmacy from now on, and why."""

    email = forms.EmailField(
        label="E-mail address of the new representative",
        error_messages={
            "required": "Type the e-mail address of the person’s account.",
            "invalid": "Type a whole e-mail address, for example name@pharmacy.org.",
        },
    )
    reason = LineField(label="Reason", max_length=100, missing="Give the reason: it stays in the record.")
    stays = forms.BooleanField(label="I go on working there as staff", required=False)


class QuizForm(TypedForm):
    """A paper of the Certification Quiz: one choice for each question, in the paper's order (PH-01)."""

    def __init__(self, data: QueryDict | None = None, *, paper: Sequence[AskedQuestion], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        for asked in paper:
            self.fields[asked.code] = forms.ChoiceField(
                label=f"{asked.place}. {asked.sentence}",
                choices=asked.choices,
                widget=forms.RadioSelect,
                error_messages=dict.fromkeys(("required", "invalid_choice"), f"Answer question {asked.place}."),
            )


class EnrollmentForm(TypedForm):
    """What the Pharmacy Enrollment Form asks of who signs it: the processes to attest, as its definition says (PH-02).

    The page carries the definition's fingerprint: a form that changed while it was open is shown again.
    """

    processes = forms.MultipleChoiceField(
        label="We have processes for each of these", widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, data: QueryDict | None = None, *, definition: FormDefinition, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.wording = fingerprint(definition)
        ticks = [item for item in definition.items() if item.kind is ItemKind.TICK]
        self.needed = {item.code for item in ticks}
        self.missing = f"All {len(ticks)} processes are needed. Tick each one that your pharmacy has in place."
        field = cast(forms.MultipleChoiceField, self.fields["processes"])
        field.choices = [(item.code, item.text) for item in ticks]
        field.error_messages["required"] = self.missing

    def clean(self) -> None:
        """Refuse a form whose wording changed since the page was opened."""
        super().clean()
        if self.data.get("wording") != self.wording:
            self.add_error(None, "The form changed while you were filling it in. Read it again, then sign.")

    def clean_processes(self) -> list[str]:
        """Refuse a form that leaves a process out."""
        ticked: list[str] = self.cleaned_data["processes"]
        if set(ticked) < self.needed:
            raise ValidationError(self.missing, code="missing")
        return ticked

    def attested(self) -> frozenset[str]:
        """Return the codes of the processes that a valid form attests."""
        return frozenset(self.cleaned_data["processes"])


class StaffForm(TypedForm):
    """The address of the account of somebody who works in the pharmacy."""

    email = forms.EmailField(
        label="Their e-mail address",
        error_messages={
            "required": "Type the e-mail address of the person’s account.",
            "invalid": "Type a whole e-mail address, for example name@pharmacy.org.",
        },
    )
    full_name = NameField(label="Their name", max_length=150, required=False)


class TrainingForm(TypedForm):
    """That the person who is signed in has reviewed the training."""

    reviewed = forms.BooleanField(
        label="I have reviewed the Pharmacy Training and will work by it",
        error_messages={"required": "Read the training to its end, then tick that you have reviewed it."},
    )
