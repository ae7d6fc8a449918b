"""The question bank of the Lenalidomide REMS's Pharmacy Certification Quiz, in our own words (PH-01).

Demonstration wording written from the obligations; it is not the program's own quiz. Data only: how many questions are
drawn and how many answers must be right are parameters of the program version; drawing and scoring are `rules.quiz`.
"""

from rems_portal.rules.programs.definition import QuizChoice, QuizQuestion

QUIZ = (
    QuizQuestion(
        "before_dispensing",
        "What must you have from the program before each dispense?",
        (
            QuizChoice("authorization", "The authorization number on the prescription; nothing more"),
            QuizChoice("confirmation", "A confirmation number, obtained for this prescription"),
            QuizChoice("call", "The prescriber’s word on the telephone that the patient is enrolled"),
        ),
        "confirmation",
        "The authorization number is the prescriber’s; the pharmacy obtains a confirmation number. The program then "
        "verifies that the prescriber is certified, the patient enrolled and not pregnant, the authorization valid.",
        ("PH-08",),
    ),
    QuizQuestion(
        "on_the_prescription",
        "A prescription shows an authorization number, but no risk category. What do you do?",
        (
            QuizChoice("guess", "Choose the category that fits the patient in front of you"),
            QuizChoice("blank", "Dispense; the category is the program’s affair"),
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
            QuizChoice("28", "A 28 days’ supply"),
            QuizChoice("30", "A 30 days’ supply"),
            QuizChoice("90", "A 90 days’ supply, for patients who can not get pregnant"),
        ),
        "28",
        "No more than 28 days’ supply, for everybody.",
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
        "The Checklist of the patient’s group is gone through and completed before each dispense, and a copy is kept.",
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
    QuizQuestion(
        "dose_of_danger",
        "Why does every step at the counter turn on pregnancy?",
        (
            QuizChoice("dose", "High doses taken for years may harm an unborn baby"),
            QuizChoice("single", "Taken in pregnancy, the medicine can cause severe birth defects or the baby’s death"),
            QuizChoice("tests", "The medicine makes pregnancy tests unreliable"),
        ),
        "single",
        "The medicine is related to thalidomide. The program’s goal is that no unborn baby is ever exposed to it.",
        ("PG-01", "PH-04"),
    ),
    QuizQuestion(
        "males",
        "What do you tell every male patient before each dispense?",
        (
            QuizChoice("nothing", "Nothing about pregnancy: it concerns female patients"),
            QuizChoice("vasectomy", "To use a condom, unless he has had a vasectomy"),
            QuizChoice("condom", "To use a condom, also after a vasectomy, and not to donate sperm"),
        ),
        "condom",
        "The medicine is in semen. Barrier contraception at every contact with a female who can get pregnant, also "
        "after a vasectomy, and no sperm donation.",
        ("PH-06",),
    ),
    QuizQuestion(
        "girl_before_menses",
        "A girl whose periods have not begun takes the medicine. What do you tell her and her guardian each time?",
        (
            QuizChoice("tell", "To tell the prescriber when her periods begin"),
            QuizChoice("wait", "To come back when she is 18"),
            QuizChoice("test", "To bring a pregnancy test to every pick-up"),
        ),
        "tell",
        "From her first period on she can get pregnant: another agreement form, tests and contraception are needed.",
        ("PH-05",),
    ),
    QuizQuestion(
        "number_and_date",
        "What do you write on the prescription once the program has said yes?",
        (
            QuizChoice("number", "The confirmation number"),
            QuizChoice("both", "The confirmation number and the date it was obtained"),
            QuizChoice("nothing", "Nothing: the program keeps it"),
        ),
        "both",
        "Number and date are documented on the prescription, so that each dispense can be traced to its confirmation.",
        ("PH-09", "PH-19"),
    ),
    QuizQuestion(
        "male_deadline",
        "You obtain a confirmation number for a male patient on Monday at 10 AM. Until when is the medicine shipped or "
        "picked up?",
        (
            QuizChoice("monday", "Monday at midnight"),
            QuizChoice("tuesday", "Tuesday at 10 AM"),
            QuizChoice("week", "Within the week"),
        ),
        "tuesday",
        "Except for females who can get pregnant it is shipped or picked up within 24 hours of the number.",
        ("PH-15",),
    ),
    QuizQuestion(
        "unused_product",
        "A patient brings back capsules after treatment has ended. What do you do with them?",
        (
            QuizChoice("refuse", "Refuse them: what is dispensed stays with the patient"),
            QuizChoice("shelf", "Put unopened bottles back on the shelf"),
            QuizChoice("return", "Accept them and return them to the program"),
        ),
        "return",
        "Unused product is accepted from patients and prescribers and returned to the program. It is never dispensed "
        "again.",
        ("PH-21", "PH-22"),
    ),
    QuizQuestion(
        "another_pharmacy",
        "Another pharmacy runs out of the medicine and asks you to lend it a bottle. What do you do?",
        (
            QuizChoice("lend", "Lend it and write it down"),
            QuizChoice("certified", "Lend it if that pharmacy is certified"),
            QuizChoice("ask", "Nothing leaves for another pharmacy unless the program authorizes it"),
        ),
        "ask",
        "The medicine is not distributed, transferred, lent or sold except as the program authorizes.",
        ("PH-18",),
    ),
    QuizQuestion(
        "records",
        "Which record do you keep of each prescription you dispensed?",
        (
            QuizChoice("all", "The prescription, the confirmation number, the date obtained, the completed Checklist"),
            QuizChoice("checklist", "The completed Checklist; the rest is with the program"),
            QuizChoice("refused", "Only what was refused"),
        ),
        "all",
        "Each prescription is kept with its confirmation number, the date it was obtained and the completed Checklist. "
        "The program may audit it.",
        ("PH-19", "PH-20"),
    ),
    QuizQuestion(
        "refused",
        "The program refuses a confirmation number because the prescriber is no longer certified. The patient has no "
        "capsules left. What do you do?",
        (
            QuizChoice("bridge", "Dispense a few days’ supply to bridge the gap"),
            QuizChoice("stop", "Dispense nothing, and call the prescriber or the program"),
            QuizChoice("yesterday", "Use the number the patient had last month"),
        ),
        "stop",
        "Without a confirmation number nothing is dispensed. The refusal says what is missing and whose move it is.",
        ("PH-08",),
    ),
    QuizQuestion(
        "more_than_authorized",
        "A prescription is authorized for a 14 days’ supply. The patient asks for 28 days. What may be dispensed?",
        (
            QuizChoice("28", "28 days: the program’s limit allows it"),
            QuizChoice("14", "At most the 14 days that were authorized"),
            QuizChoice("twice", "14 days now, and 14 more on the same confirmation number"),
        ),
        "14",
        "The supply is at most 28 days and never more than was authorized. Each number is good for one dispense.",
        ("PH-08", "PH-11"),
    ),
)
