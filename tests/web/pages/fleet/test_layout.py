"""Where the map puts devices."""

from __future__ import annotations

import random

from netwatch.web.pages.fleet.layout import HEIGHT, MOST_DEEP, WIDTH, Layout, laid_out

Pair = tuple[str, str, str]


def tie(one: str, other: str, through: str = "") -> Pair:
    return min(one, other), max(one, other), through


def campus(buildings: int = 20, floors: int = 24) -> tuple[list[str], list[Pair]]:
    """Two cores, distribution at both, access behind it: five hundred devices and more ways than one."""
    names, ties = ["core1", "core2"], [tie("core1", "core2")]
    for building in range(buildings):
        names.append(dist := f"dist{building}")
        ties += [tie(dist, "core1", "core1"), tie(dist, "core2")]
        for floor in range(floors):
            names.append(access := f"access{building}-{floor}")
            ties.append(tie(access, dist, dist))
    return names[:500], [one for one in ties if set(one[:2]) <= set(names[:500])]


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

    layout = laid_out(tuple(names), tuple(ties))

    assert len(names) == 500
    assert layout.places.keys() == set(names)
    assert overlaps(layout) == []
    assert layout.width < 1600
    assert layout.height < 5000


def test_the_same_devices_come_out_at_the_same_places_in_whatever_order_they_come():
    names, ties = campus(4, 5)
    dice = random.Random(4)

    layouts = [laid_out(tuple(dice.sample(names, len(names))), tuple(dice.sample(ties, len(ties)))) for _ in range(5)]

    assert all(layout.places == layouts[0].places for layout in layouts)


def test_what_most_is_reached_through_is_the_root_and_what_is_behind_it_stands_to_the_right():
    layout = laid_out(("a", "b", "c", "z"), (tie("z", "a", "z"), tie("z", "b", "z"), tie("b", "c", "b")))

    xs = {name: x for name, (x, _) in layout.places.items()}
    assert xs["z"] == 0 < xs["a"] == xs["b"] < xs["c"]


def test_a_ring_and_a_long_chain_are_drawn_no_deeper_than_the_rest():
    names = [f"n{number}" for number in range(400)]
    ring = tuple(tie(names[number], names[number - 1]) for number in range(400))

    layout = laid_out(tuple(names), ring)

    assert layout.places.keys() == set(names)
    assert overlaps(layout) == []
    assert layout.width < (MOST_DEEP + 6) * 2 * WIDTH


def test_what_is_tied_to_nothing_stands_in_a_block_and_nothing_at_all_is_an_empty_map():
    assert len(laid_out(tuple(f"n{number}" for number in range(50)), ()).places) == 50
    assert (laid_out((), ()).places, laid_out((), ()).branches) == ({}, frozenset())


def test_places_that_are_kept_are_those_of_the_graph_there_is_now():
    dice, names = random.Random(8), [f"n{number}" for number in range(12)]
    for _ in range(100):  # more graphs than are kept, and some of them come again
        some = tuple(sorted(dice.sample(names, dice.randrange(3, 6))))
        ties = (tie(some[0], some[1], dice.choice(("", some[0], some[1]))), tie(some[1], some[2]))
        afresh = laid_out.__wrapped__(some, ties)
        assert laid_out(some, ties) == afresh
