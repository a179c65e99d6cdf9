"""What expressions are worked out to."""

from __future__ import annotations

import math

import pytest

from netwatch.web.prometheus.promql.answered import answered
from netwatch.web.prometheus.promql.evaluate import LOOKBACK_MS, MOST_VALUES, Samples, evaluate
from netwatch.web.prometheus.promql.nodes import QueryRefused, TooMuch, selectors_of

MINUTE = 60_000


def samples(name, values, every=MINUTE, **labels) -> Samples:
    return Samples(
        labels={"__name__": name, **labels}, times=[place * every for place in range(len(values))], values=values
    )


ALL = [
    samples("in", [1.0, 2.0, 3.0, 4.0], instance="a", port="1"),
    samples("in", [10.0, 20.0, 30.0, 40.0], instance="a", port="2"),
    samples("in", [5.0, None, 5.0, 5.0], instance="b", port="1"),
    samples("limit", [2.0] * 4, instance="a", port="1"),
    samples("limit", [50.0] * 4, instance="a", port="2"),
    samples("c", [0.0, 60.0, 30.0, 90.0], instance="a"),
]


def worked(query, at=(0, MINUTE, 2 * MINUTE, 3 * MINUTE)) -> dict:
    node = answered(query)
    given = {
        selector: [one for one in ALL if all(matcher.holds(one.labels) for matcher in selector.matchers)]
        for selector in selectors_of(node)
    }
    rows = [row for row in evaluate(node, given, at) if set(row.values) != {None} or "rate" in query]
    return {tuple(sorted(row.labels.items())): list(row.values) for row in rows}


def key(**labels) -> tuple:
    return tuple(sorted(labels.items()))


def test_a_value_stands_until_a_newer_one_comes_or_it_is_too_old_and_one_that_was_missing_is_none():
    found = worked("in", (-1, 30_000, 70_000, 3 * MINUTE + LOOKBACK_MS - 1, 3 * MINUTE + LOOKBACK_MS))

    assert found[key(__name__="in", instance="a", port="1")] == [None, 1.0, 2.0, 4.0, None]
    assert found[key(__name__="in", instance="b", port="1")] == [None, 5.0, None, 5.0, None]


def test_arithmetic_loses_the_name_and_goes_by_labels():
    assert worked("in / limit") == {
        key(instance="a", port="1"): [0.5, 1.0, 1.5, 2.0], key(instance="a", port="2"): [0.2, 0.4, 0.6, 0.8]
    }  # fmt: skip
    assert worked("-in{instance='a',port='1'} * 8 + 1")[key(instance="a", port="1")] == [-7.0, -15.0, -23.0, -31.0]
    assert worked("2 - limit{port='1'}")[key(instance="a", port="1")] == [0.0] * 4
    assert worked("1 + 2 * 3") == {(): [7.0] * 4}


def test_a_comparison_keeps_the_series_where_it_holds():
    assert worked("in{port='1'} >= 3")[key(__name__="in", instance="a", port="1")] == [None, None, 3.0, 4.0]
    assert worked("15 < in{port='2'}")[key(__name__="in", instance="a", port="2")] == [None, 20.0, 30.0, 40.0]
    assert worked("in > limit")[key(__name__="in", instance="a", port="1")] == [None, None, 3.0, 4.0]


def test_sets_go_instant_by_instant():
    assert worked("in and limit").keys() == {
        key(__name__="in", instance="a", port="1"), key(__name__="in", instance="a", port="2")
    }  # fmt: skip
    assert worked("in unless limit") == {key(__name__="in", instance="b", port="1"): [5.0, None, 5.0, 5.0]}
    assert worked("count(in > 3.5) or vector(0)") == {(): [2, 1, 2, 3]}
    assert worked("count(in > 99) or vector(0)")[()] == [0.0] * 4


def test_division_by_nothing_is_what_it_is_in_prometheus():
    found = worked("c / 0")[key(instance="a")]

    assert math.isnan(found[0])
    assert found[1:] == [math.inf] * 3
    assert worked("-1 / 0")[()] == [-math.inf] * 4


def test_aggregations_gather_what_there_is():
    assert worked("sum by (instance) (in)") == {
        key(instance="a"): [11.0, 22.0, 33.0, 44.0], key(instance="b"): [5.0, None, 5.0, 5.0]
    }  # fmt: skip
    assert worked("count(in)") == {(): [3, 2, 3, 3]}
    assert worked("max without (port) (in)")[key(instance="a")] == [10.0, 20.0, 30.0, 40.0]
    assert worked("avg(in{instance='a'})")[()] == [5.5, 11.0, 16.5, 22.0]
    assert worked("min(nothing)") == {}


def test_the_highest_are_chosen_at_each_instant_and_keep_their_names():
    assert worked("topk(1, in{port='1'})") == {
        key(__name__="in", instance="a", port="1"): [None, 2.0, None, None],
        key(__name__="in", instance="b", port="1"): [5.0, None, 5.0, 5.0],
    }
    assert worked("bottomk by (instance) (1, in{instance='a'})").keys() == {
        key(__name__="in", instance="a", port="1")
    }


def test_a_counter_that_began_anew_still_rises():
    assert worked("increase(c[3m])", (3 * MINUTE,))[key(instance="a")] == [150.0]
    assert worked("rate(c[3m])", (3 * MINUTE,))[key(instance="a")] == [pytest.approx(150 / 180)]


def test_what_is_between_the_readings_and_the_ends_of_a_range_is_gone_on_with():
    rising = worked("increase(in{port='2'}[3m])", (3 * MINUTE + 30_000,))[key(instance="a", port="2")]

    assert rising == [pytest.approx(20.0 / 120 * (120 + 30 + 30))]


def test_one_reading_has_no_rate_and_means_are_of_what_is_known():
    assert worked("rate(in{port='2'}[30s])", (MINUTE,)) == {key(instance="a", port="2"): [None]}
    assert worked("avg_over_time(in{instance='b'}[3m])", (3 * MINUTE,)) == {key(instance="b", port="1"): [5.0]}
    assert worked("max_over_time(in{port='2'}[1m])")[key(instance="a", port="2")] == [10.0, 20.0, 30.0, 40.0]
    assert worked("min_over_time(in{port='2'}[1m])")[key(instance="a", port="2")] == [10.0, 10.0, 20.0, 30.0]


def test_two_series_with_the_same_labels_do_not_go_with_one():
    with pytest.raises(QueryRefused, match="several series of the left side"):
        worked('{__name__=~"in|limit"} + limit')


def test_what_would_be_too_much_is_not_begun():
    node = answered("x")
    one = samples("x", [1.0])

    with pytest.raises(TooMuch, match="ask for fewer series or a longer step"):
        evaluate(node, {node: [one] * 1000}, range(MOST_VALUES // 1000 + 1))
