"""Request-ids: never 0, never repeated while in use, each an INTEGER of exactly four bytes."""

from __future__ import annotations

from netwatch.snmp.codec.ber import encode_integer
from netwatch.snmp.fast.request_ids import REMEMBERED, RequestIds


def test_every_id_is_the_shortest_encoding_of_a_positive_number():
    ids = RequestIds()

    given = [ids.fresh(()) for _ in range(5000)]

    assert all(encode_integer(int.from_bytes(one)) == b"\x02\x04" + one for one in given)
    assert len(set(given)) > 4990


def test_an_id_in_use_is_not_given_out_again():
    ids = RequestIds()
    taken: set[bytes] = set()
    for _ in range(5000):
        fresh = ids.fresh(taken)
        assert fresh not in taken
        taken.add(fresh)


def test_used_ids_are_known_for_a_while_and_never_more_than_a_bound():
    ids = RequestIds()
    given = [number.to_bytes(4) for number in range(5 * REMEMBERED)]
    for one in given:
        ids.used((one,))

    known = [ids.was_used(one) for one in given]
    assert all(known[-REMEMBERED:])
    assert sum(known) <= 2 * REMEMBERED
