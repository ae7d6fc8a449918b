"""What every test may ask for: parts that may be missing on a machine, a real browser, a real database server.

A test that needs a missing part skips with the command that installs it; with REQUIRE_ALL=1 it fails instead. Fixtures
that know the domain (prescribers, patients, numbers) belong to tests/factories and to the test folders' own conftest.
"""

import os

import pytest

from tests import parts

pytest_plugins = ["tests.browsing"]

# Playwright runs an event loop in the test's thread; Django would refuse the database there.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip (or fail, with REQUIRE_ALL=1) a test whose mark names a part that this machine lacks."""
    for mark, part in parts.PARTS.items():
        if item.get_closest_marker(mark) and (reason := part.missing()):
            if os.environ.get("REQUIRE_ALL") == "1":
                pytest.fail(f"REQUIRE_ALL=1, but {reason}", pytrace=False)
            pytest.skip(reason)


@pytest.fixture
def postgres_url():
    """Yield the URL of a new, empty PostgreSQL database, dropped afterwards; the test bears the mark `postgres`."""
    with parts.new_postgres_database() as url:
        yield url


@pytest.fixture
def redis_url() -> str:
    """Return the URL of a Redis database that tests may fill and empty; the test bears the mark `redis`."""
    return parts.redis_url()


@pytest.fixture
def require_part():
    """Return a function that skips or fails as the marks do, for a part that is known to be missing only later."""

    def require(reason: str | None) -> None:
        if reason and os.environ.get("REQUIRE_ALL") == "1":
            pytest.fail(f"REQUIRE_ALL=1, but {reason}", pytrace=False)
        if reason:
            pytest.skip(reason)

    return require
