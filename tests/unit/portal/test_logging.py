"""Log lines tell what happened and where, and nothing about a person."""

import io
import json
import logging
import logging.config
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from rems_portal.logging import configure

SECRET = "pregnant-jane-doe"


class Log:
    """Reads back the JSON lines that the portal's logging wrote."""

    def __init__(self, stream: io.StringIO) -> None:
        self.stream = stream

    def text(self) -> str:
        return self.stream.getvalue()

    def only(self) -> dict[str, Any]:
        (line,) = self.text().splitlines()
        entry: dict[str, Any] = json.loads(line)
        return entry


@pytest.fixture
def log() -> Iterator[Log]:
    """Send the loggers used here through the portal's formatter into memory."""
    before = structlog.get_config()
    structure = configure("INFO")
    formatter = logging.config.DictConfigurator(structure).configure_formatter(structure["formatters"]["json"])
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    loggers = [logging.getLogger(name) for name in ("django.request", "celery.app.trace", "celery.worker", "rems_test")]
    kept = [(logger, logger.level, logger.propagate, logger.handlers) for logger in loggers]
    for logger in loggers:
        logger.handlers, logger.propagate = [handler], False
        logger.setLevel("INFO")
    yield Log(stream)
    for logger, level, propagate, handlers in kept:
        logger.handlers, logger.propagate = handlers, propagate
        logger.setLevel(level)
    structlog.configure(**before)  # loggers bound earlier keep to these very processors


def test_line_is_json_with_instant_level_and_name(log: Log) -> None:
    structlog.get_logger("rems_test").info("certified", account=7)
    entry = log.only()
    assert (entry["event"], entry["account"], entry["level"], entry["logger"]) == ("certified", 7, "info", "rems_test")
    assert entry["timestamp"].endswith("Z")


def test_refused_request_is_logged_without_its_path(log: Log) -> None:
    logging.getLogger("django.request").warning("Not Found: /survey/%s/", SECRET, extra={"status_code": 404})
    assert SECRET not in log.text()
    assert log.only()["status"] == 404


def test_exception_is_logged_by_class_and_place_without_its_message(log: Log) -> None:
    try:
        raise ValueError(SECRET)
    except ValueError:
        logging.getLogger("rems_test").exception("the act failed")
    entry = log.only()
    assert SECRET not in log.text()
    assert entry["exception"] == "ValueError"
    assert "test_logging.py" in entry["frames"][0]


def test_task_is_logged_without_arguments_and_result(log: Log) -> None:
    context = {"name": "deliver", "id": "1", "runtime": 0.2, "return_value": SECRET, "args": SECRET}
    logging.getLogger("celery.app.trace").info("Task %(name)s: %(return_value)s", context, extra={"data": context})
    entry = log.only()
    assert SECRET not in log.text()
    assert (entry["event"], entry["task_name"], entry["task_runtime"]) == ("task succeeded", "deliver", 0.2)


def test_unknown_message_of_the_worker_is_logged_without_its_body(log: Log) -> None:
    logging.getLogger("celery.worker.consumer").error("Received unregistered task.\nThe body was: %s", SECRET)
    assert SECRET not in log.text()
    assert log.only()["event"] == "Received unregistered task."
