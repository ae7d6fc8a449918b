"""API tokens: administrators give them out and take them back. The secret is shown once, on the page that made it."""

from datetime import timedelta
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from pharmacies.models import Pharmacy
from prescribers.models import Prescriber
from rems_portal.accounts.permissions import can_administer
from rems_portal.admin.acts import ActForm, Asked, Button, Question, ask
from rems_portal.admin.records import RecordAdmin
from rems_portal.interop.actions import NewToken, issue_api_token, revoke_api_token
from rems_portal.interop.models import ApiToken
from rems_portal.web import user_of


class NewTokenForm(ActForm):
    """Which system the token is for; the owner is named by NPI, so that no long list is needed."""

    label = forms.CharField(max_length=100, help_text="What uses it, such as “dispensing system, main street”.")
    npi = forms.CharField(label="NPI", max_length=10, help_text="Of the prescriber or the pharmacy whose system it is.")
    days = forms.IntegerField(label="Good for (days)", min_value=1, max_value=730, initial=365)

    def clean_npi(self) -> Prescriber | Pharmacy:
        """Return whose NPI it is."""
        npi = self.cleaned_data["npi"].strip()
        owner = Prescriber.objects.filter(npi=npi).first() or Pharmacy.objects.filter(npi=npi).first()
        if owner is None:
            raise forms.ValidationError("No prescriber or pharmacy of the program has this NPI. Check it.")
        return owner


def _revoke(asked: Asked) -> object:
    return revoke_api_token(by=asked.by, at=asked.at, user=asked.user, token=asked.record, reason=asked.reason)


@admin.register(ApiToken)
class ApiTokenAdmin(RecordAdmin):
    """Tokens of prescribers' and pharmacies' systems."""

    list_display = ("label", "prescriber", "pharmacy", "created_at", "expires_at", "revoked_at")
    list_select_related = ("prescriber", "pharmacy")
    search_fields = ("label__icontains", "prescriber__npi__exact", "pharmacy__npi__exact")
    search_help_text = "Label or NPI"
    ordering = ("-created_at",)
    exclude = ("token_hash",)
    buttons: ClassVar = (
        Button(
            name="revoke",
            label="Revoke this token",
            explains="The system that uses it is refused from now on. This can’t be undone; a new token can be issued.",
            may=can_administer,
            offered=lambda token: token.revoked_at is None,
            run=_revoke,
            done="The token is revoked.",
            dangerous=True,
        ),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Administrators give tokens out."""
        return can_administer(user_of(request))

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Give out a token; its secret is on the answer and nowhere else."""
        context = self.frame(request, "Issue a token")

        def issue(asked: Asked) -> HttpResponse:
            owner, answers = asked.answers["npi"], asked.answers
            wanted = NewToken(
                label=answers["label"],
                prescriber=owner if isinstance(owner, Prescriber) else None,
                pharmacy=owner if isinstance(owner, Pharmacy) else None,
                good_for=timedelta(days=answers["days"]),
            )
            token, secret = issue_api_token(by=asked.by, at=asked.at, user=asked.user, token=wanted)
            shown = {**context, "title": "The token", "token": token, "secret": secret, "back": self.list_address()}
            return TemplateResponse(request, "admin/token.html", shown)

        question = Question(
            label="Issue the token",
            explains="The token is shown once, on the next page. Hand it over on a safe way.",
            form=NewTokenForm,
            may=can_administer,
            run=issue,
            done="The token is issued.",
        )
        return ask(request, question, back=self.list_address(), context=context)
