"""What is cut off by a dead parent is no news; what came back is asked first."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.alerts import Parents, Sight, Topology
from netwatch.model import Alert, AlertKey, AlertState, MuteKind

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
PATIENCE = timedelta(seconds=15)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def up(since: float = -3600, asked: float = 0) -> Sight:
    return Sight(up=True, since=at(since), at=at(asked))


def down(since: float = -5, asked: float = 0) -> Sight:
    return Sight(up=False, since=at(since), at=at(asked))


NEVER_ASKED = Sight(up=None, since=at(-3600), at=at(-3600))


def alert(device: str = "sw1", begun: float = -60) -> Alert:
    return Alert(
        id="a", key=AlertKey(rule="DeviceDown", device=device), state=AlertState.FIRING, pending_at=at(begun)
    )


def one(*names: str, needs: str = "any") -> Parents:
    return Parents(names=names, needs=needs)


def reason(topology: Topology, *, device: str = "sw1", begun: float = -60, now: float = 0, **sights: Sight) -> str:
    muting = topology.muting_of(alert(device, begun), sights, at(now), patience=PATIENCE)
    return muting.reason if muting else ""


CHAIN = Topology({"sw1": one("r1"), "r1": one("core")})
PAIR = Topology({"sw1": one("r1", "r2"), "r1": one("core"), "r2": one("core")})
ROW = Topology({"sw1": one("r1", "r2", needs="all")})


def test_what_stands_behind_a_dead_device_is_not_told():
    muting = CHAIN.muting_of(alert(), {"core": up(), "r1": down(), "sw1": down()}, NOON, patience=PATIENCE)

    assert muting.kind is MuteKind.PARENT
    assert (muting.reason, muting.by) == ("r1 is down, and sw1 is only reached through it", "r1")
    assert muting.until is None


@pytest.mark.parametrize("r1", [down(), up(asked=-30), NEVER_ASKED])
def test_the_topmost_that_failed_is_named_whatever_is_known_of_those_between(r1):
    said = reason(CHAIN, core=down(since=-20), r1=r1, sw1=down())

    assert said == "core is down, and sw1 is only reached through it"


def test_a_device_without_parents_is_always_told():
    assert reason(CHAIN, device="core", core=down()) == ""
    assert reason(CHAIN, device="elsewhere", core=down()) == ""


def test_with_two_ways_both_must_be_closed():
    assert reason(PAIR, core=up(), r1=down(), r2=up(), sw1=down()) == ""
    both = reason(PAIR, core=up(), r1=down(), r2=down(), sw1=down())
    assert both == "r1 and r2 are down, and sw1 is only reached through them"
    assert reason(PAIR, core=down(), r1=down(), r2=up(asked=-30), sw1=down()).startswith("core is down")


def test_in_a_row_one_is_enough():
    assert reason(ROW, r1=up(), r2=down(), sw1=down()) == "r2 is down, and sw1 is only reached through it"


def test_what_answers_is_not_cut_off_whatever_the_map_says():
    assert reason(CHAIN, core=up(), r1=down(since=-10), sw1=up(asked=-5)) == ""
    assert reason(CHAIN, core=up(), r1=down(since=-10), sw1=up(asked=-15)) != ""
    assert reason(CHAIN, core=down(since=-30), r1=up(since=-20, asked=-1), sw1=down()) == ""


def test_a_child_is_asked_before_anybody_is_told_that_it_is_down():
    said = reason(CHAIN, core=up(), r1=up(since=-5), sw1=down(since=-60, asked=-8))

    assert said == "r1 is back since 11:59:55 UTC, sw1 not asked since"
    assert reason(CHAIN, core=up(), r1=up(since=-5), sw1=down(since=-60, asked=-2)) == ""


def test_also_where_those_between_were_never_seen_down():
    said = reason(CHAIN, core=up(since=-3), r1=up(asked=-20), sw1=down(since=-60, asked=-8))

    assert said == "core is back since 11:59:57 UTC, sw1 not asked since"


def test_one_way_back_is_enough_where_any_is():
    assert "not asked since" in reason(PAIR, core=up(), r1=up(since=-5), r2=down(), sw1=down(asked=-8))
    assert reason(PAIR, core=up(), r1=up(since=-5), r2=up(), sw1=down(asked=-8)) == ""
    assert "r2 is back" in reason(ROW, r1=up(), r2=up(since=-5), sw1=down(asked=-8))


def test_what_was_never_asked_waits_a_while_for_it_and_no_longer():
    assert "not asked since" in reason(CHAIN, core=up(), r1=up(since=-5), now=9)
    assert reason(CHAIN, core=up(), r1=up(since=-5), now=10) == ""


def test_a_young_alert_waits_for_word_of_the_parent():
    sights = {"core": up(), "r1": up(asked=-8), "sw1": down(since=-1, asked=-1)}

    muting = CHAIN.muting_of(alert(begun=-1), sights, NOON, patience=PATIENCE)

    assert (muting.reason, muting.by, muting.until) == ("waiting for word of r1", "r1", at(14))
    assert reason(CHAIN, begun=-1, now=14, **sights) == ""  # patience is over
    assert reason(CHAIN, begun=-1, **{**sights, "r1": up(asked=0)}) == ""  # r1 is alive
    assert reason(CHAIN, begun=-1, **{**sights, "sw1": up(asked=-1)}) == ""  # sw1 itself is


def test_it_waits_only_where_that_word_could_explain_it():
    stale = up(asked=-8)

    assert reason(PAIR, begun=-1, core=up(), r1=stale, r2=up(), sw1=down()) == ""
    assert reason(PAIR, begun=-1, core=up(), r1=stale, r2=down(), sw1=down()) == "waiting for word of r1"
    assert reason(PAIR, begun=-1, core=up(), r1=stale, r2=stale, sw1=down()) == "waiting for word of r1 and r2"
    assert reason(ROW, begun=-1, r1=stale, r2=up(), sw1=down()) == "waiting for word of r1"


STAR = Topology({**{f"sw{n}": one("r1") for n in range(1, 5)}, "r1": one("core"), "ap": one("sw4")})


def test_where_only_the_agent_of_a_router_died_what_dies_behind_it_is_told():
    agent_dead = {"core": up(), "r1": down(since=-600), "sw1": down(since=-30, asked=-2)}

    assert reason(STAR, **agent_dead, sw2=up(asked=-2)) == ""
    assert reason(STAR, **agent_dead, sw4=down(), ap=up(asked=-2)) == ""  # also from far behind
    assert reason(STAR, **agent_dead, sw2=up(asked=-700)) != ""  # it answered only before
    assert reason(STAR, **agent_dead, sw2=NEVER_ASKED) != ""


def test_who_was_asked_before_the_router_was_shown_to_pass_traffic_is_asked_again():
    after_all = {"core": up(), "r1": down(since=-60), "sw1": down(since=-60, asked=-9), "sw2": up(since=-5)}

    assert reason(STAR, **after_all) == "r1 passes traffic since 11:59:55 UTC, sw1 not asked since"
    assert reason(STAR, **{**after_all, "sw1": down(since=-60, asked=-5)}) == ""


def test_what_has_another_way_proves_nothing():
    assert reason(PAIR, core=up(), r1=down(), r2=down(), sw1=down()) != ""
    assert "core is down" in reason(PAIR, device="r1", core=down(), r1=down(), r2=down(), sw1=up(since=-1))
    assert reason(ROW, device="sw1", r1=down(), r2=up(), sw1=down()) != ""


def test_descendants_are_all_that_is_reached_through_a_device():
    assert PAIR.descendants("core") == {"r1", "r2", "sw1"}
    assert PAIR.descendants("r1") == {"sw1"}
    assert PAIR.descendants("sw1") == frozenset()


def freed_by(topology, device, sights):
    roots = (device, *topology.silent_above(device, sights))
    return {device}.union(*map(topology.descendants, roots))


def test_an_answer_may_free_what_is_behind_and_what_stands_behind_the_same_silent_device():
    quiet, silent = {"core": up(), "r1": up()}, {"core": up(), "r1": down()}

    assert freed_by(STAR, "sw4", quiet) == {"sw4", "ap"}
    assert freed_by(STAR, "sw4", silent) == {"sw1", "sw2", "sw3", "sw4", "ap"}
    assert freed_by(STAR, "ap", silent) == {"sw1", "sw2", "sw3", "sw4", "ap"}
    assert freed_by(STAR, "r1", quiet) == {"r1", "sw1", "sw2", "sw3", "sw4", "ap"}
    assert freed_by(STAR, "elsewhere", silent) == {"elsewhere"}


def test_a_circle_and_a_chain_without_end_are_survived():
    circle = Topology({"a": one("b"), "b": one("a")})
    chain = Topology({f"d{n}": one(f"d{n + 1}") for n in range(5000)})

    assert circle.descendants("a") == {"b"}
    assert "down" in reason(circle, device="a", a=down(), b=down())  # refused by config; here it only must end
    assert reason(chain, device="d0", d5000=down()) == "d5000 is down, and d0 is only reached through it"
    assert len(chain.descendants("d5000")) == 5000


SIGHTS = st.builds(
    lambda up, since, asked: Sight(up=up, since=at(min(since, asked)), at=at(asked)),
    st.sampled_from([True, False, None]), st.integers(-30, 0), st.integers(-30, 0),
)  # fmt: skip


@st.composite
def networks(draw: st.DrawFn) -> tuple[Topology, dict[str, Sight]]:
    """A few devices, each reached through some of those before it."""
    names = [f"d{number}" for number in range(draw(st.integers(1, 7)))]
    parents = {}
    for number, name in enumerate(names):
        above = draw(st.lists(st.sampled_from(names[:number]), unique=True, max_size=3)) if number else []
        parents[name] = one(*above, needs=draw(st.sampled_from(["any", "all"])))
    sights = draw(st.dictionaries(st.sampled_from(names), SIGHTS))
    return Topology(parents), sights


def mutings(network: tuple[Topology, dict[str, Sight]], now: float, begun: float = -60):
    topology, sights = network
    view = topology.view(sights, at(now), patience=PATIENCE)
    found = {name: view.muting_of(alert(name, begun)) for name in (f"d{number}" for number in range(7))}
    return {name: muting for name, muting in found.items() if muting is not None}


@settings(deadline=None)
@given(networks(), st.integers(0, 60))
def test_whoever_is_held_back_as_cut_off_points_at_a_dead_device_above_it_that_is_not(network, now):
    topology, sights = network
    held = mutings(network, now)

    for name, muting in held.items():
        if "only reached through" in muting.reason:
            assert sights[muting.by].up is False
            assert name in topology.descendants(muting.by)
            assert muting.by not in held or "only reached through" not in held[muting.by].reason


@settings(deadline=None)
@given(networks(), st.integers(0, 60), st.integers(-60, 0))
def test_a_view_of_all_says_what_each_question_alone_says(network, now, begun):
    topology, sights = network
    alone = {name: topology.muting_of(alert(name, begun), sights, at(now), patience=PATIENCE)
             for name in (f"d{number}" for number in range(7))}  # fmt: skip

    assert mutings(network, now, begun) == {name: muting for name, muting in alone.items() if muting is not None}


@settings(deadline=None)
@given(networks(), st.integers(0, 60))
def test_nobody_is_cut_off_by_a_device_behind_which_something_answers_that_has_no_other_way(network, now):
    topology, sights = network
    held = mutings(network, now)

    for name, muting in held.items():
        if "only reached through" in muting.reason:
            behind = [
                child for child in topology.descendants(muting.by) if muting.by in only_ways_to(topology, child)
            ]
            answering = [child for child in behind if child in sights and sights[child].up
                         and sights[child].at >= sights[muting.by].since]  # fmt: skip
            assert not answering, name


def only_ways_to(topology: Topology, name: str) -> set[str]:
    """Return what must work for a device to be reached, in the words of the map."""
    parents = topology.parents_of(name)
    if parents is None:
        return set()
    ways = [{parent, *only_ways_to(topology, parent)} for parent in parents.names]
    return set.union(*ways) if parents.needs == "all" else ways[0] if len(ways) == 1 else set()


@settings(deadline=None)
@given(networks())
def test_once_all_is_up_and_was_asked_nobody_is_held_back(network):
    topology, _ = network
    everyone = {f"d{number}": up(since=-20, asked=1) for number in range(7)}

    assert mutings((topology, everyone), now=1, begun=-1) == {}


@settings(deadline=None)
@given(networks(), st.integers(-60, 0))
def test_nobody_waits_longer_than_patience(network, begun):
    held = mutings(network, now=begun + 15, begun=begun)

    assert not [name for name, muting in held.items() if "waiting" in muting.reason]


@settings(deadline=None)
@given(networks(), st.integers(-30, 0))
def test_a_device_that_was_asked_after_everything_waits_for_no_further_question(network, begun):
    topology, sights = network
    asked = {name: replace(sight, at=at(0)) for name, sight in sights.items()}

    held = mutings((topology, asked), now=60, begun=begun)

    assert not [name for name, muting in held.items() if "not asked since" in muting.reason]


@settings(deadline=None)
@given(networks(), st.integers(0, 6))
def test_an_answer_frees_nobody_else(network, number):
    topology, sights = network
    device = f"d{number}"
    before = mutings(network, now=60)

    answered = {**sights, device: up(since=-20, asked=0)}
    after = mutings((topology, answered), now=60)

    freed = {name for name in before if name not in after}
    assert freed <= freed_by(topology, device, sights)
