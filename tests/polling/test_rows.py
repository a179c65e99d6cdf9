"""Rows and what they are called."""

import random
from dataclasses import replace

import pytest

from netwatch.model import ColumnKind, Missing, Oid, RowSet
from netwatch.polling.layout import Presence, build_layout
from netwatch.polling.rows import (
    cells_of,
    label_columns,
    name_rows,
    names_alike,
    renamed_rows,
    rows_called,
    witnessed,
)
from netwatch.profiles import ColumnSpec, LabelSpec, TableSpec

IF_NAME = Oid.parse("1.3.6.1.2.1.31.1.1.1.1")
IF_DESCR = Oid.parse("1.3.6.1.2.1.2.2.1.2")


def named(spec, names, descrs=None, previous=None):
    suffixes = [(n,) for n in range(1, len(names) + 1)]
    descrs = descrs or [b""] * len(names)
    cells = {
        IF_NAME: dict(zip(suffixes, names, strict=True)),
        IF_DESCR: dict(zip(suffixes, descrs, strict=True)),
    }
    return name_rows(spec, suffixes, cells, previous)


def test_a_row_has_its_index_and_its_labels(interfaces):
    rows = named(interfaces, [b"Gi1", b"Gi2"], [b"GigabitEthernet1", b"GigabitEthernet2"])

    assert rows.index == ("1", "2")
    assert rows.labels_of(1) == {"ifIndex": "2", "ifName": "Gi2", "ifDescr": "GigabitEthernet2"}


@pytest.mark.parametrize(
    ("names", "keys"),
    [
        ([b"Gi1", b"Gi2"], ("ifName=Gi1", "ifName=Gi2")),
        ([b"Gi1", b"Gi1"], ("1", "2")),  # two of one name: only the index tells them apart
        ([b"", b"Gi2"], ("1", "ifName=Gi2")),
    ],
)
def test_a_row_is_known_by_its_name_where_that_is_its_own(interfaces, names, keys):
    assert named(interfaces, names).keys == keys


@pytest.mark.parametrize(
    ("name", "descr", "labels"),
    [
        (b"", b"eth0", ("eth0", "eth0")),
        (b"Gi1", b"", ("Gi1", "Gi1")),
        (b"Gi1", b"GigabitEthernet1", ("Gi1", "GigabitEthernet1")),
        (b"", b"", ("", "")),
    ],
)
def test_an_interface_without_one_name_goes_by_the_other(interfaces, name, descr, labels):
    rows = named(interfaces, [name], [descr])

    assert (rows.labels["ifName"][0], rows.labels["ifDescr"][0]) == labels


def test_the_same_rows_are_the_same_object(interfaces):
    first = named(interfaces, [b"Gi1", b"Gi2"])

    assert named(interfaces, [b"Gi1", b"Gi2"], previous=first) is first
    assert named(interfaces, [b"Gi1", b"Gi3"], previous=first) is not first


def test_labels_may_be_parts_of_the_index_and_have_their_texts_replaced(interfaces):
    spec = replace(
        interfaces,
        identity="",
        labels=(
            LabelSpec(name="peer"),
            LabelSpec(name="afi", index_position=1, mapping={"1": "ipv4", "2": "ipv6"}),
            LabelSpec(name="beyond", index_position=9),
        ),
    )

    rows = name_rows(spec, [(1, 192, 0, 2, 1), (2, 7)], {}, None)

    assert rows.labels == {"peer": ("1.192.0.2.1", "2.7"), "afi": ("ipv4", "ipv6"), "beyond": ("", "")}
    assert rows.keys == rows.index


def test_both_names_of_an_interface_are_walked_even_if_one_is_asked_for(interfaces):
    only_name = replace(interfaces, labels=(LabelSpec(name="ifName", oid=IF_NAME),))

    assert label_columns(only_name) == [IF_NAME, IF_DESCR]


def test_what_a_row_is_beside_its_name_is_read_at_discoveries_alone_and_never_stays_with_a_stranger():
    sensors = TableSpec(
        name="probeTable",
        oid=Oid.parse("1.3.6.1.4.1.32473.7"),
        walk=Oid.parse("1.3.6.1.4.1.32473.7.1.2"),
        columns=(ColumnSpec(name="probeValue", oid=Oid.parse("1.3.6.1.4.1.32473.7.1.2"), kind=ColumnKind.GAUGE),),
        labels=(
            LabelSpec(name="probeName", oid=Oid.parse("1.3.6.1.4.1.32473.7.1.3")),
            LabelSpec(name="probeKind", oid=Oid.parse("1.3.6.1.4.1.32473.7.1.4")),
        ),
        identity="probeName",
    )
    name, kind = (label.oid for label in sensors.labels)
    cells = {name: {(1,): b"Inlet", (2,): b"twice", (3,): b"twice"}, kind: {(1,): b"air", (2,): b"a", (3,): b"b"}}
    rows = name_rows(sensors, [(1,), (2,), (3,)], cells, None)

    unasked = witnessed(sensors, [(1,), (2,), (3,)], cells)
    presence = Presence({column: [(1,), (2,), (3,)] for column in (name, kind, sensors.walk)})
    layout = build_layout(
        sensors, rows, [(1,), (2,), (3,)], presence, labels=label_columns(sensors), unasked=unasked
    )  # fmt: skip
    polled = {name: {(1,): b"Outlet", (2,): b"twice", (3,): b"twice"}, kind: {(2,): b"a", (3,): b"c"}}
    same = {name: {(1,): b"Inlet", (2,): b"twice", (3,): b"twice"}, kind: {(2,): b"a", (3,): b"b"}}

    assert unasked == {kind.child(1)}
    assert renamed_rows(sensors, layout, same, rows) is rows
    assert renamed_rows(sensors, layout, polled, rows).labels == {
        "probeName": ("Outlet", "twice", "twice"), "probeKind": ("", "a", "c"),
    }  # fmt: skip


def test_rows_that_a_poll_names_as_before_are_the_very_same_and_whole_columns_say_what_single_cells_do(interfaces):
    """Column by column and row by row come to the same: a cell that is missing sends the whole label the slow way."""
    suffixes = [(1,), (2,), (3,)]
    chance = random.Random(7)
    for _ in range(200):
        names, descrs = ([chance.choice([b"", b"Gi1", b"Gi2", b"Gi3"]) for _ in suffixes] for _ in range(2))
        found = named(interfaces, names, descrs)
        presence = Presence(dict.fromkeys(label_columns(interfaces), suffixes))
        layout = build_layout(interfaces, found, suffixes, presence, labels=label_columns(interfaces))
        polled = {
            oid: {
                suffix: chance.choice([b"", b"Gi1", b"Gi9", was]) for suffix, was in zip(suffixes, cells, strict=True)
            }
            for oid, cells in ((IF_NAME, names), (IF_DESCR, descrs))
        }

        rows = renamed_rows(interfaces, layout, polled, found)

        afresh = name_rows(interfaces, suffixes, polled, None)
        assert (rows.index, rows.keys, dict(rows.labels)) == (afresh.index, afresh.keys, dict(afresh.labels))
        assert (rows is found) == (dict(afresh.labels) == dict(found.labels))
        part = {oid: {suffix: text for suffix, text in of.items() if suffix != (2,)} for oid, of in polled.items()}
        kept = renamed_rows(interfaces, layout, part, found)
        for label in ("ifName", "ifDescr"):
            assert kept.labels[label] == (rows.labels[label][0], found.labels[label][1], rows.labels[label][2])


def test_what_a_poll_calls_rows_is_found_once_for_like_layouts_and_is_what_each_would_find(interfaces):
    suffixes = [(1,), (2,), (3,)]
    chance = random.Random(11)
    names, descrs = [b"Gi1", b"Gi2", b"Gi2"], [b"one", b"two", b"three"]
    found = named(interfaces, names, descrs)
    presence = Presence(dict.fromkeys(label_columns(interfaces), suffixes))
    layout = build_layout(interfaces, found, suffixes, presence, labels=label_columns(interfaces))
    same = [value for column in label_columns(interfaces) for value in {IF_NAME: names, IF_DESCR: descrs}[column]]
    for _ in range(200):
        polled = [chance.choice([value, value, value, 1, 1.0, Missing.NO_SUCH_INSTANCE, b""]) for value in same]
        own = RowSet(index=found.index, keys=found.keys, labels=found.labels)
        like = replace(layout, rows=own)

        for brought in (same, polled, polled):
            rows = rows_called(interfaces, like, brought, own)
            afresh = renamed_rows(interfaces, like, cells_of(like, brought), own)
            assert (rows is own) == (afresh is own)
            assert (rows.index, rows.keys, dict(rows.labels)) == (afresh.index, afresh.keys, dict(afresh.labels))


def test_equal_names_are_one_object_and_others_are_not():
    once, again, other = (tuple(bytes([65, row]) for row in range(first, 90)) for first in (40, 40, 41))
    many = tuple(str(row).encode() for row in range(5000))

    assert names_alike(once) is names_alike(again)
    assert names_alike(other) == other
    assert names_alike(many) is many
