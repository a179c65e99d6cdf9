"""Neighbours: kept with their times, known again by port and chassis and port ID, and which devices they are."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from netwatch.model import ClockStep, Memory
from netwatch.neighbours import NEIGHBOUR_SCOPE, NeighbourBook
from netwatch.neighbours.heard import KEPT_FOR, MOST_NEIGHBOURS, MOST_TEXT
from tests.concept_readings import concept_reading

from .conftest import NOON

CORE2 = {"port": "Gi0/1", "ifIndex": "10", "neighbour": "core2.example.net", "neighbour_port": "Te1/1",
         "chassis": "00:1b:21:0a:0b:0c", "address": "192.0.2.2", "capabilities": "bridge router"}  # fmt: skip
PHONE = {"port": "Gi0/5", "ifIndex": "14", "neighbour": "SEP1", "neighbour_port": "Port 1", "chassis": "10.9.9.9",
         "capabilities": "bridge phone"}  # fmt: skip


def test_a_neighbour_has_the_times_when_it_was_first_and_last_heard(net):
    net.hears("core1", CORE2)
    net.later(hours=1).hears("core1", CORE2)
    net.later(hours=1).hears("core1")
    net.later(hours=1).hears("core1")

    (gone,) = net.book.of_device("core1")

    assert (gone.first_seen, gone.last_seen) == (NOON, NOON + timedelta(hours=1))
    assert not gone.is_there
    assert net.book.on_ports("core1") == {}


def test_it_is_there_under_the_ifindex_of_its_port_and_is_the_device_it_says_it_is(net):
    net.ports("core2", i3="TenGigabitEthernet1/1", i4="TenGigabitEthernet1/2").hears("core1", CORE2)

    (one,) = net.book.on_ports("core1")["10"]

    assert (one.peer, one.peer_by, one.peer_port, one.peer_if_index) == (
        "core2", "address", "TenGigabitEthernet1/1", "3",
    )  # fmt: skip
    assert one.kinds == ("bridge", "router")
    assert one.is_bridge
    assert one.is_monitored
    assert one.far_end == "core2 TenGigabitEthernet1/1"


@pytest.mark.parametrize(("row", "by"), [
    ({"chassis": "00-1B-21-0A-0B-0C"}, "chassis ID"),  # however it is spelled
    ({"address": "192.0.2.2"}, "address"),  # at which it is asked
    ({"address": "2001:db8:0::2"}, "address"),  # of its own
    ({"neighbour": "CORE2.example.net"}, "name"),
    ({"neighbour": "core2"}, "name"),
    ({"neighbour": "tower-b"}, "name"),  # its sysName
])  # fmt: skip
def test_a_watched_device_is_known_by_whatever_it_says_of_itself(net, row, by):
    net.says("core2", name="tower-b.example.net", chassis="001b.210a.0b0c").has("core2", "2001:db8::2")
    net.hears("core1", {"port": "Gi0/1", "neighbour_port": "1", **row})

    (one,) = net.book.of_device("core1")

    assert (one.peer, one.peer_by) == ("core2", by)


def test_a_chassis_id_counts_before_a_name_and_what_two_have_counts_for_neither(net):
    net.says("core2", name="edge", chassis="00:1b:21:0a:0b:0c").says("acc7", name="edge")
    net.hears("core1", {"port": "1", "neighbour": "edge"}, {"port": "2", "neighbour": "core1",
                        "chassis": "00:1b:21:0a:0b:0c"})  # fmt: skip

    by_port = {one.port: one.peer for one in net.book.of_device("core1")}

    assert by_port == {"1": "", "2": "core2"}


def test_whom_the_same_port_hears_by_lldp_and_by_cdp_is_one_neighbour(net):
    cdp = {"port": "Gi0/1", "neighbour": "core2", "neighbour_port": "TenGigabitEthernet1/1", "chassis": "core2",
           "platform": "C9500", "protocol": "cdp"}  # fmt: skip
    net.hears("core1", cdp, {key: text for key, text in CORE2.items() if key != "platform"})

    (one,) = net.book.of_device("core1")

    assert one.protocols == ("lldp", "cdp")
    assert (one.remote_port, one.platform, one.if_index) == ("Te1/1", "C9500", "10")


def test_another_device_at_a_port_is_told_and_the_one_before_is_not_lost(net):
    assert net.hears("core1", CORE2, PHONE) == []  # what is heard first is no news
    other = CORE2 | {"neighbour": "core3", "chassis": "00:1b:21:ff:ff:ff", "address": ""}

    assert net.later(minutes=5).hears("core1", other) == [
        "new neighbour at Gi0/1: core3 Te1/1", "no longer heard at Gi0/1: core2.example.net Te1/1",
        "no longer heard at Gi0/5: SEP1 Port 1",
    ]  # fmt: skip
    assert [(one.name, one.is_there) for one in net.book.of_device("core1") if one.port == "Gi0/1"] == [
        ("core3", True), ("core2.example.net", False),
    ]  # fmt: skip


def test_a_reading_in_part_says_of_nobody_that_he_is_gone(net):
    net.hears("core1", CORE2)
    net.later(minutes=5).hears("core1", partial=True)

    assert [one.is_there for one in net.book.of_device("core1")] == [True]


def test_what_is_known_survives_a_restart_and_a_word_of_another_version_does_not_stop_it(net):
    net.says("core2", name="x", chassis="00:1b:21:0a:0b:0c").hears("core1", CORE2, PHONE)
    before = net.book.of_device("core1")
    net.kept["odd"] = Memory(scope=NEIGHBOUR_SCOPE, key="odd", text='{"heard": [[1]], "own": {}}')

    after = net.restarted().book.of_device("core1")

    assert after == before
    assert net.book.of_device("odd") == []


def test_that_all_is_as_it_was_is_written_once_an_hour(net):
    net.hears("core1", CORE2)
    for _ in range(12):
        net.later(minutes=10).hears("core1", CORE2)

    assert net.writes == 3
    assert net.restarted().book.of_device("core1")[0].last_seen == net.now


def test_who_was_not_heard_for_a_month_is_forgotten(net):
    net.hears("core1", CORE2)
    net.later(minutes=1).hears("core1")
    net.later(days=KEPT_FOR.days + 1).hears("core1")

    assert net.book.of_device("core1") == []
    assert json.loads(net.kept["core1"].text)["heard"] == []


def test_only_so_many_are_kept_of_a_device_those_that_are_there_first(net):
    def many(word: str) -> list[dict[str, str]]:
        return [
            {"port": f"{number}", "chassis": f"{word}{number}", "neighbour": word}
            for number in range(MOST_NEIGHBOURS)
        ]

    net.hears("core1", *many("old"))
    assert net.book.take_left_out() == 0
    net.later(minutes=5).hears("core1", *many("new"), {"port": "x", "neighbour": "one more"})

    assert len(net.book.of_device("core1")) == MOST_NEIGHBOURS
    assert net.book.take_left_out() == MOST_NEIGHBOURS + 1
    assert all(one.name == "new" for one in net.book.of_device("core1"))


def test_what_a_neighbour_says_of_itself_is_cut_and_moves_no_cursor(net):
    nasty = {"port": "1", "neighbour": "<script>\x1b[2J\u202e" + "x" * 65_536, "platform": "a\nb\0",
             "capabilities": " ".join(["bridge"] * 500)}  # fmt: skip
    net.hears("core1", nasty)

    (one,) = net.book.of_device("core1")

    assert one.name.startswith("<script>[2Jxxx")
    assert len(one.name) == MOST_TEXT
    assert one.platform == "a b"
    assert len(one.kinds) < 10
    assert len(net.kept["core1"].text) < 2_000
    assert net.restarted().book.of_device("core1") == [one]


def test_the_times_move_with_the_wall_clock(net):
    net.hears("core1", CORE2)
    net.book.move(ClockStep(since=NOON - timedelta(days=1), at=NOON, by=timedelta(hours=3)))

    assert net.book.of_device("core1")[0].last_seen == NOON + timedelta(hours=3)


def test_the_version_is_another_one_when_another_device_becomes_known(net):
    net.hears("core1", CORE2 | {"address": "", "neighbour": "tower"})
    before, nobody = net.book.version("core1"), net.book.on_ports("core1")["10"][0].peer
    net.says("core2", name="tower")

    assert net.book.version("core1") != before
    assert (nobody, net.book.on_ports("core1")["10"][0].peer) == ("", "core2")


def test_readings_of_other_tables_are_none_of_its_business():
    assert NeighbourBook().take(concept_reading("cpu", {"cpu": "all", "cpu_busy_ratio": 0.5})) == ([], [])
