"""What a device is, printed concept by concept."""

from __future__ import annotations

import pytest

from netwatch.cli.ask.meaning import print_meaning
from netwatch.model import RowSet, TableReading
from tests.concept_readings import AT, a_switch, concept_reading


@pytest.fixture
def printed(capsys):
    def show(*readings: TableReading, concept: str = "") -> str:
        print_meaning(readings, concept)
        return str(capsys.readouterr().out)

    return show


def raw_table(count: int) -> TableReading:
    index = tuple(map(str, range(count)))
    return TableReading(device="sw1", table="ifTable", at=AT, rows=RowSet(index=index, keys=index), columns={})


def test_who_it_is_and_what_is_wrong_stand_above_the_concepts(printed):
    lines = printed(*a_switch()).splitlines()

    assert lines[:4] == [
        "Cisco C9300-48P, 17.9.4, serial FOC1, hall 2",
        "Te1/1/1 receive warning, -16.25 dBm",
        "Fan 1 critical, shutdown",
        "192.0.2.9 down, active",
    ]
    titles = ("Interfaces", "Processors", "Memory", "Storage", "Sensors", "Hardware", "Peers", "Clients")
    found = [line.strip() for line in lines if line.strip() in titles]
    assert found == list(titles)


@pytest.mark.parametrize(
    ("concept", "words"),
    [
        ("interface", ["up", "Gi1/0/1", "uplink", "1 Gb/s", "940 Mb/s", "94 %", "0.5/s"]),
        ("cpu", ["core 1", "core", "97 %"]),
        ("memory", ["Processor", "3.9 GiB of 8 GiB"]),
        ("sensor", ["warning", "Te1/1/1 receive (Te1/1/1)", "-16.25 dBm", "critical below -18.4 dBm"]),
        ("hardware", ["critical", "Fan 1", "fan", "shutdown"]),
        ("peer", ["down", "192.0.2.9", "bgp", "64512", "active", "1 h 2 min"]),
    ],
)
def test_a_row_is_written_with_units_and_states_in_words(printed, concept, words):
    rows = [line for line in printed(*a_switch()).splitlines() if "\u2502" in line]
    (line,) = [line for line in rows if words[1] in line and words[-1] in line]

    places = [line.find(word) for word in words]
    assert -1 not in places
    assert places == sorted(places)


def test_facts_are_a_line_each_and_in_full_where_they_are_asked_for(printed):
    vlans = concept_reading("vlan", *({"vlan": number} for number in range(10, 17)))

    short, full = printed(vlans), printed(vlans, concept="vlan")

    assert short == "VLANs (7): 10, 11, 12 and 4 more\n"
    assert [line.strip() for line in full.splitlines() if line.strip().isdigit()] == [str(n) for n in range(10, 17)]


def test_a_neighbour_is_named_with_its_port(printed):
    assert "Neighbours (1): Gi1/0/1 core-sw1\n" in printed(*a_switch())


def test_tables_as_the_device_gave_them_are_only_counted(printed):
    assert printed(raw_table(1200)) == "Rows of tables as the device gave them (--raw prints them): ifTable 1,200\n"


def test_nothing_is_a_dash_and_no_column_is_empty(printed):
    text = printed(concept_reading("peer", {"peer": "a", "peer_state": "up"}, {"peer": "b"}), concept="peer")

    assert "AS" not in text
    assert not [line for line in text.splitlines() if line.strip(" \u2502").endswith("-")]


def test_what_is_missing_is_told_with_its_reason(printed):
    memory = concept_reading(
        "memory", {"pool": "RAM"}, doubts={"memory_used_bytes": {0: "more in use than there is"}},
        partial=True, partial_because="hrStorageTable: no answer",
    )  # fmt: skip

    text = printed(memory)

    assert "Memory (not whole)" in text.replace("\n", "")
    assert "not whole: hrStorageTable: no answer\n" in text
    assert "RAM" in text.partition("?")[0]
    assert "pool=RAM memory_used_bytes: more in use than there is" in text


def test_a_concept_a_device_has_nothing_of_is_said_so(printed):
    assert printed(*a_switch(), concept="tunnel") == "tunnel: no rows; no profile finds any in what this device has\n"
