"""Signed forms: what is written, how signatures bind to the exact bytes, and that every change of them shows."""

import json
from datetime import timedelta, timezone
from typing import Any

import pytest
from django.db import connection
from django.template.loader import render_to_string

import tests.factories as make
from rems_portal.errors import ActRefused
from rems_portal.rules.forms import Signer, canonical, digest
from rems_portal.signatures.actions import sign
from rems_portal.signatures.models import Method, Signature, SignedForm
from rems_portal.signatures.presenters import shown_form
from rems_portal.signatures.queries import NOT_AS_SEALED, integrity_of, missing_lines, seal_of, seal_of_form
from tests.integration.signed_forms import (
    ANSWERS,
    FORM,
    anew,
    inside_an_act,
    signed,
    spoil,
    wholly_signed,
    written,
)

pytestmark = pytest.mark.django_db
OTHER_DIGEST = "0" * 64


# ---- what is written ----


def test_form_keeps_its_own_words_and_answers() -> None:
    form = written()
    assert form.number.startswith("F-")
    assert form.read.title == FORM.title
    assert form.answers == {**ANSWERS, "weight": None}
    assert (form.digest, form.document) == (digest(form.document.encode()), canonical_of(form))
    assert (form.entered_at, form.entered_by_name) == (make.NOW, "Ann Aide for Dr. Otieno")
    assert form.completed_at is None


def canonical_of(form: SignedForm) -> str:
    return canonical(json.loads(form.document)).decode()


def test_incomplete_answers_are_refused_with_all_that_is_missing() -> None:
    with pytest.raises(ActRefused) as refusal:
        written(answers={"how": "hand", "weight": 999, "nobody": "asked"})
    told = " ".join(finding.sentence for finding in refusal.value.findings)
    for words in (
        "Name: fill this in",
        "Date of birth: give the date",
        "300 or less",
        "Why by hand",
        "“nobody” is not",
    ):
        assert words in told
    assert not SignedForm.objects.exists()


def test_form_that_nobody_must_sign_is_complete_at_once() -> None:
    assert written(signers=()).completed_at == make.NOW
    only_optional = tuple(line for line in FORM.signatures if line.optional)
    form = written(signers=only_optional)
    assert (form.completed_at, integrity_of(form).problems) == (make.NOW, ())


# ---- signing ----


def test_signatures_complete_the_form_in_any_order_and_hold() -> None:
    form = written()
    signed(form, make.link_signing("Jan Nowak", relation="Father"), Signer.GUARDIAN)
    assert [line.signer for line in missing_lines(anew(form))] == [Signer.PRESCRIBER]
    assert anew(form).completed_at is None
    later = make.NOW + make.hours(2)
    signed(form, make.signing(make.account(), at=later), Signer.PRESCRIBER)
    assert (form.completed_at, anew(form).completed_at) == (later, later)
    assert integrity_of(anew(form)).holds


def test_signature_says_who_when_where_why_and_over_what() -> None:
    dr = make.account(full_name="Mary Otieno, MD")
    form = written()
    one = signed(form, make.signing(dr, zone="America/Chicago"), Signer.PRESCRIBER)
    stored = Signature.objects.get()
    assert stored == one
    assert (stored.printed_name, stored.user, stored.method) == ("Mary Otieno, MD", dr, Method.PASSWORD)
    assert (stored.signed_at, stored.zone) == (make.NOW, "America/Chicago")
    assert (stored.meaning, stored.document_digest) == ("I have explained all of this.", form.digest)
    assert str(stored) == "Mary Otieno, MD (Prescriber)"


def test_optional_signature_comes_late_and_leaves_the_completion_as_it_was() -> None:
    form = wholly_signed()
    assert form.completed_at == make.NOW + make.hours(1)
    assert form.signatures.count() == 3
    assert integrity_of(form).holds


def test_seals_chain_in_the_order_given_whatever_the_clocks_say() -> None:
    form = written()
    signed(form, make.link_signing("Jan Nowak", at=make.NOW + timedelta(milliseconds=5)), Signer.GUARDIAN)
    signed(form, make.signing(make.account()), Signer.PRESCRIBER)
    first, second = anew(form).signatures.all()
    assert (first.seal, second.seal) == (seal_of(first, ""), seal_of(second, first.seal))
    assert first.signed_at > second.signed_at
    assert anew(form).completed_at == first.signed_at
    assert integrity_of(anew(form)).holds


def test_instant_of_another_zone_is_sealed_as_the_same_instant() -> None:
    form = written()
    elsewhere = make.NOW.astimezone(timezone(timedelta(hours=9)))
    signed(form, make.link_signing("Jan Nowak", at=elsewhere), Signer.GUARDIAN)
    assert integrity_of(anew(form)).holds


def test_same_signer_twice_is_the_signature_there_is() -> None:
    form = written()
    dr = make.account()
    first = signed(form, make.signing(dr), Signer.PRESCRIBER)
    again = signed(form, make.signing(dr, at=make.NOW + make.hours(1)), Signer.PRESCRIBER)
    assert (again, again.signed_at) == (first, make.NOW)
    assert Signature.objects.count() == 1


def test_proof_of_another_instant_signs_nothing() -> None:
    form, proof = written(), make.signing(make.account())
    with pytest.raises(ValueError, match="at the instant"), inside_an_act(make.NOW + timedelta(seconds=1)):
        sign(form, proof, signer=Signer.PRESCRIBER)
    assert not Signature.objects.exists()


def test_nobody_signs_on_a_line_that_is_not_there() -> None:
    form = written()
    with pytest.raises(ValueError, match="Nobody signs as pharmacist"):
        signed(form, make.signing(make.account()), Signer.PHARMACIST)
    only_prescriber = written(signers=FORM.signatures[:1])
    with pytest.raises(ValueError, match="Nobody signs as guardian"):
        signed(only_prescriber, make.link_signing("Jan Nowak"), Signer.GUARDIAN)


# ---- what was changed shows ----


def test_form_changed_since_it_was_written_can_not_be_signed() -> None:
    form = written()
    spoil(form, document=form.document.replace("post", "hand"))
    with pytest.raises(ActRefused, match="It can’t be signed"):
        signed(form, make.signing(make.account()), Signer.PRESCRIBER)
    assert not Signature.objects.exists()


@pytest.mark.parametrize("code", list(ANSWERS))
def test_one_byte_of_any_stored_answer_breaks_the_form(code: str) -> None:
    form = wholly_signed()
    spelled = canonical({"answer": ANSWERS[code], "code": code}).decode()[1:-1]
    at = form.document.index(spelled)
    place = form.document.index(":", at) + 2
    other = "x" if form.document[place] != "x" else "y"
    spoil(form, document=form.document[:place] + other + form.document[place + 1 :])
    shown = shown_form(anew(form))
    assert not shown.integrity.holds
    assert "changed after it was written" in shown.integrity.problems[0]


CHANGES: dict[type[Any], dict[str, Any]] = {
    SignedForm: {
        "number": "F-OTHER",
        "program": "other",
        "code": "agreement_other",
        "version": "2027-01-01",
        "language": "es",
        "about": "patient P-OTHER",
        "document": "{}",
        "digest": OTHER_DIGEST,
        "entered_at": make.NOW + timedelta(microseconds=1),
        "entered_by_name": "Somebody",
        "completed_at": None,
        "seal": OTHER_DIGEST,
    },
    Signature: {
        "form_id": None,  # put under another form
        "signer": Signer.PATIENT,
        "printed_name": "Jan Novak",
        "relation": "Mother",
        "meaning": "I do not agree.",
        "signed_at": make.NOW + timedelta(microseconds=1),
        "zone": "America/Denver",
        "method": Method.TOKEN,
        "user_id": None,
        "document_digest": OTHER_DIGEST,
        "seal": OTHER_DIGEST,
    },
}


@pytest.mark.parametrize("model", CHANGES)
def test_every_column_is_tried(model: Any) -> None:
    columns = {field.attname for field in model._meta.concrete_fields if not field.primary_key}
    assert columns == CHANGES[model].keys()


@pytest.mark.parametrize("column", CHANGES[SignedForm])
def test_any_column_of_a_form_changed_in_the_database_shows(column: str) -> None:
    form = wholly_signed()
    spoil(form, **{column: CHANGES[SignedForm][column]})
    assert not integrity_of(anew(form)).holds


@pytest.mark.parametrize("column", CHANGES[Signature])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_any_column_of_any_signature_changed_in_the_database_shows(column: str, place: int) -> None:
    form = wholly_signed()
    signature = form.signatures.all()[place]
    changed = {column: written().pk if column == "form_id" else CHANGES[Signature][column]}
    if column == "user_id" and not signature.user_id:
        changed = {column: make.account().pk}
    elif column == "user_id":
        changed |= {"method": Method.LINK}  # a password without an account is refused by the database itself
    spoil(signature, **changed)
    assert not integrity_of(anew(form)).holds
    if column == "form_id":
        assert not integrity_of(SignedForm.objects.exclude(pk=form.pk).get()).holds


def test_raw_sql_shows_as_well() -> None:
    form = wholly_signed()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE signatures_signature SET printed_name = 'Jan Novak' WHERE relation = 'Father'")
    assert [*integrity_of(anew(form)).problems] == ["The signature of Jan Novak was changed after it was given."]


@pytest.mark.parametrize("place", [0, 1, 2])
def test_signature_taken_away_shows_also_the_last_and_on_an_optional_line(place: int) -> None:
    form = wholly_signed()
    Signature.objects.filter(pk=form.signatures.all()[place].pk).delete()
    assert NOT_AS_SEALED in integrity_of(anew(form)).problems


def test_all_signatures_taken_away_show() -> None:
    form = wholly_signed()
    Signature.objects.filter(form=form).delete()
    spoil(form, completed_at=None)
    assert integrity_of(anew(form)).problems == (NOT_AS_SEALED,)


def test_signature_taken_away_from_a_form_that_still_waits_shows() -> None:
    form = written()
    signed(form, make.link_signing("Jan Nowak"), Signer.GUARDIAN)
    assert integrity_of(anew(form)).holds
    Signature.objects.all().delete()
    assert integrity_of(anew(form)).problems == (NOT_AS_SEALED,)


@pytest.mark.parametrize("rightly_chained", [True, False])
def test_signature_added_past_the_act_shows(rightly_chained: bool) -> None:
    form = written()
    signed(form, make.signing(make.account()), Signer.PRESCRIBER)
    signed(form, make.link_signing("Jan Nowak"), Signer.GUARDIAN)
    last = form.signatures.last()
    forged = Signature(
        form=form, signer=Signer.CHILD, printed_name="Łucja O’Niño", meaning="I agree.", signed_at=make.NOW,
        zone=last.zone, method=Method.LINK, document_digest=form.digest,
    )  # fmt: skip
    forged.seal = seal_of(forged, last.seal if rightly_chained else "")
    Signature.objects.bulk_create([forged])
    assert NOT_AS_SEALED in integrity_of(anew(form)).problems


@pytest.mark.parametrize("places", [(0, 1), (0, 2), (1, 2)])
def test_signatures_that_change_places_show(places: tuple[int, int]) -> None:
    """Every column of the two rows is exchanged but their keys, as if they had been given the other way round."""
    form = wholly_signed()
    first, second = (form.signatures.all()[place] for place in places)
    columns = [field.attname for field in Signature._meta.concrete_fields if not field.primary_key]
    one, other = ({name: getattr(row, name) for name in columns} for row in (first, second))
    spoil(first, signer=Signer.PATIENT)  # out of the way: one signature on each line
    spoil(second, **one)
    spoil(first, **other)
    assert NOT_AS_SEALED in integrity_of(anew(form)).problems


@pytest.mark.parametrize("columns", [("about",), ("digest", "seal"), ("document",), "whole row"])
def test_columns_exchanged_between_two_forms_show_on_both(columns: Any) -> None:
    first, second = wholly_signed(), written(about="patient P-OTHER")
    if columns == "whole row":
        columns = [field.attname for field in SignedForm._meta.concrete_fields if not field.primary_key]
    rows = [{name: getattr(anew(form), name) for name in columns} for form in (first, second)]
    if "number" in columns:
        spoil(first, number="F-OUT-OF-THE-WAY")
    spoil(second, **rows[0])
    spoil(first, **rows[1])
    assert not integrity_of(anew(first)).holds
    assert not integrity_of(anew(second)).holds


def test_instant_of_completion_moved_shows_even_with_its_seal_made_anew() -> None:
    form = wholly_signed()
    moved = anew(form)
    moved.completed_at += timedelta(seconds=1)
    spoil(form, completed_at=moved.completed_at)
    assert len(integrity_of(anew(form)).problems) == 2
    spoil(form, seal=seal_of_form(moved, list(moved.signatures.all())))
    assert integrity_of(anew(form)).problems == ("The record says something else than the signed form: completed.",)


def test_changed_zone_or_date_shows_and_the_page_still_opens() -> None:
    form = wholly_signed()
    spoil(form.signatures.all()[1], zone="America/Denvex")
    spoil(form, document=form.document.replace('"words":"1990-02-03"', '"words":"1990-02-0x"'))
    shown = shown_form(anew(form))
    page = render_to_string("signatures/form.html", {"shown": shown})
    assert not shown.integrity.holds
    assert "1990-02-0x" in page and "Jan Nowak" in page and "EDT" in page


def test_any_byte_of_the_document_changed_shows_and_can_still_be_drawn() -> None:
    form = wholly_signed()
    sealed = form.document
    for place, byte in enumerate(sealed):
        form.document = sealed[:place] + ("x" if byte != "x" else "y") + sealed[place + 1 :]
        shown = shown_form(form)
        assert not shown.integrity.holds
        assert shown.sections is not None


@pytest.mark.parametrize("document", ["{", "[]", '{"form":1}', "null", '"x"', "{}"])
def test_form_that_can_not_be_read_any_more_is_shown_as_broken(document: str) -> None:
    form = wholly_signed()
    spoil(form, document=document, digest=digest(document.encode()))
    shown = shown_form(anew(form))
    assert (shown.document, shown.missing) == (None, ())
    assert "The form can’t be read any more." in shown.integrity.problems


def test_copy_of_an_answer_elsewhere_must_be_the_one_signed() -> None:
    form = wholly_signed()
    assert integrity_of(form, kept={"name": "Łucja O’Niño", "nurse": False, "weight": None}).holds
    found = integrity_of(form, kept={"name": "Lucja O’Niño", "nurse": True, "new": 1})
    assert found.problems == ("The record says something else than the signed form: name, nurse, new.",)
