"""Signatures given at the same moment, by real threads on whichever engine the suite runs: one on a line, one chain."""

from collections.abc import Callable
from typing import Any

import pytest

import tests.factories as make
from rems_portal.rules.forms import Signer
from rems_portal.signatures.models import Signature
from rems_portal.signatures.queries import integrity_of
from tests.integration.signed_forms import anew, signed, written
from tests.integration.test_races import all_at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_one_line_signed_twenty_times_at_once_bears_one_signature() -> None:
    form, dr = written(), make.account()

    results = all_at_once([lambda: signed(anew(form), make.signing(dr), Signer.PRESCRIBER)] * 20)

    assert [result for result in results if isinstance(result, Exception)] == []
    assert {result.pk for result in results} == {Signature.objects.get().pk}
    assert integrity_of(anew(form)).holds


def test_all_lines_signed_at_once_make_one_chain_and_complete_the_form() -> None:
    dr = make.account()
    for _ in range(5):
        form = written()

        def guardian(form: Any = form) -> Any:
            return signed(anew(form), make.link_signing("Jan Nowak", at=make.NOW + make.hours(1)), Signer.GUARDIAN)

        def prescriber(form: Any = form) -> Any:
            return signed(anew(form), make.signing(dr), Signer.PRESCRIBER)

        def child(form: Any = form) -> Any:
            return signed(anew(form), make.link_signing("Łucja O’Niño"), Signer.CHILD)

        acts: list[Callable[[], Any]] = [guardian, prescriber, child]
        results = all_at_once(acts * 2)

        assert [result for result in results if isinstance(result, Exception)] == []
        whole = anew(form)
        assert whole.signatures.count() == 3
        assert whole.completed_at == make.NOW + make.hours(1)
        assert integrity_of(whole).problems == ()
