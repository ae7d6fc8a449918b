"""The four buttons on a certification, the same for prescribers and pharmacies: only the acts behind them differ."""

from collections.abc import Callable
from typing import Any

from django import forms

from rems_portal.accounts.permissions import can_administer
from rems_portal.admin.acts import Asked, Button, ReasonForm
from rems_portal.rules.lifecycles import CERTIFICATION_MOVES, CertificationStatus, may_move


class ShortReasonForm(ReasonForm):
    """A reason that is kept in the history row itself."""

    reason = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 2, "cols": 60}),
        max_length=100,
        help_text="At most 100 characters. It stays in the certification’s history.",
    )


def certification_buttons(
    *,
    suspend: Callable[..., object],
    reinstate: Callable[..., object],
    decertify: Callable[..., object],
    reopen: Callable[..., object],
) -> tuple[Button, ...]:
    """Return the buttons for these four acts, each `act(*, by, at, user, certification, reason)`."""
    to = CertificationStatus
    return (
        _button("suspend", "Suspend", "No number is given on this certification until it is reinstated.", suspend,
                offered=lambda status: status == to.CERTIFIED, done="The certification is suspended.", dangerous=True),
        _button("reinstate", "Reinstate", "The suspension ends; numbers can be given again at once.", reinstate,
                offered=lambda status: status == to.SUSPENDED, done="The certification is reinstated."),
        _button("decertify", "Decertify", "The certification ends. To come back, the form must be signed anew.",
                decertify, offered=_can_be(to.DECERTIFIED), done="The certification has ended.", dangerous=True),
        _button("reopen", "Let them apply again", "The enrollment form can be completed and signed anew.", reopen,
                offered=_can_be(to.IN_PROGRESS), done="They can apply again."),
    )  # fmt: skip


def _can_be(new: CertificationStatus) -> Callable[[str], bool]:
    return lambda status: may_move(CERTIFICATION_MOVES, CertificationStatus(status), new)


def _button(
    name: str,
    label: str,
    explains: str,
    act: Callable[..., object],
    *,
    offered: Callable[[Any], bool],
    done: str,
    dangerous: bool = False,
) -> Button:
    def run(asked: Asked) -> None:
        act(by=asked.by, at=asked.at, user=asked.user, certification=asked.record, reason=asked.reason)

    return Button(
        name=name,
        label=label,
        explains=explains,
        may=can_administer,
        offered=lambda certification: offered(certification.status),
        run=run,
        done=done,
        form=ShortReasonForm,
        dangerous=dangerous,
    )
