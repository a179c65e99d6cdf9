"""One reader for all: the finest there is, filled up with what is coarser or newer."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from netwatch.errors import HistoryError
from netwatch.history import HistoryReader, Tier, tier_for, with_recent
from netwatch.history.block import Block, Shape
from netwatch.model import Past

from ..store.mounts import run_with_mounts
from .kept import put, written
from .past import START, columns_at, every, reading, rows_of

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
READ_ONLY = """
import subprocess, sys
from pathlib import Path
from netwatch.history import HistoryReader
folder = sys.argv[1]
subprocess.run(["mount", "--bind", folder, folder], check=True)
subprocess.run(["mount", "-o", "remount,ro,bind", folder], check=True)
print(HistoryReader(Path(folder) / "h.db").tables())
"""
IN, OPER = "interface_in_bits_per_second", "interface_oper"


@pytest.fixture(scope="session")
def ten_days(tmp_path_factory):
    """Return the file of ten days of a switch with three ports, read every five minutes."""
    path = tmp_path_factory.mktemp("history") / "netwatch-history.db"
    written(path, every(5 * MINUTE, 10 * DAY)).close()
    return path


def lines(path, since, until, tier=Tier.RAW, key="ifName=Gi2", columns=(IN,)):
    return HistoryReader(path).lines("sw1", "interface", key, columns, since=since, until=until, tier=tier)


def test_the_last_day_is_there_reading_by_reading(ten_days):
    end = START + 10 * DAY

    past = lines(ten_days, end - DAY, end)[IN]

    assert past.times == [round((end - DAY + step * 5 * MINUTE).timestamp() * 1000) for step in range(288)]
    expected = [columns_at(end - DAY + step * 5 * MINUTE, rows_of())[IN][1] for step in range(288)]
    assert past.means == pytest.approx(expected, rel=1e-6)


def test_further_back_the_same_question_is_answered_from_five_minutes(ten_days):
    past = lines(ten_days, START + 2 * DAY, START + 3 * DAY)[IN]

    assert len(past.times) == 288
    assert past.means[0] == pytest.approx(columns_at(START + 2 * DAY, rows_of())[IN][1], rel=1e-6)


def test_the_whole_time_is_told_once_and_in_order_where_the_tiers_meet(ten_days):
    past = lines(ten_days, START, START + 10 * DAY)[IN]

    assert past.times == sorted(set(past.times))
    assert len(past.times) == 10 * 288


def test_a_year_is_told_in_hours_up_to_the_newest_reading(ten_days):
    past = lines(ten_days, START - 390 * DAY, START + 10 * DAY, Tier.HOURS)[IN]

    assert past.step == 3_600_000
    assert len(past.times) == 240
    assert all(low <= mean <= high for low, mean, high in zip(past.lows, past.means, past.highs, strict=True))
    assert past.highs[6] > past.lows[6]


@pytest.mark.parametrize(("span", "tier"), [(DAY, Tier.RAW), (30 * DAY, Tier.FIVE_MINUTES), (400 * DAY, Tier.HOURS)])
def test_a_chart_is_as_fine_as_it_is_long(span, tier):
    assert tier_for(span) is tier


def test_readings_come_back_as_rules_know_them(ten_days):
    end = START + 10 * DAY

    found = list(HistoryReader(ten_days).readings("sw1", "interface", since=end - HOUR, until=end))

    assert [one.at for one in found] == [end - HOUR + step * 5 * MINUTE for step in range(12)]
    assert found[0].rows.keys == rows_of().keys
    assert found[0].rows.labels["ifName"] == ("Gi1", "Gi2", "Gi3")
    assert found[3].columns[OPER] == [1, 1, 1]


def test_what_is_not_kept_is_nothing_rather_than_an_error(ten_days):
    assert lines(ten_days, START, START + DAY, key="ifName=Gi99")[IN].times == []
    assert lines(ten_days, START, START + DAY, columns=("nothing",))["nothing"].times == []
    assert HistoryReader(ten_days).lines("nobody", "cpu", "", ("x",), since=START, until=START + DAY)["x"].times == []
    assert HistoryReader(ten_days).shape("nobody", "cpu") is None
    assert HistoryReader(ten_days).tables() == [("sw1", "interface")]


def test_a_file_that_is_not_there_or_no_history_is_said_by_name(tmp_path):
    (tmp_path / "other.db").write_bytes(b"hello, this is no database at all" * 100)

    with pytest.raises(HistoryError, match=r"there is no history in .*none\.db"):
        HistoryReader(tmp_path / "none.db").tables()
    with pytest.raises(HistoryError, match=r"other.db cannot be read: file is not a database"):
        HistoryReader(tmp_path / "other.db").tables()


def test_another_process_reads_while_it_is_written(tmp_path):
    file = written(tmp_path / "h.db", every(MINUTE, HOUR))
    ask = (
        "import sys; from pathlib import Path; from netwatch.history import HistoryReader;"
        "print(HistoryReader(Path(sys.argv[1])).tables())"
    )

    with file.transaction():
        put_within = subprocess.run(
            [sys.executable, "-c", ask, tmp_path / "h.db"], capture_output=True, text=True
        )  # our own words
    file.close()

    assert put_within.stdout.strip() == "[('sw1', 'interface')]", put_within.stderr


def test_it_is_read_where_nothing_may_be_written(tmp_path):
    written(tmp_path / "h.db", every(MINUTE, HOUR)).close()

    assert run_with_mounts(READ_ONLY, tmp_path).strip() == "[('sw1', 'interface')]"


def test_a_file_that_was_replaced_is_read_anew(tmp_path):
    path = tmp_path / "h.db"
    written(path, every(MINUTE, HOUR)).close()
    reader = HistoryReader(path)
    before = reader.tables()
    path.unlink()
    written(path, every(MINUTE, HOUR, device="sw2")).close()

    assert (before, reader.tables()) == ([("sw1", "interface")], [("sw2", "interface")])


def test_what_is_not_written_yet_is_added_to_single_readings_alone():
    fine, coarse = Past(times=[1], lows=[5], means=[5], highs=[5]), Past(step=300_000)
    block = Block(shape=Shape(keys=("a",), columns=("x", "y")), times=[1, 2], cells={"x": [[5, 6]], "y": [[1, 2]]})

    with_recent({"x": fine, "y": coarse}, [block], "a", datetime.fromtimestamp(0, UTC))

    assert (fine.times, fine.means, coarse.times) == ([1, 2], [5, 6], [])


def test_what_is_not_written_yet_is_added_from_the_instant_on_that_was_asked_for():
    line = Past()
    block = Block(shape=Shape(keys=("a",), columns=("x",)), times=[1000, 2000], cells={"x": [[5, 6]]})

    with_recent({"x": line}, [block], "a", datetime.fromtimestamp(2, UTC))

    assert (line.times, line.means) == ([2000], [6])


def test_a_block_that_cannot_be_read_costs_no_other(tmp_path):
    path = tmp_path / "h.db"
    written(path, every(MINUTE, HOUR)).close()
    with closing(sqlite3.connect(path, isolation_level=None)) as sql:
        sql.execute("UPDATE blocks SET body = x'0102' WHERE start = (SELECT min(start) FROM blocks)")
    span = {"since": START, "until": START + HOUR}

    of_row = lines(path, START, START + HOUR)[IN]
    of_all = HistoryReader(path).column("sw1", "interface", IN, **span)
    read = list(HistoryReader(path).readings("sw1", "interface", **span))

    assert 0 < len(of_row.times) < 60
    assert {len(past.times) for _, past in of_all.values()} == {len(of_row.times)} == {len(read)}


def test_a_port_that_moved_to_another_row_keeps_its_past(tmp_path):
    file = written(tmp_path / "h.db", every(MINUTE, HOUR))
    later = rows_of(3, first=2)
    put(file, [reading(START + HOUR + number * MINUTE, rows=later) for number in range(5)])
    file.close()

    past = lines(tmp_path / "h.db", START, START + 2 * HOUR)[IN]

    assert len(past.times) == 65
