"""Where the cases register, and how they say who acts."""

import importlib
import pkgutil
from collections.abc import Callable
from typing import Any

from django.conf import settings

from rems_portal.audit.actors import Actor, Channel
from rems_portal.audit.acts import ACTS
from tests.factories import NOW

Perform = Callable[[], object]
Case = Callable[[], tuple[Actor, Perform]]
CASES: dict[Any, Case] = {}


def load_every_module() -> None:
    """Import all of the portal, so that every act has registered."""
    for app in (*settings.OWN_APPS, "rems_portal"):
        package = importlib.import_module(app)
        for found in pkgutil.walk_packages(package.__path__, f"{app}."):
            if ".migrations" not in found.name and not found.name.endswith("wsgi"):
                importlib.import_module(found.name)


def case_of(act: Any) -> Callable[[Case], Case]:
    """Register the case that exercises `act`: it prepares, and returns who acts and the call."""

    def register(case: Case) -> Case:
        CASES[act] = case
        return case

    return register


def act_named(ending: str) -> Any:
    return next(function for name, function in ACTS.items() if name.endswith(ending))


def doing(who: Any, act: Any, channel: Channel = Channel.PAGE, /, **details: Any) -> tuple[Actor, Perform]:
    by = Actor.of(who, channel)
    at = details.pop("at", NOW)
    return by, lambda: act(by=by, at=at, **details)
