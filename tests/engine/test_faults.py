"""What nobody foresaw in one rule, reading or mail costs that one, and is counted, logged once, shown and alerted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from netwatch.engine import Faults
from netwatch.engine.faults import MOST_FAULTS, PASSES_AFTER
from netwatch.model import AlertState, ColumnKind, Oid, RowSet, TableReading, TableSchema, TrapEvent
from tests.engine.test_engine import START, House

RULES = """
rules:
  - {alert: Odd, expr: odd > 1, annotations: {summary: odd}}
  - {alert: Even, expr: even > 1, annotations: {summary: even}}
"""
SCHEMA = {"numbers": TableSchema(name="numbers", columns={"odd": ColumnKind.GAUGE, "even": ColumnKind.GAUGE})}
ROW = RowSet(index=("1",), keys=("1",), labels={})


class Unforeseen(int):
    """A value that no code of ours expects."""

    def __gt__(self, other: object) -> bool:
        raise RuntimeError("a value\nthat cannot be compared")


@pytest.fixture
async def house():
    opened = await House(rules=RULES, schema=SCHEMA).open()
    yield opened
    await opened.engine.stop()


def numbers(house: House, odd: int, even: int, device: str = "sw1") -> None:
    columns = {"odd": [odd], "even": [even]}
    house.engine.take_reading(TableReading(device=device, table="numbers", at=house.now, rows=ROW, columns=columns))


def counted(kind: str) -> float:
    return REGISTRY.get_sample_value("netwatch_faults_total", {"kind": kind}) or 0.0


async def test_a_rule_that_breaks_off_costs_no_other_rule(house):
    before = counted("rule")

    numbers(house, Unforeseen(5), 5)

    assert house.states() == {("Even", "1"): AlertState.FIRING}
    assert counted("rule") == before + 1
    (fault,) = house.engine.desk.faults()
    assert (fault.kind, fault.name, fault.device, fault.count) == ("rule", "Odd", "sw1", 1)
    assert fault.error == "RuntimeError: a value that cannot be compared"
    assert fault.where.startswith("netwatch/")
    assert fault.where.rpartition(":")[2].isdigit()


async def test_an_alert_of_a_rule_that_breaks_off_stays_as_it_was(house):
    numbers(house, 5, 0)
    house.later(60)
    numbers(house, Unforeseen(0), 0)
    house.later(600)

    assert house.states() == {("Odd", "1"): AlertState.FIRING}
    assert [subject for subject in await house.subjects() if "[OK" in subject] == []


async def test_it_is_logged_once_and_is_over_when_the_rule_works_again(house):
    with capture_logs() as lines:
        for _ in range(50):
            numbers(house, Unforeseen(5), 0)
        numbers(house, 0, 0)

    assert [line["event"] for line in lines] == ["a part of NetWatch fails; the others go on", "works again"]
    assert (lines[0]["name"], lines[0]["device"], lines[1]["failed"]) == ("Odd", "sw1", 50)
    assert house.engine.desk.faults() == []


async def test_another_device_is_held_against_the_same_rule(house):
    numbers(house, Unforeseen(5), 0)
    numbers(house, 5, 0, device="sw2")

    assert [(alert.key.rule, alert.key.device) for alert in house.engine.desk.alerts()] == [("Odd", "sw2")]


async def test_who_asks_what_a_failing_rule_says_is_told_nothing_and_no_traceback(house):
    numbers(house, Unforeseen(5), 0)

    assert house.engine.desk.verdicts_now("Odd", "sw1") is None
    assert house.engine.desk.verdicts_now("Even", "sw1") is not None


async def test_a_reading_that_cannot_be_taken_in_costs_that_table_alone(house):
    house.engine.take_reading(
        TableReading(device="sw1", table="numbers", at=house.now, rows=ROW, columns={}, ignored=None)  # type: ignore[arg-type]
    )
    numbers(house, 5, 0, device="sw2")

    assert {fault.kind for fault in house.engine.desk.faults()} == {"table"}
    assert [alert.key.device for alert in house.engine.desk.alerts()] == ["sw2"]


async def test_a_mail_about_a_rule_that_breaks_off_is_told_all_the_same(house):
    numbers(house, 5, 0)
    numbers(house, Unforeseen(5), 0)  # how it stands at the newest reading cannot be said
    house.later(60)

    assert sorted(await house.subjects()) == ["[WARN] sw1: odd -> a@example.net", "[WARN] sw1: odd -> b@example.net"]


def some(number: int) -> Iterator[tuple[str, str]]:
    return ((f"rule{one}", f"sw{one}") for one in range(number))


def test_there_is_room_for_so_many_and_the_rest_is_one():
    faults = Faults()

    with capture_logs():
        for name, device in some(MOST_FAULTS + 50):
            faults.note("rule", name, ValueError("odd"), START, device)

    standing = faults.standing(START)
    assert len(standing) == MOST_FAULTS + 1
    assert [fault.count for fault in standing if fault.name == "and others"] == [50]


def test_what_there_was_no_room_for_passes_since_nothing_settles_it():
    faults = Faults()

    with capture_logs():
        for name, device in some(MOST_FAULTS + 1):
            faults.note("rule", name, ValueError("odd"), START, device)
        for name, device in some(MOST_FAULTS + 1):
            faults.settle("rule", name, device)

    assert [fault.name for fault in faults.standing(START)] == ["and others"]
    assert faults.standing(START + PASSES_AFTER) == []


async def test_what_stands_around_a_mail_is_no_trouble_any_more_once_it_can_be_told_again(house):
    class Around:
        """Finds nothing out about the first mail."""

        asked = 0

        def expect(self, _alert, _now):
            pass

        def of(self, notification, mutings):
            self.asked += 1
            if self.asked == 1:
                raise LookupError("nobody knows")
            return notification

    house.engine._incidents._surroundings = Around()
    numbers(house, 5, 0)
    house.later(60)

    assert len(await house.subjects()) == 2
    assert [fault.kind for fault in house.engine.desk.faults()] == ["mail"]
    numbers(house, 5, 5)
    house.later(600)
    assert len(await house.subjects()) > 2
    assert house.engine.desk.faults() == []


def test_what_is_not_tried_again_passes_after_an_hour():
    faults = Faults()

    with capture_logs():
        faults.note("trap rule", "Odd", ValueError("odd"), START, "192.0.2.1")
        faults.note("gap of table", "ifTable", ValueError("odd"), START, "sw1")
        faults.note("rule", "Even", ValueError("odd"), START, "sw1")

    assert len(faults.standing(START + PASSES_AFTER - timedelta(seconds=1))) == 3
    assert [fault.kind for fault in faults.standing(START + PASSES_AFTER)] == ["rule"]


async def test_a_trap_that_breaks_every_rule_is_kept_in_the_log(house):
    class OddOid(Oid):
        def __hash__(self) -> int:
            raise TypeError("no hash")

    oid = OddOid(Oid.parse("1.3.6.1.4.1.32473.9"))
    await house.engine.take_trap(
        TrapEvent(at=house.now, source="192.0.2.9", device="", version="2c", trap_oid=oid, varbinds=())
    )

    assert [trap.trap_oid for trap in await house.store.traps(10)] == [oid]
    assert {(fault.kind, fault.device) for fault in house.engine.desk.faults()} == {("trap", "192.0.2.9")}
