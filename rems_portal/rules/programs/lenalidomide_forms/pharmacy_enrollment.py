"""The Pharmacy Enrollment Form of the Lenalidomide REMS (PH-01, PH-02), in our own words from the obligations.

Data only. The processes to attest are those of `lenalidomide_texts`, each a box to tick; who the pharmacy is bears the
codes of the pharmacy's own fields. One form is signed for each site.
"""

from rems_portal.rules.forms.definition import FormDefinition, Item, ItemKind, Section, SignatureLine, Signer
from rems_portal.rules.programs.lenalidomide_texts import PHARMACY_PROCESSES


def _says(code: str, text: str, *obligations: str) -> Item:
    return Item(code, text, ItemKind.STATEMENT, obligations=obligations)


PHARMACY_ENROLLMENT = FormDefinition(
    code="pharmacy_enrollment",
    title="Pharmacy Enrollment Form",
    program="lenalidomide",
    program_name="Lenalidomide REMS",
    version="2026-04-27",
    sections=(
        Section(
            "pharmacy",
            "The pharmacy",
            (
                Item("name", "Name", ItemKind.TEXT, longest=150),
                Item("npi", "NPI", ItemKind.TEXT, longest=10),
                Item("ncpdp_id", "NCPDP id", ItemKind.TEXT, longest=7),
                Item("address", "Address", ItemKind.TEXT, longest=250),
                Item("phone", "Telephone", ItemKind.TEXT, longest=30),
                Item("time_zone", "Time zone", ItemKind.TEXT, help="Shipping deadlines are counted in it.", longest=60),
            ),
        ),
        Section(
            "preparation",
            "How the pharmacy was prepared",
            (
                _says("materials", "I have reviewed the Pharmacy Guide and the Pharmacy Training.", "PH-01"),
                _says("quiz", "I have taken and passed the Pharmacy Certification Quiz.", "PH-01"),
            ),
        ),
        Section(
            "processes",
            "Processes in place",
            tuple(
                Item(process.code, process.sentence, ItemKind.TICK, obligations=("PH-02",))
                for process in PHARMACY_PROCESSES
            ),
            intro="As authorized representative I attest for this site:",
        ),
        Section(
            "undertakings",
            "What the pharmacy undertakes",
            (
                _says("number", "We dispense only with a confirmation number from the program, and write the number "
                      "and the date it was obtained on the prescription.", "PH-08", "PH-09"),
                _says("prescription", "We accept no verbal orders by telephone and dispense no refills.", "PH-13",
                      "PH-14"),
                _says("counsel", "We counsel each patient with the Education and Counseling Checklist before "
                      "dispensing, complete it and keep a copy.", "PH-03", "PH-04", "PH-05", "PH-06", "PH-10"),
                _says("deadline", "We ship or hand over within 24 hours of the confirmation number; for females who "
                      "can get pregnant we ship the same day.", "PH-15", "PH-16"),
                _says("pregnancy", "We report every pregnancy to the program at once.", "PH-17"),
                _says("product", "We do not distribute, transfer, lend or sell the medicine except as the program "
                      "authorizes. We accept unused product and return it to the program.", "PH-18", "PH-21", "PH-22"),
                _says("staff", "Only staff who have completed the Pharmacy Training confirm and dispense.", "PH-01"),
                _says("records", "We keep the records of each prescription dispensed, and comply with the program’s "
                      "audits.", "PH-19", "PH-20"),
            ),
        ),
    ),
    signatures=(
        SignatureLine(
            Signer.REPRESENTATIVE,
            "I am this pharmacy’s authorized representative; what this form says is true, and I enroll the pharmacy.",
        ),
    ),
)  # fmt: skip
