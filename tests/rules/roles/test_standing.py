"""The role of a port over days: it rises at once, sinks slowly, and stands still while the port is down."""

from __future__ import annotations

from datetime import timedelta

import pytest

from netwatch.model import Memory
from netwatch.rules import ROLES_SCOPE, Roles
from tests.rules.roles.devices import DAY, DOWN, UP, Switch

OTHERS = {"p5": 1, "p6": 1, "p7": 2, "p8": 1}
HOURS = timedelta(hours=1)


def with_uplink():
    switch = Switch().behind(p2=1, **OTHERS)
    switch.neighbours({"port": "p1", "neighbour": "core", "neighbour_port": "Te1/1", "capabilities": "bridge"})
    return switch.read().passes(2 * DAY, HOURS)


def test_a_fault_that_takes_the_evidence_with_it_changes_no_role():
    switch = with_uplink().read(p1=DOWN)
    switch.neighbours().behind(p2=1, **OTHERS).passes(30 * DAY, HOURS)

    assert (switch.role("p1"), switch.label("neighbour")["p1"]) == ("uplink", "core Te1/1")


def test_a_restart_in_the_middle_of_a_fault_changes_no_role():
    switch = with_uplink().read(p1=DOWN)
    switch.neighbours().read().started()
    switch.neighbours().behind(p2=1, **OTHERS).read()

    assert (switch.role("p1"), switch.role("p2")) == ("uplink", "access")
    assert switch.why("p1") == "core is on it, a bridge"


def test_a_port_that_is_used_for_something_else_sinks_after_seven_days_of_being_up():
    switch = with_uplink()
    switch.neighbours().behind(p1=1, p2=1, **OTHERS).passes(6.9 * DAY, HOURS)
    assert switch.role("p1") == "uplink"

    switch.passes(0.2 * DAY, HOURS)
    assert switch.role("p1") == "access"


def test_the_days_on_which_it_is_down_do_not_count():
    switch = with_uplink()
    switch.neighbours().behind(p1=1, p2=1, **OTHERS).passes(6 * DAY, HOURS)
    switch.read(p1=DOWN).passes(10 * DAY, HOURS)
    switch.read(p1=UP).passes(0.9 * DAY, HOURS)
    assert switch.role("p1") == "uplink"

    assert switch.passes(0.2 * DAY, HOURS).role("p1") == "access"


def test_the_days_survive_a_restart_and_those_without_netwatch_do_not_count():
    switch = with_uplink()
    switch.neighbours().behind(p1=1, p2=1, **OTHERS).passes(5 * DAY, HOURS)
    switch.now += 20 * DAY
    switch.started().neighbours().behind(p1=1, p2=1, **OTHERS).passes(1 * DAY, HOURS)
    assert switch.role("p1") == "uplink"

    assert switch.passes(1.5 * DAY, HOURS).role("p1") == "access"


def test_one_sight_of_what_it_was_begins_the_seven_days_anew():
    switch = with_uplink()
    switch.neighbours().behind(p1=3, p2=1, **OTHERS).passes(5 * DAY, HOURS)
    switch.behind(p1=12, p2=1, **OTHERS).read().behind(p1=3, p2=1, **OTHERS).passes(5 * DAY, HOURS)

    assert switch.role("p1") == "uplink"


def test_it_sinks_to_the_most_that_it_was_seen_as():
    switch = with_uplink()
    switch.neighbours().behind(p1=6, p2=1, **OTHERS).passes(3 * DAY, HOURS)
    switch.behind(p1=1, p2=1, **OTHERS).passes(5 * DAY, HOURS)

    assert switch.role("p1") == "infrastructure"


def test_what_nobody_knows_any_more_is_no_reason_to_sink():
    switch = with_uplink()
    switch.neighbours().facts("mac").passes(60 * DAY, 6 * HOURS)

    assert (switch.role("p1"), switch.role("p2")) == ("uplink", "access")


def test_it_rises_at_once():
    switch = with_uplink()
    assert switch.role("p2") == "access"

    assert switch.behind(p1=1, p2=12, **OTHERS).read().role("p2") == "uplink"


def test_on_the_first_day_a_described_port_counts_as_an_uplink_and_says_so():
    switch = Switch()
    switch.alias["p1"] = "to the boiler"
    switch.read()
    assert (switch.role("p1"), switch.why("p1")) == (
        "uplink", "described as to the boiler; counts as uplink on the first day",
    )  # fmt: skip

    switch.passes(DAY, HOURS)
    assert (switch.role("p1"), switch.why("p1")) == ("described", "described as to the boiler")


def test_a_port_that_fails_on_the_first_day_stays_what_it_counted_as_until_it_is_up_again():
    switch = Switch()
    switch.alias["p1"] = "to the boiler"
    switch.read().read(p1=DOWN).passes(3 * DAY, HOURS)
    assert switch.role("p1") == "uplink"
    switch.started().read()
    assert switch.role("p1") == "uplink"

    assert switch.read(p1=UP).role("p1") == "described"


def test_a_port_that_was_never_up_is_unused_after_a_day_and_something_once_facts_say_so():
    switch = Switch().behind(p2=1, **OTHERS).read(p1=DOWN)
    assert switch.passes(23 * HOURS, HOURS).role("p1") == ""
    assert switch.passes(2 * HOURS, HOURS).role("p1") == "unused"
    assert switch.why("p1") == "never up since it is watched (2026-03-02)"

    assert switch.read(p1=UP).role("p1") == "unused"
    assert switch.behind(p1=1, p2=1, **OTHERS).read().role("p1") == "access"


def test_a_port_that_came_up_and_of_which_facts_say_nothing_is_not_unused_for_long():
    switch = Switch().behind(p2=1, **OTHERS).read(p1=DOWN).passes(2 * DAY, HOURS)

    switch.read(p1=UP).passes(timedelta(minutes=110))
    assert switch.role("p1") == "unused"
    assert switch.passes(timedelta(minutes=30)).role("p1") == ""


def test_on_what_does_not_switch_no_port_is_ever_unused():
    assert Switch(ports=3).behind(p2=1).read(p1=DOWN).passes(9 * DAY, 6 * HOURS).role("p1") == ""


def test_rows_that_come_and_go_keep_their_roles_by_their_names():
    switch = with_uplink()
    names = switch.names
    switch.names = ["p0", *names[1:]]
    switch.alias["p0"], switch.type["p0"], switch.oper["p0"] = "", 6, UP
    switch._rows = None
    switch.read()
    switch.names, switch._rows = names, None

    assert switch.neighbours().read(p1=DOWN).role("p1") == "uplink"


def test_a_clock_that_was_set_back_costs_no_role():
    switch = with_uplink()
    switch.now -= 30 * DAY

    assert switch.read(p1=DOWN).role("p1") == "uplink"


def test_readings_share_their_rows_while_nothing_changes():
    switch = with_uplink()
    rows = switch.reading.rows
    switch.passes(3 * HOURS)

    assert switch.reading.rows is rows


def test_what_is_kept_is_written_when_it_changes_and_not_with_every_reading():
    switch = with_uplink()
    kept = dict(switch.kept)
    switch.passes(DAY)
    assert switch.kept["sw1"] is kept["sw1"]
    assert len(kept["sw1"].text) < 1500


@pytest.mark.parametrize("text", [
    "", "{}", "null", "[]", '{"since": "2026-03-02T00:00:00", "ports": [], "less": {}}',
    '{"since": "2026-03-02T00:00:00+00:00", "ports": [[["boss", "", "", "", true], true, ["x"]]], "less": {}}',
    '{"since": "2026-03-02T00:00:00+00:00", "ports": [[["access"], true, ["x"]]], "less": {}}',
    '{"since": "2026-03-02T00:00:00+00:00", "ports": [], "less": {"x": [1, 2]}}',
])  # fmt: skip
def test_what_cannot_be_read_of_what_was_kept_is_learned_anew(text):
    switch = Switch().behind(p2=1, **OTHERS)
    switch.kept["sw1"] = Memory(scope=ROLES_SCOPE, key="sw1", text=text)

    assert switch.started().behind(p2=1, **OTHERS).read().role("p2") == "access"


def test_what_is_kept_of_a_device_that_is_no_more_is_forgotten():
    forgotten = []
    Roles([], remember=forgotten.append).recall([Memory(scope=ROLES_SCOPE, key="old", text="{}")])

    assert forgotten == [Memory(scope=ROLES_SCOPE, key="old", text=None)]
