"""The demo's patients: who they are, with whom, and which story each of them lives. Everybody is invented."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from patients.actions import PatientEnrollment, prepare_enrollment
from rems_portal.audit.actors import Actor
from rems_portal.demo import stories
from rems_portal.demo.clock import Clock
from rems_portal.demo.course import DAY, Course
from rems_portal.demo.people import People
from rems_portal.rules.calendars import program_day
from rems_portal.rules.categories import CannotBasis, MenstrualCycles, RiskCategory, Sex
from rems_portal.rules.programs import ProgramVersion


@dataclass(frozen=True, slots=True)
class Person:
    """One patient: who, in which category, how old, with which prescriber and pharmacy, and the story.

    `wanted`: the demo's prescriber asked for the transfer yesterday.
    """

    given_name: str
    family_name: str
    category: RiskCategory
    age: int
    story: stories.Story
    strength: str = "10"
    colleague: bool = False
    west: bool = False
    irregular: bool = False
    days_to_birthday: int = 100
    wanted: bool = False


C = RiskCategory
PATIENTS = (
    Person("Alma", "Sample", C.AF_CAN, 34, stories.ready_for_the_next),
    Person("Bea", "Fictional", C.AF_CAN, 29, stories.waits_for_second_test, "5"),
    Person("Cora", "Imaginary", C.AF_CAN, 41, stories.test_due_tomorrow, "15"),
    Person("Dolores", "O’Nobody", C.AF_CAN, 38, stories.authorization_expires_tomorrow, irregular=True),
    Person("Edith", "Invented", C.AF_CAN, 31, stories.on_hold_after_positive_test),
    Person("Flora", "Pretend", C.AF_CAN, 26, stories.weekly_test_late, "5", west=True),
    Person("Gia", "Makebelieve", C.AF_CAN, 44, stories.open_confirmation_with_hours_left),
    Person("Hanna", "Placeholder", C.FC_CAN, 15, stories.just_enrolled, "5"),
    Person("Ines", "Specimen", C.FC_CAN, 17, stories.comes_of_age_soon, days_to_birthday=21),
    Person("Juno", "Mockup", C.FC_CAN, 16, stories.ready_for_the_next, "5", colleague=True),
    Person("Karla", "Notreal", C.AF_CANNOT, 63, stories.needs_nothing, "15"),
    Person("Lydia", "Nonesuch", C.AF_CANNOT, 71, stories.survey_late),
    Person("Mona", "Paper", C.AF_CANNOT, 58, stories.answers_contradict),
    Person("Nora", "Storybook", C.AF_CANNOT, 66, stories.authorization_live, "5", colleague=True, west=True),
    Person("Olive", "Fable", C.FC_CANNOT, 9, stories.authorization_live, "5"),
    Person("Pia", "Legend", C.FC_CANNOT, 11, stories.menses_began, "5"),
    Person("Quinn", "Example-Demo", C.AM, 68, stories.patient_survey_missing, "15"),
    Person("Ralph", "Dummy", C.AM, 55, stories.ready_for_the_first),
    Person("", "Unreal", C.AM, 61, stories.supply_has_run_out, "15", west=True),
    Person("Theo", "Phantom", C.AM, 73, stories.all_is_well, "5"),
    Person("Umberto", "Nowhere", C.AM, 47, stories.partner_pregnant, colleague=True),
    Person("Viktor", "Utopian", C.AM, 59, stories.dispensed_late, "15", colleague=True),
    Person("Wim", "Figment", C.MC, 13, stories.confirmation_lapsed, "5"),
    Person("Xaver", "Testperson", C.MC, 10, stories.refused_twice, "5"),
    Person("Yara", "Draft", C.AF_CAN, 36, stories.form_waits_for_the_patient),
    Person("Zeno", "Epilogue", C.AM, 64, stories.treatment_has_ended),
    Person("Arno", "Elsewhere", C.AM, 52, stories.all_is_well, colleague=True, wanted=True),
)


def tell_stories(people: People, clock: Clock, program: ProgramVersion) -> int:
    """Play every patient's story up to now; return how many there are."""
    for person in PATIENTS:
        west = person.west
        course = Course(
            form=_agreement(person, people, clock),
            prescriber=people.colleague if person.colleague else people.prescriber,
            pharmacy=people.western_pharmacy if west else people.pharmacy,
            pharmacist=people.western_pharmacist if west else people.pharmacist,
            program=program,
            strength_mg=Decimal(person.strength),
        )
        person.story(course, clock)
        if person.wanted:
            course.move_to(people.prescriber, clock.ago(1, 17))
    _prepare_one(people, clock)
    return len(PATIENTS)


def _prepare_one(people: People, clock: Clock) -> None:
    """Keep a form that the office staff filled in this week, for the prescriber to read and sign."""
    delegate = people.prescriber.delegations.select_related("delegate").earliest("pk").delegate
    answers = {
        "family_name": "Blueprint",
        "given_name": "Bruno",
        "birth_date_month": "5",
        "birth_date_day": "17",
        "birth_date_year": "1961",
        "sex": Sex.MALE.value,
        "language": "en",
    }
    by = Actor.of(delegate, on_behalf_of=people.prescriber)
    at = clock.ago(2, 16)
    prepare_enrollment(by=by, at=at, user=delegate, prescriber=people.prescriber, answers=answers)


def _agreement(person: Person, people: People, clock: Clock) -> PatientEnrollment:
    child, male = person.category.is_child, person.category in (C.AM, C.MC)
    can = None if male else person.category in (C.AF_CAN, C.FC_CAN)
    basis = CannotBasis.MENSES_NOT_BEGUN if child else CannotBasis.MENOPAUSE_24_MONTHS
    return PatientEnrollment(
        given_name=person.given_name,
        family_name=person.family_name,
        birth_date=_birth_date(person, program_day(clock.now)),
        sex=Sex.MALE if male else Sex.FEMALE,
        email="",
        can_get_pregnant=can,
        cannot_basis=basis if can is False else "",
        menstrual_cycles=(MenstrualCycles.IRREGULAR if person.irregular else MenstrualCycles.REGULAR) if can else "",
    )


def _birth_date(person: Person, today: date) -> date:
    """Return the birth date of somebody who is `age` now and has the next birthday in `days_to_birthday` days."""
    birthday = today + timedelta(days=person.days_to_birthday)
    if (birthday.month, birthday.day) == (2, 29):
        birthday += DAY
    return birthday.replace(year=birthday.year - person.age - 1)
