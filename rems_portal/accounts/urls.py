"""The addresses of one's own account, of invitations, and those that stand in for pages of allauth's."""

from django.urls import path
from django.views.generic import RedirectView

from rems_portal.accounts.views import account, invitations, session

app_name = "accounts"
urlpatterns = [
    path("", account.overview, name="overview"),
    path("second-factor/", account.second_factor, name="second-factor"),
    path("second-factor/replace-app/", account.replace_app, name="replace-app"),
    path("sessions/<int:pk>/end/", account.session_end, name="session-end"),
    path("sessions/end-others/", account.sessions_end_others, name="sessions-end-others"),
    path("session/", session.clock, name="session"),
    path("session/keep/", session.keep_typed, name="keep"),
    path("unlock/", session.unlock, name="unlock"),
    path("invitations/", invitations.sent, name="invitations"),
    path("invitations/<int:pk>/send-again/", invitations.send_again, name="invitation-send-again"),
    path("invitations/<int:pk>/withdraw/", invitations.withdraw, name="invitation-withdraw"),
    path("invitation/<str:secret>/", invitations.accept, name="invitation"),
]

_to_overview = RedirectView.as_view(pattern_name="accounts:overview")
INSTEAD_OF_ALLAUTHS = [
    path("2fa/", _to_overview, name="mfa_index"),
    path("2fa/authenticate/", account.authenticate, name="mfa_authenticate"),
    path("2fa/reauthenticate/", account.reauthenticate, name="mfa_reauthenticate"),
    path("2fa/webauthn/", _to_overview, name="mfa_list_webauthn"),
    path("2fa/webauthn/keys/<int:pk>/remove/", account.remove_passkey, name="mfa_remove_webauthn"),
    path("sessions/", _to_overview, name="usersessions_list"),
    path("email/", _to_overview, name="account_email"),  # an address is changed by program staff only
]
