"""The programs the portal knows, and which of their versions was in force on a day.

Rules take a `ProgramVersion` and never ask which product it belongs to.
"""

from datetime import date

from rems_portal.rules.forms.definition import FormDefinition
from rems_portal.rules.programs.definition import (
    Attestation,
    ChecklistItem,
    Material,
    Modification,
    Moment,
    PharmacyProcess,
    Program,
    ProgramVersion,
    QuizChoice,
    QuizQuestion,
    Renewal,
    SurveyAlarm,
    SurveyQuestion,
)
from rems_portal.rules.programs.lenalidomide import LENALIDOMIDE

__all__ = [
    "PROGRAMS",
    "Attestation",
    "ChecklistItem",
    "Material",
    "Modification",
    "Moment",
    "PharmacyProcess",
    "Program",
    "ProgramVersion",
    "QuizChoice",
    "QuizQuestion",
    "Renewal",
    "SurveyAlarm",
    "SurveyQuestion",
    "VersionError",
    "form_named",
    "get_program",
    "materials_on_offer",
    "version_in_force",
    "version_named",
]

PROGRAMS: dict[str, Program] = {LENALIDOMIDE.code: LENALIDOMIDE}


class VersionError(LookupError):
    """No version with known parameters answers the description; the message is a plain sentence."""


def get_program(code: str) -> Program:
    """The program of a code. Raises KeyError when the portal does not know it."""
    return PROGRAMS[code]


def version_in_force(program: Program, day: date) -> ProgramVersion:
    """The program version in force on a program day (PG-06).

    Raises VersionError before the first version whose parameters are known.
    """
    for version in reversed(program.versions):
        if version.in_force <= day:
            return version
    first = program.versions[0]
    raise VersionError(
        f"The rules are known from {first.in_force.isoformat()} on (version {first.version}); "
        f"no version with known parameters was in force on {day.isoformat()}."
    )


def version_named(program: Program, name: str) -> ProgramVersion:
    """The program version of a name such as "2026-04-27". Raises VersionError when its parameters are not known."""
    for version in program.versions:
        if version.version == name:
            return version
    known = ", ".join(version.version for version in program.versions)
    if any(modification.version == name for modification in program.modifications):
        raise VersionError(f"The parameters of version {name} are not known; known are: {known}.")
    raise VersionError(f"There is no program version of that name; known are: {known}.")


def materials_on_offer(version: ProgramVersion, day: date) -> tuple[Material, ...]:
    """The materials handed out on a program day: in force, and not withdrawn by then (PG-03)."""
    return tuple(
        material
        for material in version.materials
        if material.in_force <= day and (material.withdrawn is None or day < material.withdrawn)
    )


def form_named(version: ProgramVersion, code: str, language: str = "en") -> FormDefinition:
    """The form of a code in a language. Raises LookupError when the version has none."""
    for form in version.forms:
        if form.code == code and form.language == language:
            return form
    raise LookupError(f"Version {version.version} has no form {code} in {language}.")
