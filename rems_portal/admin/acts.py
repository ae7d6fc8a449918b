"""Buttons on a record's page: each leads to a page that asks for a reason and then runs one business act.

A button decides nothing: the act it runs refuses whoever may not, and what can't be done.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone

from rems_portal.audit.actors import Actor, Channel
from rems_portal.errors import ActRefused, StaleRecord
from rems_portal.web import user_of

if TYPE_CHECKING:
    from rems_portal.accounts.models import User


class ActForm(forms.Form):
    """What an act asks for; `record` is what it is about, None when it makes something new."""

    def __init__(self, data: Any = None, *, record: Any = None) -> None:
        super().__init__(data)
        self.record = record


class ReasonForm(ActForm):
    """Every change of state by staff has a reason, which stays on the record."""

    reason = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 4, "cols": 60}),
        max_length=1000,
        help_text="What you know and why you decide so. It stays on the record and in its history.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What an act is run with: who, when, on which record, with which answers."""

    by: Actor
    at: datetime
    user: "User"
    record: Any
    answers: dict[str, Any]

    @property
    def reason(self) -> str:
        """The reason given."""
        return str(self.answers["reason"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A form that runs one act: what it is called, what it does, its fields, who may, and the call."""

    label: str
    explains: str
    may: "Callable[[User], bool]"
    run: Callable[[Asked], object]
    done: str
    form: type[ActForm] = ReasonForm
    dangerous: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Button(Question):
    """A question about one record, and when it makes sense to ask it. Its form always has a reason."""

    name: str
    offered: Callable[[Any], bool]


def buttons_for(buttons: Sequence[Button], user: "User", record: Model) -> list[Button]:
    """Return the buttons to show this person on this record."""
    return [button for button in buttons if button.may(user) and button.offered(record)]


def run_button(
    request: HttpRequest, button: Button, record: Model, *, back: str, context: dict[str, Any]
) -> HttpResponse:
    """Ask for the reason, run the act, and return to the record."""
    if button.may(user_of(request)) and not button.offered(record):
        messages.warning(request, f"“{button.label}” is not possible now. Nothing was changed.")
        return HttpResponseRedirect(back)
    return ask(request, button, back=back, context=context, record=record)


def ask(
    request: HttpRequest, question: Question, *, back: str, context: dict[str, Any], record: Model | None = None
) -> HttpResponse:
    """Show the form; when it is sent, run the act and go back, or say on the form why the act was refused.

    An act that answers with a page of its own (a secret to show once) gets that page shown instead of going back.
    Raises PermissionDenied for somebody whose role may not.
    """
    user = user_of(request)
    if not question.may(user):
        raise PermissionDenied("Your role in the program may not do this.")
    form = question.form(request.POST or None, record=record)
    if request.method == "POST" and form.is_valid():
        by = Actor.of(user, Channel.ADMIN)
        try:
            done = question.run(Asked(by=by, at=timezone.now(), user=user, record=record, answers=form.cleaned_data))
        except ActRefused as refused:
            for finding in refused.findings:
                form.add_error(None, finding.sentence)
        except StaleRecord:
            form.add_error(None, "Somebody else changed this record meanwhile. Look at it again before you decide.")
        else:
            messages.success(request, question.done)
            return done if isinstance(done, HttpResponse) else HttpResponseRedirect(back)
    shown = {"title": question.label, **context, "question": question, "form": form, "record": record, "back": back}
    return TemplateResponse(request, "admin/act.html", shown, status=422 if form.errors else 200)
