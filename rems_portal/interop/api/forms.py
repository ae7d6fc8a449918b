"""The forms in force, as data: the same definitions that pages, PDFs and stored answers are made of."""

from dataclasses import asdict
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from rems_portal.interop import examples
from rems_portal.interop.answers import problem
from rems_portal.interop.api.base import ApiView
from rems_portal.interop.authentication import IsOfThePortal
from rems_portal.interop.description import operation
from rems_portal.interop.serializers.forms import FormReply, FormsReply
from rems_portal.program import program_at
from rems_portal.rules.forms import FormDefinition, fingerprint
from rems_portal.rules.forms.surveys import LANGUAGES, forms_in_force
from rems_portal.rules.programs import Moment, ProgramVersion

FIRST, LATER = Moment.FIRST.value, Moment.LATER.value
PARAMETERS = (
    OpenApiParameter(
        "language",
        {"type": "string", "enum": list(LANGUAGES), "default": "en"},
        description="Only forms that there are in it.",
    ),
    OpenApiParameter(
        "moment",
        {"type": "string", "enum": [FIRST, LATER], "default": FIRST},
        description="Which prescriber survey: before the first prescription of a course, or before a later one.",
    ),
)
CODE = OpenApiParameter(
    "code", {"type": "string", "maxLength": 80, "example": "checklist_MALE"}, OpenApiParameter.PATH,
    description="The form’s code, as the list of forms gives it.",
)  # fmt: skip


class FormView(ApiView):
    """Who may read forms: every system with a token."""

    permission_classes = (IsOfThePortal,)

    def forms(self, program: ProgramVersion) -> tuple[FormDefinition, ...]:
        """Return the forms that the address asks for. Raises ValidationError for a parameter with another value."""
        language = self._one_of("language", tuple(LANGUAGES))
        return forms_in_force(program, first=self._one_of("moment", (FIRST, LATER)) == FIRST, language=language)

    def _one_of(self, name: str, values: tuple[str, ...]) -> str:
        value = self.request.query_params.get(name, values[0])
        if value not in values:
            raise ValidationError({name: f"Give one of: {', '.join(values)}."})
        return str(value)


class FormList(FormView):
    """Read all forms."""

    @operation("list_forms", reply=FormsReply, replied=examples.FORMS, parameters=PARAMETERS)
    def get(self, request: Request) -> Response:
        """Return the definition of every form in force."""
        program = program_at(timezone.now())
        body = [form_body(form) for form in self.forms(program)]
        return Response({"program_version": program.version, "forms": body})


class FormDetail(FormView):
    """Read one form."""

    @operation("read_form", reply=FormReply, replied=examples.FORM, parameters=(CODE, *PARAMETERS))
    def get(self, request: Request, code: str) -> Response:
        """Return the definition of one form in force."""
        found = [form for form in self.forms(program_at(timezone.now())) if form.code == code]
        if not found:
            return problem(status.HTTP_404_NOT_FOUND, "There is no form of this code in this language.")
        return Response(form_body(found[0]))


def form_body(form: FormDefinition) -> dict[str, Any]:
    """Return a definition as the API answers it."""
    body = asdict(form)
    del body["program_name"]
    return body | {"fingerprint": fingerprint(form)}
