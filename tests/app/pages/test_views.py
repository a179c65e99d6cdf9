"""What pages are shown of a real store: who was told, what is over, and a rule for a trap that none takes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from netwatch.app.health.canary import CANARY
from netwatch.app.pages.views import Views
from netwatch.metrics import Board
from netwatch.model import AlertState, Oid, Transaction, UnmatchedTraps
from netwatch.store.memory import MemoryStore
from tests.web.house import alert_of, trap_of

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def views_of(store: MemoryStore, **more: object) -> Views:
    nothing = cast("Any", None)
    fields = {
        "store": store, "desk": nothing, "board": Board(), "notifier": nothing, "tables": {}, "statuses": tuple,
        "signs": tuple, "status_of": lambda name: None, "is_alive": lambda: True,
    }  # fmt: skip
    return Views(**cast("Any", fields | more))


async def test_what_ended_since_an_instant_is_known_without_the_canary():
    store = MemoryStore()
    await store.start()
    ends = {"early": NOW - timedelta(hours=25), "late": NOW - timedelta(hours=1), CANARY: NOW - timedelta(hours=1)}
    over = tuple(alert_of(rule, "sw1", state=AlertState.RESOLVED, resolved_at=at) for rule, at in ends.items())
    await store.commit(Transaction(alerts=(*over, alert_of("still", "sw1"))))

    found = await views_of(store).over_since(NOW - timedelta(hours=24))

    assert [alert.key.rule for alert in found] == ["late"]


async def test_a_rule_is_proposed_from_the_trap_in_the_log_with_a_name_that_is_free():
    store = MemoryStore()
    await store.start()
    unknown = Oid.parse("1.3.6.1.4.1.32473.7.0.1")
    await store.commit(Transaction(traps=(replace(trap_of(b"fan 3"), trap_oid=unknown),)))
    (logged,) = await store.traps(1)
    kind = UnmatchedTraps(
        trap_oid=unknown, count=1, senders=("core-sw1",), first_at=NOW, last_at=NOW, example=logged.number,
        taken_by_any=False,
    )  # fmt: skip

    text = await views_of(store, rule_names=lambda: {"Trap_1_32473_7_0_1"}).proposed_rule(kind)

    assert "- alert: Trap_1_32473_7_0_1_of_2" in text
    assert f"number {logged.number} of the log" in text
    assert "fan 3" in text
