"""RecordAdmin: a regulated record as program staff see it. Read only; looks at patients' records are written down."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.text import capfirst

from rems_portal.admin.acts import Button, buttons_for, run_button
from rems_portal.admin.history import history_of
from rems_portal.audit.access import record_look
from rems_portal.audit.actors import Channel
from rems_portal.rules.numbers import Kind, NumberError, parse_number
from rems_portal.web import actor_of, user_of

if TYPE_CHECKING:
    BaseAdmin = admin.ModelAdmin[Any]
else:
    BaseAdmin = admin.ModelAdmin


def canonical(term: str) -> str:
    """Return a number as it is stored, however it was typed; any other search stays as it is."""
    for kind in Kind:
        try:
            return parse_number(kind, term)
        except NumberError:
            continue
    return term


class RecordAdmin(BaseAdmin):
    """A list and a page for one kind of record. Nothing is typed in here; `buttons` run business acts with a reason.

    `patient`: the path from the record to its patient ("" for the patient itself, None when it concerns no patient);
    each look at such a record, and at a list of them, is written to the audit. `waiting`: which rows wait for staff.
    """

    patient: ClassVar[str | None] = None
    buttons: ClassVar[Sequence[Button]] = ()
    waiting: ClassVar[Mapping[str, str]] = {}
    actions = None
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    change_form_template = "admin/record.html"
    change_list_template = "admin/records.html"

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody: records begin by business acts."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody: records change by business acts."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody: nothing is ever deleted."""
        return False

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Find numbers also when typed in lower case, with spaces or without dashes."""
        return super().get_search_results(request, queryset, canonical(search_term))

    def get_urls(self) -> list[URLPattern]:
        """Add the page of the buttons."""
        act = path(
            "<path:object_id>/act/<slug:name>/",
            self.admin_site.admin_view(self.act_view),
            name=f"{self.opts.app_label}_{self.opts.model_name}_act",
        )
        return [act, *super().get_urls()] if self.buttons else super().get_urls()

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the list; one that names patients is a look at it."""
        if self.patient is not None and self.has_view_permission(request):
            self._write_look(request, f"list of {self.opts.verbose_name_plural}")
        title = capfirst(str(self.opts.verbose_name_plural))
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the record with its buttons and the end of its history, and write the look down."""
        record = context["original"]
        if record is not None:
            self._write_look_at(request, record)
            context["act_links"] = [
                {"button": button, "url": self._address("act", record, button.name)}
                for button in buttons_for(self.buttons, user_of(request), record)
            ]
        return super().render_change_form(request, context, *args, **kwargs)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show who changed what, when, through which channel and why."""
        record = self._record_or_404(request, object_id)
        self._write_look_at(request, record)
        context = {
            **self.frame(request, f"History: {record}"),
            "object": record,
            "entries": history_of(record) if hasattr(record, "history") else None,
        }
        return TemplateResponse(request, "admin/record_history.html", context)

    def act_view(self, request: HttpRequest, object_id: str, name: str) -> HttpResponse:
        """Show or run one of the buttons."""
        record = self._record_or_404(request, object_id)
        button = next((button for button in self.buttons if button.name == name), None)
        if button is None:
            raise Http404
        self._write_look_at(request, record)
        context = {**self.frame(request, button.label), "original": record}
        return run_button(request, button, record, back=self._address("change", record), context=context)

    def frame(self, request: HttpRequest, title: str) -> dict[str, Any]:
        """Return what the frame of a page about records of this kind needs."""
        return {**self.admin_site.each_context(request), "opts": self.opts, "title": title}

    def list_address(self) -> str:
        """Return the address of the list."""
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")

    def _record_or_404(self, request: HttpRequest, object_id: str) -> Model:
        if not self.has_view_permission(request):
            raise PermissionDenied
        record = self.get_object(request, unquote(object_id))
        if record is None:
            raise Http404
        found: Model = record
        return found

    def _address(self, what: str, record: Model, *more: str) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{what}", args=[record.pk, *more])

    def _write_look_at(self, request: HttpRequest, record: Model) -> None:
        if self.patient is None:
            return
        found: Any = record
        for step in filter(None, self.patient.split(".")):
            found = getattr(found, step)
            if found is None:
                return
        self._write_look(request, f"patient {found.number}")

    def _write_look(self, request: HttpRequest, what: str) -> None:
        record_look(by=actor_of(request, Channel.ADMIN), at=timezone.now(), record=what)
