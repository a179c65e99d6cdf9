"""A planted fault is told, named and over again; what was judged is counted as it was judged."""

from __future__ import annotations

from dataclasses import replace

import pytest

from netwatch.model import Oid, Tag
from tests.bench.knowing.drill import Raised, drilled
from tests.bench.knowing.faults.planting import Change, Fault, all_turn, grafted, oid, stays, turns
from tests.bench.knowing.faults.table import FAULTS, SILENT
from tests.bench.knowing.opinions import opinion_on, read_opinions
from tests.bench.knowing.recall import held_of, try_fault, try_silence, with_changes

IF, IFX = "1.3.6.1.2.1.2.2.1", "1.3.6.1.2.1.31.1.1.1"
STATUS, ADMIN = f"{IF}.8", f"{IF}.7"


def cells() -> list[tuple[Oid, Tag, object]]:
    """Return a switch with two ports, of which the first is up."""
    system = [
        ("1.3.6.1.2.1.1.1.0", Tag.OCTET_STRING, b"a switch"),
        ("1.3.6.1.2.1.1.2.0", Tag.OBJECT_IDENTIFIER, Oid.parse("1.3.6.1.4.1.99999.1")),
        ("1.3.6.1.2.1.1.3.0", Tag.TIME_TICKS, 5_000_000),
        ("1.3.6.1.2.1.1.5.0", Tag.OCTET_STRING, b"sw1"),
    ]
    ports = [
        (f"{under}.{port}", tag, value)
        for port, status in ((1, 1), (2, 2))
        for under, tag, value in (
            (f"{IF}.1", Tag.INTEGER, port), (f"{IF}.2", Tag.OCTET_STRING, b"Port %d" % port),
            (f"{IF}.3", Tag.INTEGER, 6), (f"{IF}.5", Tag.GAUGE32, 10**9), (ADMIN, Tag.INTEGER, 1),
            (STATUS, Tag.INTEGER, status), (f"{IFX}.1", Tag.OCTET_STRING, b"Gi%d" % port),
            (f"{IFX}.15", Tag.GAUGE32, 1000),
        )
    ]  # fmt: skip
    return [(Oid.parse(name), tag, value) for name, tag, value in (*system, *ports)]


PORT_DOWN = Fault(
    name="a port goes down", rules=("InterfaceDown",), plant=turns(STATUS, 2, well=(1,), names=(f"{IFX}.1",))
)


async def test_nothing_fires_on_a_device_that_is_well():
    async with drilled("sw1", cells()) as drill:
        await drill.settle()
        assert drill.firing() == {}


async def test_a_planted_fault_is_told_with_the_name_of_the_row_and_over_when_the_value_comes_back():
    outcome = await try_fault(PORT_DOWN, "sw1", cells())

    assert (outcome.fired, outcome.names, outcome.named, outcome.cleared) == ("InterfaceDown", ("Gi1",), True, True)
    assert "Gi1" in outcome.words
    assert outcome.is_well


async def test_a_fault_that_no_rule_tells_of_is_missed():
    outcome = await try_fault(replace(PORT_DOWN, rules=("NoSuchRule",)), "sw1", cells())

    assert (outcome.fired, outcome.others) == ("", ("InterfaceDown",))


async def test_a_row_that_is_not_named_is_not_well():
    plant = turns(STATUS, 2, well=(1,), names=(f"{IF}.2",))
    named = await try_fault(
        replace(PORT_DOWN, plant=lambda held: replace(plant(held), names=("Gi9",))), "sw1", cells()
    )

    assert named.fired
    assert not named.is_well


async def test_a_device_that_falls_silent_is_told_and_over_when_it_speaks_again():
    fault = Fault(name="silence", rules=("DeviceDown",), plant=lambda held: Change(silent=True))

    assert (await try_fault(fault, "sw1", cells())).is_well


async def test_what_is_no_fault_is_loud_only_where_a_rule_named_fires():
    off = Fault(name="off", rules=("InterfaceDown",), plant=turns(STATUS, 2, well=(1,), beside={ADMIN: 2}))

    assert (await try_silence(off, "sw1", cells())).fired == ""
    assert (await try_silence(PORT_DOWN, "sw1", cells())).fired == "InterfaceDown"


def test_a_plant_finds_the_first_row_that_is_well_and_prefers_one_with_a_name():
    held = held_of(cells())
    change = turns(ADMIN, 2, well=(1,), where={STATUS: (2,)}, names=(f"{IFX}.1",))(held)

    assert change == Change(fault=[(oid(f"{ADMIN}.2"), Tag.INTEGER, 2)], names=("Gi2",))
    assert turns(ADMIN, 2, well=(3,))(held) is None


def test_a_plant_in_every_row_needs_the_first_column_only():
    held = held_of(cells())

    change = all_turn((STATUS, 1, 7), ("1.3.6.1.4.1.99999.9", 1, 7))(held)

    assert change is not None
    assert ([cell[2] for cell in change.before], [cell[2] for cell in change.fault]) == ([1, 1], [7, 7])
    assert all_turn(("1.3.6.1.4.1.99999.9", 1, 7))(held) is None


def test_what_is_grafted_is_there_before_the_fault_and_vanishes_or_changes_with_it():
    name = "1.3.6.1.4.1.99999.5.0"
    change = grafted([(name, Tag.INTEGER, 1)], (), "row")(held_of(cells()))

    assert change is not None
    assert (oid(name), Tag.INTEGER, 1) in with_changes(cells(), change)
    assert change.gone == [oid(name)]
    assert grafted([("1.3.6.1.2.1.1.5.0", Tag.INTEGER, 1)], ())(held_of(cells())) is None


def test_what_is_odd_from_the_beginning_is_no_fault():
    change = stays(STATUS, 2, well=(1,))(held_of(cells()))

    assert change is not None
    assert (change.before, change.fault) == ([(oid(f"{STATUS}.1"), Tag.INTEGER, 2)], ())


def test_faults_have_names_of_their_own():
    names = [fault.name for fault in (*FAULTS, *SILENT)]

    assert len(names) == len(set(names))


def test_the_first_opinion_that_is_about_an_alert_counts(tmp_path):
    path = tmp_path / "alarms.yaml"
    path.write_text(
        "- {rule: StorageFull, recording: 'junos*', row: '*/packages/*', verdict: wrong, reason: read-only}\n"
        "- {rule: StorageFull, verdict: right, reason: it is}\n"
    )
    opinions = read_opinions(path)

    def verdict(rule: str, device: str, row: str) -> bool | None:
        opinion = opinion_on(Raised(rule=rule, device=device, row=row, words="words"), opinions)
        return None if opinion is None else opinion.is_true

    assert verdict("StorageFull", "junos_mx5t", "path=/packages/x") is False
    assert verdict("StorageFull", "junos_mx5t", "path=/") is True
    assert verdict("FanFailed", "junos_mx5t", "part=Fan 1") is None


@pytest.mark.parametrize("entry", [
    "{rule: StorageFull, verdict: wrong}",
    "{rule: StorageFull, verdict: perhaps, reason: why}",
    "{rule: StorageFull, verdict: right, reason: why, severity: high}",
])  # fmt: skip
def test_an_opinion_without_a_verdict_or_a_reason_is_refused(entry, tmp_path):
    path = tmp_path / "alarms.yaml"
    path.write_text(f"- {entry}\n")

    with pytest.raises(ValueError, match="entry 1"):
        read_opinions(path)


def test_the_opinions_that_come_with_the_bench_can_be_read():
    from tests.bench.alarms import OPINIONS

    assert all(opinion.reason for opinion in read_opinions(OPINIONS))
