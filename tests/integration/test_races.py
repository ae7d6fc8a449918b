"""Real threads with connections of their own, on whichever engine the suite runs: one or none, never two.

domain.md section 12, items 1 and 2. Each act runs as it runs in the portal; nothing is patched.
"""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connections

import tests.factories as make
from authorizations.actions.confirm import confirm_dispense
from authorizations.actions.safety import report_pregnancy
from authorizations.models import Authorization, Confirmation, Decision
from patients.models import SafetyCase
from rems_portal.rules.vocabulary import RiskCategory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.rems("PH-08", "PG-01")]

AT_ONCE = 50


def all_at_once(acts: list[Callable[[], Any]]) -> list[Any]:
    """Release all acts together; return each one's result or exception, in order."""
    gate = threading.Barrier(len(acts))
    results: list[Any] = [None] * len(acts)

    def run(index: int) -> None:
        try:
            gate.wait(60)
            results[index] = acts[index]()
        except Exception as error:
            results[index] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(180)
    return results


def ask(authorization: Authorization, shop: Any, key: str | None) -> Callable[[], Decision]:
    request = make.confirmation_request(authorization)
    by = make.actor(make.pharmacist(shop))

    def act() -> Decision:
        return confirm_dispense(
            by=by, at=make.NOW, pharmacy=shop, request=request, program=make.PROGRAM, idempotency_key=key
        )

    return act


def open_confirmations(authorization: Authorization) -> int:
    return Confirmation.objects.filter(authorization=authorization, status="open").count()


def test_fifty_confirmations_of_one_authorization_yield_one() -> None:
    authorization, shop = make.authorization(make.enrollment(RiskCategory.AM)), make.pharmacy()
    act = ask(authorization, shop, None)

    results = all_at_once([act] * AT_ONCE)

    assert all(isinstance(result, Decision) for result in results), results
    assert sum(result.granted for result in results) == 1
    assert open_confirmations(authorization) == 1
    assert Decision.objects.filter(ask="confirmation").count() == AT_ONCE
    refused = [result for result in results if not result.granted]
    assert all({"CONF-03", "CONF-10"} <= set(result.failed.split(",")) for result in refused)


def test_fifty_sendings_under_one_key_get_one_number() -> None:
    authorization, shop = make.authorization(make.enrollment(RiskCategory.AM)), make.pharmacy()
    act = ask(authorization, shop, "the same key")

    results = all_at_once([act] * AT_ONCE)

    assert all(isinstance(result, Decision) for result in results), results
    assert len({result.confirmation.number for result in results}) == 1
    assert Decision.objects.filter(ask="confirmation").count() == 1


def test_two_pharmacies_at_once_get_one_number_between_them() -> None:
    authorization = make.authorization(make.enrollment(RiskCategory.AM))
    first, second = make.pharmacy(), make.pharmacy()

    results = all_at_once([ask(authorization, first, None), ask(authorization, second, None)] * 5)

    assert sum(result.granted for result in results) == 1
    assert open_confirmations(authorization) == 1


@pytest.mark.rems("PR-21", "PH-17")
def test_a_pregnancy_report_against_confirmations_leaves_nothing_live() -> None:
    """Whichever comes first: when both have committed, no number of hers is live."""
    shop = make.pharmacy()
    for _ in range(8):
        enrollment = make.enrollment(RiskCategory.AF_CAN)
        authorization = make.authorization(enrollment)
        reporter = make.actor(enrollment.prescriber.user)

        def report(enrollment: Any = enrollment, reporter: Any = reporter) -> SafetyCase:
            return report_pregnancy(
                by=reporter, at=make.NOW, enrollment=enrollment, kind=SafetyCase.Kind.PREGNANCY, role="prescriber"
            )

        confirm = ask(authorization, shop, None)
        results = all_at_once([confirm, confirm, report, confirm, confirm])

        assert not [result for result in results if isinstance(result, Exception)], results
        authorization.refresh_from_db()
        assert authorization.status == "void"
        assert open_confirmations(authorization) == 0
        assert sum(result.granted for result in results if isinstance(result, Decision)) <= 1


@pytest.mark.rems("PR-09", "PR-18")
def test_a_double_click_on_issue_leaves_one_live_authorization() -> None:
    enrollment = make.ready(make.enrollment(RiskCategory.AM))
    results = all_at_once([lambda: make.ask_authorization(enrollment)] * 10)

    assert all(isinstance(result, Decision) for result in results), results
    assert sum(result.granted for result in results) == 1
    assert Authorization.objects.filter(enrollment=enrollment, status="active").count() == 1


def test_the_database_alone_refuses_a_second_open_confirmation() -> None:
    """Without any act: the constraint stands even when code is wrong."""
    confirmation = make.confirmation(make.authorization(make.enrollment(RiskCategory.AM)))
    decision = Decision.objects.get(pk=confirmation.decision_id)
    decision.pk = None
    decision._state.adding = True
    decision.idempotency_key = None
    decision.save(force_insert=True)
    confirmation.pk, confirmation.number, confirmation.decision = None, "C-other", decision
    confirmation._state.adding = True
    with pytest.raises(IntegrityError):
        confirmation.save(force_insert=True)
