"""What the acts of program staff refuse, asked directly: who may not, what is missing, what is done already."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

import tests.factories as make
from authorizations.actions.catalogue import save_product
from authorizations.actions.compliance import close_compliance_case
from authorizations.models import ComplianceCase, Product
from pharmacies.actions import suspend_pharmacy
from rems_portal.accounts.actions import NewAccount, close_account, invite_account, reopen_account, reset_second_factor
from rems_portal.accounts.models import User
from rems_portal.errors import ActRefused
from rems_portal.interop.actions import NewToken, issue_api_token, revoke_api_token
from rems_portal.interop.models import ApiToken
from tests.factories import NOW, hours

pytestmark = pytest.mark.django_db


def run(act: Callable[..., Any], user: User, **details: Any) -> Any:
    return act(by=make.actor(user), at=NOW, user=user, **details)


def new_product(**changes: Any) -> Product:
    fields = {
        "program": "lenalidomide",
        "name": "L",
        "labeler": "L",
        "ndc": "1-1-1",
        "strength_mg": 5,
        "source": "label",
    }
    return Product(**fields | changes)


NOBODY_ELSE = [make.account, make.case_manager, make.auditor]


@pytest.mark.parametrize("somebody", NOBODY_ELSE)
def test_only_administrators_administer(somebody: Callable[[], User]) -> None:
    user, other = somebody(), make.account()
    token = NewToken(label="x", pharmacy=make.pharmacy())
    account = NewAccount(email="n@example.com", full_name="N", role=User.Role.PHARMACIST)
    for act, details in (
        (invite_account, {"account": account}),
        (reset_second_factor, {"account": other, "reason": "x"}),
        (close_account, {"account": other, "reason": "x"}),
        (reopen_account, {"account": other, "reason": "x"}),
        (issue_api_token, {"token": token}),
        (save_product, {"product": new_product()}),
    ):
        with pytest.raises(PermissionDenied):
            run(act, user, **details)
    assert not ApiToken.objects.exists()
    assert not Product.objects.exists()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"source": ""}, "This field cannot be blank"),
        ({"strength_mg": 0}, "more than 0 mg"),
        ({"ndc": "taken"}, "already exists"),
    ],
)
def test_a_product_without_source_strength_or_with_anothers_code_is_refused(
    changes: dict[str, Any], sentence: str
) -> None:
    user = make.administrator()
    make.product(ndc="taken")
    with pytest.raises(ActRefused, match=sentence):
        run(save_product, user, product=new_product(**changes))
    assert Product.objects.count() == 1


def test_accounts_are_closed_once_with_a_reason() -> None:
    user, other = make.administrator(), make.account()
    with pytest.raises(ActRefused, match="Give the reason"):
        run(close_account, user, account=other, reason=" ")
    with pytest.raises(ActRefused, match="open already"):
        run(reopen_account, user, account=other, reason="x")
    run(close_account, user, account=other, reason="x")
    with pytest.raises(ActRefused, match="closed already"):
        run(close_account, user, account=other, reason="x")


def test_a_reason_is_kept_whole_or_refused() -> None:
    user, other, shop = make.administrator(), make.account(), make.pharmacy()
    token, _ = run(issue_api_token, user, token=NewToken(label="x", pharmacy=shop))
    long, longest = "y" * 101, "y" * 100
    for act, record in (
        (close_account, {"account": other}),
        (revoke_api_token, {"token": token}),
        (suspend_pharmacy, {"certification": shop.certifications.get()}),
    ):
        with pytest.raises(ActRefused, match="in at most 100 characters"):
            run(act, user, **record, reason=long)
        done = run(act, user, **record, reason=longest)
        assert done.history.filter(history_change_reason=longest).exists()


@pytest.mark.parametrize(
    ("label", "owners", "sentence"),
    [
        (" ", ("pharmacy",), "Say what will use the token"),
        ("x", (), "one of them"),
        ("x", ("pharmacy", "prescriber"), "one of them"),
    ],
)
def test_a_token_belongs_to_one_and_says_what_uses_it(label: str, owners: tuple[str, ...], sentence: str) -> None:
    user = make.administrator()
    token = NewToken(label=label, **{owner: getattr(make, owner)() for owner in owners})
    with pytest.raises(ActRefused, match=sentence):
        run(issue_api_token, user, token=token)
    assert not ApiToken.objects.exists()


def test_a_token_is_revoked_once_with_a_reason() -> None:
    user = make.administrator()
    token, secret = run(issue_api_token, user, token=NewToken(label="x", prescriber=make.prescriber()))
    assert len(secret) == 43
    with pytest.raises(ActRefused, match="Give the reason"):
        run(revoke_api_token, user, token=token, reason="")
    with pytest.raises(PermissionDenied):
        run(revoke_api_token, make.auditor(), token=token, reason="x")
    run(revoke_api_token, user, token=token, reason="x")
    with pytest.raises(ActRefused, match="revoked already"):
        run(revoke_api_token, user, token=token, reason="x")


@pytest.mark.rems("PH-15", "PH-16")
def test_a_compliance_case_is_closed_once_by_a_case_manager_with_a_reason() -> None:
    make.dispense(make.confirmation(make.authorization(make.enrollment())), at=NOW + hours(30))
    case, user = ComplianceCase.objects.get(), make.case_manager()
    for somebody in (make.account(), make.auditor()):
        with pytest.raises(PermissionDenied):
            run(close_compliance_case, somebody, case=case, reason="x")
    with pytest.raises(ActRefused, match="Give the reason"):
        run(close_compliance_case, user, case=case, reason="")
    assert run(close_compliance_case, user, case=case, reason="x").closed_by == user
    with pytest.raises(ActRefused, match="closed already"):
        run(close_compliance_case, user, case=case, reason="x")
