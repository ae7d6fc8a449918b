"""Forms signed before a form was sealed with all its signatures are whole after the portal is brought up to date."""

from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.migrations.loader import MigrationLoader

import tests.factories as make
from rems_portal.rules.forms import Signer
from rems_portal.signatures.models import Signature, SignedForm
from rems_portal.signatures.queries import NOT_AS_SEALED, integrity_of
from tests.integration.signed_forms import signed, spoil, wholly_signed, written

pytestmark = pytest.mark.django_db(transaction=True)
MIGRATION: Any = import_module("rems_portal.signatures.migrations.0003_seal_all_signatures")
ASKED_FOR = import_module("rems_portal.signatures.migrations.0004_seals_are_sha256").Migration.operations[0]


@pytest.fixture(autouse=True)
def before() -> Iterator[None]:
    """The table as it was between the two migrations: it takes forms without a seal."""
    loader = MigrationLoader(connection)
    without, with_it = (
        loader.project_state([("signatures", name)]) for name in ("0003_seal_all_signatures", "0004_seals_are_sha256")
    )
    with connection.schema_editor() as editor:
        ASKED_FOR.database_backwards("signatures", editor, with_it, without)
    yield
    SignedForm.objects.filter(seal="").update(seal="0" * 64)
    with connection.schema_editor() as editor:
        ASKED_FOR.database_forwards("signatures", editor, without, with_it)


def seal_all(monkeypatch: pytest.MonkeyPatch) -> list[SignedForm]:
    SignedForm.objects.update(seal="")
    monkeypatch.setattr(MIGRATION, "AT_A_TIME", 2)
    MIGRATION.seal_forms(apps, None)
    return list(SignedForm.objects.order_by("pk"))


def test_forms_from_before_are_whole_and_show_what_is_taken_away_from_then_on(monkeypatch: pytest.MonkeyPatch) -> None:
    half = written()
    signed(half, make.link_signing("Jan Nowak"), Signer.GUARDIAN)
    forms = [wholly_signed(), half, written(), written(signers=()), wholly_signed()]
    sealed = dict(SignedForm.objects.values_list("pk", "seal"))

    found = seal_all(monkeypatch)

    assert {form.pk: form.seal for form in found} == sealed
    assert all(integrity_of(form).holds for form in found)
    Signature.objects.filter(form=forms[0]).last().delete()
    assert integrity_of(forms[0]).problems == (NOT_AS_SEALED,)


def test_form_that_was_broken_before_stays_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    form = wholly_signed()
    spoil(form.signatures.all()[0], printed_name="Somebody")
    (found,) = seal_all(monkeypatch)
    assert integrity_of(found).problems == ("The signature of Somebody was changed after it was given.",)
