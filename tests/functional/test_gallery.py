"""Every component in a real browser: accessible, no sideways scroll, big enough, with and without scripts."""

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.functional, pytest.mark.django_db(transaction=True)]

LAYOUTS = ("", "?layout=task", "?layout=wide", "?layout=plain", "?layout=print")
NewPage = Callable[..., Page]


def violations(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{rule['id']}: {node['target']}" for rule in found for node in rule["nodes"]]


def look(page: Page, path: str, *, width: int = 1280, status: int = 200) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    response = page.goto(path)
    assert response and response.status == status


def widest(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth"))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_gallery_in_each_layout_is_accessible_and_never_scrolls_sideways(page: Page, layout: str) -> None:
    for width in (1280, 360):
        look(page, f"/gallery/{layout}", width=width)
        page.get_by_text("The same as a list").click()
        assert violations(page) == []
    for width in (320, 360, 640, 768, 1024, 1920):
        page.set_viewport_size({"width": width, "height": 900})
        assert widest(page) <= width


@pytest.mark.parametrize(
    ("path", "status"),
    [("/accounts/login/", 200), ("/accounts/password/reset/", 200), ("/accounts/no-such-page/", 404)],
)
def test_pages_without_an_account_are_accessible(page: Page, path: str, status: int) -> None:
    for width in (1280, 320):
        look(page, path, width=width, status=status)
        assert violations(page) == []
        assert widest(page) <= width


def test_targets_of_buttons_and_controls_are_44_pixels_high(page: Page) -> None:
    look(page, "/gallery/", width=360)
    selector = (
        ".btn, .option, .nav a, .pages a, summary, .plain, .field input:not([type=radio], [type=checkbox]), select"
    )
    heights: list[dict[str, Any]] = page.evaluate(
        """(selector) => [...document.querySelectorAll(selector)].filter((one) => one.offsetParent)
        .map((one) => ({ what: one.outerHTML.slice(0, 80), high: one.getBoundingClientRect().height }))""",
        selector,
    )
    assert len(heights) > 40
    assert [one for one in heights if one["high"] < 43.9] == []


def test_skip_link_comes_first_and_leads_to_the_content(page: Page) -> None:
    page.goto("/gallery/?layout=plain")
    page.evaluate("document.activeElement.blur(); document.querySelector('[data-focus]')?.remove()")
    page.evaluate("window.scrollTo(0, 0)")
    skip = page.get_by_role("link", name="Skip to the main content")
    skip.focus()
    expect(skip).to_be_in_viewport()
    skip.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_error_summary_takes_the_focus_and_leads_to_each_field(page: Page) -> None:
    look(page, "/gallery/")
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    for link in summary.get_by_role("link").all():
        link.click()
        target = (link.get_attribute("href") or "")[1:]
        assert page.evaluate("document.activeElement.id") == target


def test_refused_form_shows_again_what_was_typed_as_text(page: Page) -> None:
    look(page, "/gallery/")
    form = page.locator("form[action='#refused']")
    expect(form.get_by_label("Family name")).to_have_value("<b>O’Neil</b>")
    expect(form.get_by_label("Days’ supply")).to_have_value("29")
    expect(form.get_by_label("Day", exact=True).first).to_have_value("30")


def test_deadline_counts_down_while_the_page_is_open(new_page: NewPage) -> None:
    page = new_page()
    page.clock.install()
    look(page, "/gallery/")
    left = page.locator("time[data-deadline]").nth(1)
    before = left.inner_text()
    page.clock.run_for(20 * 60 * 1000)
    assert left.inner_text() != before


def test_deadline_follows_the_clock_of_the_server_not_of_the_machine(new_page: NewPage) -> None:
    right, wrong = new_page(), new_page()
    wrong.clock.set_fixed_time("2001-01-01T00:00:00Z")
    right.goto("/gallery/")
    wrong.goto("/gallery/")
    assert wrong.locator("time[data-deadline]").first.inner_text().startswith("19 h")
    assert right.locator("time[data-deadline]").first.inner_text().startswith("19 h")


def test_form_sent_twice_goes_out_once(page: Page) -> None:
    page.goto("/accounts/password/reset/")
    sent: list[str] = []
    page.route("**/accounts/password/reset/", lambda route: sent.append(route.request.method) or None)
    page.get_by_label("Email").fill("nobody@clinic.example")
    page.evaluate(
        "() => { const form = document.querySelector('main form'); form.requestSubmit(); form.requestSubmit(); }"
    )
    page.wait_for_timeout(300)
    assert sent == ["POST"]


def test_gallery_without_scripts_shows_the_time_left_and_every_form(new_page: NewPage) -> None:
    page = new_page(java_script_enabled=False)
    look(page, "/gallery/")
    expect(page.get_by_text("19 h 23 min left").first).to_be_visible()
    expect(page.get_by_role("button", name="Copy the number")).to_be_hidden()
    expect(page.get_by_role("alert")).to_be_visible()


def test_number_is_spelled_out_for_screen_readers_and_copied_whole(page: Page) -> None:
    look(page, "/gallery/")
    number = page.locator(".number")
    assert number.locator(".sr").inner_text() == "C, dash, 7 K 3 M, dash, X Q 4 H, dash, W 9 D T, dash, R E"
    assert number.locator("[data-copyable]").inner_text() == "C-7K3M-XQ4H-W9DT-RE"


def test_paper_shows_the_number_and_leaves_out_what_one_clicks(page: Page) -> None:
    page.goto("/gallery/?layout=print")
    page.emulate_media(media="print")
    expect(page.locator(".number")).to_be_visible()
    for selector in (".btns .btn", ".foot", ".pages", ".demo"):
        expect(page.locator(selector).first).to_be_hidden()
