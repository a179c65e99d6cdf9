"""What the log looks like: coloured lines on a terminal, logfmt under systemd, JSON where asked.

May import: nothing of ours. Called by: the commands that run for long.
"""

from __future__ import annotations

import logging
import sys
from typing import Literal

import structlog

LogFormat = Literal["auto", "logfmt", "json"]


def set_up_logging(level: str = "info", style: LogFormat = "auto") -> None:
    """Send our own log and that of the libraries to stderr, in one shape."""
    number = logging.getLevelNamesMapping()[level.upper()]
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_logger_name,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_renderer(style)],
        )
    )
    logging.basicConfig(handlers=[handler], level=number, force=True)
    for chatty in ("apscheduler", "uvicorn", "asyncio", "mail.log", "aiosmtplib"):
        logging.getLogger(chatty).setLevel(max(number, logging.WARNING))


def _renderer(style: LogFormat) -> list[structlog.typing.Processor]:
    if style == "auto" and sys.stderr.isatty():
        return [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
    if style == "json":
        return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    return [
        structlog.processors.format_exc_info,
        structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "logger", "event"]),
    ]
