"""The strict content security policy holds in a real browser, also where others wrote the pages: admin, API document.

The `page` fixture fails a test on any violation, so these tests need only to open pages.
"""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

import tests.factories as make

pytestmark = [pytest.mark.functional, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def staff_page(new_page: Callable[..., Page], live_server: Any) -> Page:
    """Return a window in which program staff have signed in."""
    client = Client()
    client.force_login(make.account("program_staff", staff_role="administrator", full_name="Staff"))
    page = new_page()
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
    return page


def test_admin_works_under_the_policy(staff_page: Page) -> None:
    staff_page.goto(reverse("admin:index"))
    expect(staff_page.locator("#user-tools")).to_contain_text("Staff")
    for model in admin.site._registry:
        options = model._meta
        answer = staff_page.goto(reverse(f"admin:{options.app_label}_{options.model_name}_changelist"))
        assert answer is not None
        assert answer.status in {200, 403}, options.label
    me = get_user_model().objects.get()
    staff_page.goto(reverse("admin:accounts_user_change", args=[me.pk]))
    expect(staff_page.locator("#content")).to_contain_text(me.email)


def test_document_of_the_api_is_drawn_under_the_policy(new_page: Callable[..., Page]) -> None:
    page = new_page()
    page.goto(reverse("interop:docs"))
    expect(page.locator("h1")).to_have_text("Interface for other systems")
    page.get_by_role("link", name="Try it in the explorer").click()
    expect(page.locator(".swagger-ui .info .title")).to_contain_text("Lenalidomide REMS")
    page.locator(".opblock-summary").first.click()
    expect(page.locator(".opblock-body").first).to_be_visible()


def test_script_written_into_a_page_does_not_run(browser: Browser, live_server: Any) -> None:
    page = browser.new_page()
    page.goto(f"{live_server.url}/accounts/login/")
    page.evaluate(
        """() => {
            const script = document.createElement('script');
            script.textContent = 'window.planted = true';
            document.body.append(script);
            document.body.insertAdjacentHTML('beforeend', '<img src="/none" onerror="window.planted = true">');
        }"""
    )
    page.wait_for_timeout(500)
    assert page.evaluate("window.planted") is None
    page.close()
