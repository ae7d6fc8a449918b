"""The one form that enrolls a patient. Acts and rules say which of the six agreement forms fits and what is missing.

Beside it, for office staff, for which prescriber it is.

Labels, help and choices are those of the agreement forms' definitions. The questions about pregnancy are asked of
everybody without scripts; only those that matter for this patient are demanded.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from django import forms
from django.http import QueryDict

from patients.actions import PatientEnrollment, category_of, definition_of, enrollment_problems
from patients.models import Patient
from prescribers.models import Prescriber
from rems_portal.fields import DayField
from rems_portal.rules.categories import CannotBasis, MenstrualCycles, RiskCategory, Sex
from rems_portal.rules.forms import fingerprint
from rems_portal.rules.programs import ProgramVersion
from rems_portal.typed import NameField, SubmissionKeyField, TypedForm

BASIS_HINTS = {
    "menopause_24_months": "Adults only.",
    "menses_not_begun": "Only under 18.",
}
IDENTITY = ("family_name", "given_name", "birth_date", "sex")
FEMALE_ONLY = ("can_get_pregnant", "cannot_basis", "menstrual_cycles")
LANGUAGES = [("en", "English"), ("es", "Español")]
NAME_LENGTH = 100
LONGEST_EMAIL = 254


def _radios(label: str, choices: list[tuple[str, str]], **kwargs: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=choices, widget=forms.RadioSelect, **kwargs)


def _words(text: str) -> str:
    return text[:1].upper() + text[1:]


class EnrollmentForm(TypedForm):
    """A patient, and what decides the form that fits (PR-08).

    `signing` is whether the form is to be signed now: the first of two sendings only asks which form fits. `patient`:
    who is enrolled again; name, birth date and sex are those on record then, whatever is sent.
    """

    family_name = NameField(
        label="Family name",
        help_text="Or the only name, for a person with one name.",
        max_length=NAME_LENGTH,
        missing="Type the patient’s name.",
    )
    given_name = NameField(label="Given name", max_length=NAME_LENGTH, required=False)
    email = forms.EmailField(
        label="E-mail address",
        required=False,
        max_length=LONGEST_EMAIL,
        help_text="For reminders. They hold no health information.",
        error_messages={
            "invalid": "Type a whole e-mail address, for example name@mail.com, or leave it empty.",
            "max_length": "The e-mail address is too long. Check it, or leave it empty.",
        },
    )
    birth_date = DayField(label="Date of birth", error_messages={"required": "Type the patient’s date of birth."})
    sex = _radios(
        "Sex", [(Sex.FEMALE, "Female"), (Sex.MALE, "Male")], error_messages={"required": "Choose female or male."}
    )
    can_get_pregnant = _radios("Can she get pregnant?", [("yes", "She can"), ("no", "She can not")], required=False)
    menstrual_cycles = _radios(
        "If she can: are her cycles regular?",
        [(MenstrualCycles.REGULAR, "Regular"), (MenstrualCycles.IRREGULAR, "Irregular")],
        required=False,
        help_text="It sets how often she is tested.",
    )
    cannot_basis = _radios(
        "If she can not: why?", [(basis.value, _words(basis.label)) for basis in CannotBasis], required=False
    )
    leave_out = forms.BooleanField(label="Leave out the answers that don’t apply to this patient.", required=False)
    language = forms.ChoiceField(
        label="Language of the form for the patient",
        choices=LANGUAGES,
        initial="en",
        required=False,
        widget=forms.RadioSelect,
    )
    shown_form = forms.CharField(required=False, widget=forms.HiddenInput)
    submission_key = SubmissionKeyField()

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        at: datetime,
        program: ProgramVersion,
        signing: bool = True,
        patient: Patient | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data, **kwargs)
        self.at, self.program, self.signing = at, program, signing
        self.patient = patient
        for name in IDENTITY if patient else ():
            self.fields[name].disabled = True
            self.initial[name] = getattr(patient, name)

    def clean(self) -> dict[str, Any]:
        """Add what is missing or contradicts itself, and a form that changed since it was read."""
        agreement = self.agreement()
        if agreement is None:
            return self.cleaned_data
        for problem in enrollment_problems(agreement, at=self.at, program=self.program):
            if problem.field not in self.errors:
                self.add_error(problem.field, problem.sentence)
        if self.signing and not self.errors:
            self._refuse_another_form(agreement)
        return self.cleaned_data

    def _refuse_another_form(self, agreement: PatientEnrollment) -> None:
        """Refuse a signature under another text than was read: the form that fits by now is shown to be read first."""
        fits = category_of(agreement, at=self.at, program=self.program)
        definition = definition_of(fits, self.program, agreement.language)
        shown = self.cleaned_data.get("shown_form")
        if shown == fingerprint(definition):
            return
        sentence = f"The form that fits is the one for: {fits.label}. Read it below, then sign."
        if shown and shown not in self._forms_in_force():
            sentence = (
                "The text of the form has changed since you opened this page. Nothing was signed. Read it below again, "
                "then sign."
            )
        self.add_error(None, sentence)

    def _forms_in_force(self) -> set[str]:
        """The fingerprints of the six forms as they read now, in each language."""
        return {
            fingerprint(definition_of(category, self.program, language))
            for category in RiskCategory
            for language, _name in LANGUAGES
        }

    def agreement(self) -> PatientEnrollment | None:
        """Return what the form says so far; None while birth date or sex are missing or wrong."""
        said = self.cleaned_data
        birth_date, sex = said.get("birth_date"), said.get("sex")
        if not birth_date or not sex:
            return None
        return PatientEnrollment(
            given_name=said.get("given_name") or "",
            family_name=said.get("family_name") or "",
            birth_date=birth_date,
            sex=Sex(sex),
            email=said.get("email") or "",
            **self._pregnancy_answers(Sex(sex)),
            language=said.get("language") or "en",
            submission_key=said.get("submission_key"),
        )

    def typed_answers(self) -> dict[str, str]:
        """Return what was typed, by the names of the page's boxes, to be shown again later."""
        boxes = [name for name in self.data if name.startswith("birth_date_")]
        wanted = (*self.fields, *boxes)
        left_out = ("submission_key", "shown_form")
        return {name: self.data[name] for name in wanted if name not in left_out and self.data.get(name)}

    def _pregnancy_answers(self, sex: Sex) -> dict[str, Any]:
        """Return the answers about pregnancy; those that can't apply are left out only where that was asked for."""
        said = self.cleaned_data
        can = {"yes": True, "no": False}.get(said.get("can_get_pregnant") or "")
        basis, cycles = said.get("cannot_basis") or "", said.get("menstrual_cycles") or ""
        if sex is Sex.FEMALE and can is False:
            cycles = ""
        if said.get("leave_out"):
            can, cycles = (None, "") if sex is Sex.MALE else (can, cycles)
            basis = "" if can is not False else basis
        return {"can_get_pregnant": can, "cannot_basis": basis, "menstrual_cycles": cycles}

    @property
    def has_answers_to_leave_out(self) -> bool:
        """Was something refused that would be mended by leaving answers out?"""
        chosen = {name: self.data.get(name) for name in ("sex", *FEMALE_ONLY)}
        male = chosen["sex"] == Sex.MALE and any(chosen[name] for name in FEMALE_ONLY)
        contradiction = chosen["can_get_pregnant"] == "yes" and bool(chosen["cannot_basis"])
        return self.is_bound and (male or contradiction)


class SignatoryForm(TypedForm):
    """Which of the prescribers whom office staff work for will sign. A choice is never replaced by another."""

    prescriber = _radios(
        "Who will sign?",
        [],
        error_messages={
            "required": "Choose who will sign the form. Nothing is kept yet.",
            "invalid_choice": "You don’t work for the prescriber you chose any more. Nothing was kept. Choose who will "
            "sign, if this patient is theirs.",
        },
    )

    def __init__(self, data: QueryDict | None = None, *, served: Sequence[Prescriber], **kwargs: Any) -> None:
        """Take the prescribers whom the person works for now. Who works for one only has no choice to make."""
        self.served = {str(one.pk): one for one in served}
        only = next(iter(self.served)) if len(self.served) == 1 else ""
        super().__init__(data, **{"initial": {"prescriber": only}, **kwargs})
        cast(forms.ChoiceField, self.fields["prescriber"]).choices = [
            (key, str(one)) for key, one in self.served.items()
        ]

    @property
    def practices(self) -> dict[str, str]:
        """Where each of them works, by the value of the choice."""
        return {key: one.practice_name for key, one in self.served.items()}

    @property
    def only(self) -> Prescriber | None:
        """The one who will sign, when there is nobody else and the page was opened for nobody else."""
        return self.served.get(str(self["prescriber"].value())) if len(self.served) == 1 else None

    def chosen(self) -> Prescriber:
        """Return the prescriber of a valid form."""
        return self.served[self.cleaned_data["prescriber"]]
