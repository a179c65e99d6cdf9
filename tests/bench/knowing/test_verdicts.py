"""Rows are matched by place and name before value, each once; texts agree where one names what the other names."""

from __future__ import annotations

import pytest

from tests.bench.knowing.verdicts import (
    MISSING,
    RIGHT,
    WRONG,
    Ground,
    Offered,
    Verdict,
    Wanted,
    counted,
    matched,
    names_agree,
    near,
    tally,
    texts_agree,
)


def agree_by(wanted: list[float], offered: list[float]):
    return lambda a, b: near(wanted[a], offered[b])


def test_a_row_of_ours_answers_for_one_expected_row_only():
    found = matched([Wanted(), Wanted()], [Offered()], agree_by([5.0, 5.0], [5.0]))

    assert found == {0: (0, Ground.VALUE)}


def test_of_many_rows_with_one_value_each_is_matched_with_the_one_in_its_place():
    wanted = [Wanted(oid=".1.3.6.1.4.1.9.1.3.1001"), Wanted(oid=".1.3.6.1.4.1.9.1.3.1002")]
    offered = [Offered(index="1002"), Offered(index="1001")]

    found = matched(wanted, offered, agree_by([0.0, 0.0], [0.0, 0.0]))

    assert found == {0: (1, Ground.INDEX), 1: (0, Ground.INDEX)}


def test_the_name_speaks_where_the_place_does_not():
    wanted = [Wanted(oid=".1.3.6.1.4.1.9.1.3.7", name="Fan 1"), Wanted(oid=".1.3.6.1.4.1.9.1.3.8", name="Fan 2")]
    offered = [Offered(index="2001", name="fan 2 speed"), Offered(index="2000", name="fan 1 speed")]

    found = matched(wanted, offered, agree_by([3000.0, 3000.0], [3000.0, 3000.0]))

    assert found == {0: (1, Ground.NAME), 1: (0, Ground.NAME)}


def test_a_row_in_the_right_place_with_the_right_name_and_another_value_is_found_though_it_does_not_agree():
    wanted = [Wanted(oid=".1.3.6.1.4.1.9.1.3.7", name="Inlet")]

    assert matched(wanted, [Offered(index="7", name="inlet")], agree_by([22.0], [220.0])) == {0: (0, Ground.INDEX)}
    assert matched(wanted, [Offered(index="7", name="outlet")], agree_by([22.0], [220.0])) == {}
    assert matched(wanted, [Offered(index="8", name="inlet")], agree_by([22.0], [220.0])) == {}


def test_a_small_index_alone_is_no_place_where_values_do_not_count():
    wanted = [Wanted(oid=".1.3.6.1.4.1.9.1.3.1", name="Supply A")]

    assert (
        matched(
            wanted,
            [Offered(index="1", name="Fan")],
            lambda a, b: True,
            by_value=lambda a: False,
            by_place=lambda a: False,
        )
        == {}
    )
    assert (
        matched(
            wanted,
            [Offered(index="1", name="supply a")],
            lambda a, b: True,
            by_value=lambda a: False,
            by_place=lambda a: False,
        )
        != {}
    )


@pytest.mark.parametrize(("one", "other", "agree"), [
    ("Fan 1", "fan 01", True),
    ("Fan 1", "Fan 2", False),
    ("GigabitEthernet1/0/1 Rx Power", "GigabitEthernet1/0/2 Rx Power", False),
    ("Module 0/0/CPU0 - Voltage", "module 0/0/cpu0 voltage", True),
    ("Fan 1", "", False),
    ("Inlet", "Battery", False),
])  # fmt: skip
def test_names_agree_where_words_and_numbers_do(one, other, agree):
    assert names_agree(one, other) is agree


@pytest.mark.parametrize(("wanted", "found", "agree"), [
    ("6.44.2", "6.44.2", True),
    ("v5.4.4,build7650,170529 (GA)", "v5.4.4,build7650,170529", True),
    ("PowerEdge R640", "R640", True),
    ("AOS v6.4.0 / App v6.4.0", "v6.4.0", True),
    ("15.0(2a)EX5", "15.0", False),
    ("9.0.7", "19.0.71 of another series", False),
    ("5.170 (V200R010C00SPC600)", "V200R010C00SPC600", True),
    ("12", "12.4", False),
    ("6.1.9.300", "06.01.0009.0300", True),
    ("s4128Fon", "S4128F-ON", True),
    ("1.2.3", "x" * 200 + " 1.2.3", False),
    ("<private>", "<private>", True),
    ("FCW1929B68S", "", False),
])  # fmt: skip
def test_texts_agree_where_one_names_what_the_other_names(wanted, found, agree):
    assert texts_agree(wanted, found) is agree


def test_what_is_wanted_twice_must_be_found_twice():
    assert counted(["a", "b", "a"], ["b", "a"]) == [True, True, False]


def test_verdicts_are_counted_by_outcome():
    verdicts = [Verdict(figure="ports", outcome=outcome) for outcome in (RIGHT, RIGHT, WRONG)]

    assert tally(verdicts, lambda verdict: verdict.figure) == {"ports": {RIGHT: 2, WRONG: 1, MISSING: 0}}
