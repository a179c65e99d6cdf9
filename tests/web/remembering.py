"""A history that tells what it was given, for the tests of pages and API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from netwatch.model import Availability, Past


class Remembering:
    """Has one line per column: a value a minute, up to now."""

    is_kept = True

    def __init__(self, columns: Mapping[str, Sequence[object]], rows: Mapping[str, Mapping[str, str]]) -> None:
        self.columns, self.named = columns, rows
        self.asked: list[tuple[str, str, str, timedelta]] = []

    async def rows(self, device: str, table: str) -> Sequence[tuple[str, Mapping[str, str]]]:
        return list(self.named.items())

    async def past(
        self, device: str, table: str, key: str, columns: Sequence[str], since: datetime, until: datetime
    ) -> Mapping[str, Past]:
        self.asked.append((device, table, key, until - since))
        return {name: self._line(self.columns[name], until) for name in columns if name in self.columns}

    async def column(
        self, device: str, table: str, column: str, since: datetime, until: datetime, step: timedelta
    ) -> Mapping[str, tuple[Mapping[str, str], Past]]:
        past = await self.past(device, table, "", (column,), since, until)
        return {key: (labels, past[column]) for key, labels in self.named.items() if column in past}

    async def availability(self, device: str, spans: Sequence[timedelta], until: datetime) -> Sequence[Availability]:
        return [
            Availability(
                since=until - span, until=until, known=span / 2, away=span / 8, ratio=0.75, cells=(None, 0.75)
            )
            for span in spans
        ]

    @staticmethod
    def _line(values: Sequence[object], until: datetime) -> Past:
        end = round(until.timestamp() * 1000)
        times = [end - 60_000 * (len(values) - number) for number in range(len(values))]
        return Past(times=times, lows=[*values], means=[*values], highs=[*values])
