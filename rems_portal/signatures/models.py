"""Forms as they were filled in, the signatures under them, and tries at a password for signing (21 CFR Part 11).

Whose form it is, and what it leads to, is the business of the apps above: they hold the reference to the form.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q

from rems_portal.audit.history import audited
from rems_portal.choices import choices_of, values_of
from rems_portal.rules.calendars import PROGRAM_ZONE, zone_named
from rems_portal.rules.forms import Answer, FormDocument, Signer, read_document


class Method(models.TextChoices):
    """How it is known that the signer is who the name says (21 CFR 11.200)."""

    PASSWORD = "password", "password, typed for this signature"
    LINK = "link", "personal link and date of birth"
    TOKEN = "token", "access token of the signer’s own system"


class SignedForm(models.Model):
    """A filled-in form: the exact bytes that are signed, and their SHA-256. Never changed once written.

    Only `completed_at` and `seal` follow the signatures: each new one is sealed together with all before it.
    """

    number = models.CharField("form number", max_length=24, unique=True)
    program = models.CharField(max_length=30)
    code = models.CharField("form", max_length=60)
    version = models.CharField(max_length=20)
    language = models.CharField(max_length=5)
    about = models.CharField(max_length=60, help_text="Whom it is about, as kind and number: never a name.")
    document = models.TextField(help_text="The form in its canonical spelling: what is hashed and signed.")
    digest = models.CharField("SHA-256", max_length=64)
    entered_at = models.DateTimeField()
    entered_by_name = models.CharField(max_length=200)
    completed_at = models.DateTimeField(null=True, blank=True, help_text="When the last signature was given.")
    seal = models.CharField(max_length=64, help_text="SHA-256 over the form and all its signatures, in their order.")

    history = audited(excluded_fields=["document"])

    class Meta:
        indexes = [models.Index(fields=["about", "-entered_at"], name="signed_form_by_subject")]
        constraints = [
            models.CheckConstraint(condition=Q(digest__regex=r"^[0-9a-f]{64}$"), name="signed_form_digest_is_sha256"),
            models.CheckConstraint(condition=Q(seal__regex=r"^[0-9a-f]{64}$"), name="signed_form_seal_is_sha256"),
            models.CheckConstraint(condition=~Q(entered_by_name=""), name="signed_form_names_who_entered_it"),
            models.CheckConstraint(condition=~Q(document=""), name="signed_form_is_not_empty"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def read(self) -> FormDocument:
        """What the document says. Raises ValueError when the bytes are no form any more."""
        return read_document(self.document.encode())

    @property
    def answers(self) -> dict[str, Answer]:
        """The answers by item. Raises as `read`."""
        return self.read.answers


class Signature(models.Model):
    """One signature under a form: printed name, instant, meaning, and what exactly was signed (21 CFR 11.50, 11.70)."""

    form = models.ForeignKey(SignedForm, on_delete=models.PROTECT, related_name="signatures")
    signer = models.CharField(max_length=20, choices=choices_of(Signer))
    printed_name = models.CharField(max_length=200)
    relation = models.CharField(max_length=60, blank=True, help_text="Of a guardian to the child.")
    meaning = models.CharField(max_length=300)
    signed_at = models.DateTimeField()
    zone = models.CharField(max_length=60, help_text="IANA name of the zone in which the instant is shown.")
    method = models.CharField(max_length=10, choices=Method.choices)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="signatures"
    )
    document_digest = models.CharField("SHA-256 of what was signed", max_length=64)
    seal = models.CharField(max_length=64, help_text="SHA-256 over this signature and the one before it.")

    history = audited()

    class Meta:
        ordering = ["pk"]  # as given, which is how the seals are chained: two clocks may disagree by a moment
        constraints = [
            models.UniqueConstraint(fields=["form", "signer"], name="signature_one_on_each_line"),
            models.CheckConstraint(condition=Q(signer__in=values_of(Signer)), name="signature_signer_is_known"),
            models.CheckConstraint(condition=Q(method__in=Method.values), name="signature_method_is_known"),
            models.CheckConstraint(
                condition=~Q(printed_name="") & ~Q(meaning=""), name="signature_has_name_and_meaning"
            ),
            models.CheckConstraint(
                condition=~Q(method="password") | Q(user__isnull=False), name="signature_by_password_has_an_account"
            ),
            models.CheckConstraint(
                condition=Q(seal__regex=r"^[0-9a-f]{64}$", document_digest__regex=r"^[0-9a-f]{64}$"),
                name="signature_digests_are_sha256",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.printed_name} ({self.get_signer_display()})"

    @property
    def shown_zone(self) -> str:
        """The zone to show the instant in: the program's where the stored name is no zone's (any more)."""
        try:
            zone_named(self.zone)
        except ValueError:
            return PROGRAM_ZONE.key
        return self.zone


class SigningTry(models.Model):
    """One try to sign with a password; wrong ones are counted (21 CFR 11.300(d)). Never changed.

    One sent during the wait after too many wrong ones is `refused`: kept, but not looked at and not counted.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    tried_at = models.DateTimeField()
    right = models.BooleanField()
    refused = models.BooleanField(default=False, help_text="Sent during the wait: the password was not looked at.")

    history = audited()

    class Meta:
        indexes = [models.Index(fields=["user", "-tried_at"], name="signing_try_by_user")]
        constraints = [
            models.CheckConstraint(condition=Q(right=False) | Q(refused=False), name="signing_try_refused_is_not_right")
        ]
        verbose_name_plural = "signing tries"

    def __str__(self) -> str:
        return f"{self.user}: {'refused' if self.refused else 'right' if self.right else 'wrong'}"
