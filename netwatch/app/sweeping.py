"""Builds what looks for devices by itself, where the configuration wants that.

May import: netwatch.config, netwatch.discovery. Called by: netwatch.app.app.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from netwatch.config import FOUND_FILE, SWEEP_FILE, TAKEN_FILE, Settings, credentials_to_try
from netwatch.discovery import Files, Patrol, parse_ranges
from netwatch.model import Device


def build_patrol(
    settings: Settings, devices: Sequence[Device], *, clock: Callable[[], datetime], took: Callable[[], None]
) -> Patrol:
    """Return the sweeps; without `discovery.interval` they only know what was found before.

    Raises:
        ConfigError: the ranges are too large.
    """
    part = settings.discovery
    return Patrol(
        part, parse_ranges(part.ranges if part.interval is not None else (), part.exclude),
        credentials=credentials_to_try(settings), devices=devices, origins=settings.origins,
        usual_credential=settings.defaults.credential, port=settings.defaults.port,
        files=Files(
            taken=settings.discovery_file(TAKEN_FILE), findings=settings.discovery_file(FOUND_FILE),
            progress=settings.discovery_file(SWEEP_FILE),
        ),
        clock=clock, took=took,
    )  # fmt: skip
