"""`manage.py verify_forms`: an auditor's look at all signed forms."""

import io

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.integration.signed_forms import spoil, wholly_signed, written

pytestmark = pytest.mark.django_db


def verify() -> str:
    told = io.StringIO()
    call_command("verify_forms", stdout=told)
    return told.getvalue()


def test_nothing_to_tell_where_nothing_was_changed() -> None:
    assert verify() == "0 forms checked, 0 not what was signed.\n"
    wholly_signed(), written()
    assert verify() == "2 forms checked, 0 not what was signed.\n"


def test_every_changed_form_is_told_with_what_is_wrong_and_the_status_is_one() -> None:
    text, signature, whole = wholly_signed(), wholly_signed(), wholly_signed()
    spoil(text, document=text.document.replace("Łucja", "Lucja"))
    spoil(signature.signatures.all()[1], printed_name="Jan Novak")
    told = io.StringIO()
    with pytest.raises(SystemExit) as end:
        call_command("verify_forms", stdout=told)
    assert end.value.code == 1
    first, second, sums = told.getvalue().splitlines()
    assert (
        first == f"{text.number} (agreement_test, 2026-04-27): The form’s text or answers were changed after it "
        "was written."
    )
    assert second.startswith(signature.number) and "Jan Novak was changed after it was given" in second
    assert sums == "3 forms checked, 2 not what was signed."
    assert whole.number not in told.getvalue()


def test_many_forms_take_few_queries() -> None:
    for _ in range(12):
        wholly_signed()
    with CaptureQueriesContext(
        connection,
    ) as asked:
        verify()
    assert len(asked) <= 4
