"""The columns of a walk: what to ask next, how much of it, and which rows count."""

from __future__ import annotations

from netwatch.model import Oid
from netwatch.snmp.codec.ber import encode_sub_identifiers
from netwatch.snmp.fast.walk_columns import Column, Group, Suffixes

ENTRY = Oid.parse("1.3.6.1.2.1.2.2.1")


def column(*rows: int) -> Column:
    one = Column(ENTRY.child(10))
    for row in rows:
        one.encoded.append(encode_sub_identifiers((row,)))
        one.tags.append(2)
        one.values.append(row)
    return one


def test_the_next_question_is_for_what_stands_behind_the_last_row():
    assert column(1, 200).name == column().prefix + encode_sub_identifiers((200,))


def test_rows_count_up_to_where_the_device_goes_back():
    walked, trouble = column(1, 200, 300, 200, 300, 400).walked(Suffixes())

    assert (list(walked.suffixes), walked.values) == ([(1,), (200,), (300,)], [1, 200, 300])
    assert trouble is not None
    assert trouble.cause == "not_increasing"


def test_a_name_that_comes_again_before_the_next_one_is_taken_once():
    one = column(1, 200, 200, 200, 300)
    one.values[2:4] = [-1, -2]
    one.end_if_no_further(1, known := Suffixes())

    walked, trouble = one.walked(known)

    assert (list(walked.suffixes), walked.tags, walked.values) == ([(1,), (200,), (300,)], [2, 2, 2], [1, 200, 300])
    assert trouble is None
    assert not one.done


def test_columns_with_the_same_rows_share_them():
    known = Suffixes()

    first, second, other = (column(*rows).walked(known)[0] for rows in ((1, 2), (1, 2), (1, 3)))

    assert first.suffixes is second.suffixes
    assert list(other.suffixes) == [(1,), (3,)]


def test_numbers_are_compared_as_numbers_and_not_as_bytes():
    known = Suffixes()

    rising, falling = column(16383, 16384), column(16384, 16383)  # ff 7f and 81 80 00
    for one in (rising, falling):
        one.end_if_no_further(1, known)

    assert (rising.done, falling.done) == (False, True)


def test_repetitions_fill_the_frame_and_no_more_than_the_device_bears():
    group = Group([column() for _ in range(8)])
    group.varbind_bytes = 30

    assert group.fit(1440, 64, -1) == 6
    assert group.fit(1440, 20, -1) == 2
    assert group.fit(1440, 4, -1) == 1


def test_of_a_table_of_known_length_one_row_more_is_asked_for():
    group = Group([column(1, 2, 3)])
    group.varbind_bytes = 30

    assert group.fit(1440, 64, 10) == 8
    assert group.fit(1440, 64, 3) == 1
    assert group.fit(1440, 64, 2) == 48  # longer than the others: as if nothing were known
