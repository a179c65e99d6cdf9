"""What is written of rows is the same text for like devices, and the same whichever way it is written."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import pytest

from netwatch.engine.intake import roll_call
from netwatch.engine.intake.roll_call import RollCall
from netwatch.model import RowSet, TableReading

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def fans(device: str, names: list[str], *, at: datetime = NOON, **labels: list[str]) -> TableReading:
    keys = tuple(f"fan={name}" for name in names)
    given = {"fan": tuple(names), **{name: tuple(texts) for name, texts in labels.items()}}
    rows = RowSet(index=tuple(map(str, range(len(names)))), keys=keys, labels=given)
    return TableReading(device=device, table="fans", at=at, rows=rows, columns={})


def written(reading: TableReading) -> str:
    roll = RollCall(kept={"fans"})
    roll.take(reading)
    (memory,) = roll.unsaved(reading.device, reading.table)
    assert memory.text is not None
    return memory.text


def test_like_devices_write_one_text_and_know_their_rows_by_it_after_a_restart():
    first, second = (written(fans(name, ["a", "b"], room=["1", "2"])) for name in ("sw1", "sw2"))
    roll = RollCall(kept={"fans"})
    before = RollCall(kept={"fans"})
    before.take(fans("sw1", ["a", "b"], room=["1", "2"]))
    roll.recall(before.unsaved("sw1", "fans"))

    assert first is second
    assert set(roll.take(fans("sw1", ["a"], room=["1"]))) == {"fan=b"}
    assert roll.take(fans("sw2", ["a"], room=["1"])) == {}


@pytest.mark.parametrize("seed", range(10))
def test_rows_are_written_alike_whether_or_not_they_are_shared(monkeypatch, seed):
    chance = random.Random(seed)
    names = [chance.choice("abcd") for _ in range(chance.randrange(1, 6))]
    reading = fans("sw1", names, room=[chance.choice(["", "1", "\u00e9"]) for _ in names])

    shared = written(reading)
    monkeypatch.setattr(roll_call, "LARGEST_ALIKE", 0)

    assert written(reading) == shared
