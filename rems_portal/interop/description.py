"""How the API's operations are described in the OpenAPI document: statuses, examples, the token, the key.

Nothing here runs when a request is answered.
"""

from collections.abc import Callable
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.serializers import Serializer

from rems_portal.interop.serializers.fields import EXAMPLES
from rems_portal.interop.serializers.replies import Problem
from rems_portal.rules.numbers import Kind

Shape = type[Serializer[Any]]

SENTENCES = {
    400: "Something can’t be read: `fields` names it and says what to write.",
    401: "No token, or one that is unknown, expired or revoked.",
    403: "A token of the wrong kind: a prescriber’s for a pharmacy’s operation, or the other way round.",
    404: "Not found, or not yours. An unknown number and a wrong birth date get this very same answer.",
    409: "This idempotency key, or this confirmation, was used for another request.",
    413: "The body is too large.",
    415: "The body’s type is not `application/json`.",
    422: "Refused: `findings` says everything that is missing, and whose move it is.",
    500: "A fault of the portal. Nothing was saved; ask again, with the same idempotency key.",
}
KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": 64, "pattern": "^[!-~]{1,64}$"},
    OpenApiParameter.HEADER,
    description="Of your choice, one for each request you mean. Sent again with the same request it gets the same "
    "answer, never a second number or record; with another request it is refused (409).",
)


def number_in_address(kind: Kind) -> OpenApiParameter:
    """Describe the number in an operation's address."""
    shown = {"type": "string", "maxLength": 80, "example": EXAMPLES[kind]}
    sentence = f"{kind.label.capitalize()}. A mistyped one is told from an unknown one by its check character (400)."
    return OpenApiParameter("number", shown, OpenApiParameter.PATH, description=sentence)


def _problem_example(code: int) -> OpenApiExample:
    from_code = {
        400: (
            "malformed",
            [{"field": "birth_date", "message": "Write a day that exists, in ISO 8601, such as 2026-05-22."}],
        ),
        401: ("not_authenticated", []),
        403: ("not_allowed", []),
        404: ("not_found", []),
        409: ("conflict", []),
        413: ("too_large", []),
        415: ("unsupported_media_type", []),
        422: ("refused", []),
        500: ("fault", []),
    }
    word, fields = from_code[code]
    finding = {
        "rule": "CONF-09",
        "obligations": ["PH-12"],
        "sentence": "The patient has 12 days of supply left; 7 or fewer are allowed. Dispense from 2026-06-20 on.",
        "move": "pharmacy",
    }
    findings = [finding] if code == 422 else []
    value = {
        "code": word,
        "message": SENTENCES[code],
        "fields": fields,
        "failed": [one["rule"] for one in findings],
        "findings": findings,
        "program_version": "2026-04-27" if findings else None,
    }
    return OpenApiExample(word, value=value, response_only=True, status_codes=[str(code)])


def operation(
    name: str,
    *,
    reply: Shape,
    success: int = 200,
    ask: Shape | None = None,
    asked: dict[str, Any] | None = None,
    replied: dict[str, Any],
    number: Kind | None = None,
    key: bool = False,
    extra: tuple[int, ...] = (),
    parameters: tuple[OpenApiParameter, ...] = (),
) -> Callable[[Any], Any]:
    """Describe one operation: its body and answers with an example of each, and every status it can have."""
    codes = [400, 401, 403, 404, *([413, 415] if ask else []), *extra, 500]
    problems = {code: OpenApiResponse(Problem, description=SENTENCES[code]) for code in sorted(codes)}
    examples = [OpenApiExample("answer", value=replied, response_only=True, status_codes=[str(success)])]
    if asked is not None:
        examples.append(OpenApiExample("request", value=asked, request_only=True))
    named = ([number_in_address(number)] if number else []) + ([KEY] if key else []) + list(parameters)
    return extend_schema(
        operation_id=name,
        request=ask,
        parameters=named,
        responses={success: reply, **problems},
        examples=[*examples, *map(_problem_example, sorted(codes))],
    )


def refuse_other_fields(result: Any, generator: Any, request: Any, public: bool) -> Any:
    """Say in the finished document that a request's field which is not listed is refused."""
    for name, schema in result["components"]["schemas"].items():
        if name.endswith("Ask"):
            schema["additionalProperties"] = False
    return result


class BearerScheme(OpenApiAuthenticationExtension):
    """Describes the token in the OpenAPI document."""

    target_class = "rems_portal.interop.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """Return the security scheme."""
        sentence = "A token of one prescriber or one pharmacy, given out by the program: `Authorization: Bearer …`."
        return {"type": "http", "scheme": "bearer", "description": sentence}
