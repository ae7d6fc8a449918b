"""The Prescriber Enrollment Form of the Lenalidomide REMS (PR-02), written in our own words from the obligations.

Data only. The codes of "About you" are the columns in which a prescriber's identity is kept.
"""

from rems_portal.rules.forms.definition import FormDefinition, Item, ItemKind, Section, SignatureLine, Signer

ABOUT_YOU = Section(
    "about_you",
    "About you",
    (
        Item("npi", "NPI", ItemKind.TEXT, help="10 digits. Spaces and dashes don’t matter.", longest=10),
        Item("full_name", "Full name", ItemKind.TEXT, longest=150),
        Item("credentials", "Credentials", ItemKind.TEXT, help="For example MD, DO, NP.", required=False, longest=40),
        Item("practice_name", "Practice or hospital", ItemKind.TEXT, longest=150),
        Item("phone", "Office telephone", ItemKind.TEXT, longest=30),
    ),
)


def _says(code: str, text: str, *obligations: str) -> Item:
    return Item(code, text, ItemKind.STATEMENT, obligations=obligations)


HAVE_READ = Section(
    "have_read",
    "What you have read",
    (
        _says("read_label", "I have read the Prescribing Information.", "PR-01"),
        _says(
            "read_program",
            "I have read the Welcome Letter, the Prescriber Guide and the Education and Prescribing Safety Kit.",
            "PR-03",
        ),
    ),
)

BEFORE_FIRST = Section(
    "before_first",
    "Before a patient’s first prescription",
    (
        _says(
            "counsel",
            "I counsel on benefits and risks, the boxed warning, the surveys and, where it applies, contraception and "
            "emergency contraception. I give the patient the Patient Guide and a copy of the signed agreement form.",
            "PR-05",
            "PR-06",
            "PR-07",
        ),
        _says("enroll", "I enroll the patient with the one of six agreement forms that fits.", "PR-08"),
        _says(
            "two_tests",
            "For a female who can get pregnant, I confirm two negative pregnancy tests, one 10 to 14 days before and "
            "one within 24 hours before, and submit both results.",
            "PR-04",
        ),
    ),
)

EACH_PRESCRIPTION = Section(
    "each_prescription",
    "For each prescription",
    (
        _says(
            "authorization",
            "I complete the prescriber survey, and put the authorization number and the risk category on the "
            "prescription.",
            "PR-09",
            "PR-18",
        ),
        _says(
            "supply",
            "I prescribe at most 28 days’ supply, without refills and not by telephone.",
            "PR-10",
            "PR-11",
            "PR-19",
            "PR-20",
        ),
        _says(
            "counsel_again",
            "I counsel again on the patient survey and, where it applies, on contraception.",
            "PR-15",
            "PR-16",
            "PR-17",
        ),
        _says(
            "tests_during",
            "For a female who can get pregnant, I order the pregnancy tests when they are due: weekly for the first "
            "4 weeks, then every 4 weeks, or every 2 weeks with irregular cycles. I submit the results the program "
            "asks for.",
            "PR-12",
            "PR-13",
            "PR-14",
        ),
    ),
)

AT_ALL_TIMES = Section(
    "at_all_times",
    "At all times",
    (
        _says(
            "report",
            "I report at once a pregnancy of a female patient or of a male patient’s partner.",
            "PR-21",
        ),
        _says("return", "I return unused product from patients to the program.", "PR-22"),
    ),
)

PRESCRIBER_ENROLLMENT = FormDefinition(
    code="prescriber_enrollment",
    title="Prescriber Enrollment Form",
    program="lenalidomide",
    program_name="Lenalidomide REMS",
    version="2026-04-27",
    sections=(ABOUT_YOU, HAVE_READ, BEFORE_FIRST, EACH_PRESCRIPTION, AT_ALL_TIMES),
    signatures=(
        SignatureLine(
            Signer.PRESCRIBER,
            "I ask to be certified, what I said about myself is right, and I undertake to do what this form says.",
        ),
    ),
)
