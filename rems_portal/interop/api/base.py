"""What every view of the API shares: who calls, reading the body, and looking only at what is the caller's own."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from typing import Any, cast

from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpRequest, HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from patients.models import Enrollment
from pharmacies.models import Pharmacy
from prescribers.models import Prescriber
from rems_portal.audit.access import record_denied_look, record_look
from rems_portal.audit.actors import Actor
from rems_portal.errors import NotFound
from rems_portal.interop.authentication import Caller, IsPharmacy, IsPrescriber, TokenAuthentication
from rems_portal.interop.models import ApiToken
from rems_portal.interop.wire import AlwaysJSON, JSONAnswer, StrictJSONParser
from rems_portal.rules.numbers import Kind, NumberError, parse_number
from rems_portal.rules.programs import ProgramVersion

KEY_HEADER = "Idempotency-Key"
KEY = re.compile(r"[!-~]{1,64}")
LONGEST_NAME_SHOWN = 60


class ApiView(APIView):
    """JSON in, JSON out, with a token; nothing of an answer is kept on the way."""

    authentication_classes: Sequence[type[BaseAuthentication]] = (TokenAuthentication,)
    parser_classes = (StrictJSONParser,)
    renderer_classes = (JSONAnswer,)
    content_negotiation_class = AlwaysJSON
    metadata_class = None
    http_method_names = ("get", "post")

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        """Forbid caches to keep the answer."""
        response["Cache-Control"] = "no-store"
        return super().finalize_response(request, response, *args, **kwargs)

    @property
    def actor(self) -> Actor:
        """Return who is written on the records."""
        return cast(Caller, self.request.user).actor

    @property
    def token(self) -> ApiToken:
        """Return the token of this call."""
        return cast(ApiToken, self.request.auth)

    def read(self, shape: type[Serializer[Any]]) -> dict[str, Any]:
        """Return the checked body. Raises ValidationError naming the field, also one that is not known."""
        body = self.request.data
        reader = _reader(shape)
        unknown = [name for name in body if name not in reader.fields]
        if unknown:
            raise ValidationError({name[:LONGEST_NAME_SHOWN]: "This field is not known here." for name in unknown})
        return cast(dict[str, Any], reader.run_validation(body))

    def idempotency_key(self) -> str | None:
        """Return the request's key. Raises ValidationError when it is not one to keep."""
        key = self.request.headers.get(KEY_HEADER)
        if key is not None and not KEY.fullmatch(key):
            raise ValidationError({KEY_HEADER: "Give 1 to 64 visible ASCII characters, without spaces."})
        return key

    def number(self, kind: Kind, text: str) -> str:
        """Return a number out of the address in its canonical form. Raises ValidationError for a mistyped one."""
        try:
            return parse_number(kind, text)
        except NumberError as error:
            raise ValidationError({"number": error.sentence}) from None

    @contextmanager
    def looking_for(self, record: str, at: datetime) -> Iterator[None]:
        """Write down that the caller asked for what is not there, or not the caller's own. Raises NotFound then."""
        try:
            yield
        except (NotFound, ObjectDoesNotExist):
            record_denied_look(by=self.actor, at=at, record=record)
            raise NotFound from None


@cache
def _reader(shape: type[Serializer[Any]]) -> Serializer[Any]:
    """Return the one reader of a shape: it keeps nothing of what it reads, and making it takes longer than reading."""
    return shape()


class PharmacyView(ApiView):
    """What a pharmacy's system does."""

    permission_classes = (IsPharmacy,)

    @property
    def pharmacy(self) -> Pharmacy:
        """Return the pharmacy whose token this is."""
        return cast(Pharmacy, self.token.pharmacy)


class PrescriberView(ApiView):
    """What a prescriber's system does."""

    permission_classes = (IsPrescriber,)

    @property
    def prescriber(self) -> Prescriber:
        """Return the prescriber whose token this is."""
        return cast(Prescriber, self.token.prescriber)

    def enrollment(self, number: str, at: datetime, program: ProgramVersion) -> Enrollment:
        """Return the prescriber's own patient, and write the look down. Raises NotFound, which is written down too."""
        record = f"patient {number}"
        with self.looking_for(record, at):
            found: Enrollment = (
                Enrollment.objects.filter(prescriber=self.prescriber, program=program.program)
                .select_related("patient", "prescriber")
                .filter(patient__number=number)
                .latest_first()[:1]
                .get()
            )
        record_look(by=self.actor, at=at, record=record)
        return found


class NotHere(ApiView):
    """Every other address under the API's: not found, in JSON."""

    permission_classes = (AllowAny,)
    authentication_classes = ()

    @extend_schema(exclude=True)
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer 404, whatever the method."""
        return super().dispatch(request, *args, **kwargs)

    @extend_schema(exclude=True)
    def get(self, request: Request, rest: str) -> Response:
        """Raise NotFound."""
        raise NotFound

    post = get
