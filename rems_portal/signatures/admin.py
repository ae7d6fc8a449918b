"""Signed forms, their signatures and tries to sign, for program staff. Read only.

Forms and signatures are registered above, where it is known which records repeat what they say.
"""

from typing import Any, ClassVar

from django.contrib import admin

from rems_portal.admin.records import RecordAdmin
from rems_portal.signatures.models import SigningTry


class SignedFormAdmin(RecordAdmin):
    """Forms as they were filled in; a look at one is written down as a look at whom it is about."""

    patient = ""
    list_display = ("number", "code", "version", "about", "entered_by_name", "entered_at", "completed_at")
    list_filter = ("code", "version")
    date_hierarchy = "entered_at"
    search_fields = ("number__exact", "about__endswith")
    fields: ClassVar[tuple[str, ...]] = (
        "number", "code", "version", "language", "about", "entered_at", "entered_by_name", "completed_at",
        "unchanged", "digest", "seal", "document",
    )  # fmt: skip

    def _write_look_at(self, request: Any, record: Any) -> None:
        self._write_look(request, record.about)


class SignatureAdmin(RecordAdmin):
    """Signatures, the latest first."""

    patient = "form"
    list_display = ("form", "signer", "printed_name", "signed_at", "method")
    list_filter = ("signer", "method")
    list_select_related = ("form",)
    date_hierarchy = "signed_at"
    search_fields = ("form__number__exact", "printed_name__istartswith")
    ordering = ("-signed_at",)

    def _write_look_at(self, request: Any, record: Any) -> None:
        self._write_look(request, record.form.about)


@admin.register(SigningTry)
class SigningTryAdmin(RecordAdmin):
    """Tries to sign with a password."""

    list_display = ("tried_at", "user", "right", "refused")
    list_filter = ("right", "refused")
    list_select_related = ("user",)
    date_hierarchy = "tried_at"
    search_fields = ("user__email__iexact", "user__full_name__istartswith")
    ordering = ("-tried_at",)
