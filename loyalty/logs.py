"""Structured logs: one JSON object a line, the same shape for Django, Celery and our own events.

No personal data: a person appears as `user_id` at most. What libraries write besides is stripped of
e-mail addresses, network addresses, query strings and secrets in paths before it is rendered.
"""

import logging.config
import re

import structlog
from structlog.typing import EventDict, Processor

_MAIL = re.compile(r"[\w.+%'-]+@[\w-]+(?:\.[\w-]+)+")
_NETWORK = re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b")
_SECRET_IN_PATH = re.compile(r"(?<=/)(?=[^/?]*\d)[\w:-]{20,}")
_PERSONAL = ("ip", "user_agent")


def without_starts(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Drop the line about a request's start: the one about its end says all of it."""
    if event.get("event") == "request_started":
        raise structlog.DropEvent
    return event


def without_persons(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Remove what tells of a person."""
    for name in _PERSONAL:
        event.pop(name, None)
    if "key_id" in event:  # a request with a key has no user: what stands there is the key's number
        event.pop("user_id", None)
    for name, value in event.items():
        if isinstance(value, str):
            event[name] = _NETWORK.sub("[address]", _MAIL.sub("[e-mail]", value))
    if isinstance(request := event.get("request"), str):
        event["request"] = _SECRET_IN_PATH.sub("[secret]", request.partition("?")[0])
    if isinstance(words := event.get("event"), str):  # Django says there which path was not found
        event["event"] = _SECRET_IN_PATH.sub("[secret]", words)
    return event


foreign_chain: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
]


def configure(config: dict) -> None:
    """Install logging and structlog together (Django calls this as `LOGGING_CONFIG`)."""
    for formatter in config["formatters"].values():
        formatter.pop("processor", None)
        formatter["processors"] = [
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            without_persons,
            structlog.processors.JSONRenderer(),
        ]
        formatter["foreign_pre_chain"] = foreign_chain
    logging.config.dictConfig(config)
    structlog.configure(
        processors=[
            without_starts,
            *foreign_chain,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
