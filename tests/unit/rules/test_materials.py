"""Which materials are handed out and asked for on a day, and how hard the patients' guide is to read."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html import unescape
from pathlib import Path

import pytest
import textstat

from rems_portal.rules.certification import materials_to_read, required_materials
from rems_portal.rules.programs import materials_on_offer
from rems_portal.rules.vocabulary import Party
from tests.unit.rules.builders import PROGRAM
from tests.unit.rules.toy_program import TOY_VERSION

TEXTS = Path(__file__).parents[3] / "templates" / "materials"
NOON = datetime(2026, 6, 15, 16, tzinfo=UTC)
NEW_DAY = date(2027, 1, 1)


def with_new_version(**changes):
    old = next(one for one in PROGRAM.materials if one.code == "pharmacy_guide")
    new = replace(old, version="2027-01-01", in_force=NEW_DAY, **changes)
    others = tuple(one for one in PROGRAM.materials if one.code != "pharmacy_guide")
    return replace(PROGRAM, materials=(*others, replace(old, withdrawn=NEW_DAY), new))


def asked(program, at, audience=Party.PHARMACY):
    return {(one.code, one.version) for one in materials_to_read(audience, at, program)}


@pytest.mark.rems("PR-01", "PR-03", "PH-01")
def test_everybody_who_prescribes_or_dispenses_is_asked_to_read_what_certification_needs():
    for audience in (Party.PRESCRIBER, Party.PHARMACY):
        assert materials_to_read(audience, NOON, PROGRAM) == required_materials(audience, NOON, PROGRAM) != ()
    assert materials_to_read(Party.PATIENT, NOON, PROGRAM) == ()


@pytest.mark.rems("PG-03")
def test_new_version_takes_over_on_its_day():
    program = with_new_version()
    midnight = datetime(2027, 1, 1, 5, tzinfo=UTC)  # in the program's zone
    assert ("pharmacy_guide", "2026-04-27") in asked(program, midnight - timedelta(seconds=1))
    assert ("pharmacy_guide", "2027-01-01") not in asked(program, midnight - timedelta(seconds=1))
    assert ("pharmacy_guide", "2027-01-01") in asked(program, midnight)
    assert ("pharmacy_guide", "2026-04-27") not in asked(program, midnight)


def test_new_version_that_asks_for_nothing_is_handed_out_and_not_asked_for():
    program = with_new_version(must_be_read=False)
    later = datetime(2027, 2, 1, 12, tzinfo=UTC)
    assert "2027-01-01" in {one.version for one in materials_on_offer(program, later.date())}
    assert asked(program, later) == {("pharmacy_training", "2026-04-27")}


def test_program_without_materials_asks_for_none():
    assert materials_to_read(Party.PRESCRIBER, NOON, TOY_VERSION) == ()


@pytest.mark.rems("PG-03")
@pytest.mark.parametrize(
    ("material", "language"), [(one, language) for one in PROGRAM.materials for language in one.languages]
)
def test_every_material_handed_out_has_a_text_in_each_of_its_languages(material, language):
    text = TEXTS / f"{PROGRAM.program}-{material.version}" / language / f"{material.code}.html"
    assert text.exists() == (material.withdrawn is None)


# ---- how hard the patients' guide is to read ----

# Fernández-Huerta: 80 and more is "easy"; INFLESZ (Szigriszt-Pazos): 65 and more is "fairly easy".
GRADE, FERNANDEZ_HUERTA, INFLESZ = 6, 80, 65
SYLLABLES = re.compile(r"(?:[iuü](?=[aeoáéó]))?(?:[aeoáéíóú]|[iuü])(?:[iuüy](?![aeoáéíóú]))?")


def words_of(language: str) -> str:
    """Return the guide as a person reads it: without markup; a heading, an item or a paragraph ends a sentence."""
    html = (TEXTS / "lenalidomide-2026-04-27" / language / "patient_guide.html").read_text()
    html = re.sub(r"{#.*?#}", "", html)
    html = re.sub(r"[.:;]?</(h2|h3|li|p)>", ".\n", html)
    return unescape(re.sub(r"<[^>]+>", "", html))


@pytest.mark.rems("PF-04", "PN-02", "PC-02", "PM-02")
def test_english_guide_is_for_six_years_of_school():
    textstat.set_lang("en")
    assert textstat.flesch_kincaid_grade(words_of("en")) <= GRADE


@pytest.mark.rems("PF-04", "PN-02", "PC-02", "PM-02")
def test_spanish_guide_is_easy():
    textstat.set_lang("es")
    text = words_of("es")
    assert textstat.fernandez_huerta(text) >= FERNANDEZ_HUERTA
    assert textstat.szigriszt_pazos(text) >= INFLESZ


def test_spanish_guide_is_easy_when_vowels_are_counted_too():
    """The library takes syllables from hyphenation, which leaves some out: "ahora" can't be broken, but has three."""
    words = re.findall(r"[a-záéíóúüñ]+", words_of("es").lower())
    sentences = [one for one in re.split(r"[.!?]+", words_of("es")) if one.strip()]
    syllables = sum(max(1, len(SYLLABLES.findall(word))) for word in words)
    assert 206.84 - 60 * syllables / len(words) - 1.02 * len(words) / len(sentences) >= FERNANDEZ_HUERTA


def test_a_hard_text_is_told_from_an_easy_one():
    textstat.set_lang("en")
    assert textstat.flesch_kincaid_grade("Contraceptive responsibilities necessitate deliberation.") > GRADE
    textstat.set_lang("es")
    assert textstat.fernandez_huerta("La administración concomitante requiere consideraciones extraordinarias.") < 60


@pytest.mark.rems("PF-15", "PF-17", "PF-19", "PM-10", "PM-11", "PC-12", "PN-10")
@pytest.mark.parametrize("language", ["en", "es"])
def test_guide_says_in_both_languages_what_every_patient_must_know(language):
    numbers = {"en": ("10 to 14 days", "24 hours", "4 weeks", "28 days", "24 months", "6 months", "7 days")}
    numbers["es"] = ("10 a 14 días", "24 horas", "4 semanas", "28 días", "24 meses", "6 meses", "7 días")
    subjects = {
        "en": ("emergency contraception", "condom", "give blood", "sperm", "share", "period", "vasectomy", "survey"),
        "es": ("anticoncepción de emergencia", "condón", "done sangre", "semen", "regla", "vasectomía", "preguntas"),
    }
    text = words_of(language).lower()
    assert [one for one in (*numbers[language], *subjects[language]) if one not in text] == []
