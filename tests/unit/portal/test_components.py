"""The components as markup: what they escape, name, spell out and leave away. How they look is for tests/functional."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.template import Context, Template, TemplateSyntaxError
from django.test import RequestFactory

from rems_portal.fields import DayField
from rems_portal.icons import ICONS
from rems_portal.rules.findings import Finding, Party
from rems_portal.rules.lifecycles import AuthorizationStatus, CertificationStatus, ConfirmationStatus, EnrollmentStatus
from rems_portal.statuses import LOOKS, look_of

NOW = datetime(2026, 6, 15, 15, 0, tzinfo=UTC)


def shown(template: str, **context: Any) -> str:
    """Return the markup of a template with single spaces."""
    return " ".join(Template(template).render(Context({"now": NOW, **context})).split())


class Sample(forms.Form):
    name = forms.CharField(label="Name", help_text="As printed.")
    code = forms.CharField(label="Code", required=False, max_length=4)
    supply = forms.IntegerField(label="Days’ supply", min_value=1, max_value=28)
    result = forms.ChoiceField(label="Result", widget=forms.RadioSelect, choices=[("", "-"), ("n", "Negative")])
    told = forms.TypedChoiceField(label="Told?", widget=forms.RadioSelect, choices=[(True, "Yes"), (False, "No")])
    born = DayField(label="Date of birth")
    agreed = forms.BooleanField(label="I agree that " + "this goes on and on " * 6)


def test_field_is_named_described_and_marked_as_wrong() -> None:
    markup = shown("{% field form.name autocomplete='name' %}", form=Sample({}))
    assert '<label for="id_name">Name</label>' in markup
    assert 'aria-describedby="id_name_helptext id_name_error"' in markup
    assert 'aria-invalid="true"' in markup and 'autocomplete="name"' in markup
    assert "Fill this in." in markup


def test_field_shows_again_what_was_typed_escaped() -> None:
    markup = shown("{% field form.name %}", form=Sample({"name": "<script>alert(1)</script>"}))
    assert "&lt;script&gt;" in markup and "<script>" not in markup


def test_optional_field_says_so() -> None:
    assert "(optional)" in shown("{% field form.code %}", form=Sample())
    assert "(optional)" not in shown("{% field form.name %}", form=Sample())


def test_field_without_hint_when_the_page_says_so() -> None:
    assert "As printed." not in shown("{% field form.name hint='' %}", form=Sample())


def test_radios_are_a_group_without_the_empty_choice_and_with_false() -> None:
    result, told = shown("{% field form.result %}", form=Sample()), shown("{% field form.told %}", form=Sample())
    assert result.startswith('<fieldset class="field tiles"') and result.count("<input") == 1
    assert told.count("<input") == 2 and 'value="False"' in told


def test_form_renders_with_the_portal_s_components() -> None:
    markup = str(Sample())
    assert markup.count('class="field') == len(Sample.base_fields)
    assert 'class="hint" id="id_name_helptext"' in markup
    assert Sample()["name"].as_field_group() in markup


def test_error_summary_links_each_error_to_its_first_control() -> None:
    markup = shown("{% error_summary form %}", form=Sample({"supply": "29", "code": "12345", "name": "x"}))
    assert "6 things need your attention" in markup
    assert '<a href="#id_supply">Days’ supply: it must be 28 or less; you typed 29.</a>' in markup
    assert '<a href="#id_code">Code: it must have at most 4 characters; it has 5.</a>' in markup
    assert '<a href="#id_result_1">Result: choose one.</a>' in markup
    assert '<a href="#id_born_0">Date of birth: fill this in.</a>' in markup
    assert "…: tick this box to go on." in markup


def test_error_summary_of_forms_without_errors_is_empty() -> None:
    assert shown("{% error_summary form other %}", form=Sample(), other=None) == ""


def test_error_summary_reads_formsets_and_errors_of_the_whole_form() -> None:
    formset = forms.formset_factory(Sample, min_num=2, validate_min=True, extra=0)
    data = {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "0", "form-0-name": "x"}
    assert "Please submit at least 2 forms" in shown("{% error_summary forms %}", forms=formset(data))
    form = Sample({"name": "x"})
    form.add_error(None, "Both can't be <true>.")
    assert "<li>Both can&#x27;t be &lt;true&gt;.</li>" in shown("{% error_summary form %}", form=form)


def test_findings_are_grouped_by_whose_move_it_is_the_viewer_s_first() -> None:
    found = [
        Finding("AUTH-06", ("PF-04",), "The survey is missing.", Party.PATIENT),
        Finding("AUTH-05", ("PR-11",), "A test is missing.", Party.PRESCRIBER),
    ]
    links = {"AUTH-05": ("Record a test", "/tests/"), "AUTH-06": ("Take the survey", "/survey/")}
    markup = shown("{% findings found viewer='prescriber' links=links %}", found=found, links=links)
    assert markup.index("Your move") < markup.index("Patient’s move")
    assert '<a href="/tests/">Record a test</a>' in markup and '<a href="/survey/">Take the survey</a>' in markup


def test_number_is_spelled_for_those_who_listen() -> None:
    markup = shown("{% big_number 'A-7K3M-XQ' 'Authorization number' category='Adult Male' %}")
    assert '<span class="sr">A, dash, 7 K 3 M, dash, X Q</span>' in markup
    assert 'data-copy="A-7K3M-XQ"' in markup and "Adult Male" in markup


def test_deadline_says_day_time_zone_and_what_is_left() -> None:
    markup = shown("{% deadline at zone='America/Chicago' %}", at=NOW + timedelta(hours=2))
    for part in ("Mon, Jun 15, 2026,", "12:00 PM CDT", "2 h left", "tone-warning", "data-deadline"):
        assert part in markup
    assert "left" not in shown("{% deadline at running=False %}", at=NOW)
    assert shown("{% deadline at %}{% instant at %}{% day at %}", at=None) == ""


def test_day_and_instant_carry_a_machine_s_date() -> None:
    assert 'datetime="2026-06-15"' in shown("{% day at %}", at=date(2026, 6, 15))
    assert "11:00 AM EDT" in shown("{% instant at %}", at=NOW)


@pytest.mark.parametrize("status", [*CertificationStatus, *EnrollmentStatus, *AuthorizationStatus, *ConfirmationStatus])
def test_each_status_of_a_record_has_words_and_a_sign_of_its_own(status: str) -> None:
    assert str(status) in LOOKS and look_of(status).icon in ICONS


def test_unknown_status_shows_its_own_words() -> None:
    assert look_of("in_transit").label == "In transit"


def test_table_escapes_cells_and_labels_them_for_cards() -> None:
    markup = shown("{% data_table 'Patients' columns rows numeric='2' %}", columns=["Name", "Days"], rows=[["<b>", 3]])
    assert '<th scope="row" role="rowheader">&lt;b&gt;</th>' in markup
    assert '<td role="cell" data-label="Days" class="num"><div>3</div></td>' in markup


def test_pagination_keeps_the_rest_of_the_query() -> None:
    request = RequestFactory().get("/?q=O'Neil&page=4")
    page = Paginator(range(200), 20).page(4)
    markup = shown("{% pagination page 'patients' %}", page=page, request=request)
    assert 'href="?q=O%27Neil&amp;page=5"' in markup and "61–80 of 200 patients" in markup
    assert 'href="?page=5"' in shown("{% pagination page %}", page=page)
    assert "<ul>" not in shown("{% pagination page %}", page=Paginator([1], 20).page(1))
    assert "No results" in shown("{% pagination page %}", page=Paginator([], 20).page(1))


def test_button_is_a_link_only_with_an_address_and_explains_why_it_is_off() -> None:
    assert shown("{% button 'Go' href=url %}", url="/x/?a=1&b=2") == '<a class="btn " href="/x/?a=1&amp;b=2">Go</a>'
    off = shown("{% button 'Authorize' disabled=True why='A test is missing.' %}")
    assert " disabled" in off and "A test is missing." in off


def test_steps_mark_where_one_is_and_what_is_done() -> None:
    markup = shown("{% steps labels 2 %}", labels=["Patient", "Agreement"])
    assert '<li aria-current="step">Agreement</li>' in markup and 'class="done">Patient' in markup
    assert "aria-current" not in shown("{% steps labels 3 %}", labels=["Patient", "Agreement"])


def test_callout_escapes_its_title_and_keeps_its_content() -> None:
    markup = shown("{% callout 'hold' title live=True %}<p>Held.</p>{% endcallout %}", title="<i>")
    assert "&lt;i&gt;" in markup and "<p>Held.</p>" in markup and 'role="status"' in markup


def test_pictogram_takes_only_names() -> None:
    assert shown("{% pictogram 'AF_CAN' %}").startswith("<svg")
    with pytest.raises(TemplateSyntaxError):
        shown("{% pictogram '../../settings' %}")


def test_history_and_empty_state_leave_away_what_is_not_there() -> None:
    entries = [{"at": NOW, "what": "Issued", "who": "Dr. Raman"}]
    assert shown("{% history entries %}", entries=entries).count("<p") == 2
    assert "btn" not in shown("{% empty_state 'Nothing yet' %}")


@pytest.mark.parametrize("page", ["authorizations/prescriber/worklist_aside.html", "patients/prepared_forms.html"])
def test_running_text_of_lists_does_not_look_like_a_link(page: str) -> None:
    lists = re.findall(r"<ul class=\"([^\"]+)\"", (settings.BASE_DIR / "templates" / page).read_text())
    sheet = (settings.BASE_DIR / "static/css/portal.css").read_text()
    underlined = re.findall(r"(?m)^([^@{}]+)\{[^}]*text-decoration:underline", sheet)
    assert lists
    for name in lists:
        assert not [rule for rule in underlined for one in rule.split(",") if one.strip() in (f".{name}", f"ul.{name}")]
