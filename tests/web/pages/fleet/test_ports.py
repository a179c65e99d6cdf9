"""How links are, by what both ends said last."""

from __future__ import annotations

import random

import pytest

from netwatch.web.pages.fleet.links import ties_of
from netwatch.web.pages.fleet.ports import Ports
from netwatch.web.pages.overview import overview_of
from tests.concept_readings import concept_reading

from .test_map import behind, hears, two_switches


def nobody(device: str) -> bool:
    return False


@pytest.mark.parametrize(
    ("here", "there", "state"),
    [
        (("up", "up"), ("up", "up"), "up"),
        (("up", "up"), ("up", "down"), "down"),
        (("up", "up"), ("down", "up"), "down"),  # somebody switched it off
        (("up", "up"), ("up", "lowerLayerDown"), "down"),
        (("up", "up"), ("up", "testing"), "half"),
        (("up", "up"), None, "half"),
        (("up", "down"), None, "down"),
        (None, None, "unknown"),
    ],
)
def test_a_link_is_as_its_two_ports_are(here, there, state):
    said = {"sw1": here, "sw2": there}
    readings = {
        name: concept_reading(
            "interface", {"ifName": "Gi1", "interface_admin": words[0], "interface_oper": words[1]}, device=name
        )
        for name, words in said.items() if words is not None
    }  # fmt: skip
    rows = overview_of([behind("sw1"), behind("sw2")], [], ()).rows
    ties = ties_of(rows, lambda name: [hears("sw1", "sw2", "Gi1", peer_port="Gi1")] if name == "sw1" else [])

    (now,) = Ports().of(ties, lambda name, table: readings.get(name) if table == "interface" else None, nobody)

    assert now.state == state


def test_both_ends_tell_of_one_wire_also_where_one_knows_less_of_it():
    rows = overview_of([behind("sw1"), behind("sw2")], [], ()).rows
    heard = {
        "sw1": [hears("sw1", "sw2", "Gi1", if_index="1", peer_port="", peer_if_index="7")],
        "sw2": [
            hears("sw2", "sw1", "Te7", if_index="7", peer_port="Gi1"),
            hears("sw2", "sw1", "Te8", if_index="8", peer_port="Gi2"),
        ],
    }

    (tie,) = ties_of(rows, heard.__getitem__)

    assert [(tuple(wire.near), tuple(wire.far)) for wire in tie.wires] == [
        (("sw1", "1", "Gi1"), ("sw2", "7", "Te7")),
        (("sw1", "", "Gi2"), ("sw2", "8", "Te8")),
    ]


def test_what_is_kept_of_ports_is_what_looking_afresh_finds_whatever_was_read_meanwhile():
    dice, house = random.Random(2), two_switches(6)
    rows = overview_of(house.statuses, [], ()).rows
    ties, kept = ties_of(rows, house.neighbours), Ports()
    seen = set()
    for _ in range(200):
        device = dice.choice(("sw1", "sw2"))
        if dice.random() < 0.5:
            names = [f"Gi{number}" for number in range(1, 7)]
            dice.shuffle(names)  # an ifIndex is another port's after a restart
            ports = [
                {"ifIndex": number, "ifName": name, "interface_admin": dice.choice(("up", "down")),
                 "interface_oper": dice.choice(("up", "down")), "interface_speed_bits_per_second": 10.0**number}
                for number, name in enumerate(names, 1)
            ]  # fmt: skip
            house.tables[device] = (
                [concept_reading("interface", *ports, device=device)] if dice.random() < 0.9 else []
            )
        silent = {device} if dice.random() < 0.2 else set()

        now = kept.of(ties, house.reading, silent.__contains__)

        assert now == Ports().of(ties, house.reading, silent.__contains__)
        seen.add(now[0].state)
    assert seen >= {"down", "part", "unknown"}
