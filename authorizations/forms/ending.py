"""The discontinuation form as it is filled in: fields made of its definition, and what was typed as answers to it.

Which items are part of it under the answers, and what is missing, is the definition's business.
"""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.http import QueryDict

from rems_portal.fields import DayField
from rems_portal.reasons import LONGEST_REASON
from rems_portal.rules.forms import Answer, FormDefinition, Item, ItemKind, fingerprint
from rems_portal.rules.forms.checking import problems, shown_items
from rems_portal.rules.vocabulary import RuleGroup
from rems_portal.typed import LineField, TypedForm


class EndingForm(TypedForm):
    """The end of one course of treatment, for a patient of a rule group (domain.md section 9)."""

    shown_form = forms.CharField(required=False)

    def __init__(self, data: QueryDict | None = None, *, definition: FormDefinition, group: RuleGroup) -> None:
        super().__init__(data)
        self.definition, self.group = definition, group
        for item in self._items():
            self.fields[item.code] = _field_of(item)

    def _items(self) -> Iterator[Item]:
        """Yield the items that can be part of the form for this group, whatever the reason."""
        for item in self.definition.items():
            groups = [when.values for when in item.when if when.item == "group"]
            if item.code != "group" and all(self.group.value in values for values in groups):
                yield item

    def clean(self) -> dict[str, Any]:
        """Add what is missing, by the definition, at the item it is about."""
        said = self.answers() | {"group": self.group.value}
        for problem in problems(self.definition, said):
            if problem.item in self.fields and problem.item not in self.errors:
                self.add_error(problem.item, problem.sentence)
        return self.cleaned_data

    def answers(self) -> dict[str, Answer]:
        """Return what was said, without what doesn’t belong to the reason chosen: without scripts every box shows."""
        said: dict[str, Answer] = {}
        for item in self._items():
            answer = self.cleaned_data.get(item.code)
            if answer not in (None, "", False):
                said[item.code] = answer.isoformat() if item.kind is ItemKind.DATE else answer
        shown = {item.code for item in shown_items(self.definition, said | {"group": self.group.value})}
        return {code: answer for code, answer in said.items() if code in shown}

    @property
    def fingerprint(self) -> str:
        """Return what tells the text on the page from another: a form that changed meanwhile is not signed unread."""
        return fingerprint(self.definition)

    def told(self) -> list[BoundField]:
        """Return the boxes of what the patient was told."""
        return [self[item.code] for item in self._items() if item.kind is ItemKind.TICK]


def _field_of(item: Item) -> forms.Field:
    """Return the field of an item. Nothing is required here: what is, depends on the other answers."""
    if item.kind is ItemKind.TICK:
        return forms.BooleanField(label=item.text, required=False)
    if item.kind is ItemKind.CHOICE:
        choices = [(choice.code, choice.text) for choice in item.choices]
        wrong = {"invalid_choice": "Choose one of the reasons."}
        return forms.ChoiceField(
            label=item.text, choices=choices, required=False, widget=forms.RadioSelect, error_messages=wrong
        )
    if item.kind is ItemKind.DATE:
        return DayField(label=item.text, help_text=item.help, required=False)
    return LineField(label=item.text, help_text=item.help, required=False, max_length=item.longest)


class WithdrawTransferForm(TypedForm):
    """Why a transfer is taken back; it stays in the record."""

    reason = LineField(
        label="Why do you take it back?",
        help_text="It stays in the record. For example: the patient stays with the other prescriber.",
        max_length=LONGEST_REASON,
        missing="Give the reason.",
    )
