"""Accounts for program staff, and the record of who looked at what (its model is the audit's, which knows no accounts).

No password is typed here: a new person sets one by the link of a password reset.
"""

from typing import Any, ClassVar

from allauth.account.forms import ResetPasswordForm
from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse

from rems_portal.accounts import actions
from rems_portal.accounts.models import User
from rems_portal.accounts.permissions import can_administer
from rems_portal.admin.acts import ActForm, Asked, Button, Question, ask
from rems_portal.admin.records import RecordAdmin
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


@admin.register(User)
class UserAdmin(RecordAdmin):
    """Who may sign in."""

    list_display = ("full_name", "email", "role", "staff_role", "is_active", "last_login")
    list_filter = ("role", "staff_role", StateFilter)
    search_fields = ("full_name__icontains", "email__istartswith", "prescriber__npi__exact")
    ordering = ("full_name",)
    fields = ("full_name", "email", "role", "staff_role", "is_active", "date_joined", "last_login")
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
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Administrators make accounts."""
        return can_administer(user_of(request))

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Make an account and send the person the link to set a password."""

        def make(asked: Asked) -> None:
            wanted = actions.NewAccount(**asked.answers)
            made = actions.create_account(by=asked.by, at=asked.at, user=asked.user, account=wanted)
            letter = ResetPasswordForm({"email": made.email})
            if letter.is_valid():
                letter.save(request)
            messages.info(request, f"{made.email} was sent a link to set a password.")

        question = Question(
            label="Make the account",
            explains="The person gets an e-mail with a link to set a password. Nobody else ever knows it.",
            form=NewAccountForm,
            may=can_administer,
            run=make,
            done="The account is made.",
        )
        return ask(request, question, back=self.list_address(), context=self.frame(request, "Add an account"))


@admin.register(AccessEvent)
class AccessEventAdmin(RecordAdmin):
    """Who looked at which patient's records, and who was denied a look."""

    list_display = ("at", "actor_name", "channel", "record", "outcome")
    list_filter = ("outcome", "channel")
    date_hierarchy = "at"
    search_fields = ("record__endswith", "actor_name__istartswith", "user__email__iexact")
    search_help_text = "A patient number, or the name or e-mail address of who looked"
    list_select_related = ("user",)
