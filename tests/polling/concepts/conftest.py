"""Tables as a device gave them, and what a profile makes of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from netwatch.model import RowSet, TableReading
from netwatch.polling import SystemClock
from netwatch.polling.concepts.meanings import Meanings
from netwatch.polling.faults import DeviceFaults
from netwatch.profiles import load_library

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def table(
    name: str, columns: Mapping[str, Sequence[Any]], labels: Mapping[str, Sequence[str]], **more: Any
) -> TableReading:
    size = len(next(iter((columns or labels).values()), ()))
    index = tuple(more.pop("index", [str(row + 1) for row in range(size)]))
    rows = more.pop("rows", None) or RowSet(index=index, keys=index, labels={k: tuple(v) for k, v in labels.items()})
    at = AT + timedelta(minutes=more.pop("minutes", 0))
    return TableReading(device="sw1", table=name, at=at, rows=rows, columns=columns, **more)


Mean = Callable[..., dict[str, Any]]


@pytest.fixture
def mean(tmp_path: Path) -> Callable[[str], Mean]:
    """`mean(profile)(readings.., failed={})` is what they mean, by concept; the same device at every call."""

    def of(profile: str) -> Mean:
        path = tmp_path / "mine.yaml"
        path.write_text(profile)
        library = load_library([path])
        assert [str(problem) for problem in library.problems] == []
        faults = DeviceFaults("sw1", SystemClock())
        meanings = Meanings("sw1", library, faults)
        meanings.take(library.named("mine").concepts)

        def told(*readings: TableReading, failed: Mapping[str, str] | None = None) -> dict[str, Any]:
            by_table = {reading.table: reading for reading in readings}
            now = max((reading.at for reading in readings), default=AT)
            found = meanings.mean(by_table, failed or {}, now)
            return {one.table: one for one in found if not getattr(one, "lacking", False)}

        return told

    return of
