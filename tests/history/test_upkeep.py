"""The file stays as it should be: folded, young enough, small enough."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace
from datetime import timedelta

from netwatch.history import HistorySettings, Tier
from netwatch.history.block import Packed
from netwatch.history.metrics import LOST
from netwatch.history.opening import open_to_write
from netwatch.history.tiers import HOUR
from netwatch.history.upkeep import fold

from .kept import look_after, put, written
from .past import START, every, reading, rows_of

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def count(file, tier):
    series = file.find_series("sw1", "interface")
    return len(list(file.blocks(series, tier, 0, 1 << 60))) if series is not None else 0


def oldest(file, tier):
    return file.span(tier)[0]


def test_fresh_blocks_become_raw_ones_and_those_five_minutes(tmp_path):
    file = written(tmp_path / "h.db", every(MINUTE, timedelta(hours=14)))

    assert count(file, Tier.RAW) == 6  # the last period waits for its turn
    assert count(file, Tier.FIVE_MINUTES) in (1, 2)
    assert count(file, Tier.FRESH) <= 24 + 1


def test_what_is_too_old_goes_from_each_tier_in_its_time(tmp_path):
    file = written(tmp_path / "h.db", every(20 * MINUTE, 12 * DAY), HistorySettings(five_minutes="10d"))
    now = round((START + 12 * DAY).timestamp() * 1000)

    assert now - oldest(file, Tier.RAW) <= 26 * HOUR
    assert now - oldest(file, Tier.FIVE_MINUTES) <= 10 * 24 * HOUR + 6 * HOUR
    assert count(file, Tier.HOURS) == 1


def test_of_a_device_that_is_watched_no_more_nothing_is_left_once_all_of_it_is_old(tmp_path):
    settings = HistorySettings(five_minutes="10d", hours="10d")
    file = written(tmp_path / "h.db", every(20 * MINUTE, 2 * DAY, device="gone"), settings)
    put(file, every(20 * MINUTE, DAY, start=START + 24 * DAY))

    look_after(file, round((START + 25 * DAY).timestamp() * 1000), settings)
    look_after(file, round((START + 25 * DAY + timedelta(hours=2)).timestamp() * 1000), settings)

    assert [device for _, device, _ in file.all_series()] == ["sw1"]


def test_nothing_goes_while_the_clock_is_not_believed(tmp_path):
    file = open_to_write(tmp_path / "h.db")
    put(file, every(5 * MINUTE, DAY))

    look_after(file, round((START + 3000 * DAY).timestamp() * 1000), may_delete=False)

    assert count(file, Tier.RAW) == 12


def test_what_is_folded_again_after_a_late_reading_keeps_what_was_there(tmp_path):
    file = written(tmp_path / "h.db", every(MINUTE, timedelta(hours=4)))
    put(file, every(MINUTE, timedelta(minutes=5), start=START + timedelta(seconds=30)))

    look_after(file, round((START + timedelta(hours=12)).timestamp() * 1000))

    series = file.find_series("sw1", "interface")
    assert count(file, Tier.FRESH) == 0
    assert sum(one.until - one.start for one in file.blocks(series, Tier.RAW, 0, 1 << 60)) >= 3 * HOUR


def test_of_blocks_of_which_one_cannot_be_read_the_others_are_folded_and_that_one_is_counted(tmp_path):
    file = open_to_write(tmp_path / "h.db")
    put(file, every(MINUTE, timedelta(hours=2)))
    series = file.find_series("sw1", "interface")
    fresh = list(file.blocks(series, Tier.FRESH, 0, 1 << 60))
    file.put(replace(fresh[5], body=fresh[5].body[:-3]))
    lost = LOST.labels("damaged")._value.get()

    fold(file, series, Tier.FRESH, fresh[0].start)

    [raw] = file.blocks(series, Tier.RAW, 0, 1 << 60)
    spoilt = Packed(fresh[5].body, fresh[5].shape).times()
    assert len(Packed(raw.body, raw.shape).times()) == 120 - len(spoilt) == 115
    assert not set(spoilt) & set(Packed(raw.body, raw.shape).times())
    assert (count(file, Tier.FRESH), LOST.labels("damaged")._value.get() - lost) == (0, 1)


def test_who_polls_often_gets_more_blocks_and_folding_them_takes_the_memory_of_a_column(tmp_path):
    file = open_to_write(tmp_path / "h.db")
    rows, second = rows_of(48), timedelta(seconds=1)
    put(file, (reading(START + turn * 15 * second, _moving(turn, 48), rows) for turn in range(480)))
    series = file.find_series("sw1", "interface")
    fresh = list(file.blocks(series, Tier.FRESH, 0, 1 << 60))
    assert len(fresh) == 48
    assert max(len(Packed(one.body, one.shape).times()) for one in fresh) == 10

    whole = _peak(lambda: [Packed(one.body, one.shape).block() for one in fresh])
    needed = _peak(lambda: fold(file, series, Tier.FRESH, fresh[0].start))

    [raw] = file.blocks(series, Tier.RAW, 0, 1 << 60)
    assert len(Packed(raw.body, raw.shape).times()) == 480
    assert needed < whole / 2  # 1.3 times all of it where every column is joined before one is packed


def _moving(turn, ports):
    return {f"column{number}": [1e6 / (turn + port + number + 1) for port in range(ports)] for number in range(8)}


def _peak(work):
    """Return the most octets that were held while something was done, more than before."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_the_file_stays_below_its_bound_though_the_clock_went_back_by_years(tmp_path):
    settings = HistorySettings().model_copy(update={"max_size": 100_000})
    file = open_to_write(tmp_path / "h.db")
    put(file, every(2 * MINUTE, timedelta(hours=12), rows=rows_of(40)))

    look_after(file, round((START - timedelta(days=2000)).timestamp() * 1000), settings)

    assert 0 < file.size_bytes() <= 100_000


def test_the_file_stays_below_its_bound_and_the_oldest_goes_first(tmp_path):
    settings = HistorySettings().model_copy(update={"max_size": 300_000})  # a user cannot say so little
    file = open_to_write(tmp_path / "h.db")
    sizes, rows = [], rows_of(40)
    for hours in range(0, 36, 6):
        put(file, every(2 * MINUTE, timedelta(hours=6), start=START + timedelta(hours=hours), rows=rows))
        look_after(file, round((START + timedelta(hours=hours + 6)).timestamp() * 1000), settings)
        sizes.append(file.size_bytes())

    assert max(sizes) <= 300_000
    assert oldest(file, Tier.RAW) > round((START + timedelta(hours=2)).timestamp() * 1000)
    assert file.span(Tier.RAW)[1] > round((START + timedelta(hours=30)).timestamp() * 1000)
