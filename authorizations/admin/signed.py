"""Signed forms and signatures for program staff, held against every record that repeats what they say. Read only."""

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from authorizations.presenters.signed import whole_record
from rems_portal.signatures.admin import SignatureAdmin, SignedFormAdmin
from rems_portal.signatures.copies import in_words
from rems_portal.signatures.models import Signature, SignedForm


@admin.register(SignedForm)
class WholeFormAdmin(SignedFormAdmin):
    """Forms as they were filled in, and whether they and all copies are unchanged."""

    readonly_fields = ("pdf", "unchanged")
    fields = ("pdf", *SignedFormAdmin.fields)

    @admin.display(description="PDF")
    def pdf(self, form: SignedForm) -> SafeString:
        """Return the way to the form with its signatures as PDF."""
        address = reverse("authorizations:any-form-pdf", args=[form.number])
        return format_html('<a href="{}">Open as PDF</a>', address)

    @admin.display(description="Still what was signed?")
    def unchanged(self, form: SignedForm) -> str:
        """Say whether document, signatures and the copies in other records are unchanged."""
        return in_words(whole_record(form))


@admin.register(Signature)
class SignatureOfFormAdmin(SignatureAdmin):
    """Signatures, and whether the form they are under is unchanged."""

    readonly_fields = ("unchanged",)

    @admin.display(description="Is its form still what was signed?")
    def unchanged(self, signature: Signature) -> str:
        """Say whether the form, all its signatures and the copies in other records are unchanged."""
        return in_words(whole_record(signature.form))
