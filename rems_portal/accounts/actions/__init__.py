"""The acts on accounts: invitations, closing and opening, sessions, second factor."""

from rems_portal.accounts.actions.accounts import close_account, end_sessions, reopen_account, reset_second_factor
from rems_portal.accounts.actions.corrections import correct_account
from rems_portal.accounts.actions.invitations import (
    NewAccount,
    accept_invitation,
    colleague,
    invite_account,
    send_invitation_again,
    withdraw_invitation,
)

__all__ = [
    "NewAccount",
    "accept_invitation",
    "close_account",
    "colleague",
    "correct_account",
    "end_sessions",
    "invite_account",
    "reopen_account",
    "reset_second_factor",
    "send_invitation_again",
    "withdraw_invitation",
]
