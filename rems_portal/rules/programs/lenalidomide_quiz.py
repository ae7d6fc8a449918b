"""The Pharmacy Certification Quiz of the Lenalidomide REMS, in our own words (PH-01).

Demonstration wording written from the obligations; it is not the program's own quiz. Data only: how many answers must
be right is a parameter of the program version, scoring is the business of `rules.certification`.
"""

from rems_portal.rules.programs.definition import QuizChoice, QuizQuestion

QUIZ = (
    QuizQuestion(
        "before_dispensing",
        "What must you have from the program before each dispense?",
        (
            QuizChoice("authorization", "The authorization number on the prescription; nothing more"),
            QuizChoice("confirmation", "A confirmation number, obtained for this prescription"),
            QuizChoice("call", "The prescriber's word on the telephone that the patient is enrolled"),
        ),
        "confirmation",
        "The authorization number is the prescriber's; the pharmacy obtains a confirmation number. The program then "
        "verifies that the prescriber is certified, the patient enrolled and not pregnant, the authorization valid.",
        ("PH-08",),
    ),
    QuizQuestion(
        "on_the_prescription",
        "A prescription shows an authorization number, but no risk category. What do you do?",
        (
            QuizChoice("guess", "Choose the category that fits the patient in front of you"),
            QuizChoice("blank", "Dispense; the category is the program's affair"),
            QuizChoice("call", "Call the prescriber: number and category must both be on the prescription"),
        ),
        "call",
        "You verify that both are documented on the prescription. The category is never worked out at the counter.",
        ("PH-02", "PH-07"),
    ),
    QuizQuestion(
        "most_days",
        "What is the most that may be dispensed at one time?",
        (
            QuizChoice("28", "A 28 days' supply"),
            QuizChoice("30", "A 30 days' supply"),
            QuizChoice("90", "A 90 days' supply, for patients who can not get pregnant"),
        ),
        "28",
        "No more than 28 days' supply, for everybody.",
        ("PH-02", "PH-11"),
    ),
    QuizQuestion(
        "supply_left",
        "The patient still has 9 days of medicine at home. When may the next supply be dispensed?",
        (
            QuizChoice("now", "Today: the prescription is new"),
            QuizChoice("seven", "When 7 days or less are left: in 2 days"),
            QuizChoice("empty", "When nothing is left"),
        ),
        "seven",
        "A new supply is dispensed only when 7 days or less remain on the existing prescription, counting what other "
        "pharmacies dispensed.",
        ("PH-02", "PH-12"),
    ),
    QuizQuestion(
        "telephone",
        "A prescriber wants to give you the prescription by telephone, and asks for one refill. What may you accept?",
        (
            QuizChoice("telephone", "The telephone order, without the refill"),
            QuizChoice("refill", "The refill, once the order comes in writing"),
            QuizChoice("neither", "Neither of the two"),
        ),
        "neither",
        "No verbal orders by telephone and no refills: each dispense has its own written or electronic prescription.",
        ("PH-13", "PH-14"),
    ),
    QuizQuestion(
        "counseling",
        "What happens between the confirmation number and the handing over of the medicine?",
        (
            QuizChoice("leaflet", "The patient is given the leaflet; questions go to the prescriber"),
            QuizChoice(
                "checklist", "You counsel the patient with the Education and Counseling Checklist and complete it"
            ),
            QuizChoice("first_only", "Counseling, but only before the first dispense"),
        ),
        "checklist",
        "The Checklist of the patient's group is gone through and completed before each dispense, and a copy is kept.",
        ("PH-03", "PH-10"),
    ),
    QuizQuestion(
        "shipping",
        "At 3 PM you obtain a confirmation number for a female who can get pregnant. The medicine is to be "
        "shipped. Until when?",
        (
            QuizChoice("same_day", "The same day"),
            QuizChoice("24_hours", "Within 24 hours"),
            QuizChoice("seven_days", "As long as the authorization is good"),
        ),
        "same_day",
        "For females who can get pregnant it is shipped the same day, or picked up within 24 hours. For "
        "everybody else it is shipped or picked up within 24 hours.",
        ("PH-15", "PH-16"),
    ),
    QuizQuestion(
        "pregnancy",
        "You learn that a female patient may be pregnant. What do you do?",
        (
            QuizChoice("wait", "Wait until the pregnancy is confirmed by her prescriber"),
            QuizChoice("report", "Report it to the program at once, and dispense nothing"),
            QuizChoice("note", "Make a note and tell the prescriber at the next dispense"),
        ),
        "report",
        "Every pregnancy, and every suspected one, is reported at once. Her numbers become void in that moment.",
        ("PH-17",),
    ),
)
