"""Keys of OIDs: they sort as the OIDs do, and an OID's key begins with the key of every OID above it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from netwatch.mib.pack.keys import BEHIND, MAX_NUMBER, key_of, oid_of_key

OIDS = st.lists(st.integers(0, MAX_NUMBER) | st.integers(0, 300) | st.sampled_from([239, 240, 255, 256]), max_size=20)


@given(OIDS)
def test_a_key_is_the_oid_again(oid: list[int]):
    assert oid_of_key(key_of(oid)) == tuple(oid)


@given(OIDS, OIDS)
def test_keys_sort_as_oids_do(one: list[int], other: list[int]):
    assert (key_of(one) < key_of(other)) == (tuple(one) < tuple(other))


@given(OIDS, OIDS)
def test_the_key_of_what_stands_below_begins_with_the_key_above_and_no_other_does(one: list[int], other: list[int]):
    assert key_of(other).startswith(key_of(one)) == (other[: len(one)] == one)


@given(OIDS, st.integers(0, MAX_NUMBER))
def test_behind_an_oid_is_behind_all_below_it(oid: list[int], number: int):
    assert key_of([*oid, number]) < key_of(oid) + BEHIND


def test_what_is_no_part_of_an_oid_ends_the_key():
    assert key_of([1, 3, MAX_NUMBER + 1, 4]) == key_of([1, 3])
    assert key_of([1, 3, -1]) == key_of([1, 3])
