"""What a state of LibreNMS's means here, and that what says nothing of a fault is called none."""

from __future__ import annotations

import pytest

from netwatch.profiles.foreign.librenms.states import State, is_list_of_faults, judged, read_states


def meant(text: dict[str, int], part_class: str = "other", *, is_doubtful: bool = False) -> dict[str, str]:
    states = [
        {"value": number, "descr": descr, "generic": generic} for number, (descr, generic) in enumerate(text.items())
    ]
    return {one.descr: one.meant for one in judged(list(read_states(states)), part_class, is_doubtful=is_doubtful)}


def test_generic_counts_as_it_stands():
    said = meant({"well": 0, "weak": 1, "dead": 2, "who knows": 3})
    assert said == {"well": "ok", "weak": "warning", "dead": "critical", "who knows": "unknown"}


def test_a_state_without_generic_or_value_says_nothing():
    states = [{"value": 1, "descr": "a"}, {"descr": "b", "generic": 0}, "c", {"value": 3, "generic": 2}]
    assert list(read_states(states)) == [State("3", "3", "critical")]


def test_one_fault_whatever_the_device_says_is_none():
    assert meant({"open": 2, "closed": 2}, "sensor") == {"open": "unknown", "closed": "unknown"}


def test_states_of_which_none_is_well_and_that_weigh_differently_are_a_list_of_faults():
    faults = list(read_states([{"value": 1, "generic": 1}, {"value": 2, "generic": 2}, {"value": 3, "generic": 3}]))
    assert is_list_of_faults(faults)
    assert not is_list_of_faults([*faults, State("0", "well", "ok")])
    assert not is_list_of_faults(faults[1:])


@pytest.mark.parametrize(
    ("part_class", "state"),
    [("outlet", "unknown"), ("other", "unknown"), ("fan", "critical"), ("supply", "critical")],
)
def test_off_is_a_fault_of_a_fan_or_supply_and_of_a_relay_how_it_is_set(part_class, state):
    assert meant({"On": 0, "Off": 2}, part_class)["Off"] == state


def test_what_is_not_used_is_no_fault_of_anything():
    said = meant({"notTurboChainPort": 2, "not configured": 1, "forwarding": 0}, "fan")
    assert said == {"notTurboChainPort": "unknown", "not configured": "unknown", "forwarding": "ok"}


def test_an_empty_place_is_absent_and_a_part_that_is_missing_is_a_fault():
    said = meant({"ok": 0, "Not Present": 2, "empty": 1, "missing": 2}, "disk")
    assert said == {"ok": "ok", "Not Present": "absent", "empty": "absent", "missing": "critical"}


@pytest.mark.parametrize("news", ["Notification", "Available", "update available"])
def test_news_are_no_warning(news):
    assert meant({"Normal": 0, news: 1, "Warning": 1}) == {"Normal": "ok", news: "ok", "Warning": "warning"}


def test_among_rows_that_were_to_be_skipped_none_is_called_wrong():
    assert meant({"ok": 0, "down": 2}, "fan", is_doubtful=True) == {"ok": "ok", "down": "unknown"}
