"""The portal's own models, for tests that walk all of them."""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import models


def own_models() -> list[type[models.Model]]:
    """Return every model of the portal's own apps, without the history tables."""
    found = [model for model in apps.get_models() if model._meta.app_config.name in settings.OWN_APPS]
    return [model for model in found if not model._meta.model_name.startswith("historical")]


def audited_models() -> list[Any]:
    """Return those that keep history."""
    return [model for model in own_models() if hasattr(model, "history")]


def columns(condition: Any) -> set[str]:
    """Return the fields that a constraint's condition speaks of."""
    if isinstance(condition, models.Q):
        return set().union(*(columns(child) for child in condition.children)) if condition.children else set()
    return {condition[0].split("__")[0]}
