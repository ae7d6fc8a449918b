"""A real browser for the stories: Debian's Chromium, driven by Playwright.

`page` is one person's window; `new_page` opens windows of further people, each with cookies of their own. A page that
breaks the content security policy, or whose script fails, fails the test that opened it.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from tests import parts

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
FAULT = re.compile(r"Content Security Policy|violates the following", re.IGNORECASE)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start Chromium once per test process."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=parts.chromium(), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def new_page(browser: Browser, live_server: Any, request: pytest.FixtureRequest) -> Iterator[Callable[..., Page]]:
    """Return a function that opens a window of a new person; keywords go to Playwright's `new_context`."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def open_window(**options: Any) -> Page:
        options = {"base_url": live_server.url, "locale": "en-US", "timezone_id": "America/New_York"} | options
        context = browser.new_context(**options)
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(f"script failed: {error}"))
        page.on("console", lambda message: _note_fault(message, faults))
        return page

    yield open_window
    if getattr(request.node, "failed_in_call", False):
        _keep_pictures(request.node.name, contexts)
    for context in contexts:
        context.close()
    assert not faults, "\n".join(faults)


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    """Return one person's window on the live portal, 1280 px wide."""
    return new_page(viewport={"width": 1280, "height": 900})


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Remember that a test failed, so that its windows are kept as pictures."""
    report = yield
    if report.when == "call" and report.failed:
        item.failed_in_call = True  # type: ignore[attr-defined]
    return report


def _note_fault(message: ConsoleMessage, faults: list[str]) -> None:
    if FAULT.search(message.text):
        faults.append(f"{message.location.get('url', '')}: {message.text}")


def _keep_pictures(name: str, contexts: list[BrowserContext]) -> None:
    folder = Path(settings.BASE_DIR) / "var" / "failures"
    folder.mkdir(parents=True, exist_ok=True)
    windows = [page for context in contexts for page in context.pages]
    for number, window in enumerate(windows, start=1):
        window.screenshot(path=folder / f"{re.sub(r'[^A-Za-z0-9]+', '-', name)}-{number}.png", full_page=True)
