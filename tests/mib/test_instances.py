"""The index of a row, from numbers to values and back."""

from __future__ import annotations

from ipaddress import IPv4Address

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from netwatch.mib import Base, IndexPart, MibIndex, ResolvedSyntax, Style, spell_oid
from netwatch.mib.instances import IndexValue, join, numbers_of, split
from netwatch.model import Oid

NUMBERS = st.integers(0, 2**32 - 1)
OIDS = st.lists(NUMBERS, max_size=8).map(Oid)


def part(base: Base, *, implied: bool = False, fixed: int | None = None) -> IndexPart:
    sizes = ((fixed, fixed),) if fixed is not None else ()
    return IndexPart(name="part", syntax=ResolvedSyntax(base=base, sizes=sizes), implied=implied)


@st.composite
def rows(draw: st.DrawFn) -> tuple[list[IndexPart], list[IndexValue]]:
    """An INDEX clause and values for it; only the last part may be implied (RFC 2578, section 7.7)."""
    parts, values = [], []
    kinds = draw(st.lists(st.sampled_from(["number", "address", "string", "fixed", "oid"]), min_size=1, max_size=5))
    for place, kind in enumerate(kinds):
        implied = place == len(kinds) - 1 and kind in ("string", "oid") and draw(st.booleans())
        if kind == "number":
            parts.append(part(draw(st.sampled_from([Base.INTEGER, Base.UNSIGNED, Base.TIME_TICKS, Base.GAUGE]))))
            values.append(draw(NUMBERS))
        elif kind == "address":
            parts.append(part(Base.IP_ADDRESS))
            values.append(draw(st.ip_addresses(v=4)))
        elif kind == "oid":
            parts.append(part(Base.OBJECT_IDENTIFIER, implied=implied))
            values.append(draw(OIDS))
        else:
            value = draw(st.binary(max_size=12))
            parts.append(part(Base.OCTETS, implied=implied, fixed=len(value) if kind == "fixed" else None))
            values.append(value)
    return parts, values


@given(rows())
def test_every_index_reads_back_as_the_values_it_was_made_of(row: tuple[list[IndexPart], list[IndexValue]]):
    parts, values = row

    assert split(parts, join(parts, values)) == tuple(values)


@given(rows(), st.lists(NUMBERS, max_size=24))
def test_no_suffix_from_the_network_is_ever_an_error(
    row: tuple[list[IndexPart], list[IndexValue]], suffix: list[int]
):
    values = split(row[0], suffix)

    assert values is None or join(row[0], values) == tuple(suffix)


COLUMNS = [
    "ipAddressIfIndex", "usmUserStatus", "ifAlias", "bgpPeerState", "dot1qTpFdbPort", "lldpRemSysName", "hrSWRunName",
    "ospfNbrState", "ifStackStatus", "entPhysicalName", "lldpRemManAddrIfId", "dot1dTpFdbPort", "ipNetToPhysicalType",
]  # fmt: skip


@example(name="ipAddressIfIndex", suffix=[0, 0])  # an address of type unknown has no octets
@example(name="ipAddressIfIndex", suffix=[16, 7, *b"1.2.3.4"])  # a name that looks like an address
@given(st.sampled_from(COLUMNS), st.lists(st.integers(0, 300), max_size=20))
def test_whatever_is_spelled_out_means_the_same_oid_when_typed(index: MibIndex, name: str, suffix: list[int]):
    oid = index.oid_of(name).join(suffix)

    assert index.oid_of(spell_oid(index, oid, Style())) == oid


def test_a_negative_number_in_an_index_is_read_where_its_type_has_such():
    signed = IndexPart(name="n", syntax=ResolvedSyntax(base=Base.INTEGER, ranges=((-10, 10),)))

    assert split([signed], [2**32 - 3]) == (-3,)
    assert split([part(Base.INTEGER)], [2**32 - 3]) == (2**32 - 3,)


@pytest.mark.parametrize("value", [None, 1.5, "text"])
def test_a_value_that_cannot_stand_in_an_index_is_refused(value: object):
    with pytest.raises(ValueError, match="cannot stand"):
        numbers_of(part(Base.OCTETS), value)  # type: ignore[arg-type]


def test_a_string_of_another_length_than_its_type_has_is_refused():
    with pytest.raises(ValueError, match="has 6 octets, not 2"):
        numbers_of(part(Base.OCTETS, fixed=6), b"ab")


def test_an_address_is_four_numbers():
    assert numbers_of(part(Base.IP_ADDRESS), IPv4Address("192.0.2.1")) == (192, 0, 2, 1)
