"""Accounts: who may sign in, with the e-mail address as the name. What they may do is decided in the apps above."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac

from rems_portal.accounts.passwords import normal_password
from rems_portal.audit.history import audited


class UserManager(BaseUserManager["User"]):
    """Creates accounts; addresses are kept in lower case."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create an account; without a password it must be set by a reset link."""
        if not email:
            raise ValueError("An account needs an e-mail address")
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create a program administrator (what `manage.py createsuperuser` calls)."""
        fields |= {"role": User.Role.PROGRAM_STAFF, "staff_role": User.StaffRole.ADMINISTRATOR}
        return self.create_user(email, password, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        """Find the account by its address, however it was typed."""
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser):
    """A person who can sign in."""

    class Role(models.TextChoices):
        PRESCRIBER = "prescriber", "Prescriber"
        DELEGATE = "delegate", "Prescriber's office staff"
        PHARMACIST = "pharmacist", "Pharmacy staff"
        PROGRAM_STAFF = "program_staff", "Program staff"

    class StaffRole(models.TextChoices):
        NONE = "", "Not program staff"
        CASE_MANAGER = "case_manager", "Case manager"
        AUDITOR = "auditor", "Auditor"
        ADMINISTRATOR = "administrator", "Administrator"

    email = models.EmailField("e-mail address", unique=True)
    full_name = models.CharField(max_length=150)
    role = models.CharField(max_length=20, choices=Role.choices)
    staff_role = models.CharField(max_length=20, choices=StaffRole.choices, blank=True, default="")
    is_active = models.BooleanField("may sign in", default=True)
    date_joined = models.DateTimeField(auto_now_add=True)
    sessions_ended_at = models.DateTimeField(
        null=True, blank=True, help_text="Sessions from before this instant have ended, on whatever device."
    )

    history = audited(excluded_fields=["password", "last_login"])
    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["full_name"]

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="account_email_unique_whatever_case"),
            models.CheckConstraint(
                condition=models.Q(role="program_staff") ^ models.Q(staff_role=""),
                name="account_staff_role_only_for_staff",
            ),
        ]

    def __str__(self) -> str:
        return self.full_name or self.email

    def get_full_name(self) -> str:
        """Return the name written on records."""
        return self.full_name or self.email

    def set_password(self, raw_password: str | None) -> None:
        """Keep the hash of a password, in the one form in which it is compared."""
        super().set_password(None if raw_password is None else normal_password(raw_password))

    def check_password(self, raw_password: str | None) -> bool:
        """Is this the password, however its characters were composed?"""
        return super().check_password(None if raw_password is None else normal_password(raw_password))

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Return what ties a session to the account: it ends when the password or `sessions_ended_at` changes."""
        value = f"{self.password}:{self.sessions_ended_at.isoformat() if self.sessions_ended_at else ''}"
        return salted_hmac("rems_portal.accounts.session", value, secret=secret, algorithm="sha256").hexdigest()

    def get_short_name(self) -> str:
        """Return the name used in greetings."""
        return self.full_name or self.email

    @property
    def is_staff(self) -> bool:
        """May this account enter Django admin?"""
        return self.is_active and self.role == self.Role.PROGRAM_STAFF

    @property
    def is_superuser(self) -> bool:
        """Nobody is: program staff read, and change state only through actions with a reason."""
        return False

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Program staff may view everything in admin; nothing else is given by permission name."""
        return self.is_staff and perm.rpartition(".")[2].startswith("view_")

    def has_perms(self, perm_list: list[str], obj: object = None) -> bool:
        """All of `has_perm`."""
        return all(self.has_perm(perm, obj) for perm in perm_list)

    def has_module_perms(self, app_label: str) -> bool:
        """May this account see the app in admin?"""
        return self.is_staff


class Invitation(models.Model):
    """The one way into an account: a link to its owner's mailbox, good once, for some days. Only its hash is kept."""

    account = models.OneToOneField(User, on_delete=models.PROTECT, related_name="invitation")
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    accepted_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    history = audited(excluded_fields=["token_hash"])

    class Meta:
        ordering = ["-invited_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("invited_at")), name="invitation_expires_after_it_is_sent"
            ),
            models.CheckConstraint(
                condition=models.Q(accepted_at__isnull=True) | models.Q(withdrawn_at__isnull=True),
                name="invitation_accepted_or_withdrawn_not_both",
            ),
        ]

    def __str__(self) -> str:
        return f"Invitation of {self.account}"

    @property
    def is_open(self) -> bool:
        """Is it neither accepted nor withdrawn? Its link may be too old all the same; it can be sent again."""
        return self.accepted_at is None and self.withdrawn_at is None
