"""Who has to leave when every connection is taken."""

from __future__ import annotations

import pytest

from netwatch.web.sockets.seats import Seat, who_must_go


def idle(address: str, since: float) -> Seat:
    return Seat(address=address, idle=True, answering=False, since=since)


def asking(address: str, since: float = 0.0) -> Seat:
    return Seat(address=address, idle=False, answering=False, since=since)


def answered(address: str) -> Seat:
    return Seat(address=address, idle=False, answering=True, since=0.0)


@pytest.mark.parametrize(
    ("seats", "leaves"),
    [
        ([idle("a", 5), idle("b", 3), asking("c")], 1),  # the longest idle
        ([idle("a", 3), idle("b", 5), asking("b")], 1),  # of the address that holds the most
        ([asking("a", 4), asking("a", 2), asking("b")], 1),  # one machine has no more than it leaves to others
        ([asking("a"), asking("b"), asking("c")], None),
        ([asking("a"), asking("a"), asking("new")], None),  # would be as many as the newcomer's, then fewer
        ([answered("a"), answered("a"), answered("a")], None),
        ([answered("a"), answered("a"), asking("a", 9)], 2),
        ([], None),
    ],
)
def test_whoever_needs_a_place_least_makes_room(seats, leaves):
    assert who_must_go(seats, "new") == leaves


def test_one_address_does_not_throw_out_its_own_requests():
    assert who_must_go([asking("a"), asking("a"), asking("a")], "a") is None
