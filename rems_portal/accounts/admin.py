"""Accounts and invitations for program staff, and who looked at what (a model of the audit, which knows no accounts).

No password is typed here: an invited person chooses one by a link that nobody else sees.
"""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse

from rems_portal.accounts import actions
from rems_portal.accounts.models import Invitation, User
from rems_portal.accounts.permissions import can_administer
from rems_portal.accounts.second_factor import has_second_factor
from rems_portal.admin.acts import ActForm, Asked, Button, Question, ask
from rems_portal.admin.records import RecordAdmin
from rems_portal.audit.history import LONGEST_REASON
from rems_portal.audit.models import AccessEvent
from rems_portal.web import user_of


class NewAccountForm(ActForm):
    """Whose account it is to be."""

    email = forms.EmailField(label="E-mail address", help_text="The person signs in with it.")
    full_name = forms.CharField(max_length=150, help_text="As it is to stand on records.")
    role = forms.ChoiceField(choices=User.Role.choices)
    staff_role = forms.ChoiceField(
        choices=User.StaffRole.choices, required=False, help_text="Only for program staff; then it must be chosen."
    )


class CorrectionForm(ActForm):
    """Name and address as they should be, and why. The role is not asked: it stays."""

    full_name = forms.CharField(max_length=150, label="Name", help_text="Records keep the name they were signed with.")
    email = forms.EmailField(label="E-mail address", help_text="The person signs in with it.")
    reason = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 2, "cols": 60}),
        max_length=LONGEST_REASON,
        help_text=f"At most {LONGEST_REASON} characters. It stays in the account’s history.",
    )

    def __init__(self, data: Any = None, *, record: Any = None) -> None:
        super().__init__(data, record=record)
        for name in ("full_name", "email"):
            self.fields[name].initial = getattr(record, name)


class StateFilter(admin.SimpleListFilter):
    """Open and closed accounts."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the choices."""
        return [("open", "May sign in"), ("closed", "Closed")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Keep the accounts in the chosen state."""
        return queryset if self.value() is None else queryset.filter(is_active=self.value() == "open")


def _close(asked: Asked) -> object:
    return actions.close_account(by=asked.by, at=asked.at, user=asked.user, account=asked.record, reason=asked.reason)


def _reopen(asked: Asked) -> object:
    return actions.reopen_account(by=asked.by, at=asked.at, user=asked.user, account=asked.record, reason=asked.reason)


def _correct(asked: Asked) -> object:
    return actions.correct_account(by=asked.by, at=asked.at, user=asked.user, account=asked.record, **asked.answers)


def _reset(asked: Asked) -> object:
    user, account, reason = asked.user, asked.record, asked.reason
    return actions.reset_second_factor(by=asked.by, at=asked.at, user=user, account=account, reason=reason)


def _send_again(asked: Asked) -> object:
    return actions.send_invitation_again(by=asked.by, at=asked.at, user=asked.user, invitation=asked.record)


def _withdraw(asked: Asked) -> object:
    return actions.withdraw_invitation(by=asked.by, at=asked.at, user=asked.user, invitation=asked.record)


@admin.register(User)
class UserAdmin(RecordAdmin):
    """Who may sign in."""

    list_display = ("full_name", "email", "role", "staff_role", "is_active", "last_login")
    list_filter = ("role", "staff_role", StateFilter)
    search_fields = ("full_name__icontains", "email__istartswith", "prescriber__npi__exact")
    ordering = ("full_name",)
    fields = ("full_name", "email", "role", "staff_role", "is_active", "second_factor", "date_joined", "last_login")
    readonly_fields = ("second_factor",)
    buttons: ClassVar = (
        Button(
            name="close",
            label="Close this account",
            explains="The person can no longer sign in. What was done with the account stays on record.",
            may=can_administer,
            offered=lambda account: account.is_active,
            run=_close,
            done="The account is closed.",
            dangerous=True,
        ),
        Button(
            name="reopen",
            label="Open this account again",
            explains="The person can sign in again, with the password there was.",
            may=can_administer,
            offered=lambda account: not account.is_active,
            run=_reopen,
            done="The account is open again.",
        ),
        Button(
            name="correct",
            label="Correct the name or e-mail address",
            explains="Check first who is asking. When the address changes, all sessions end, and both the old and the "
            "new address are told. The role stays as it is.",
            may=can_administer,
            offered=lambda account: True,
            run=_correct,
            done="The account is corrected.",
            form=CorrectionForm,
        ),
        Button(
            name="reset-second-factor",
            label="Reset the second factor",
            explains="Only when the device and the recovery codes are lost, and you know who is asking. The person is "
            "told, all sessions end, and the next sign-in with the password sets up a new second factor.",
            may=can_administer,
            offered=has_second_factor,
            run=_reset,
            done="The second factor is reset. The person was told.",
            dangerous=True,
        ),
    )

    @admin.display(description="Second factor", boolean=True)
    def second_factor(self, account: User) -> bool:
        """Return whether one is set up."""
        return has_second_factor(account)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Administrators make accounts."""
        return can_administer(user_of(request))

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Invite somebody: the account is there at once, and opens when its owner accepts."""

        def invite(asked: Asked) -> None:
            wanted = actions.NewAccount(**asked.answers)
            made = actions.invite_account(by=asked.by, at=asked.at, user=asked.user, account=wanted)
            messages.info(request, f"{made.account.email} was sent an invitation, good for seven days.")

        question = Question(
            label="Invite",
            explains="The person gets an e-mail with a link, chooses a password and sets up a second factor. Nobody "
            "else ever knows either.",
            form=NewAccountForm,
            may=can_administer,
            run=invite,
            done="The account is made.",
        )
        return ask(request, question, back=self.list_address(), context=self.frame(request, "Add an account"))


class InvitationFilter(admin.SimpleListFilter):
    """Invitations that are open, accepted or withdrawn."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the choices."""
        return [("open", "Open"), ("accepted", "Accepted"), ("withdrawn", "Withdrawn")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Keep the invitations in the chosen state."""
        states = {
            "open": {"accepted_at__isnull": True, "withdrawn_at__isnull": True},
            "accepted": {"accepted_at__isnull": False},
            "withdrawn": {"withdrawn_at__isnull": False},
        }
        return queryset.filter(**states.get(self.value() or "", {}))


@admin.register(Invitation)
class InvitationAdmin(RecordAdmin):
    """Who was invited by whom, and what became of it."""

    list_display = ("account", "email", "invited_by", "invited_at", "expires_at", "accepted_at", "withdrawn_at")
    list_filter = (InvitationFilter,)
    search_fields = ("account__full_name__icontains", "account__email__istartswith", "invited_by__email__iexact")
    list_select_related = ("account", "invited_by")
    fields = ("account", "invited_by", "invited_at", "expires_at", "accepted_at", "withdrawn_at")
    buttons: ClassVar = (
        Button(
            name="send-again",
            label="Send the invitation again",
            explains="A new link goes to the same address; the old one stops working.",
            may=can_administer,
            offered=lambda invitation: invitation.is_open,
            run=_send_again,
            done="The invitation was sent again.",
        ),
        Button(
            name="withdraw",
            label="Withdraw the invitation",
            explains="The link stops working and the account is closed.",
            may=can_administer,
            offered=lambda invitation: invitation.is_open,
            run=_withdraw,
            done="The invitation is withdrawn.",
            dangerous=True,
        ),
    )

    @admin.display(description="E-mail address")
    def email(self, invitation: Invitation) -> str:
        """Return where the link went."""
        return str(invitation.account.email)


@admin.register(AccessEvent)
class AccessEventAdmin(RecordAdmin):
    """Who looked at which patient's records, and who was denied a look."""

    list_display = ("at", "actor_name", "channel", "record", "outcome")
    list_filter = ("outcome", "channel")
    date_hierarchy = "at"
    search_fields = ("record__endswith", "actor_name__istartswith", "user__email__iexact")
    search_help_text = "A patient number, or the name or e-mail address of who looked"
    list_select_related = ("user",)
