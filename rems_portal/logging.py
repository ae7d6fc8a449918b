"""One JSON line per event, with nothing in it that tells about a person's health.

Paths, query strings, bodies, form values and the messages of exceptions never reach a log line: a path can hold a
survey link's secret, and a database error quotes the values it refused. What is left is enough to find the fault: the
route's pattern, the status, the account's id, and for an exception its class and the places it passed through.
"""

import logging
import sys
import traceback
from typing import Any

import structlog
from structlog.typing import EventDict, WrappedLogger

# Loggers of libraries whose messages quote paths, arguments or return values: only these of their fields are kept.
KEPT_OF_TASK = ("name", "id", "runtime")


def places_of_exception(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replace `exc_info` by the exception's class and its frames, without its message and without values."""
    exc_info = event.pop("exc_info", None)
    if exc_info is True:
        exc_info = sys.exc_info()
    if isinstance(exc_info, BaseException):
        exc_info = (type(exc_info), exc_info, exc_info.__traceback__)
    if isinstance(exc_info, tuple) and exc_info[0] is not None:
        event["exception"] = exc_info[0].__qualname__
        event["frames"] = [
            f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(exc_info[2])
        ]
    return event


def without_personal_values(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Say only that it happened, where a library's own message would quote a path, an argument or a result."""
    record = event.get("_record")
    if record is None:
        return event
    if record.name.startswith(("django.request", "django.security", "django.server")):
        event["event"] = record.name
        event["status"] = getattr(record, "status_code", None)
    elif record.name == "celery.app.trace":
        data = getattr(record, "data", None) or {}
        event["event"] = "task succeeded" if record.levelno <= logging.INFO else "task failed"
        event.update({f"task_{key}": data[key] for key in KEPT_OF_TASK if key in data})
    elif record.name.startswith("celery.worker"):
        event["event"] = str(event["event"]).splitlines()[0]  # further lines quote the whole message
    return event


SHARED_PROCESSORS: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def configure(level: str) -> dict[str, Any]:
    """Set structlog up and return Django's LOGGING dictionary; `level` is a name such as "INFO"."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *SHARED_PROCESSORS,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": SHARED_PROCESSORS,
                "processors": [
                    without_personal_values,
                    places_of_exception,
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.JSONRenderer(),
                ],
            }
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": level, "propagate": True},
            "django.db.backends": {"level": "WARNING"},
            "django.server": {"handlers": [], "propagate": True},
            "weasyprint": {"level": "ERROR"},
            "fontTools": {"level": "ERROR"},
        },
    }
