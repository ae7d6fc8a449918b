"""Staff's pages on signed forms: they tell whether a form is what was signed, and each look is written down."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

import tests.factories as make
from rems_portal.audit.models import AccessEvent
from rems_portal.rules.forms import Signer
from tests.integration.offices import signed_in, text_of
from tests.integration.signed_forms import ABOUT, signed, spoil, wholly_signed, written

pytestmark = pytest.mark.django_db


@pytest.fixture
def auditor() -> Client:
    return signed_in(make.auditor())


def address(row: Any, page: str = "change") -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{page}", args=[row.pk])


def test_page_of_a_form_says_whether_it_is_what_was_signed(auditor: Client) -> None:
    form = wholly_signed()
    page = text_of(auditor.get(address(form)))
    assert "Still what was signed?" in page and "changed after" not in page
    spoil(form.signatures.all()[1], printed_name="Jan Novak")
    assert "The signature of Jan Novak was changed after it was given." in text_of(auditor.get(address(form)))


@pytest.mark.parametrize("page", ["change", "history"])
def test_looks_at_forms_and_signatures_are_looks_at_whom_they_are_about(auditor: Client, page: str) -> None:
    form = wholly_signed()
    for row in (form, form.signatures.first()):
        before = AccessEvent.objects.count()
        assert auditor.get(address(row, page)).status_code == 200
        (look,) = AccessEvent.objects.order_by("pk")[before:]
        assert (look.record, look.outcome, look.channel) == (ABOUT, "shown", "admin")


def test_forms_and_signatures_are_found_by_number_and_name(auditor: Client) -> None:
    form, other = wholly_signed(), written()
    listed = text_of(auditor.get(reverse("admin:signatures_signedform_changelist"), {"q": form.number}))
    assert form.number in listed and other.number not in listed
    signed(other, make.link_signing("Anna Other"), Signer.GUARDIAN)
    listed = text_of(auditor.get(reverse("admin:signatures_signature_changelist"), {"q": "Jan"}))
    assert "Jan Nowak" in listed and "Anna Other" not in listed


def test_nobody_changes_or_deletes_them(auditor: Client) -> None:
    form = wholly_signed()
    boss = signed_in(make.administrator())
    for client in (auditor, boss):
        for row in (form, form.signatures.first()):
            assert client.post(address(row), {"number": "F-OTHER", "printed_name": "X"}).status_code == 403
            assert client.post(address(row, "delete"), {"post": "yes"}).status_code == 403
