"""Invented facts: near the boundaries of every rule, so that granted and refused are both common."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from rems_portal.rules.authorization import AuthorizationFacts, PrescriptionFacts
from rems_portal.rules.categories import CannotBasis, MenstrualCycles, RiskCategory, Sex, category_that_fits
from rems_portal.rules.dispensing import (
    ConfirmationFacts,
    ConfirmationRequestFacts,
    IssuedAuthorizationFacts,
    PharmacyFacts,
)
from rems_portal.rules.enrollment import AgreementFacts, DispenseFacts, PatientFacts, PregnancyTestFacts, SurveyFacts
from rems_portal.rules.lifecycles import AuthorizationStatus
from rems_portal.rules.vocabulary import TestResult
from tests.unit.rules.builders import EVERYTHING_ATTESTED, PROGRAM

mostly = st.sampled_from([True] * 30 + [False])
seldom = st.sampled_from([False] * 30 + [True])
zones = st.sampled_from(
    ["America/New_York", "America/Los_Angeles", "America/Phoenix", "Pacific/Honolulu", "America/Puerto_Rico"]
)
at_instants = st.datetimes(datetime(2026, 5, 1), datetime(2029, 12, 31), timezones=st.just(UTC))


def near(values):
    """Values close to boundaries: a few steps around each."""
    return st.sampled_from(values)


def before(at, longest_hours):
    """Instants mostly before another, now and then a second after it."""
    return st.integers(-1, longest_hours * 3600).map(lambda seconds: at - timedelta(seconds=seconds))


@st.composite
def pregnancy_tests(draw, at):
    hours = draw(near([1, 23, 24, 25, 7 * 24, 8 * 24, 10 * 24, 12 * 24, 14 * 24, 15 * 24]))
    return PregnancyTestFacts(
        collected_at=at - timedelta(hours=hours, seconds=draw(st.integers(-1, 3600))),
        result=draw(st.sampled_from([TestResult.NEGATIVE] * 8 + list(TestResult))),
        sensitivity_miu_ml=draw(near([20, 25, 50, 51])),
        cleared=draw(seldom),
        backed_dispensed_authorization=draw(seldom),
    )


def good_tests(at):
    """Mostly the two tests that a prescription needs."""
    days_and_seconds = [(12, 0), (10, 3600), (0, 60), (0, 86400)]
    pair = st.tuples(near(days_and_seconds[:2]), near(days_and_seconds[2:]))
    found = pair.map(
        lambda both: [
            PregnancyTestFacts(at - timedelta(days=days, seconds=seconds), TestResult.NEGATIVE)
            for days, seconds in both
        ]
    )
    return st.one_of(found, found, found, st.just([]))


def surveys(at):
    """Mostly one that was completed in the hour before."""
    any_time = st.lists(before(at, 40 * 24), max_size=2)
    return st.one_of(any_time, st.tuples(any_time, before(at, 1)).map(lambda found: [*found[0], found[1]]))


@st.composite
def dispenses(draw, at):
    days_ago = draw(near([7, 14, 21, 22, 28, 28, 56]))
    day = (at - timedelta(days=days_ago)).date()
    authorized = at - timedelta(days=days_ago, seconds=draw(st.integers(0, 2 * 86400)))
    return DispenseFacts(day, draw(near([1, 7, 14, 21, 28])), authorized)


@st.composite
def patients(draw, at):
    sex = draw(st.sampled_from(Sex))
    can = None if sex == Sex.MALE else draw(st.booleans())
    basis = draw(st.none() | st.sampled_from(CannotBasis)) if can is False else None
    birth_date = draw(
        st.dates(date(1940, 1, 1), date(2020, 1, 1)) | st.just(date(at.year - 18, at.month, min(at.day, 28)))
    )
    fits = category_that_fits(
        birth_date=birth_date, sex=sex, can_get_pregnant=can, cannot_basis=basis, on=at.date(), program=PROGRAM
    )
    form = fits if draw(mostly) else draw(st.sampled_from(RiskCategory))
    tests = [] if sex == Sex.MALE else draw(good_tests(at)) + draw(st.lists(pregnancy_tests(at), max_size=2))
    return PatientFacts(
        birth_date=birth_date,
        sex=sex,
        can_get_pregnant=can,
        cannot_basis=basis,
        menstrual_cycles=draw(st.sampled_from(MenstrualCycles)),
        enrolled=draw(mostly),
        enrolled_with_this_prescriber=draw(mostly),
        agreement=draw(
            st.sampled_from(
                [AgreementFacts(form, True)] * 9
                + [AgreementFacts(form, False), AgreementFacts(form, True, intact=False), None]
            )
        ),
        pregnancy_hold=draw(seldom),
        open_discordance=draw(seldom),
        live_authorization=draw(seldom),
        open_confirmation=draw(seldom),
        dispenses=tuple(draw(st.lists(dispenses(at), max_size=3))),
        pregnancy_tests=tuple(tests),
        surveys=tuple(SurveyFacts(one) for one in draw(surveys(at))),
        earlier_course_dispenses=tuple(draw(st.lists(dispenses(at), max_size=1))),
    )


strengths = st.sampled_from([Decimal("2.5"), Decimal(10), Decimal(25)] * 8 + [Decimal("3.75"), Decimal(0)])
supplies = st.sampled_from([1, 14, 28] * 8 + [0, 29, -1])


@st.composite
def authorizations(draw):
    at = draw(at_instants)
    return AuthorizationFacts(
        at=at,
        prescriber_certified=draw(mostly),
        patient=draw(patients(at)),
        prescription=PrescriptionFacts(
            draw(supplies),
            draw(near([28, 28, 28, 28, 28, 28, 1, 0])),
            draw(strengths),
            draw(near([0] * 9 + [1])),
            draw(seldom),
        ),
        attested=frozenset(one for one in EVERYTHING_ATTESTED if draw(mostly)),
        replace_live_authorization=draw(st.booleans()),
    )


@st.composite
def confirmations(draw):
    at = draw(at_instants)
    patient = draw(patients(at))
    fits = category_that_fits(
        birth_date=patient.birth_date,
        sex=patient.sex,
        can_get_pregnant=patient.can_get_pregnant,
        cannot_basis=patient.cannot_basis,
        on=at.date(),
        program=PROGRAM,
    )
    category = fits if draw(mostly) else draw(st.sampled_from(RiskCategory))
    written = category if draw(mostly) else draw(st.sampled_from(RiskCategory))
    strength = draw(strengths)
    return ConfirmationFacts(
        at=at,
        pharmacy=PharmacyFacts(draw(mostly), draw(zones)),
        prescriber_certified=draw(mostly),
        patient=patient,
        authorization=IssuedAuthorizationFacts(
            category,
            draw(st.sampled_from([AuthorizationStatus.ACTIVE] * 12 + list(AuthorizationStatus))),
            at.date() + timedelta(days=draw(near([-1, 0, 0, 1, 1, 7, 7, 30]))),
            draw(supplies),
            strength,
        ),
        request=ConfirmationRequestFacts(
            draw(mostly),
            draw(mostly),
            written,
            draw(supplies),
            strength if draw(mostly) else draw(strengths),
            draw(seldom),
            draw(seldom),
        ),
    )
