"""The form that changes the risk category: the enrollment form's questions for a patient who is on record.

Name, birth date and sex are the record's, never typed again. Acts and rules say which form fits and what is missing.
"""

from datetime import datetime
from typing import Any

from django.http import QueryDict

from patients.actions import PatientEnrollment
from patients.forms import FEMALE_ONLY, EnrollmentForm
from patients.models import Enrollment
from rems_portal.rules.categories import Sex
from rems_portal.rules.programs import ProgramVersion

ON_RECORD = ("family_name", "given_name", "email", "birth_date", "sex")


class CategoryForm(EnrollmentForm):
    """The answers on pregnancy, the language of the form that fits, and which form was read (PR-08, PC-12)."""

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        enrollment: Enrollment,
        at: datetime,
        program: ProgramVersion,
        signing: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(data, at=at, program=program, signing=signing, **kwargs)
        self.patient = enrollment.patient
        for name in (*ON_RECORD, "leave_out", *(FEMALE_ONLY if self.patient.sex == Sex.MALE else ())):
            del self.fields[name]

    def add_error(self, field: str | None, error: Any) -> None:
        """Say what is wrong with something that isn't asked here at the top of the form."""
        super().add_error(field if field in self.fields else None, error)

    def agreement(self) -> PatientEnrollment | None:
        """Return what the form says, with what is on record about the person.

        A reason that goes with the answer no longer given is left out: the boxes are prefilled, and one can't be
        unticked without scripts.
        """
        said = self.cleaned_data
        said |= {name: getattr(self.patient, name) for name in ON_RECORD}
        if said.get("can_get_pregnant") == "yes":
            said["cannot_basis"] = ""
        return super().agreement()


def answers_on_record(enrollment: Enrollment) -> dict[str, Any]:
    """Return the answers that the form is shown with first."""
    return {
        "can_get_pregnant": {True: "yes", False: "no", None: ""}[enrollment.can_get_pregnant],
        "cannot_basis": enrollment.cannot_basis,
        "menstrual_cycles": enrollment.menstrual_cycles,
    }
