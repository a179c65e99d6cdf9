"""What was made of the same is one object; what is kept of it is bounded."""

import random

import pytest

from netwatch.polling.concepts import alike
from netwatch.polling.concepts.alike import Alike


class Made:
    """Something that is the same only as itself."""


def test_of_the_same_one_thing_is_made():
    kept = Alike[Made]()

    first = kept.made("ports", ["Gi1"], Made, 1)

    assert kept.made("ports", ["Gi1"], Made, 1) is first
    assert kept.made("ports", ["Gi2"], Made, 1) is not first
    assert kept.made("fans", ["Gi1"], Made, 1) is not first
    assert kept.made("ports", ["Gi1"], Made, 1) is first


def test_of_one_kind_those_made_last_are_kept():
    kept = Alike[Made]()
    made = [kept.made("ports", number, Made, 1) for number in range(alike.BESIDE + 1)]

    assert kept.made("ports", alike.BESIDE, Made, 1) is made[-1]
    assert kept.made("ports", 1, Made, 1) is made[1]
    assert kept.made("ports", 0, Made, 1) is not made[0]


def test_what_has_very_many_rows_is_not_kept():
    kept = Alike[Made]()

    assert kept.made("macs", 1, Made, alike.LARGEST) is kept.made("macs", 1, Made, alike.LARGEST)
    assert kept.made("macs", 2, Made, alike.LARGEST + 1) is not kept.made("macs", 2, Made, alike.LARGEST + 1)


@pytest.mark.parametrize("seed", range(5))
def test_what_is_kept_never_has_more_rows_than_its_bound(monkeypatch, seed):
    monkeypatch.setattr(alike, "MOST_ROWS", 40)
    chance, kept = random.Random(seed), Alike[tuple[int, int]]()

    for _ in range(500):
        kind, of, rows = chance.randrange(12), chance.randrange(7), chance.randrange(10)
        assert kept.made(kind, of, lambda both=(kind, of): both, rows) == (kind, of)
        held = [entry for entries in kept._kinds.values() for entry in entries]
        assert sum(entry[2] for entry in held) == kept._rows <= 40
