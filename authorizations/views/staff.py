"""Any signed form as PDF, for program staff: patient surveys too, whose answers no office and no pharmacy is told."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from authorizations.presenters.signed import whole_record
from rems_portal.audit.access import record_denied_look, record_look
from rems_portal.audit.actors import Channel
from rems_portal.pdf import pdf_answer
from rems_portal.signatures.models import SignedForm
from rems_portal.signatures.pdf import signed_form_pdf
from rems_portal.web import actor_of, user_of


@require_safe
@never_cache
def any_form_pdf(request: HttpRequest, form: str) -> HttpResponse:
    """Return a signed form by its number, held against every record that repeats it. The look is written down."""
    if not user_of(request).is_staff:
        raise PermissionDenied("This page is for program staff.")
    by, at = actor_of(request, Channel.ADMIN), timezone.now()
    found = SignedForm.objects.filter(number=form).first()
    if found is None:
        record_denied_look(by=by, at=at, record=f"form {form}")
        raise Http404("No such form")
    record_look(by=by, at=at, record=found.about)
    shown = whole_record(found)
    back = reverse("admin:signatures_signedform_change", args=[found.pk])
    return pdf_answer(request, lambda: signed_form_pdf(shown), filename=f"{found.number}.pdf", back_url=back)
