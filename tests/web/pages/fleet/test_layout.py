"""Where the map puts devices."""

from __future__ import annotations

import random

from netwatch.web.pages.fleet.layout import HEIGHT, MOST_DEEP, WIDTH, Layout, laid_out
from netwatch.web.pages.fleet.links import Tie


def tie(one: str, other: str, through: str = "") -> Tie:
    return Tie(one=min(one, other), other=max(one, other), through=through)


def campus(buildings: int = 20, floors: int = 24) -> tuple[list[str], list[Tie]]:
    """Two cores, distribution at both, access behind it: five hundred devices and more ways than one."""
    names, ties = ["core1", "core2"], [tie("core1", "core2")]
    for building in range(buildings):
        names.append(dist := f"dist{building}")
        ties += [tie(dist, "core1", "core1"), tie(dist, "core2")]
        for floor in range(floors):
            names.append(access := f"access{building}-{floor}")
            ties.append(tie(access, dist, dist))
    return names[:500], [one for one in ties if {one.one, one.other} <= set(names[:500])]


def overlaps(layout: Layout) -> list[tuple[str, str]]:
    taken = sorted((x, y, name) for name, (x, y) in layout.places.items())
    return [
        (one, other)
        for number, (x, y, one) in enumerate(taken)
        for far, low, other in taken[number + 1 : number + 60]
        if far < x + WIDTH and abs(low - y) < HEIGHT
    ]


def test_five_hundred_devices_have_places_of_their_own_and_fit_a_screens_width():
    names, ties = campus()

    layout = laid_out(names, ties)

    assert len(names) == 500
    assert layout.places.keys() == set(names)
    assert overlaps(layout) == []
    assert layout.width < 1600
    assert layout.height < 5000


def test_the_same_devices_come_out_at_the_same_places_in_whatever_order_they_come():
    names, ties = campus(4, 5)
    dice = random.Random(4)

    layouts = [laid_out(dice.sample(names, len(names)), dice.sample(ties, len(ties))) for _ in range(5)]

    assert all(layout.places == layouts[0].places for layout in layouts)


def test_what_most_is_reached_through_is_the_root_and_what_is_behind_it_stands_to_the_right():
    layout = laid_out(["a", "b", "c", "z"], [tie("z", "a", "z"), tie("z", "b", "z"), tie("b", "c", "b")])

    xs = {name: x for name, (x, _) in layout.places.items()}
    assert xs["z"] == 0 < xs["a"] == xs["b"] < xs["c"]


def test_a_ring_and_a_long_chain_are_drawn_no_deeper_than_the_rest():
    names = [f"n{number}" for number in range(400)]
    ring = [tie(names[number], names[number - 1]) for number in range(400)]

    layout = laid_out(names, ring)

    assert layout.places.keys() == set(names)
    assert overlaps(layout) == []
    assert layout.width < (MOST_DEEP + 6) * 2 * WIDTH


def test_what_is_tied_to_nothing_stands_in_a_block_and_nothing_at_all_is_an_empty_map():
    assert len(laid_out([f"n{number}" for number in range(50)], []).places) == 50
    assert (laid_out([], []).places, laid_out([], []).branches) == ({}, [])
