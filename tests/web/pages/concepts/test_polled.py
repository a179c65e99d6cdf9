"""What polling distrusts, by reason, and how old what it knows is."""

from __future__ import annotations

from datetime import timedelta

from netwatch.web.pages.concepts.polled import MOST_REASONS, Distrust, polled_of
from tests.concept_readings import AT, concept_reading


def test_a_reason_is_said_once_with_its_columns_and_how_many_values_it_costs():
    doubts = {"interface_oper": {0: "odd"}, "interface_admin": {0: "odd", 1: "odd"}, "interface_duplex": {1: "none"}}
    ports = concept_reading("interface", {"ifIndex": "1"}, {"ifIndex": "2"}, doubts=doubts)

    polled = polled_of([ports])

    assert polled.distrusts == (
        Distrust(table="interface", columns=("interface_admin", "interface_oper"), why="odd", count=3),
        Distrust(table="interface", columns=("interface_duplex",), why="none", count=1),
    )
    assert not polled.is_empty


def test_of_many_reasons_the_weightiest_are_shown_and_the_others_counted():
    doubts = {"interface_oper": {row: f"reason {row}" for row in range(MOST_REASONS + 5)}}

    polled = polled_of([concept_reading("interface", {"ifIndex": "1"}, doubts=doubts)])

    assert (len(polled.distrusts), polled.more) == (MOST_REASONS, 5)


def test_the_age_of_facts_and_of_what_few_polls_ask_is_known():
    early = AT - timedelta(hours=1)
    readings = [
        concept_reading("component", {"part": "fan"}, at=early), concept_reading("vlan", {"vlan": "1"}),
        concept_reading("interface", {"ifIndex": "1"}, aged={"ifAlias": early, "interface_duplex": AT}),
    ]  # fmt: skip

    polled = polled_of(readings)

    assert polled.facts_at == early
    assert polled.seldom == (("interface", ("ifAlias", "interface_duplex"), early),)
    assert polled_of([]).is_empty
