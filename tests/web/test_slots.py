"""Room for answers that take long."""

from __future__ import annotations

from netwatch.web.slots import Slots


def test_there_is_room_for_so_many_and_a_quarter_of_it_is_kept_from_any_one_address():
    slots = Slots(8)

    taken = [slots.take("192.0.2.1") for _ in range(9)]
    of_others = [slots.take("192.0.2.2") for _ in range(9)]

    assert (sum(taken), sum(of_others)) == (6, 2)


def test_what_is_given_back_can_be_taken_again():
    slots = Slots(2)
    assert slots.take("192.0.2.1")
    assert not slots.take("192.0.2.1")

    slots.give_back("192.0.2.1")

    assert slots.take("192.0.2.1")
    assert slots.taken == 1


def test_there_is_always_room_for_one():
    assert Slots(2).take("192.0.2.1")
