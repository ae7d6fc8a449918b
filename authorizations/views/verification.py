"""The public page on which anybody checks a form or certificate: by its number, and the file itself byte for byte.

An uploaded file is compared with what the portal draws for the number: never stored, never parsed.
"""

from collections.abc import Callable, Iterator
from datetime import datetime

from allauth.core.internal import ratelimit  # its public face doesn't count GET
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from authorizations.forms.verification import VerificationForm
from authorizations.presenters.signed import whole_record
from authorizations.presenters.verification import Checked, FileVerdict, checked
from authorizations.queries.verification import Holder, form_numbered, holder_of
from pharmacies.models import PharmacyCertification
from pharmacies.presenters import certificate_of as certificate_of_pharmacy
from prescribers.models import PrescriberCertification
from prescribers.presenters import certificate_of as certificate_of_prescriber
from rems_portal.pdf import PdfUnavailable
from rems_portal.program import program_at
from rems_portal.signatures.pdf import certificate_pdf, signed_form_pdf
from rems_portal.signatures.presenters import ShownForm

TEMPLATE = "authorizations/verification.html"
UNKNOWN = "The program has no document of this number. If your document bears it, don’t rely on the document."


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """Say whether the document of a number exists and is what was signed; the QR code of a document leads here."""
    form = _asked(request)
    if form is None:
        return render(request, TEMPLATE, {"form": VerificationForm()})
    action = "verify_file" if form.files else "verify_number"
    if not ratelimit.consume(request, app="allauth.account", action=action, limit_get=True):
        return render(request, TEMPLATE, {"form": VerificationForm(), "too_many": True}, status=429)
    found, verdict = _found(form)
    return render(request, TEMPLATE, {"form": form, "found": found, "verdict": verdict})


def _asked(request: HttpRequest) -> VerificationForm | None:
    if request.method == "POST":
        # Django's handler keeps no file of a longer message, and there is no other handler that would (settings).
        too_long = int(request.headers.get("Content-Length") or 0) > settings.FILE_UPLOAD_MAX_MEMORY_SIZE
        return VerificationForm(request.POST, files=request.FILES, too_long=too_long)
    return VerificationForm(request.GET) if "number" in request.GET else None


def _found(form: VerificationForm) -> tuple[Checked | None, FileVerdict | None]:
    if not form.is_valid():
        return None, None
    row = form_numbered(form.cleaned_data["number"])
    if row is None:
        form.add_error("number", UNKNOWN)
        return None, None
    at = timezone.now()
    shown, holder = whole_record(row), holder_of(row, at)
    document = form.cleaned_data["document"]
    verdict = _compare(document.read(), _documents(shown, holder, at)) if document else None
    return checked(shown, holder), verdict


def _documents(shown: ShownForm, holder: Holder | None, at: datetime) -> Iterator[Callable[[], bytes]]:
    """Yield what draws each document that bears the number: the form, and the certificate that rests on it."""
    yield lambda: signed_form_pdf(shown)
    one = holder.certification if holder and holder.certified else None
    if isinstance(one, PrescriberCertification):
        said = certificate_of_prescriber(one, program_at(at))
        yield lambda: certificate_pdf(**said)
    elif isinstance(one, PharmacyCertification):
        said = certificate_of_pharmacy(one, program_at(at))
        yield lambda: certificate_pdf(**said)


def _compare(uploaded: bytes, documents: Iterator[Callable[[], bytes]]) -> FileVerdict:
    try:
        return FileVerdict.SAME if any(draw() == uploaded for draw in documents) else FileVerdict.OTHER
    except PdfUnavailable:
        return FileVerdict.UNKNOWN
