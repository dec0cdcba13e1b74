"""Structured logs: JSON lines, the same shape for Django, Celery and our own events."""

import logging.config

import structlog

foreign_chain = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
]


def configure(config: dict) -> None:
    """Install logging and structlog together (Django calls this as `LOGGING_CONFIG`)."""
    for formatter in config["formatters"].values():
        formatter["processor"] = structlog.processors.JSONRenderer()
        formatter["foreign_pre_chain"] = foreign_chain
    logging.config.dictConfig(config)
    structlog.configure(
        processors=[
            *foreign_chain,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
