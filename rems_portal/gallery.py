"""A page that shows every component in every state, for people who build pages; only with DEBUG or DEMO.

All it shows is invented here. It must not read or write records.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from rems_portal.clockwork import zone_named
from rems_portal.fields import DayField, MomentField
from rems_portal.icons import ICONS, TONES
from rems_portal.rules.findings import Check, Finding, Party
from rems_portal.statuses import LOOKS
from rems_portal.timeline import Event, Lane, Look, Mark, Span, Timeline

CATEGORIES = [
    ("AF_CAN", "Adult Female Who Can Get Pregnant"),
    ("AF_CANNOT", "Adult Female Who Can Not Get Pregnant"),
    ("FC_CAN", "Female Child Who Can Get Pregnant"),
    ("FC_CANNOT", "Female Child Who Can Not Get Pregnant"),
    ("AM", "Adult Male"),
    ("MC", "Male Child"),
]
MATERIALS = [("guide", "Prescriber Guide"), ("letter", "Welcome Letter"), ("label", "Prescribing Information")]
SCENES = ("capsule", "calendar", "handover", "envelope", "lock", "search")
LAYOUTS = ("task", "wide", "plain", "print")


class SampleForm(forms.Form):
    """One field of each kind."""

    name = forms.CharField(label="Family name", help_text="As on the prescription.", max_length=80)
    note = forms.CharField(label="Anything else", required=False, widget=forms.Textarea)
    number = forms.CharField(label="Authorization number", help_text="It begins with A.")
    supply = forms.IntegerField(label="Days’ supply", min_value=1, max_value=28)
    state = forms.ChoiceField(label="State", choices=[("", "Choose"), ("NY", "New York"), ("VT", "Vermont")])
    born = DayField(label="Date of birth", help_text="For example, 11 3 1962.")
    collected = MomentField(label="Collected", help_text="When the sample was taken.")
    how = forms.ChoiceField(
        label="How did the product leave?",
        choices=[("shipped", "Shipped"), ("picked_up", "Picked up")],
        widget=forms.RadioSelect,
    )
    category = forms.ChoiceField(label="Who is the patient?", choices=CATEGORIES, widget=forms.RadioSelect)
    materials = forms.MultipleChoiceField(
        label="Materials reviewed", choices=MATERIALS, widget=forms.CheckboxSelectMultiple
    )
    agreed = forms.BooleanField(label="I have counseled the patient about benefits and risks.")


@dataclass(frozen=True, slots=True)
class SampleEntry:
    """Shaped like a line of a record's history."""

    at: dt.datetime
    what: str
    who: str
    why: str = ""


def sample_check(rule: str, obligations: str, statement: str, wrong: str = "", move: Party | None = None) -> Check:
    """Return an evaluated check, one that fails when it is said what is wrong."""
    cited = tuple(obligations.split())
    finding = Finding(rule, cited, wrong, move) if move else None
    return Check(rule, cited, statement, finding)


def sample_checks() -> tuple[Check, ...]:
    """Return checks of which some hold."""
    test = "No negative pregnancy test was collected in the 7 days before today. Record a new test."
    survey = "The patient survey is not complete. Hand the patient the survey link."
    review = "An answer is being reviewed by the program. They will call the office."
    return (
        sample_check("AUTH-01", "PR-01 PR-02", "The prescriber is certified."),
        sample_check("AUTH-02", "PR-03", "The patient is enrolled with this prescriber."),
        sample_check("AUTH-05", "PR-11", "The pregnancy tests are on file.", test, Party.PRESCRIBER),
        sample_check("AUTH-06", "PF-04", "The patient survey is current.", survey, Party.PATIENT),
        sample_check("AUTH-11", "", "No discordance is open.", review, Party.PROGRAM),
        sample_check("AUTH-09", "PR-10", "The supply is 1 to 28 days, of a known product and strength."),
    )


def sample_timeline(today: dt.date) -> Timeline:
    """Return three cycles of a female patient who can get pregnant, and what comes next."""

    def day(offset: int) -> dt.date:
        return today + dt.timedelta(days=offset)

    def neg(offset: int) -> Event:
        on = day(offset)
        return Event(on, f"{on:%b} {on.day}", Mark.NEGATIVE, "Negative pregnancy test")

    tests = Lane(
        "Pregnancy tests",
        events=(*(neg(offset) for offset in (-74, -63, -56, -49, -42, -35, -7)),
                Event(day(-28), "Unclear", Mark.UNCLEAR, "Indeterminate pregnancy test"),
                Event(day(-24), "Negative", Mark.NEGATIVE, "Negative pregnancy test")),
        spans=(Span(day(14), day(21), "Next test", Look.AHEAD, "Next pregnancy test due"),),
    )  # fmt: skip
    surveys = Lane(
        "Patient survey",
        events=(Event(day(-64), "Survey"), Event(day(-36), "Survey"), Event(day(-8), "Survey")),
        spans=(Span(day(15), day(20), "Next survey", Look.AHEAD), Span(day(-14), day(-9), "Late", Look.LATE)),
    )
    numbers = Lane(
        "Authorizations",
        spans=(
            Span(day(-63), day(-56), "A-7K3M", Look.PAST, "Authorization A-7K3M, dispensed"),
            Span(day(-35), day(-28), "A-9QXT", Look.VOID, "Authorization A-9QXT, void"),
            Span(day(-6), day(1), "A-W4HD", Look.LIVE, "Authorization A-W4HD, live"),
        ),
    )
    supply = Lane(
        "Supply in hand",
        events=(Event(day(-62), "Start", Mark.START, "Treatment began"),),
        spans=(
            Span(day(-62), day(-35), "28 days", Look.PAST, "28 days dispensed"),
            Span(day(-34), day(-7), "28 days", Look.PAST, "28 days dispensed"),
            Span(day(-6), day(21), "28 days, 5 mg", Look.LIVE, "28 days dispensed"),
        ),
    )
    summary = "Three cycles so far. The next pregnancy test and survey are due before the supply ends in 21 days."
    return Timeline(today, (tests, surveys, numbers, supply), summary)


def sample_table() -> dict[str, Any]:
    """Return the columns and rows of a table."""
    return {
        "columns": ["Patient", "Category", "Next due", "Days left"],
        "rows": [
            ["Okafor, Ngozi", "Adult Female Who Can Get Pregnant", "Pregnancy test", 6],
            ["D’Angelo-Whitfield, Maximiliana Theodora", "Female Child Who Can Not Get Pregnant", "Survey", 21],
            ["Teller", "Adult Male", "", 0],
        ],
    }


def sample_lists(now: dt.datetime) -> dict[str, Any]:
    """Return what the components that list or count show."""
    checks = sample_checks()
    return {
        "checks_sample": checks,
        "findings_sample": [check.finding for check in checks if check.finding],
        "links_sample": {"AUTH-05": ("Record a test", "#")},
        "table": sample_table(),
        "page_sample": Paginator(range(312), 20).page(4),
        "deadlines": [now + dt.timedelta(hours=count) for count in (19.4, 1.2, -2.5)],
        "facts_sample": [("Authorized supply", "28 days, 5 mg"), ("Patient", "P-4DX7-9MKR-2WQH-TE")],
        "history_sample": [
            SampleEntry(now, "Authorization voided", "Dana Whitcomb, REMS program", "Wrong strength prescribed."),
            SampleEntry(now - dt.timedelta(days=3), "Authorization issued", "Dr. Priya Raman"),
        ],
        "steps_sample": ["Patient", "Reproductive status", "Agreement", "Review"],
        "timeline_sample": sample_timeline(now.astimezone(zone_named(None)).date()),
    }


NAV = [
    {"label": "Worklist", "url": "#", "current": True, "count": 4},
    {"label": "Patients", "url": "#", "current": False},
    {"label": "Certification", "url": "#", "current": False},
]


@login_not_required
def gallery(request: HttpRequest) -> HttpResponse:
    """Show every component; `?layout=task|wide|plain|print` shows them in another layout."""
    now = timezone.now()
    messages.success(request, "The pregnancy test is recorded.")
    typed = {"name": "<b>O’Neil</b>", "supply": "29", "born_month": "2", "born_day": "30", "born_year": "2010"}
    layout = request.GET.get("layout", "")
    return render(
        request,
        "gallery/index.html",
        {
            "layout": f"layouts/{layout if layout in LAYOUTS else 'base'}.html",
            "form": SampleForm(),
            "refused": SampleForm({f"again-{name}": value for name, value in typed.items()}, prefix="again"),
            "tones": TONES,
            "icons": ICONS,
            "statuses": LOOKS,
            "categories": CATEGORIES,
            "scenes": SCENES,
            "hints": {"shipped": "By carrier, the same day where the patient can get pregnant."},
            "today": now.date(),
            "nav": NAV,
            "crumbs": [{"label": "Start", "url": "/"}, {"label": "Components"}],
            **sample_lists(now),
        },
    )
