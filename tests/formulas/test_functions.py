"""What each function of the rule language gives, reading after reading."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from netwatch.formulas import Formula, Frame, Kind


def test_rate_is_what_polling_worked_out(workshop):
    columns = {"ifHCInOctets": [10**15, 5]}

    assert workshop.judge("rate(ifHCInOctets) > 100", columns, rates={"ifHCInOctets": [200.0, None]}) == [True, None]


def test_delta_of_a_gauge_is_the_difference_to_the_reading_before(workshop):
    first = workshop.reading({"ifMtu": [1500, 9000, None]})
    second = workshop.reading({"ifMtu": [1400, 9000, 9000]}, rows=first.rows)

    assert workshop.story("delta(ifMtu) < 0", first, second) == [[None] * 3, [True, False, None]]


@pytest.mark.parametrize(("column", "before", "after"), [
    ("ifInOctets", 2**32 - 10, 20),
    ("ifHCInOctets", 2**64 - 10, 20),
    ("ifHCInOctets", 2**32 - 10, 2**32 + 20),
])  # fmt: skip
def test_delta_of_a_counter_allows_for_one_wrap(workshop, column, before, after):
    first = workshop.reading({column: [before]}, rates={column: [None]})
    second = workshop.reading({column: [after]}, rates={column: [0.5]}, rows=first.rows)

    assert workshop.story(f"delta({column}) == 30", first, second)[1] == [True]


def test_delta_of_a_counter_is_unknown_where_no_rate_exists(workshop):
    first = workshop.reading({"ifInOctets": [500]}, rates={"ifInOctets": [1.0]})
    restarted = workshop.reading({"ifInOctets": [3]}, rates={"ifInOctets": [None]}, rows=first.rows)

    assert workshop.story("delta(ifInOctets) > 0", first, restarted)[1] == [None]


def test_last_and_changed_look_at_the_same_row_of_the_reading_before_even_if_it_moved(workshop):
    first = workshop.reading({"ifOperStatus": [1, 2]}, rows=workshop.rows("a", "b"))
    second = workshop.reading({"ifOperStatus": [2, 2, 1]}, rows=workshop.rows("b", "new", "a"))

    assert workshop.story("changed(ifOperStatus)", first, second)[1] == [False, None, False]
    assert workshop.story("last(ifOperStatus) == 'up'", first, second)[1] == [False, None, True]


def test_changed_works_for_text(workshop):
    first = workshop.reading({"ifPhysAddress": [b"aa", b"bb"]})
    second = workshop.reading({"ifPhysAddress": [b"aa", b"cc"]}, rows=first.rows)

    assert workshop.story("changed(ifPhysAddress)", first, second) == [[None, None], [False, True]]


def test_absent_is_the_one_verdict_about_missing_data(workshop):
    columns = {"ifMtu": [None, 1500]}

    assert workshop.judge("absent(ifMtu)", columns) == [True, False]
    assert workshop.judge("absent(ifHighSpeed)", columns) == [True, True]
    assert workshop.judge("absent(rate(ifHCInOctets) / ifMtu)", {"ifMtu": [0]}, rates={"ifHCInOctets": [1.0]}) == [
        True
    ]


def test_coalesce_takes_the_first_that_is_there(workshop):
    rates = {"ifHCInOctets": [50.0, None, None], "ifInOctets": [1.0, 60.0, None]}

    assert workshop.judge("coalesce(rate(ifHCInOctets), rate(ifInOctets)) > 40", {}, rates=rates) == [
        True,
        True,
        None,
    ]


@pytest.mark.parametrize(
    ("stamp", "seconds"),
    [
        (0, 100),  # since the agent began
        (4_000, 60),
        (10_000, 0),
        (10_001, None),  # in the future: the time of day, or a stamp of another life
        (1_764_460_800, None),
        (-1, None),
        (None, None),
    ],
)
def test_seconds_since_counts_with_the_uptime_of_the_agent(workshop, stamp, seconds):
    formula = Formula(workshop.node("seconds_since(ifMtu)", Kind.NUMBER), "seconds_since(ifMtu)")
    reading = replace(workshop.reading({"ifMtu": [stamp]}), uptime=timedelta(seconds=100))

    assert list(formula.column(Frame(reading))) == [seconds]


def test_seconds_since_is_unknown_without_an_uptime(workshop):
    assert workshop.judge("seconds_since(ifMtu) > 0", {"ifMtu": [1]}) == [None]


def test_min_and_max_of_several_go_row_by_row(workshop):
    columns = {"ifMtu": [1, 9, None], "ifHighSpeed": [5, 2, 1]}

    assert workshop.judge("max(ifMtu, ifHighSpeed, 3) > 5", columns) == [False, True, None]
    assert workshop.judge("abs(min(ifMtu, ifHighSpeed) - 3) == 1", columns) == [False, True, None]


@pytest.mark.parametrize(("expr", "broken"), [
    ("avg(ifMtu) == 20", True),     # the missing row is left out
    ("sum(ifMtu) == 60", True),
    ("min(ifMtu) == 10", True),
    ("max(ifMtu) > 30", False),
    ("count(ifMtu) == 3", True),
    ("count(ifMtu > 15) == 2", True),
])  # fmt: skip
def test_an_aggregate_goes_over_the_known_rows_and_gives_one_result(workshop, expr, broken):
    assert workshop.judge(expr, {"ifMtu": [10, 20, 30, None]}) == [broken]
    assert workshop.formula(expr).scalar


@pytest.mark.parametrize(("function", "rows", "verdict"), [
    ("avg", [None, None], None),
    ("count", [None, None], None),  # nothing is known, so nothing was counted
    ("count", [], True),            # there is nothing, and that is known
    ("max", [], None),
])  # fmt: skip
def test_an_aggregate_of_nothing_known_is_unknown(workshop, function, rows, verdict):
    assert workshop.judge(f"{function}(ifMtu) < 1", {"ifMtu": rows}) == [verdict]


def test_rows_can_be_compared_with_an_aggregate(workshop):
    assert workshop.judge("ifMtu > 2 * avg(ifMtu)", {"ifMtu": [1, 1, 10]}) == [False, False, True]


def test_matches_wants_the_whole_text(workshop):
    rows = workshop.rows("Gi1/0/1", "Te1/0/1", "XGi1")

    assert workshop.judge(r"matches(ifAlias, 'to Gi\d.*')", {"ifMtu": [1] * 3}, rows=rows) == [True, False, False]


def test_an_exponent_may_be_a_column_and_a_row_whose_exponent_is_out_of_range_is_unknown(workshop):
    expr = "ifMtu / 10 ** ifHighSpeed > 60"

    told = workshop.judge(expr, {"ifMtu": [610, 59, 610, 610, 610, None], "ifHighSpeed": [1, 0, 25, -25, 0.5, 1]})

    assert told == [True, False, None, None, None, None]


def test_now_is_when_the_reading_was_made(workshop):
    noon = workshop.reading({"ifMtu": [1]}).at.timestamp()

    assert workshop.story(
        f"now() - {noon} > 30 and ifMtu == 1", *(workshop.reading({"ifMtu": [1]}, seconds=n) for n in (0, 60))
    ) == [[False], [True]]


def counted(workshop, expr, *readings):
    return workshop.story(
        expr,
        *(
            workshop.reading({"ifHCInOctets": [value]}, rates={"ifHCInOctets": [rate]}, seconds=seconds)
            for seconds, value, rate in readings
        ),
    )


def test_an_increase_stands_while_the_agent_serves_its_last_answer_again(workshop):
    told = counted(workshop, "delta(ifHCInOctets) > 2", (0, 5, None), (10, 9, 0.4), (20, 9, None), (30, 9, None),
                   (50, 9, 0.0))  # fmt: skip

    assert told == [[None], [True], [True], [True], [False]]


def test_an_increase_between_two_readings_at_once_is_counted_with_the_next(workshop):
    told = counted(workshop, "delta(ifHCInOctets) == 7", (0, 5, 0.0), (0.1, 9, None), (10, 12, 0.7))

    assert told[-1] == [True]


def test_an_increase_does_not_outlive_a_restart(workshop):
    readings = [
        replace(
            workshop.reading({"ifHCInOctets": [value]}, rates={"ifHCInOctets": [rate]}, seconds=seconds),
            uptime=timedelta(seconds=uptime),
        )
        for seconds, value, rate, uptime in ((0, 0, 0.0, 1000), (10, 9, 0.9, 1010), (20, 9, None, 3))
    ]

    assert workshop.story("delta(ifHCInOctets) > 2", *readings) == [[None], [True], [None]]


@pytest.mark.parametrize(("formula", "expected"), [
    ("number(ifName) == 5", [True, True, None]),
    ("number(ifName, 2) == 31.5", [True, None, None]),
    ("number(ifName, 4) == 16.7", [True, None, None]),
])  # fmt: skip
def test_a_number_in_a_text_is_the_first_or_the_one_of_its_place(workshop, formula, expected):
    rows = workshop.rows("5 Secs ( 31.5%) 60 Secs ( 16.7%)", "5 Secs", "none")

    assert workshop.judge(formula, {"ifMtu": [1, 1, 1]}, rows=rows) == expected


def test_a_date_in_a_text_is_counted_from_1970_and_a_text_without_one_is_unknown(workshop):
    rows = workshop.rows("Thu Jan  1 00:01:00 1970", "1970-01-02", "never")

    assert workshop.judge("date(ifName) == 60", {"ifMtu": [1, 1, None]}, rows=rows) == [True, False, None]
    assert "no reading can change this" in workshop.complaint("date('2026-01-14') > 1")


@pytest.mark.parametrize("which", ["0", "1.5", "ifMtu", "99"])
def test_which_number_of_a_text_is_said_by_a_whole_number(workshop, which):
    assert "said by a whole number" in workshop.complaint(f"number(ifName, {which}) > 1")
