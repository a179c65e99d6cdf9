"""Room for answers that take long."""

from __future__ import annotations

from dataclasses import dataclass

from netwatch.web.slots import Slots


def test_there_is_room_for_so_many_and_a_quarter_of_it_is_kept_from_any_one_address():
    slots = Slots(8)

    taken = [slots.take("192.0.2.1") for _ in range(9)]
    of_others = [slots.take("192.0.2.2") for _ in range(9)]

    assert [sum(slot is not None for slot in one) for one in (taken, of_others)] == [6, 2]


def test_what_is_given_back_can_be_taken_again():
    slots = Slots(2)
    taken = slots.take("192.0.2.1")
    assert taken is not None
    assert not slots.take("192.0.2.1")

    slots.give_back(taken)
    slots.give_back(taken)

    assert slots.take("192.0.2.1")
    assert slots.taken == 1


@dataclass
class Reader:
    """A peer that has not read for some seconds."""

    stalled: float
    has_left: bool = False

    def stalled_seconds(self) -> float:
        return self.stalled

    def leave(self) -> None:
        self.has_left = True


def test_whoever_has_not_read_for_the_longest_makes_room():
    slots, readers = Slots(4), [Reader(0.0), Reader(3.0), Reader(30.0), Reader(0.5)]
    taken = [slots.take(f"192.0.2.{number % 2}", reader) for number, reader in enumerate(readers)]
    assert all(taken)

    come = [slots.take("192.0.2.9") is not None for _ in range(3)]

    assert come == [True, True, False]
    assert [reader.has_left for reader in readers] == [False, True, True, False]
    assert slots.taken == 4


def test_of_an_address_that_has_its_share_one_of_its_own_makes_room():
    slots, idle, other = Slots(4), Reader(9.0), Reader(99.0)
    assert all(slots.take("192.0.2.1", one) for one in (idle, Reader(0.0), Reader(0.0)))
    assert slots.take("192.0.2.2", other)

    assert slots.take("192.0.2.1") is not None

    assert (idle.has_left, other.has_left) == (True, False)


def test_there_is_always_room_for_one():
    assert Slots(2).take("192.0.2.1")
