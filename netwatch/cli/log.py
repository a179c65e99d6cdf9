"""What the log looks like: coloured lines on a terminal, logfmt under systemd, JSON where asked.

May import: nothing beyond this room. Called by: netwatch.cli, and again by commands that run for long.
"""

from __future__ import annotations

import logging
import sys
from enum import StrEnum
from typing import Annotated

import structlog
import typer
from structlog.typing import EventDict, Processor

from netwatch.cli.output import printable_lines


class LogFormat(StrEnum):
    """Coloured on a terminal and logfmt elsewhere, or always the one or the other."""

    AUTO = "auto"
    LOGFMT = "logfmt"
    JSON = "json"


class LogLevel(StrEnum):
    """From what weight on things are logged."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


FormatOption = Annotated[LogFormat, typer.Option("--log-format", help="How log lines on stderr look.")]
LevelOption = Annotated[LogLevel, typer.Option("--log-level", help="From what weight on things are logged.")]


def set_up_logging(level: LogLevel = LogLevel.INFO, style: LogFormat = LogFormat.AUTO) -> None:
    """Send our own log and that of the libraries to stderr, in one shape."""
    number = logging.getLevelNamesMapping()[level.upper()]
    shared: list[Processor] = [
        structlog.stdlib.add_logger_name,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        _harmless,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.stdlib.LoggerFactory(),
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


def _harmless(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Let no control character that a device or a mail server sent reach whoever reads the log on a terminal."""
    texts = {
        key: str(value) for key, value in event.items() if isinstance(value, str | Exception) and key != "exc_info"
    }
    return {**event, **{key: printable_lines(text) for key, text in texts.items()}}


def _renderer(style: LogFormat) -> list[Processor]:
    if style is LogFormat.AUTO and sys.stderr.isatty():
        return [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
    if style is LogFormat.JSON:
        return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    return [
        structlog.processors.format_exc_info,
        structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "logger", "event"]),
    ]
