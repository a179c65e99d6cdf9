"""No id is given twice, and those of one moment stand together."""

from __future__ import annotations

from netwatch.engine.ids import new_id


def test_ids_are_32_digits_are_all_different_and_stand_in_the_order_of_their_making():
    ids = [new_id() for _ in range(2_000)]

    assert len(set(ids)) == len(ids)
    assert all(len(one) == 32 and int(one, 16) >= 0 for one in ids)
    times = [one[:12] for one in ids]
    assert times == sorted(times)
