"""Finds the parts that some tests need and a machine may lack, and says how to install them.

It must not start or install anything. TEST_POSTGRES_URL and TEST_REDIS_URL name servers elsewhere than the usual place.
"""

import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import redis

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@dataclass(frozen=True)
class Part:
    """A part by its name, how to see that it is there, and how to get it on Debian."""

    name: str
    present: Callable[[], object]
    install: str

    def missing(self) -> str | None:
        """Return the sentence to skip with, or None when the part is there."""
        return None if self.present() else f"this test needs {self.name}: {self.install}"


@cache
def chromium() -> str | None:
    """Return the path of Chromium, by the CHROMIUM variable or on the PATH."""
    named = os.environ.get("CHROMIUM")
    return named or next((path for name in BROWSERS if (path := shutil.which(name))), None)


@cache
def pango_is_there() -> bool:
    """Tell whether WeasyPrint finds the Pango library."""
    try:
        import weasyprint
    except OSError:
        return False
    return bool(weasyprint.__version__)


def postgres_server() -> str:
    """Return the URL of a PostgreSQL server on which databases may be made."""
    suite = os.environ.get("DATABASE_URL", "")
    default = suite if suite.startswith("postgres") else "postgres://postgres@127.0.0.1:5432/postgres"
    return os.environ.get("TEST_POSTGRES_URL", default)


@cache
def postgres_answers() -> bool:
    """Tell whether the server lets us in."""
    try:
        psycopg2.connect(_maintenance(postgres_server()), connect_timeout=3).close()
    except psycopg2.OperationalError:
        return False
    return True


def _maintenance(url: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path="/postgres"))


@contextmanager
def new_postgres_database() -> Iterator[str]:
    """Make a database with a name of its own, yield its URL, and drop it."""
    name = f"rems_test_{uuid.uuid4().hex[:12]}"
    server = postgres_server()
    with closing(psycopg2.connect(_maintenance(server))) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(f'CREATE DATABASE "{name}"')
            try:
                yield urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
            finally:
                cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def redis_url() -> str:
    """Return the Redis database that tests may use: the suite's own, or number 9 of the usual server."""
    default = os.environ.get("REDIS_URL") or "redis://127.0.0.1:6379/9"
    return os.environ.get("TEST_REDIS_URL", default)


@cache
def redis_answers() -> bool:
    """Tell whether Redis answers."""
    try:
        return bool(redis.Redis.from_url(redis_url(), socket_connect_timeout=3).ping())
    except redis.RedisError:
        return False


PARTS = {
    "functional": Part("Chromium", chromium, "apt-get install chromium (or set CHROMIUM to its path)"),
    "pango": Part("the Pango library", pango_is_there, "apt-get install libpango-1.0-0 libpangoft2-1.0-0"),
    "postgres": Part("a PostgreSQL server", postgres_answers, "apt-get install postgresql (or set TEST_POSTGRES_URL)"),
    "redis": Part("a Redis server", redis_answers, "apt-get install redis-server (or set TEST_REDIS_URL)"),
}
