"""What rules remember, and what of it survives a restart."""

from __future__ import annotations

import json

import pytest

from netwatch.formulas import Frame
from netwatch.model import SCALARS, Memory
from netwatch.rules import MEMORY_SCOPE, TableMemory, evaluate, memory_key
from netwatch.rules.memory import SPARE_ROWS

SEEN = "ifOperStatus == 'down' and seen(ifOperStatus == 'up')"


def test_what_was_seen_survives_a_restart(workshop):
    rule, rows, before = workshop.rule(SEEN), workshop.rows("a", "b"), workshop.memory()
    evaluate(rule, workshop.reading({"ifOperStatus": [1, 2]}, rows=rows), before)

    after = TableMemory("sw1", "ifTable", before.unsaved())
    verdicts = evaluate(rule, workshop.reading({"ifOperStatus": [2, 2]}, rows=rows), after)

    assert list(verdicts.broken) == [True, False]


def test_memories_are_handed_out_once_and_only_when_something_new_was_seen(workshop):
    rule, rows, memory = workshop.rule(SEEN), workshop.rows("a", "b"), workshop.memory()
    written = []
    for states in ([2, 2], [1, 2], [1, 2], [2, 1], [2, 2]):
        evaluate(rule, workshop.reading({"ifOperStatus": states}, rows=rows), memory)
        written.append(memory.unsaved())

    assert [len(memories) for memories in written] == [0, 1, 0, 1, 0]
    last = written[3][0]
    assert (last.scope, last.key) == (MEMORY_SCOPE, memory_key("sw1", "ifTable"))
    assert list(json.loads(last.text).values()) == [["ifName=a", "ifName=b"]]


def test_of_many_rows_that_went_as_many_as_can_be_stay_known_as_seen_and_the_rest_is_counted(workshop):
    rule, memory = workshop.rule(SEEN), workshop.memory()
    names = [f"a{number:04}" for number in range(SPARE_ROWS + 7)]
    evaluate(rule, workshop.reading({"ifOperStatus": [1] * len(names)}, rows=workshop.rows(*names)), memory)
    evaluate(rule, workshop.reading({"ifOperStatus": [1]}, rows=workshop.rows("b")), memory)

    assert memory.take_forgotten() == 7
    assert memory.take_forgotten() == 0
    back = workshop.reading({"ifOperStatus": [2, 2]}, rows=workshop.rows("a0000", names[-1]))
    assert list(evaluate(rule, back, memory).broken) == [True, False]


def test_what_another_table_or_device_remembers_is_left_alone(workshop):
    foreign = [
        Memory(scope=scope, key=key, text=json.dumps({"seen(ifOperStatus == 'up')": ["ifName=a"]}))
        for scope, key in [("rules", "ifTable@sw2"), ("rules", "cpuTable@sw1"), ("other", "ifTable@sw1")]
    ]
    reading = workshop.reading({"ifOperStatus": [2]}, rows=workshop.rows("a"))

    assert list(evaluate(workshop.rule(SEEN), reading, TableMemory("sw1", "ifTable", foreign)).broken) == [False]


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "5", '{"x": 5}', "{\"seen(ifOperStatus == 'up')\": [5, null]}", None]
)
def test_a_memory_that_cannot_be_read_is_forgotten(workshop, text):
    memory = TableMemory("sw1", "ifTable", [Memory(scope="rules", key="ifTable@sw1", text=text)])
    reading = workshop.reading({"ifOperStatus": [2]}, rows=workshop.rows("a"))

    assert list(evaluate(workshop.rule(SEEN), reading, memory).broken) == [False]


def test_a_row_that_went_away_and_came_back_is_still_known_as_seen(workshop):
    both, one = workshop.rows("a", "b"), workshop.rows("b")
    told = workshop.story(
        SEEN,
        workshop.reading({"ifOperStatus": [1, 1]}, rows=both),
        workshop.reading({"ifOperStatus": [1]}, rows=one),
        workshop.reading({"ifOperStatus": [2, 1]}, rows=workshop.rows("a", "b")),
    )

    assert told[-1] == [True, False]


def test_rows_that_are_gone_are_not_remembered_without_bound(workshop):
    rule, memory = workshop.rule(SEEN), workshop.memory()
    for generation in range(4):
        rows = workshop.rows(*(f"{generation}-{number}" for number in range(600)))
        evaluate(rule, workshop.reading({"ifOperStatus": [1] * 600}, rows=rows), memory)

    (written,) = memory.unsaved()
    assert len(next(iter(json.loads(written.text).values()))) <= 1600


def test_two_rules_that_look_for_the_same_share_what_was_seen(workshop):
    first, second, memory = workshop.rule(SEEN), workshop.rule("seen(ifOperStatus == 'up')"), workshop.memory()
    reading = workshop.reading({"ifOperStatus": [1]})

    assert [list(evaluate(rule, reading, memory).broken) for rule in (first, second)] == [[False], [True]]
    assert len(json.loads(memory.unsaved()[0].text)) == 1


def test_evaluating_one_reading_twice_counts_it_once(workshop):
    rule, memory = workshop.rule("avg_over(ifMtu, '1h') == 15"), workshop.memory()
    rows = workshop.rows("a")
    readings = [workshop.reading({"ifMtu": [value]}, rows=rows, seconds=value) for value in (10, 20)]

    for reading in (readings[0], readings[0], readings[0], readings[1]):
        verdicts = evaluate(rule, reading, memory)

    assert list(verdicts.broken) == [True]


def test_a_window_of_a_day_is_taken_back_after_a_restart_and_forgotten_with_its_rule(workshop):
    rule = workshop.rule("max_over(ifMtu, '1d') > 900")
    memory, kept = workshop.memory(), {}
    for hour in range(5):
        evaluate(rule, workshop.reading({"ifMtu": [1000 - hour * 200]}, seconds=hour * 3600), memory)
        kept.update({one.key: one for one in memory.unsaved()})
    (written,) = kept.values()

    again = TableMemory("sw1", "ifTable", [written])
    verdicts = evaluate(rule, workshop.reading({"ifMtu": [1]}, seconds=6 * 3600), again)
    other = TableMemory("sw1", "ifTable", [written])
    evaluate(workshop.rule("ifMtu > 1"), workshop.reading({"ifMtu": [1]}), other)

    assert list(verdicts.broken) == [True]
    assert [(one.key, one.text) for one in other.unsaved()] == [(written.key, None)]


def test_a_scalar_of_the_device_can_be_named_in_a_rule_about_a_table(workshop):
    rule = workshop.rule("ifOperStatus == 'down' and sysUpTime > 60000 and matches(sysName, 'sw.*')")
    system = Frame(workshop.reading({"sysUpTime": [99999], "sysName": [b"sw1"]}, rows=SCALARS, table="system"))
    down = workshop.reading({"ifOperStatus": [2, 1]})

    assert list(evaluate(rule, down, TableMemory("sw1", "ifTable", system=lambda: system)).broken) == [True, False]
    assert list(evaluate(rule, down, TableMemory("sw1", "ifTable")).broken) == [None, False]


def test_like_devices_share_what_they_have_seen_until_one_of_them_sees_more(workshop):
    rule, one, other = workshop.rule(SEEN), workshop.memory(), TableMemory("sw2", "ifTable")
    rows = workshop.rows("a", "b")
    for memory in (one, other):
        evaluate(rule, workshop.reading({"ifOperStatus": [1, 2]}, rows=rows), memory)
    evaluate(rule, workshop.reading({"ifOperStatus": [1, 1]}, rows=rows), one)

    down = workshop.reading({"ifOperStatus": [2, 2]}, rows=rows)
    assert list(evaluate(rule, down, one).broken) == [True, True]
    assert list(evaluate(rule, down, other).broken) == [True, False]
