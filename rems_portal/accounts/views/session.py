"""The session's own pages: its time left and the mark of its forms, keeping what was typed, opening a locked device."""

from allauth.account.adapter import get_adapter
from allauth.core import ratelimit
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from rems_portal.accounts.forms import PasswordForm
from rems_portal.accounts.kept import keep
from rems_portal.accounts.locking import is_locked
from rems_portal.accounts.locking import unlock as open_again
from rems_portal.accounts.session_times import time_left, touch
from rems_portal.web import user_of

KEPT = "You were signed out, because nothing was done for a while. Sign in again: what you typed comes back."


@require_http_methods(["GET", "POST"])
def clock(request: HttpRequest) -> JsonResponse:
    """Answer how many seconds the session has left; asked by POST, it is used and so goes on.

    To a page that says whose it is (`X-Page-Account`), also the mark that its forms must bear by now: signing in again
    in another window changes it. Empty when somebody else is signed in: their mark is not for this page's forms.
    Another site can neither send that header nor read the answer.
    """
    second = int(timezone.now().timestamp())
    if request.method == "POST":
        touch(request.session, second, always=True)
    left = time_left(request.session, second)
    answer: dict[str, object] = {"idle": left.idle, "longest": left.longest}
    page_of = request.headers.get("X-Page-Account")
    if page_of is not None:
        answer["mark"] = get_token(request) if page_of == str(user_of(request).pk) else ""
    return JsonResponse(answer)


@require_POST
def keep_typed(request: HttpRequest) -> HttpResponse:
    """Keep what stands in a form of the page, because the session is about to end. Nothing is sent or saved by it."""
    keep(request, user_of(request).pk)
    messages.info(request, KEPT)
    return HttpResponse(status=204)


@sensitive_post_parameters("password")
def unlock(request: HttpRequest) -> HttpResponse:
    """Ask for the password of whoever locked this device, and go on where they were."""
    wanted = request.POST.get("next") or request.GET.get("next") or "/"
    onward = wanted if url_has_allowed_host_and_scheme(wanted, {request.get_host()}) else "/"
    if not is_locked(request):
        return HttpResponseRedirect(onward)
    form = PasswordForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        if not ratelimit.consume(request, action="reauthenticate", user=user_of(request)):
            form.add_error("password", "Too many tries. Wait a minute, then type your password again.")
        elif _is_password(request, form.cleaned_data["password"], form):
            open_again(request)
            return HttpResponseRedirect(onward)
    return render(request, "accounts/unlock.html", {"form": form, "next": onward})


def _is_password(request: HttpRequest, password: str, form: PasswordForm) -> bool:
    try:
        if get_adapter(request).reauthenticate(user_of(request), password):
            return True
        form.add_error("password", "This is not the password. Type it again, or sign out.")
    except ValidationError as error:
        form.add_error("password", error)
    return False
