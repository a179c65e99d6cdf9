"""No id is given twice, and those of one moment stand together."""

from __future__ import annotations

import time
import uuid

from netwatch.model.ids import new_id, new_uuid


def test_ids_are_all_different_and_stand_in_the_order_of_their_making():
    ids = [new_id() for _ in range(2_000)]

    assert len(set(ids)) == len(ids)
    assert all(len(one) == 32 for one in ids)
    times = [one[:12] for one in ids]
    assert times == sorted(times)


def test_an_id_is_a_uuid_of_version_7_that_says_when_it_was_made():
    before, made, after = time.time(), uuid.UUID(new_uuid()), time.time()

    assert (made.version, made.variant) == (7, uuid.RFC_4122)
    assert int(before * 1000) <= made.int >> 80 <= int(after * 1000)
