"""What is missing before a prescriber or a pharmacy is certified, and when one signed earlier no longer counts."""

from dataclasses import replace
from datetime import date

import pytest

from rems_portal.rules.certification import (
    PharmacyCertificationFacts,
    PrescriberCertificationFacts,
    ReviewFacts,
    check_pharmacy_certification,
    check_prescriber_certification,
    counts_as_certified,
    findings_of,
    oldest_certification,
    oldest_training,
    renewal_of,
    required_materials,
)
from rems_portal.rules.programs import Renewal
from rems_portal.rules.quiz import QuizAttemptFacts
from rems_portal.rules.vocabulary import Party
from tests.unit.rules.builders import NOON, PROGRAM, instant


def reviews(audience):
    return tuple(
        ReviewFacts(material.code, material.version, NOON) for material in required_materials(audience, NOON, PROGRAM)
    )


PRESCRIBER = PrescriberCertificationFacts(NOON, reviews(Party.PRESCRIBER), form_complete=True, form_signed=True)
PHARMACY = PharmacyCertificationFacts(
    NOON,
    reviews(Party.PHARMACY),
    quiz_attempts=(QuizAttemptFacts(3, 10, PROGRAM.version), QuizAttemptFacts(8, 10, PROGRAM.version)),
    processes=frozenset(process.code for process in PROGRAM.pharmacy_processes),
    form_complete=True,
    form_signed=True,
)


def prescriber_lacks(**changes):
    return [one.rule for one in findings_of(check_prescriber_certification(replace(PRESCRIBER, **changes), PROGRAM))]


def pharmacy_lacks(**changes):
    return [one.rule for one in findings_of(check_pharmacy_certification(replace(PHARMACY, **changes), PROGRAM))]


@pytest.mark.rems("PR-01", "PR-02", "PR-03")
def test_a_prescriber_with_everything_lacks_nothing():
    assert prescriber_lacks() == []


@pytest.mark.rems("PR-01", "PR-03")
@pytest.mark.parametrize(
    ("material", "rule"),
    [
        ("prescribing_information", "CERT-01"),
        ("welcome_letter", "CERT-02"),
        ("prescriber_guide", "CERT-02"),
        ("education_prescribing_safety_kit", "CERT-02"),
    ],
)
def test_each_of_the_four_materials_must_be_reviewed_in_its_current_version(material, rule):
    others = tuple(review for review in PRESCRIBER.reviews if review.material != material)
    assert len(others) == 3
    assert prescriber_lacks(reviews=others) == [rule]
    assert prescriber_lacks(reviews=(*others, ReviewFacts(material, "2023-03-24", NOON))) == [rule]
    assert prescriber_lacks(reviews=(*others, ReviewFacts(material, "2026-04-27", instant("2026-06-15T12:00:01")))) == [
        rule
    ]


def test_missing_materials_are_named():
    (_, letter, _) = check_prescriber_certification(replace(PRESCRIBER, reviews=()), PROGRAM)
    assert letter.finding.sentence == (
        "Not reviewed yet in the current version: Welcome Letter, Prescriber Guide, Education and Prescribing Safety "
        "Kit. Open and review each."
    )


@pytest.mark.rems("PR-02")
@pytest.mark.parametrize("changes", [{"form_complete": False}, {"form_signed": False}])
def test_the_enrollment_form_must_be_complete_and_signed(changes):
    assert prescriber_lacks(**changes) == ["CERT-03"]
    assert pharmacy_lacks(**changes) == ["CERT-14"]


@pytest.mark.rems("PH-01", "PH-02")
def test_a_pharmacy_with_everything_lacks_nothing():
    assert pharmacy_lacks() == []


@pytest.mark.rems("PH-01")
@pytest.mark.parametrize("material", ["pharmacy_guide", "pharmacy_training"])
def test_a_pharmacy_reviews_guide_and_training(material):
    others = tuple(review for review in PHARMACY.reviews if review.material != material)
    assert len(others) == 1
    assert pharmacy_lacks(reviews=others) == ["CERT-11"]


@pytest.mark.rems("PH-01")
@pytest.mark.parametrize(
    ("attempts", "passed"),
    [
        pytest.param([], False, id="never taken"),
        pytest.param([(79, 100)], False, id="one point short"),
        pytest.param([(80, 100)], True, id="at the pass mark"),
        pytest.param([(799, 1000)], False, id="rounded down"),
        pytest.param([(8, 10), (0, 10)], True, id="passed once, failed later"),
    ],
)
def test_the_quiz_is_passed_once(attempts, passed):
    given = tuple(QuizAttemptFacts(correct, total, PROGRAM.version) for correct, total in attempts)
    assert pharmacy_lacks(quiz_attempts=given) == ([] if passed else ["CERT-12"])


@pytest.mark.rems("PH-02")
def test_each_of_the_three_processes_must_be_attested():
    assert len(PHARMACY.processes) == 3
    for process in PHARMACY.processes:
        assert pharmacy_lacks(processes=PHARMACY.processes - {process}) == ["CERT-13"]


def test_everything_that_is_missing_is_listed_at_once():
    nothing = {"reviews": (), "form_complete": False, "form_signed": False}
    assert prescriber_lacks(**nothing) == ["CERT-01", "CERT-02", "CERT-03"]
    assert pharmacy_lacks(**nothing, quiz_attempts=(), processes=frozenset()) == [
        "CERT-11",
        "CERT-12",
        "CERT-13",
        "CERT-14",
    ]


def test_local_instants_are_refused():
    with pytest.raises(ValueError, match="UTC"):
        prescriber_lacks(at=NOON.replace(tzinfo=None))
    with pytest.raises(ValueError, match="UTC"):
        pharmacy_lacks(at=NOON.replace(tzinfo=None))


NEXT = replace(
    PROGRAM,
    version="2027-01-01",
    in_force=date(2027, 1, 1),
    recertification={
        Party.PHARMACY: Renewal("2027-01-01", date(2027, 4, 1)),
        Party.PRESCRIBER: Renewal("2026-04-27", date(2027, 2, 1)),
    },
    staff_retraining=Renewal("2027-01-01", date(2027, 3, 1)),
)
LAST_DAY, FIRST_DAY = date(2027, 3, 31), date(2027, 4, 1)


def pharmacy_counts(version, day, program=NEXT, status="certified"):
    return counts_as_certified(status, version, party=Party.PHARMACY, day=day, program=program)


@pytest.mark.rems("PH-01", "PH-02", "PR-01", "PR-02", "PR-03")
@pytest.mark.parametrize("party", [Party.PRESCRIBER, Party.PHARMACY])
@pytest.mark.parametrize("version", ["2021-05-21", "2026-04-27"])
def test_this_version_demands_no_new_certification(party, version):
    assert oldest_certification(party, date(2999, 1, 1), PROGRAM) == ""
    assert counts_as_certified("certified", version, party=party, day=date(2999, 1, 1), program=PROGRAM)
    assert oldest_training(date(2999, 1, 1), PROGRAM) == ""


@pytest.mark.rems("PH-01", "PH-02")
@pytest.mark.parametrize(
    ("version", "day", "counts"),
    [
        pytest.param("2026-04-27", LAST_DAY, True, id="old version, last day"),
        pytest.param("2026-04-27", FIRST_DAY, False, id="old version, from the day on"),
        pytest.param("", FIRST_DAY, False, id="no version at all"),
        pytest.param("2027-01-01", LAST_DAY, True, id="renewed before"),
        pytest.param("2027-01-01", FIRST_DAY, True, id="renewed"),
        pytest.param("2028-01-01", FIRST_DAY, True, id="signed under a later version"),
    ],
)
def test_an_older_certification_counts_until_the_day(version, day, counts):
    assert pharmacy_counts(version, day) is counts


def test_the_demand_outlives_the_version_that_made_it():
    after = replace(NEXT, version="2028-01-01", in_force=date(2028, 1, 1))
    assert not pharmacy_counts("2026-04-27", date(2028, 6, 1), after)


@pytest.mark.parametrize("status", ["in_progress", "suspended", "decertified"])
def test_only_a_certified_one_counts(status):
    assert not pharmacy_counts("2027-01-01", FIRST_DAY, status=status)


def test_each_party_has_a_demand_of_its_own():
    assert counts_as_certified("certified", "2026-04-27", party=Party.PRESCRIBER, day=date(2027, 6, 1), program=NEXT)
    assert not counts_as_certified(
        "certified", "2023-03-24", party=Party.PRESCRIBER, day=date(2027, 2, 1), program=NEXT
    )


def test_staff_read_the_new_training_by_its_day():
    assert oldest_training(date(2027, 2, 28), NEXT) == ""
    assert oldest_training(date(2027, 3, 1), NEXT) == "2027-01-01"


def test_what_is_to_renew_is_known_before_the_day():
    demand = NEXT.recertification[Party.PHARMACY]
    assert renewal_of("2026-04-27", demand) is demand
    assert renewal_of("2027-01-01", demand) is None
    assert renewal_of("2026-04-27", None) is None


@pytest.mark.rems("PH-01")
def test_a_renewal_asks_for_the_quiz_of_its_version():
    def lacks(version):
        facts = replace(PHARMACY, quiz_attempts=(QuizAttemptFacts(10, 10, version),))
        return [one.rule for one in findings_of(check_pharmacy_certification(facts, NEXT))]

    assert lacks("2026-04-27") == ["CERT-12"]
    assert lacks("2027-01-01") == []
