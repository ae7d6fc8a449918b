"""The first page after signing in: each role goes straight to its work."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from rems_portal.accounts.models import User
from rems_portal.web import user_of

FIRST_PAGE = {
    User.Role.PRESCRIBER: "authorizations:worklist",
    User.Role.DELEGATE: "authorizations:worklist",
    User.Role.PHARMACIST: "authorizations:counter",
    User.Role.PROGRAM_STAFF: "admin:index",
}


def home(request: HttpRequest) -> HttpResponse:
    """Send the person to the page their role starts with."""
    return redirect(FIRST_PAGE[User.Role(user_of(request).role)])
