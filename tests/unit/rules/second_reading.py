"""The program's rules read a second time, straight from the specification and over plain JSON.

Naive and slow on purpose, and sharing no code with `rems_portal.rules`: a difference between the two readings is a
mistake in one of them. Imports nothing of the portal.
"""

import calendar
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

NEW_YORK = ZoneInfo("America/New_York")
GROUPS = {"AF_CAN": "FCGP", "FC_CAN": "FCGP", "AF_CANNOT": "AFN", "FC_CANNOT": "FCN", "AM": "MALE", "MC": "MALE"}


def moment(text):
    return datetime.fromisoformat(text).astimezone(UTC)


def day_of(at):
    return at.astimezone(NEW_YORK).date()


def category(patient, day):
    born = date.fromisoformat(patient["birth_date"])
    leap = (born.month, born.day) == (2, 29)
    of_age = date(born.year + 18, 3, 1) if leap else date(born.year + 18, born.month, born.day)
    adult = day >= of_age
    if patient["sex"] == "male":
        return "AM" if adult else "MC"
    bases = {"hysterectomy", "bilateral_oophorectomy", "menopause_24_months" if adult else "menses_not_begun"}
    cannot = patient["can_get_pregnant"] is False and patient["cannot_basis"] in bases
    return ("AF" if adult else "FC") + ("_CANNOT" if cannot else "_CAN")


def six_months_before(day):
    year, month = (day.year, day.month - 6) if day.month > 6 else (day.year - 1, day.month + 6)
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def pregnant(patient):
    positive = [test for test in patient["pregnancy_tests"] if test["result"] == "positive" and not test["cleared"]]
    return patient["pregnancy_hold"] or bool(positive)


def backing_tests(patient, at):
    """The tests one of which backs the prescription, or none when something is missing."""
    usable = [
        moment(test["collected_at"])
        for test in patient["pregnancy_tests"]
        if test["result"] == "negative"
        and not test["cleared"]
        and test["sensitivity_miu_ml"] <= 50
        and not (patient["dispenses"] and test["backed_dispensed_authorization"])
    ]
    usable = [when for when in usable if when <= at]
    if patient["dispenses"]:
        return [when for when in usable if day_of(at) - day_of(when) <= timedelta(days=7)]
    early = [when for when in usable if timedelta(days=10) <= day_of(at) - day_of(when) <= timedelta(days=14)]
    late = [when for when in usable if at - when <= timedelta(hours=24)]
    return late if early else []


def last_backing_test(patient, at):
    backing = max(backing_tests(patient, at), default=None)
    against = [
        test
        for test in patient["pregnancy_tests"]
        if backing and test["result"] != "negative" and not test["cleared"] and moment(test["collected_at"]) > backing
    ]
    return None if against else backing


def has_survey(patient, group, at):
    done = [moment(survey["completed_at"]) for survey in patient["surveys"]]
    done = [when for when in done if when <= at]
    if group == "AFN":
        return any(day_of(when) >= six_months_before(day_of(at)) for when in done)
    authorized = [moment(dispense["authorized_at"]) for dispense in patient["dispenses"]]
    recent = [when for when in done if day_of(at) - day_of(when) <= timedelta(days=30)]
    return any(all(when > each for each in authorized) for when in recent)


def counseling(group, first):
    needed = {"patient_survey"}
    if first:
        needed |= {"benefits_risks", "materials_given"}
    if group == "FCGP":
        needed |= {"contraception", "emergency_contraception"}
    if group == "MALE":
        needed |= {"barrier_contraception", "emergency_contraception"}
    return needed


def failed_authorization(request, at, group, fits):
    patient, prescription = request["patient"], request["prescription"]
    first, agreement, attested = not patient["dispenses"], patient["agreement"], set(request["attested"])
    good = {
        "AUTH-01": request["prescriber"]["certified"],
        "AUTH-02": patient["enrolled"] and patient["enrolled_with_this_prescriber"],
        "AUTH-03": bool(agreement)
        and agreement["category"] == fits
        and agreement["complete"]
        and agreement.get("intact", True),
        "AUTH-04": not pregnant(patient),
        "AUTH-05": group != "FCGP" or last_backing_test(patient, at) is not None,
        "AUTH-06": (group == "MALE" and first) or has_survey(patient, group, at),
        "AUTH-07": counseling(group, first) <= attested,
        "AUTH-08": group != "FCGP" or not first or "four_weeks_contraception" in attested,
        "AUTH-09": 1 <= prescription["days_supply"] <= 28
        and prescription["quantity"] > 0
        and prescription["strength_mg"] in (2.5, 5, 10, 15, 20, 25),
        "AUTH-10": prescription["refills"] == 0 and not prescription["by_telephone"],
        "AUTH-11": not patient["open_discordance"]
        and (not patient["live_authorization"] or request["replace_live_authorization"]),
    }
    return [rule for rule, holds in good.items() if not holds]


def days_left(patient, day):
    dispenses = [*patient["dispenses"], *patient["earlier_course_dispenses"]]
    return max(
        ((date.fromisoformat(one["dispensed_on"]) - day).days + one["days_supply"] for one in dispenses), default=0
    )


def failed_confirmation(request, at, fits):
    patient, issued, asked = request["patient"], request["authorization"], request["request"]
    good = {
        "CONF-01": request["pharmacy"]["certified"],
        "CONF-02": asked["number_known"] and asked["birth_date_matches"],
        "CONF-03": issued["status"] == "active" and day_of(at) <= date.fromisoformat(issued["valid_through"]),
        "CONF-04": request["prescriber"]["certified"],
        "CONF-05": patient["enrolled"] and not pregnant(patient),
        "CONF-06": asked["category_on_prescription"] == issued["category"] == fits,
        "CONF-07": not asked["refill"] and not asked["by_telephone"],
        "CONF-08": 1 <= asked["days_supply"] <= min(28, issued["days_supply"])
        and asked["strength_mg"] == issued["strength_mg"],
        "CONF-09": days_left(patient, day_of(at)) <= 7,
        "CONF-10": not patient["open_confirmation"],
    }
    return [rule for rule, holds in good.items() if not holds]


def answer_authorization(request):
    at = moment(request["at"])
    fits = category(request["patient"], day_of(at))
    group = GROUPS[fits]
    failed = failed_authorization(request, at, group, fits)
    if failed:
        return {"outcome": "refused", "failed": failed}
    last = day_of(at) + timedelta(days=30)
    if group == "FCGP":
        last = day_of(last_backing_test(request["patient"], at)) + timedelta(days=7)
    return {"outcome": "granted", "failed": [], "category": fits, "valid_through": last.isoformat()}


def answer_confirmation(request):
    at = moment(request["at"])
    fits = category(request["patient"], day_of(at))
    failed = failed_confirmation(request, at, fits)
    if failed:
        return {"outcome": "refused", "failed": failed}
    pick_up_by = ship_by = at + timedelta(hours=24)
    if GROUPS[fits] == "FCGP":
        zone = ZoneInfo(request["pharmacy"]["time_zone"])
        tomorrow = at.astimezone(zone).date() + timedelta(days=1)
        ship_by = datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=zone).astimezone(UTC)
    return {"outcome": "granted", "failed": [], "ship_by": ship_by.isoformat(), "pick_up_by": pick_up_by.isoformat()}


def answer_next_test(request):
    at, patient = moment(request["at"]), request["patient"]
    if GROUPS[category(patient, day_of(at))] != "FCGP" or not patient["enrolled"] or not patient["dispenses"]:
        return {"due": None}
    start = min(date.fromisoformat(one["dispensed_on"]) for one in patient["dispenses"])
    taken = [moment(test["collected_at"]) for test in patient["pregnancy_tests"]]
    taken = [day_of(when) for when in taken if when <= at and day_of(when) >= start]
    last = max(taken, default=start)
    if not taken or last < start + timedelta(days=28):
        return {"due": (last + timedelta(days=7)).isoformat()}
    step = 28 if patient["menstrual_cycles"] == "regular" else 14
    return {"due": (last + timedelta(days=step)).isoformat()}


def answer(request):
    """The answer to a request, as far as the specification fixes it."""
    asks = {
        "authorization": answer_authorization,
        "confirmation": answer_confirmation,
        "next-test": answer_next_test,
    }
    return asks[request["ask"]](request)
