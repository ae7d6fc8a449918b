"""The enrollment form: which questions are demanded of whom, and that what can't be is refused with a sentence."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.http import QueryDict

from patients.actions import definition_of
from patients.forms import EnrollmentForm
from patients.presenters import fitting_form
from rems_portal.program import program_at
from rems_portal.rules.categories import RiskCategory
from rems_portal.rules.forms import fingerprint

AT = datetime(2026, 6, 15, 15, 0, tzinfo=UTC)
PROGRAM = program_at(AT)
MAN = {"family_name": "Teller", "birth_date": "1960-03-04", "sex": "male"}
WOMAN = {"family_name": "Silva", "birth_date": "1980-03-04", "sex": "female"}
GIRL = WOMAN | {"birth_date": "2015-03-04"}
CAN = {"can_get_pregnant": "yes", "menstrual_cycles": "regular"}


def read(category: RiskCategory, language: str = "en") -> dict[str, str]:
    """Return the hidden field of a page that showed the form of the category."""
    return {"shown_form": fingerprint(definition_of(category, PROGRAM, language))}


def form(answers: dict[str, Any], *, signing: bool = True, at: datetime = AT, **more: str) -> EnrollmentForm:
    data = QueryDict(mutable=True)
    data.update(answers | more)
    return EnrollmentForm(data, at=at, program=PROGRAM, signing=signing)


def fits(answers: dict[str, Any], *, at: datetime = AT, **more: str) -> RiskCategory | None:
    filled = form(answers, signing=False, at=at, **more)
    filled.is_valid()
    agreement = filled.agreement()
    fitting = fitting_form(agreement, at=at, program=PROGRAM) if agreement else None
    return fitting.category if fitting else None


@pytest.mark.rems("PR-08")
@pytest.mark.parametrize(
    ("answers", "category"),
    [
        (MAN, RiskCategory.AM),
        (MAN | {"birth_date": "2015-03-04"}, RiskCategory.MC),
        (WOMAN | CAN, RiskCategory.AF_CAN),
        (GIRL | CAN, RiskCategory.FC_CAN),
        (WOMAN | {"can_get_pregnant": "no", "cannot_basis": "menopause_24_months"}, RiskCategory.AF_CANNOT),
        (WOMAN | {"can_get_pregnant": "no", "cannot_basis": "bilateral_oophorectomy"}, RiskCategory.AF_CANNOT),
        (GIRL | {"can_get_pregnant": "no", "cannot_basis": "menses_not_begun"}, RiskCategory.FC_CANNOT),
        (GIRL | {"can_get_pregnant": "no", "cannot_basis": "hysterectomy"}, RiskCategory.FC_CANNOT),
        (WOMAN, None),
        (WOMAN | {"can_get_pregnant": "no"}, None),
        (WOMAN | {"can_get_pregnant": "no", "cannot_basis": "menses_not_begun"}, None),
        (GIRL | {"can_get_pregnant": "no", "cannot_basis": "menopause_24_months"}, None),
        (MAN | {"birth_date": ""}, None),
        (MAN | {"birth_date": "2027-01-01"}, None),
        (MAN | {"sex": ""}, None),
    ],
)
def test_form_that_fits_is_known_as_soon_as_what_decides_is_said(
    answers: dict[str, Any], category: RiskCategory | None
) -> None:
    assert fits(answers) is category


@pytest.mark.rems("PR-08")
@pytest.mark.parametrize(
    ("born", "category"),
    [
        ("2008-06-14", RiskCategory.AM),
        ("2008-06-15", RiskCategory.AM),
        ("2008-06-16", RiskCategory.MC),
        ("2026-06-15", RiskCategory.MC),
    ],
)
def test_day_of_coming_of_age_decides_between_adult_and_child(born: str, category: RiskCategory) -> None:
    assert fits(MAN, birth_date=born) is category


def test_day_is_the_programs_day_not_the_servers() -> None:
    just_before_midnight_in_new_york = datetime(2026, 6, 16, 3, 30, tzinfo=UTC)
    assert fits(MAN, birth_date="2008-06-16", at=just_before_midnight_in_new_york) is RiskCategory.MC


@pytest.mark.parametrize(("born", "said"), [("2008-07-15", True), ("2008-07-16", False), ("1980-03-04", False)])
def test_child_within_thirty_days_of_18_is_said(born: str, said: bool) -> None:
    filled = form(MAN, signing=False, birth_date=born)
    filled.is_valid()
    fitting = fitting_form(filled.agreement(), at=AT, program=PROGRAM)  # type: ignore[arg-type]
    assert fitting is not None
    assert bool(fitting.coming_of_age) is said


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"family_name": ""}, "family_name", "Type the patient’s name."),
        ({"family_name": "x" * 101}, "family_name", "longer than 100"),
        ({"family_name": "x" * 1_000_000}, "family_name", "longer than 100"),
        ({"given_name": "Ana\u202e"}, "given_name", "invisible"),
        ({"email": "ana"}, "email", "whole e-mail address"),
        ({"email": "a" * 250 + "@example.com"}, "email", "too long"),
        ({"birth_date": ""}, "birth_date", "Type the patient’s date of birth."),
        ({"birth_date": "2023-02-30"}, "birth_date", "2/30/2023 is not in the calendar"),
        ({"birth_date": "2026-06-16"}, "birth_date", "lies in the future"),
        ({"birth_date": "9999-12-31"}, "birth_date", "lies in the future"),
        ({"birth_date": "1850-01-01"}, "birth_date", "Check the year of birth"),
        ({"birth_date": "0001-01-01"}, "birth_date", "Check the year of birth"),
        ({"birth_date": "", "birth_date_month": "1" * 5000, "birth_date_day": "1", "birth_date_year": "1980"},
         "birth_date", "not in the calendar"),
        ({"sex": ""}, "sex", "Choose female or male."),
        ({"sex": "other"}, "sex", "valid choice"),
        ({"can_get_pregnant": ""}, "can_get_pregnant", "Say whether"),
        ({"menstrual_cycles": ""}, "menstrual_cycles", "cycles are regular"),
        ({"cannot_basis": "hysterectomy"}, "cannot_basis", "Remove one of the two"),
        ({"can_get_pregnant": "no"}, "cannot_basis", "Choose the reason"),
        ({"can_get_pregnant": "no", "cannot_basis": "menses_not_begun"}, "cannot_basis", "doesn’t fit her age"),
        ({"can_get_pregnant": "no", "cannot_basis": "faith"}, "cannot_basis", "valid choice"),
    ],
)  # fmt: skip
@pytest.mark.rems("PR-08")
def test_what_can_not_be_is_refused_at_its_field(changes: dict[str, Any], field: str, sentence: str) -> None:
    filled = form(WOMAN | CAN | read(RiskCategory.AF_CAN) | changes)
    assert sentence in filled.errors[field][0]


@pytest.mark.parametrize("answer", [CAN, {"cannot_basis": "hysterectomy"}, {"menstrual_cycles": "regular"}])
def test_male_with_pregnancy_answers_is_refused_until_they_are_left_out(answer: dict[str, str]) -> None:
    filled = form(MAN | answer | read(RiskCategory.AM))
    assert "don’t apply to a male patient" in filled.errors["can_get_pregnant"][0]
    assert filled.has_answers_to_leave_out
    assert form(MAN | answer | read(RiskCategory.AM), leave_out="on").is_valid()


def test_reason_beside_can_get_pregnant_may_be_left_out() -> None:
    both = WOMAN | CAN | {"cannot_basis": "hysterectomy"} | read(RiskCategory.AF_CAN)
    assert form(both).has_answers_to_leave_out
    filled = form(both, leave_out="on")
    assert filled.is_valid()
    assert filled.agreement().cannot_basis == ""  # type: ignore[union-attr]


def test_reason_that_counts_is_not_left_out() -> None:
    said = WOMAN | read(RiskCategory.AF_CANNOT)
    filled = form(said, can_get_pregnant="no", cannot_basis="hysterectomy", leave_out="on")
    assert filled.is_valid()
    assert not filled.has_answers_to_leave_out
    assert filled.agreement().cannot_basis == "hysterectomy"  # type: ignore[union-attr]


def test_first_sending_asks_for_no_signature() -> None:
    assert form(GIRL | CAN, signing=False).is_valid()


def test_person_with_one_name_is_enrolled() -> None:
    filled = form(MAN | read(RiskCategory.AM))
    assert filled.is_valid()
    assert filled.agreement().given_name == ""  # type: ignore[union-attr]


@pytest.mark.rems("PR-08")
@pytest.mark.parametrize(
    "shown",
    [{"shown_form": ""}, read(RiskCategory.AF_CAN), read(RiskCategory.MC), {"shown_form": "<b>"}],
    ids=["nothing", "a woman’s", "a boy’s", "garbled"],
)
def test_signature_under_another_form_than_fits_is_refused(shown: dict[str, str]) -> None:
    filled = form(MAN | shown)
    (told,) = filled.non_field_errors()
    assert "Adult Male. Read it below, then sign." in told or "Nothing was signed. Read it below again" in told


def test_form_read_in_another_language_than_chosen_is_read_again() -> None:
    assert not form(MAN | read(RiskCategory.AM, "en"), language="es").is_valid()
    filled = form(MAN | read(RiskCategory.AM, "es"), language="es")
    assert filled.is_valid(), filled.errors
    said = filled.agreement()
    assert said is not None
    assert said.language == "es"


def test_what_was_typed_is_kept_as_it_stood_for_who_goes_on() -> None:
    filled = form(WOMAN | CAN | read(RiskCategory.AF_CAN), submission_key="x", password="secret")
    kept = filled.typed_answers()
    assert kept == {"family_name": "Silva", "birth_date": "1980-03-04", "sex": "female", **CAN}
