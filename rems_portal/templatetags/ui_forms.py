"""The components of forms as template tags, built into every template: a field of any kind, and the error summary.

In: Django's forms and bound fields. Out: markup from templates/components/. They must not validate anything.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django import template
from django.forms import BaseForm, BoundField, Field
from django.utils.text import Truncator

register = template.Library()

REQUIRED = {
    "radios": "Choose one.",
    "checkboxes": "Choose at least one.",
    "check": "Tick this box to go on.",
    "boxes": "Fill this in.",
    "plain": "Fill this in.",
}
LONGEST_LABEL = 60  # in the error summary
OWN_WORDS = {
    "min_value": "It must be {limit_value} or more; you typed {show_value}.",
    "max_value": "It must be {limit_value} or less; you typed {show_value}.",
    "min_length": "It must have at least {limit_value} characters; it has {show_value}.",
    "max_length": "It must have at most {limit_value} characters; it has {show_value}.",
}
KINDS = {"radioselect": "radios", "checkboxselectmultiple": "checkboxes", "checkbox": "check"}


def kind_of(bound: BoundField) -> str:
    """Return how a field is laid out: radios, checkboxes, check (one box), boxes (a day or moment) or plain."""
    if hasattr(bound.field.widget, "boxes"):
        return "boxes"
    return KINDS.get(bound.widget_type, "plain")


def first_id(bound: BoundField) -> str:
    """Return the id of the first control of a field, where a link from the error summary leads."""
    kind = kind_of(bound)
    if kind in ("radios", "checkboxes"):
        return str(next((option["id"] for option in options_of(bound, {})), bound.auto_id))
    return f"{bound.auto_id}_0" if kind == "boxes" else bound.id_for_label or bound.auto_id


@register.inclusion_tag("components/field.html")
def field(
    bound: BoundField,
    label: str = "",
    hint: str | None = None,
    style: str = "",
    width: str = "",
    suffix: str = "",
    choice_hints: Mapping[str, str] | None = None,
    optional: bool = True,
    **attributes: Any,
) -> dict[str, Any]:
    """Show one field with its label, hint, error and control.

    `style`: for radios and checkboxes "tiles" (big, the default of radios), "side" (tiles side by side), "pics" (tiles
    with the pictogram of each value), "bare"; add "legend-big" where the question is the page's heading.
    `width`: 2, 4, 10, 20 characters or "number" (a number read aloud). `suffix`: a unit after the box.
    `hint`: instead of the field's help text, "" for none. `choice_hints`: value -> a line under that choice.
    `optional`: False for a field that may be empty only under conditions, so that it isn't called optional. Other
    keywords become attributes of the control, underscores as dashes: `autocomplete="off"`, `inputmode="numeric"`.
    """
    kind = kind_of(bound)
    hint = str(bound.help_text) if hint is None else hint
    described = [f"{bound.auto_id}_helptext"] * bool(hint) + [f"{bound.auto_id}_error"] * bool(bound.errors)
    extra = {name.replace("_", "-"): value for name, value in attributes.items()}
    if getattr(bound.field, "max_length", None):
        extra.setdefault("maxlength", False)  # a browser would cut what is pasted without a word; the server refuses it
    if kind in ("plain", "check") and described:
        extra["aria-describedby"] = " ".join(described)
    styles = style.split() or (["tiles"] if kind in ("radios", "checkboxes") else [])
    found: dict[str, Any] = {
        "field": bound, "kind": kind, "errors": words_of(bound), "label": label or bound.label, "hint": hint,
        "width": width, "suffix": suffix, "described": " ".join(described),
        "optional": optional and not bound.field.required and kind != "check",
    }  # fmt: skip
    if {"side", "pics"} & set(styles):
        styles.append("tiles")
    found |= {"styles": " ".join(styles), "pics": "pics" in styles}
    if kind in ("radios", "checkboxes"):
        found["options"] = options_of(bound, choice_hints or {})
    else:
        found["control"] = bound.as_widget(attrs=extra)
    return found


def words_of(bound: BoundField) -> list[str]:
    """Return a field's errors in the portal's words; a message that a form gave itself stays as it is."""
    words = []
    for error, message in zip(bound.errors.as_data(), bound.errors, strict=True):
        own = OWN_WORDS.get(error.code or "")
        if error.code == "required" and str(message) == str(Field.default_error_messages["required"]):
            words.append(REQUIRED[kind_of(bound)])
        elif own and str(message).startswith("Ensure this value"):
            words.append(own.format(**(error.params or {})))
        else:
            words.append(str(message))
    return words


def options_of(bound: BoundField, hints: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the choices of a field, each with its control, label, hint and value; an empty choice is left out."""
    return [
        {
            "control": option.tag(),
            "label": option.choice_label,
            "value": str(option.data["value"]),
            "hint": hints.get(str(option.data["value"]), ""),
            "id": option.id_for_label,
        }
        for option in bound.subwidgets
        if option.data["value"] not in ("", None)
    ]


def named(bound: BoundField, words: str) -> str:
    """Return an error that can be understood away from its field: with the label in front unless it is said already."""
    label = str(bound.label or "").rstrip(":?. ")
    if not label or label.lower() in words.lower():
        return words
    return f"{Truncator(label).chars(LONGEST_LABEL)}: {words[0].lower()}{words[1:]}"


@register.inclusion_tag("components/error_summary.html")
def error_summary(*forms: BaseForm | Iterable[BaseForm] | None) -> dict[str, Any]:
    """Show all errors of forms and formsets above the form, each a link to its field; nothing without errors."""
    found: list[tuple[str, str]] = []
    for one in forms:
        if one is None:
            continue
        several = [one] if isinstance(one, BaseForm) else list(one)
        if not isinstance(one, BaseForm) and hasattr(one, "non_form_errors"):
            found += [(str(error), "") for error in one.non_form_errors()]
        for form in several:
            found += [(str(error), "") for error in form.non_field_errors()]
            found += [(named(bound, words), first_id(bound)) for bound in form for words in words_of(bound)]
    return {"errors": found}
