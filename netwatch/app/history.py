"""Builds who keeps the history, and lets pages look into it.

May import: every room below. Called by: netwatch.app.app.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from netwatch.app.clock.following import Clockwork
from netwatch.app.clock.watch import MISTRUST_FOR
from netwatch.app.definitions import Definitions
from netwatch.app.families import kept_families
from netwatch.config import Settings
from netwatch.history import HistoryReader, Recorder, Tier, availability_of, tier_for, with_recent
from netwatch.model import REACHABILITY, Availability, Past
from netwatch.web import KeptFamily

STEP_OF = {Tier.RAW: timedelta(0), Tier.FIVE_MINUTES: timedelta(minutes=5), Tier.HOURS: timedelta(hours=1)}
"""From what step on a tier is fine enough."""
CELLS = 48
"""Parts of a strip of availability: half an hour each of a day."""


def build_recorder(settings: Settings, definitions: Definitions, clockwork: Clockwork) -> Recorder | None:
    """Return it, None where the configuration or the number of devices says that nothing is kept."""
    if not settings.history.is_kept(len(definitions.devices)):
        return None
    return Recorder(
        settings.history_path(),
        settings.history,
        clock=clockwork.clock.now,
        may_delete=lambda: clockwork.watch.set_by(MISTRUST_FOR) <= timedelta(0),
    )


class PastViews:
    """What pages are told of the past; satisfies the Protocol `web.History`.

    What was read in the last minutes and is not written yet comes from the recorder.
    """

    def __init__(self, path: Path, recorder: Recorder | None) -> None:
        self._reader, self._recorder = HistoryReader(path), recorder

    @property
    def is_kept(self) -> bool:
        """Return whether readings are kept."""
        return self._recorder is not None

    def trouble(self) -> Sequence[str]:
        """Return what is wrong with the history, a sentence each."""
        return () if self._recorder is None else tuple(filter(None, (self._recorder.trouble, self._recorder.news)))

    async def stop(self) -> None:
        """Let go of the file."""
        self._reader.close()

    async def rows(self, device: str, table: str) -> Sequence[tuple[str, Mapping[str, str]]]:
        """Return key and labels of the rows of a table, as they were last."""
        if self._recorder is None or not self._recorder.has_file:
            return ()
        shape = await asyncio.to_thread(self._reader.shape, device, table)
        if shape is None:
            return ()
        return [
            (key, {name: texts[place] for name, texts in shape.labels.items()})
            for place, key in enumerate(shape.keys)
        ]

    async def availability(self, device: str, spans: Sequence[timedelta], until: datetime) -> Sequence[Availability]:
        """Return how much of these spans a device was up; none where nothing is kept."""
        if self._recorder is None:
            return ()
        return await asyncio.to_thread(lambda: [self._availability(device, until - one, until) for one in spans])

    def _availability(self, device: str, since: datetime, until: datetime) -> Availability:
        past: Mapping[str, Past] = {}
        if self._recorder is not None:
            past = self._past(self._recorder, device, REACHABILITY.name, "", ("up",), since, until)
        return availability_of(past.get("up", Past()), since, until, CELLS)

    async def past(
        self, device: str, table: str, key: str, columns: Sequence[str], since: datetime, until: datetime
    ) -> Mapping[str, Past]:
        """Return how columns of a row were, by column; as fine as a chart of so long needs it."""
        if self._recorder is None:
            return {}
        return await asyncio.to_thread(self._past, self._recorder, device, table, key, columns, since, until)

    def families(self) -> Mapping[str, KeptFamily]:
        """Return what is kept, by the names that metrics have in Prometheus."""
        return kept_families()

    async def column(
        self, device: str, table: str, column: str, since: datetime, until: datetime, step: timedelta
    ) -> Mapping[str, tuple[Mapping[str, str], Past]]:
        """Return how one column was in every row, labels and values by the row's key; no finer than `step` needs."""
        if self._recorder is None:
            return {}
        tier = max(tier_for(until - since), *(one for one, least in STEP_OF.items() if least <= step))
        return await asyncio.to_thread(self._column, self._recorder, device, table, column, since, until, tier)

    def _column(
        self, recorder: Recorder, device: str, table: str, column: str, since: datetime, until: datetime, tier: Tier
    ) -> Mapping[str, tuple[Mapping[str, str], Past]]:
        found: dict[str, tuple[Mapping[str, str], Past]] = {}
        if recorder.has_file:
            found = self._reader.column(device, table, column, since=since, until=until, tier=tier)
        for block in recorder.recent(device, table) if tier is Tier.RAW else ():
            for place, key in enumerate(block.shape.keys if column in block.shape.columns else ()):
                labels = {name: texts[place] for name, texts in block.shape.labels.items()}
                _, past = found.get(key, (labels, Past()))
                with_recent({column: past}, [block], key, since)
                found[key] = labels, past
        return found

    def _past(
        self, recorder: Recorder, device: str, table: str, key: str, columns: Sequence[str], since: datetime,
        until: datetime,
    ) -> Mapping[str, Past]:  # fmt: skip
        tier = tier_for(until - since)
        found: Mapping[str, Past] = {name: Past() for name in columns}
        if recorder.has_file:
            found = self._reader.lines(device, table, key, columns, since=since, until=until, tier=tier)
        with_recent(found, recorder.recent(device, table), key, since)
        return found
