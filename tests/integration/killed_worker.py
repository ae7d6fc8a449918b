"""A worker that stops in the middle, to be killed there: `python -m tests.integration.killed_worker STEP`.

It runs the portal's own job with one step replaced by "say so and wait". The test that started it kills it then.
"""

import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import django

NOW = datetime(2026, 6, 15, 10, 0, tzinfo=UTC)


def wait_for_the_end(*_args: Any, **_kwargs: Any) -> None:
    """Tell the test that the step is reached, and never return."""
    sys.stdout.write("reached\n")
    sys.stdout.flush()
    time.sleep(60)
    raise SystemExit("nobody killed this worker")


def after(step: Callable[..., Any]) -> Callable[..., Any]:
    """Return the step followed by waiting."""

    def replaced(*args: Any, **kwargs: Any) -> None:
        step(*args, **kwargs)
        wait_for_the_end()

    return replaced


def main(step: str) -> None:
    """Run a job up to `step`."""
    django.setup()
    from authorizations.actions import jobs
    from rems_portal.notifications import backends, delivery

    places: dict[str, tuple[Any, str, Callable[[Callable[..., Any]], Callable[..., Any]]]] = {
        "before the claim": (delivery, "claim", lambda _step: wait_for_the_end),
        "after the claim": (delivery, "claim", after),
        "before the file has its name": (backends.MailboxBackend, "_put", lambda _step: wait_for_the_end),
        "after the file has its name": (backends.MailboxBackend, "_put", after),
        "before the mark": (delivery, "_mark", lambda _step: wait_for_the_end),
        "after the mark": (delivery, "_mark", after),
        "before a batch is queued": (jobs, "queue", lambda _step: wait_for_the_end),
        "after a batch is queued": (jobs, "queue", after),
    }
    owner, name, replace = places[step]
    setattr(owner, name, replace(getattr(owner, name)))
    if owner is jobs:
        jobs.queue_reminders(at=NOW)
    else:
        delivery.deliver(lambda: NOW)


if __name__ == "__main__":
    main(sys.argv[1])
