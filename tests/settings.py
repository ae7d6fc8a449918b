"""The portal's settings with what tests change: a key of their own, fast password hashes, caches apart per test.

Tests must run against the same middleware, policies and database options as the portal; nothing else is changed here.
"""

import hashlib
import os
import tempfile
import uuid
from typing import Any

# Databases, mailbox and caches of a test run lie in a folder of their own, never among the demo's data.
FOLDER = tempfile.TemporaryDirectory(prefix="rems-tests-", ignore_cleanup_errors=True)
os.environ["VAR_DIR"] = FOLDER.name
os.environ["ENV_FILE"] = os.devnull
os.environ.setdefault("DEMO", "1")
os.environ.setdefault("SECRET_KEY", "only-for-tests")
os.environ.setdefault("LOG_LEVEL", "WARNING")

from rems_portal.settings import *  # noqa: E402, F403
from rems_portal.settings import CACHES, CELERY_BROKER_TRANSPORT_OPTIONS, DATABASES, REDIS_URL, VAR_DIR  # noqa: E402

RUN = uuid.uuid4().hex
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "testserver"]


def key_of_one_test(key: str, key_prefix: str, version: Any) -> str:
    """Return a cache key that no other test and no other run shares, so that rate limits count within one test."""
    test = os.environ.get("PYTEST_CURRENT_TEST", "").split(" (")[0]
    return hashlib.sha256(f"{RUN}:{test}:{key_prefix}:{version}:{key}".encode()).hexdigest()


CACHES["default"]["KEY_FUNCTION"] = key_of_one_test
if REDIS_URL:
    CELERY_BROKER_TRANSPORT_OPTIONS["global_keyprefix"] = f"tests:{RUN}:"
else:
    CACHES["default"] |= {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "tests"}
    CELERY_BROKER_URL = "memory://"
    CELERY_BROKER_TRANSPORT_OPTIONS = {}

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, not memory: threads and the live server then meet the same locks as in the portal.
    DATABASES["default"]["TEST"] = {"NAME": VAR_DIR / "test.sqlite3"}
