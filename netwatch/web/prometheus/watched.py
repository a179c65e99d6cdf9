"""Keeps what a web configuration file says up to date: a renewed certificate is used without a reload.

Exporters of Prometheus read the file with every handshake and every request; here it is looked at, no more than once
a second, and read where it or a file that it names has changed. One that is wrong is said, and the old one stays.
May import: netwatch.errors, netwatch.web.prometheus. Called by: netwatch.web.server, gate.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import structlog

from netwatch.errors import ConfigError
from netwatch.web.metrics import WEB_CONFIG_READS
from netwatch.web.prometheus.web_config import WebConfig, read_web_config

LOOKS_EVERY_SECONDS = 1.0

_log = structlog.get_logger(__name__)
_Stamps = tuple[tuple[int, int, int] | None, ...]


class WatchedConfig:
    """The web configuration as its files are now; without a file it is the one that allows everybody."""

    def __init__(self, path: Path | None, clock: Callable[[], float] = time.monotonic) -> None:
        """Read the file.

        Raises:
            ConfigError: it cannot be used.
        """
        self._path, self._clock = path, clock
        self._config = WebConfig() if path is None else read_web_config(path)
        self._stamps = _stamps_of(self._config.files)
        self._look_at = clock() + LOOKS_EVERY_SECONDS

    @property
    def now(self) -> WebConfig:
        """Return what the file says now, or said when it was last right."""
        if self._path is not None and self._clock() >= self._look_at:
            self._look_at = self._clock() + LOOKS_EVERY_SECONDS
            stamps = _stamps_of(self._config.files)
            if stamps != self._stamps:
                self._stamps = stamps
                self._read(self._path)
        return self._config

    def context(self) -> ssl.SSLContext | None:
        """Return what the listener begins with, None without TLS; a handshake has the certificate of its time."""
        context = self.now.context
        if context is not None:
            context.sni_callback = self._chosen
        return context

    def _chosen(self, handshake: ssl.SSLObject, _name: str | None, _context: Any) -> None:
        fresh = self.now.context
        if fresh is not None and handshake.context is not fresh:
            handshake.context = fresh

    def _read(self, path: Path) -> None:
        try:
            fresh = read_web_config(path)
        except ConfigError as exc:
            WEB_CONFIG_READS.labels("refused").inc()
            _log.error("the web configuration file cannot be used; the old one stays", errors=str(exc))
            return
        if (fresh.context is None) != (self._config.context is None):
            WEB_CONFIG_READS.labels("refused").inc()
            _log.error("TLS comes and goes with a reload of NetWatch only; the old web configuration stays")
            return
        WEB_CONFIG_READS.labels("taken").inc()
        self._config, self._stamps = fresh, _stamps_of(fresh.files)
        _log.info("web configuration file read again", file=str(path))


def _stamps_of(files: Sequence[Path]) -> _Stamps:
    """Return by what it is told whether files have changed."""
    return tuple(map(_stamp_of, files))


def _stamp_of(file: Path) -> tuple[int, int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
