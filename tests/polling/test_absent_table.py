"""A table that a device does not have is said to be lacking some times, and takes next to nothing from then on."""

from __future__ import annotations

import sys

from netwatch.polling.absent_table import TIMES_LACKING, AbsentTable
from netwatch.polling.clock import SystemClock


def test_it_is_said_some_times_and_no_more(interfaces):
    table = AbsentTable(interfaces, 1)

    told = [table.lacking_reading("sw1", SystemClock()) for _ in range(TIMES_LACKING + 1)]

    assert [reading is not None and reading.lacking for reading in told] == [True, True, False, False]
    assert table.is_idle
    assert told[0].columns is told[1].columns
    assert (told[0].device, told[0].table, told[0].rows.index) == ("sw1", interfaces.name, ())


def test_it_is_two_words_and_no_dict(interfaces):
    assert sys.getsizeof(AbsentTable(interfaces, 0)) <= 64
    assert not hasattr(AbsentTable(interfaces, 0), "__dict__")
