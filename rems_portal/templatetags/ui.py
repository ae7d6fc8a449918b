"""The portal's components as template tags, built into every template (no `load` needed). Forms are in ui_forms.

In: plain values and dataclasses with the named attributes. Out: markup from templates/components/.
They must not query the database, read the clock (`now` comes from the context) or decide anything.
"""

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import template
from django.core.paginator import Page
from django.template import Context
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from rems_portal.clockwork import day_in_words, instant_in_words, time_in_words, time_left, zone_named
from rems_portal.icons import ICONS
from rems_portal.statuses import look_of
from rems_portal.timeline import Timeline, as_rows
from rems_portal.timeline_layout import draw

register = template.Library()

PARTIES = {
    "prescriber": ("Prescriber’s move", "prescriber"),
    "patient": ("Patient’s move", "patient"),
    "pharmacy": ("Pharmacy’s move", "pharmacy"),
    "program": ("REMS program’s move", "program"),
}
PICTURES = re.compile(r"[a-z_]+")


# ---- words with a sign ----


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """Return the line icon `name` (a key of `rems_portal.icons.ICONS`), hidden from screen readers."""
    return format_html(
        '<svg class="icon {}" viewBox="0 0 24 24" aria-hidden="true" focusable="false">{}</svg>',
        css,
        mark_safe(ICONS[name]),  # noqa: S308 - a constant of this project
    )


@register.simple_tag
def pictogram(name: str) -> SafeString:
    """Return the picture templates/components/pictograms/<name>.svg: a risk category's code or a scene's name."""
    name = str(name).lower()
    if not PICTURES.fullmatch(name):
        raise template.TemplateSyntaxError(f"{name!r} is not the name of a pictogram")
    return mark_safe(render_to_string(f"components/pictograms/{name}.svg"))  # noqa: S308 - our own file


@register.inclusion_tag("components/tag.html")
def tag(label: str, tone: str = "neutral", icon: str = "") -> dict[str, Any]:
    """Show a short word in a pill: `tone` is info, success, warning, danger, hold or neutral; `icon` may be named."""
    return {"label": label, "tone": tone, "icon": icon or ("check" if tone == "success" else tone)}


@register.inclusion_tag("components/tag.html")
def status_tag(status: str, label: str = "") -> dict[str, Any]:
    """Show the status of a record (any lifecycle's stored value) as a pill with word and icon."""
    look = look_of(status)
    return {"label": label or look.label, "tone": look.tone, "icon": look.icon}


@register.inclusion_tag("components/whose_move.html")
def whose_move(party: str, viewer: str = "", label: str = "") -> dict[str, Any]:
    """Show whose move it is: `party` is prescriber, patient, pharmacy or program; the viewer's own is "Your move"."""
    words, picture = PARTIES[str(party)]
    return {"label": label or ("Your move" if str(party) == str(viewer) else words), "icon": picture}


@register.simple_tag
def day(value: dt.date | None) -> SafeString:
    """Show a calendar day as "Fri, Nov 20, 2026" in a time element; nothing for None."""
    if value is None:
        return mark_safe("")
    return format_html('<time datetime="{}" class="nowrap">{}</time>', value.isoformat()[:10], day_in_words(value))


@register.simple_tag
def instant(value: dt.datetime | None, zone: str | dt.tzinfo | None = None) -> SafeString:
    """Show an aware instant as date, time and zone in `zone` (default: the program's); nothing for None."""
    if value is None:
        return mark_safe("")
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), instant_in_words(value, zone))


@register.inclusion_tag("components/deadline.html", takes_context=True)
def deadline(
    context: Context,
    at: dt.datetime | None,
    zone: str | dt.tzinfo | None = None,
    running: bool = True,
    now: dt.datetime | None = None,
) -> dict[str, Any]:
    """Show an instant's date, time, zone and, while it is `running`, the time left (live where scripts run)."""
    if at is None:
        return {}
    now = now or context.get("now")
    found: dict[str, Any] = {"at": at, "day": day_in_words(at.astimezone(zone_named(zone)).date())}
    found["time"] = time_in_words(at, zone)
    if running and now:
        found["left"], found["tone"] = time_left(at, now)
    return found


# ---- blocks ----


@register.simple_block_tag
def callout(content: str, tone: str = "info", title: str = "", icon: str = "", live: bool = False) -> SafeString:
    """Wrap text in a box that stands out; `live` announces it to screen readers when the page opens."""
    return render_to_string(
        "components/callout.html",
        {"content": content, "tone": tone, "title": title, "icon": icon or tone, "live": live},
    )


@register.inclusion_tag("components/button.html")
def button(label: str, kind: str = "", href: str = "", icon: str = "", **attributes: Any) -> dict[str, Any]:
    """Show a submit button, or a link that looks like one when `href` is given.

    `kind`: "" (the page's one main act), secondary, danger, quiet, or with "big" as in "danger big". Other keywords
    become attributes (`name`, `value`, `form`, `type`, `formaction`); `disabled=True` with `why=` explains itself.
    """
    attributes.setdefault("type", "submit")
    return {"label": label, "kind": kind, "href": href, "icon": icon, "why": attributes.pop("why", ""), **attributes}


@register.inclusion_tag("components/checks.html")
def checks(found: Any, viewer: str = "") -> dict[str, Any]:
    """List every check of a decision (or an iterable of checks) with its outcome, sentence and whose move it is."""
    return {"checks": getattr(found, "checks", found), "viewer": viewer}


@register.inclusion_tag("components/findings.html")
def findings(
    found: Any, viewer: str = "", links: Mapping[str, tuple[str, str]] | None = None, title: str = ""
) -> dict[str, Any]:
    """List what is missing, grouped by whose move it is, the viewer's own first.

    `found` is a decision or an iterable of findings; `links` maps a rule id to (label, address) of the page on which
    the viewer can do something about it.
    """
    groups: dict[str, list[dict[str, Any]]] = {}
    for finding in getattr(found, "findings", found):
        party = str(finding.move)
        label, url = (links or {}).get(finding.rule, ("", ""))
        groups.setdefault(party, []).append({"finding": finding, "label": label, "url": url})
    order = sorted(groups, key=lambda party: (party != viewer, list(PARTIES).index(party)))
    return {"groups": [(party, groups[party]) for party in order], "viewer": viewer, "title": title}


@register.inclusion_tag("components/big_number.html", takes_context=True)
def big_number(
    context: Context,
    number: str,
    label: str,
    category: str = "",
    deadline: dt.datetime | None = None,
    deadline_label: str = "Good until",
    zone: str | dt.tzinfo | None = None,
    tone: str = "success",
    status: str = "",
    facts: Sequence[tuple[str, Any]] = (),
) -> dict[str, Any]:
    """Show a number that people copy or read aloud: huge, in groups, spelled out for screen readers, with its end."""
    groups = number.split("-")
    spelled = ", dash, ".join(" ".join(group) for group in groups)
    return {
        "number": number, "groups": groups, "spelled": spelled, "label": label, "category": category, "zone": zone,
        "deadline": deadline, "deadline_label": deadline_label, "tone": tone, "status": status, "facts": facts,
        "now": context.get("now"),
    }  # fmt: skip


@register.inclusion_tag("components/summary_list.html")
def summary_list(rows: Iterable[Sequence[Any]]) -> dict[str, Any]:
    """Show label and value pairs: rows of (label, value) or (label, value, address, words of the link)."""
    padded = [tuple(row) + (None,) * (4 - len(row)) for row in rows]
    return {"rows": padded}


@register.inclusion_tag("components/data_table.html")
def data_table(
    caption: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], numeric: str = "", hide_caption: bool = False
) -> dict[str, Any]:
    """Show rows of cells; on a phone each row becomes a card. The first cell of a row is its heading.

    `numeric` lists the columns, from 1, to align right ("3 4"). Cells may be safe strings made of other components.
    """
    right = {int(number) for number in numeric.split()}
    table = [
        [(name, cell, place in right) for place, (name, cell) in enumerate(zip(columns, row, strict=True), 1)]
        for row in rows
    ]
    heads = [(name, place in right) for place, name in enumerate(columns, 1)]
    return {"caption": caption, "heads": heads, "table": table, "hide_caption": hide_caption}


@register.inclusion_tag("components/pagination.html", takes_context=True)
def pagination(context: Context, page: Page[Any], what: str = "results", parameter: str = "page") -> dict[str, Any]:
    """Show where one is among a paginator's pages, keeping the rest of the query; one page shows only the count."""
    query = context["request"].GET.copy() if "request" in context else None

    def address(number: int) -> str:
        if query is None:
            return f"?{parameter}={number}"
        query[parameter] = str(number)
        return f"?{query.urlencode()}"

    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    return {
        "page": page,
        "what": what,
        "items": [(number, address(number) if isinstance(number, int) else "") for number in numbers],
        "previous": address(page.number - 1),
        "next": address(page.number + 1),
    }


@register.inclusion_tag("components/empty_state.html")
def empty_state(
    title: str, text: str = "", href: str = "", label: str = "", picture: str = "capsule"
) -> dict[str, Any]:
    """Show why a list is empty and, with `href` and `label`, what to do about it."""
    return {"title": title, "text": text, "href": href, "label": label, "picture": picture}


@register.inclusion_tag("components/steps.html")
def steps(labels: Sequence[str], current: int) -> dict[str, Any]:
    """Show the steps of a task; `current` counts from 1, and one more than there are steps means all are done."""
    rows = [(label, place < current, place == current) for place, label in enumerate(labels, 1)]
    now = labels[current - 1] if 0 < current <= len(labels) else ""
    return {"rows": rows, "current": current, "count": len(rows), "now": now}


@register.inclusion_tag("components/history.html")
def history(entries: Iterable[Any], zone: str | dt.tzinfo | None = None) -> dict[str, Any]:
    """List what happened, latest first as given: entries with `at`, `what`, `who` and, where there is one, `why`."""
    return {"entries": entries, "zone": zone}


@register.inclusion_tag("components/timeline.html")
def timeline(drawing: Timeline, title: str = "Timeline") -> dict[str, Any]:
    """Draw a `rems_portal.timeline.Timeline` and give the same as a list."""
    return {"drawing": draw(drawing), "rows": as_rows(drawing), "title": title}
