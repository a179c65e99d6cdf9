"""The board of last readings."""

from __future__ import annotations

from datetime import timedelta

from netwatch.metrics import Board
from netwatch.metrics.metrics import GAPS, READINGS
from netwatch.model import SCALARS, ReadingGap, RowSet, TableReading

from .tables import AT, reading_of


class Clock:
    """Monotonic seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def gap_of(device: str = "sw1", table: str = "ifTable") -> ReadingGap:
    return ReadingGap(device=device, table=table, at=AT, reason="no answer to 4 requests in 8 s")


def board_of(clock: Clock, minutes: int = 3) -> Board:
    return Board(stale_after=lambda device: timedelta(minutes=minutes), clock=clock)


def test_the_last_reading_of_a_table_is_the_one_shown():
    board = Board()
    first, second = reading_of({"ifInOctets": [1]}), reading_of({"ifInOctets": [2]})

    board.take_reading(first)
    board.take_reading(second)

    assert board.readings("sw1") == (second,)


def test_tables_of_a_device_come_by_name():
    board = Board()
    for table in ("system", "ifTable", "reachability"):
        board.take_reading(reading_of({}, table=table))

    assert [reading.table for reading in board.readings("sw1")] == ["ifTable", "reachability", "system"]


def test_a_reading_whose_table_stopped_coming_is_shown_no_more():
    clock = Clock()
    board = board_of(clock, minutes=3)
    board.take_reading(reading_of({}))

    clock.seconds += 180
    assert len(board.readings("sw1")) == 1
    clock.seconds += 0.1
    assert board.readings("sw1") == ()
    assert [readings for _, readings in board.fresh()] == [()]


def test_each_device_grows_stale_after_its_own_time():
    clock = Clock()
    board = Board(stale_after=lambda device: timedelta(seconds=30 if device == "fast" else 900), clock=clock)
    board.take_reading(reading_of({}, device="fast"))
    board.take_reading(reading_of({}, device="slow"))

    clock.seconds += 60

    assert board.readings("fast") == ()
    assert len(board.readings("slow")) == 1


def test_a_gap_leaves_the_last_reading_until_it_is_stale():
    clock = Clock()
    board = board_of(clock, minutes=3)
    board.take_reading(reading_of({}))

    clock.seconds += 120
    board.take_gap(gap_of())

    assert len(board.readings("sw1")) == 1
    assert [gap.reason for gap in board.gaps("sw1")] == ["no answer to 4 requests in 8 s"]
    clock.seconds += 90
    assert board.readings("sw1") == ()
    assert len(board.gaps("sw1")) == 1


def test_the_next_reading_ends_a_gap():
    board = Board()
    board.take_gap(gap_of())

    board.take_reading(reading_of({}))

    assert board.gaps("sw1") == ()


def test_a_forgotten_device_is_gone_and_forgetting_a_stranger_does_no_harm():
    board = Board()
    board.take_reading(reading_of({}))

    board.forget("sw1")
    board.forget("never seen")

    assert board.readings("sw1") == ()
    assert list(board.fresh()) == []


def test_readings_may_come_and_go_while_somebody_walks_over_the_board():
    board = Board()
    for number in range(5):
        board.take_reading(reading_of({}, device=f"sw{number}"))
    walk = board.fresh()
    next(walk)

    board.take_reading(reading_of({}, device="new"))
    board.forget("sw3")

    assert [device for device, _ in walk] == ["sw1", "sw2", "sw3", "sw4"]


def test_readings_and_gaps_are_counted():
    readings, gaps = READINGS.of(), GAPS._value.get()
    board = Board()

    board.take_reading(reading_of({}))
    board.take_gap(gap_of())

    assert (READINGS.of(), GAPS._value.get()) == (readings + 1, gaps + 1)


def test_a_row_is_found_by_its_labels_in_whichever_table_has_them():
    board = Board()
    rows = RowSet(
        index=("1", "7"), keys=("ifName=Gi1", "ifName=Gi7"), labels={"ifIndex": ("1", "7"), "ifName": ("Gi1", "Gi7")}
    )
    board.take_reading(TableReading(device="sw1", table="system", at=AT, rows=SCALARS, columns={}))
    board.take_reading(TableReading(device="sw1", table="ifTable", at=AT, rows=rows, columns={}))

    assert board.row_of("sw1", {"ifIndex": "7"}) == ("ifName=Gi7", {"ifIndex": "7", "ifName": "Gi7"})
    assert board.row_of("sw1", {"ifName": "Gi1", "ifIndex": "1"}) == ("ifName=Gi1", {"ifIndex": "1", "ifName": "Gi1"})
    for nothing in ({"ifIndex": "8"}, {"ifIndex": "7", "ifName": "Gi1"}, {"other": "7"}, {}):
        assert board.row_of("sw1", nothing) is None
    assert board.row_of("nobody", {"ifIndex": "7"}) is None


def test_rows_of_a_table_are_known_while_it_cannot_be_read_and_that_is_said():
    clock = Clock()
    board = board_of(clock, minutes=3)
    assert board.rows_of("sw1", "ifTable") is None
    assert not board.is_read("sw1", "ifTable")

    reading = reading_of({"ifInOctets": [1]})
    board.take_reading(reading)
    assert board.is_read("sw1", "ifTable")
    board.take_gap(gap_of())

    assert board.rows_of("sw1", "ifTable") is reading.rows
    assert not board.is_read("sw1", "ifTable")
    board.take_reading(reading)
    clock.seconds += 180.1
    assert not board.is_read("sw1", "ifTable")


def test_the_rows_of_several_tables_and_who_made_a_device_are_known_however_old():
    clock = Clock()
    board = board_of(clock)
    rows = RowSet(index=("",), keys=("",), labels={"vendor": ("APC",)})
    board.take_reading(TableReading(device="sw1", table="identity", at=AT, rows=rows, columns={}))
    board.take_gap(gap_of())
    clock.seconds += 1e6

    assert board.row_sets("sw1", ("identity", "ifTable", "mac")) == [rows, None, None]
    assert [board.vendor_of(name) for name in ("sw1", "sw2")] == ["APC", ""]
