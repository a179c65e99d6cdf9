"""The life of an alert, cell by cell of its table and as stories."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from netwatch.alerts import Happening, Transition, happening_of, step
from netwatch.model import Alert, AlertKey, AlertState

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
KEY = AlertKey(rule="InterfaceDown", device="sw1", instance="ifName=Gi1")


@dataclass(frozen=True)
class Times:
    hold_for: timedelta = timedelta(0)
    keep_firing_for: timedelta = timedelta(0)
    no_data: str = "keep"
    on_gone: str = "keep"


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def live(timing, happenings):
    """Return the transitions after each happening, one a minute, and the alert at the end."""
    ids = (f"alert-{number}" for number in count(1))
    alert, told = None, []
    for minute, happening in enumerate(happenings):
        after = step(timing, alert, happening, NOON + minutes(minute), key=KEY, new_id=lambda: next(ids))
        assert after.changed == (after.transition is not None)
        assert bool(after.reason) == (after.transition is not None)
        alert = after.alert
        told.append(after.transition and after.transition.value)
    return told, alert


B, H, M, U, N = Happening.BROKEN, Happening.HEALED, Happening.BETWEEN, Happening.UNKNOWN, Happening.NO_DATA
G, R, F = Happening.ROW_GONE, Happening.REMOVED, Happening.FORGOTTEN
OVER = [Happening.RULE_GONE, Happening.DEVICE_GONE, Happening.EXPIRED, R, F]


@pytest.mark.parametrize(("timing", "happenings", "transitions"), [
    # without `for` an alert fires and resolves at once
    (Times(), [H, B, B, H, H], [None, "firing", None, "resolved", None]),
    # `for: 2m`: broken at three readings a minute apart
    (Times(minutes(2)), [B, B, B, B, H], ["pending", None, "firing", None, "resolved"]),
    (Times(minutes(2)), [B, B, H, B, B, B], ["pending", None, "dropped", "pending", None, "firing"]),
    # missing data resets no hold time and proves none
    (Times(minutes(2)), [B, U, N, U, B], ["pending", None, None, None, "firing"]),
    (Times(minutes(2)), [B, U, N, H], ["pending", None, None, "dropped"]),
    # missing data is not health
    (Times(), [B, U, N, U, H], ["firing", None, None, None, "resolved"]),
    (Times(), [U, N, U], [None, None, None]),
    # keep_firing_for: 2m of health, counted from the first healthy reading
    (Times(keep_firing_for=minutes(2)), [B, H, H, H], ["firing", "clearing", None, "resolved"]),
    (Times(keep_firing_for=minutes(2)), [B, H, B, H, H, H],
     ["firing", "clearing", "relapsed", "clearing", None, "resolved"]),
    (Times(keep_firing_for=minutes(2)), [B, H, U, U, U, H], ["firing", "clearing", None, None, None, "resolved"]),
    # between the two lines everything stays as it is
    (Times(), [M, B, M, M, H, M], [None, "firing", None, None, "resolved", None]),
    (Times(minutes(2)), [B, M, M, M, B], ["pending", None, None, None, "firing"]),
    (Times(keep_firing_for=minutes(2)), [B, H, M, M], ["firing", "clearing", None, "resolved"]),
    # no_data: alert counts a table that was not read as broken, but not a value missing in a row
    (Times(no_data="alert"), [N, N, H], ["firing", None, "resolved"]),
    (Times(no_data="alert"), [U, U], [None, None]),
    (Times(minutes(1), no_data="alert"), [N, N], ["pending", "firing"]),
    # no_data: clear counts both as well
    (Times(no_data="clear"), [B, N], ["firing", "resolved"]),
    (Times(no_data="clear"), [B, U], ["firing", "resolved"]),
    (Times(minutes(2), no_data="clear"), [B, N, B], ["pending", "dropped", "pending"]),
    # what is over by word is over at once, keep_firing_for or not
    *[(Times(keep_firing_for=minutes(9)), [B, over], ["firing", "resolved"]) for over in OVER],
    *[(Times(keep_firing_for=minutes(9)), [B, H, over], ["firing", "clearing", "resolved"]) for over in OVER],
    *[(Times(minutes(9)), [B, over], ["pending", "dropped"]) for over in OVER],
    *[(Times(), [B, G, over], ["firing", "gone", "resolved"]) for over in OVER],
    *[(Times(), [over], [None]) for over in OVER],
    # what vanishes while its alert fires is gone: not well, and not again news while it stays so
    (Times(), [B, G, G, G], ["firing", "gone", None, None]),
    (Times(), [B, G, U, N, G], ["firing", "gone", None, None, None]),
    (Times(keep_firing_for=minutes(9)), [B, H, G], ["firing", "clearing", "gone"]),
    (Times(minutes(9)), [B, G, G, H], ["pending", None, None, "dropped"]),
    (Times(minutes(2)), [B, G, G, B], ["pending", None, None, "firing"]),
    (Times(minutes(9), on_gone="clear"), [B, G], ["pending", "dropped"]),
    (Times(), [G], [None]),
    # seen broken it fires on, seen well it resolves, after keep_firing_for as ever
    (Times(), [B, G, B, G, H], ["firing", "gone", "returned", "gone", "resolved"]),
    (Times(), [B, G, M, H], ["firing", "gone", "returned", "resolved"]),
    (Times(keep_firing_for=minutes(1)), [B, G, H, H], ["firing", "gone", "clearing", "resolved"]),
    # missing data means nothing to what is gone, whatever no_data says
    (Times(no_data="clear"), [B, G, N, U], ["firing", "gone", None, None]),
    (Times(no_data="alert"), [B, G, N], ["firing", "gone", None]),
    # on_gone: clear counts it as well, on_gone: alert raises it
    (Times(on_gone="clear"), [B, G], ["firing", "resolved"]),
    (Times(on_gone="clear"), [G], [None]),
    (Times(on_gone="alert"), [G, G, H], ["firing", None, "resolved"]),
    (Times(minutes(1), on_gone="alert"), [G, G, G], ["pending", "firing", None]),
    (Times(minutes(1), on_gone="alert"), [B, G, B], ["pending", "firing", "returned"]),
])  # fmt: skip
def test_what_becomes_of_an_alert(timing, happenings, transitions):
    assert live(timing, happenings)[0] == transitions


def test_an_alert_keeps_the_times_of_its_life():
    _, alert = live(Times(minutes(1), minutes(1)), [B, B, H, H])

    assert alert == Alert(
        id="alert-1", key=KEY, state=AlertState.RESOLVED, pending_at=NOON, firing_at=NOON + minutes(1),
        healthy_since=NOON + minutes(2), resolved_at=NOON + minutes(3),
    )  # fmt: skip


def test_what_breaks_again_is_a_new_alert():
    assert live(Times(), [B, H, B])[1].id == "alert-2"
    assert live(Times(minutes(2)), [B, H, B])[1].id == "alert-2"


def test_a_dropped_alert_is_written_once_more_as_inactive():
    _, alert = live(Times(minutes(2)), [B, H])

    assert alert.state is AlertState.INACTIVE


def test_hold_times_go_on_after_a_restart_because_the_alert_carries_them():
    pending = Alert(id="kept", key=KEY, state=AlertState.PENDING, pending_at=NOON)

    after = step(Times(minutes(5)), pending, B, NOON + minutes(5), key=KEY, new_id=lambda: "new")

    assert (after.alert.id, after.transition) == ("kept", Transition.FIRING)


def test_a_clock_set_back_begins_the_hold_time_anew_instead_of_holding_for_ever():
    early = NOON - timedelta(hours=1)
    pending = Alert(id="a", key=KEY, state=AlertState.PENDING, pending_at=NOON)
    clearing = Alert(id="a", key=KEY, state=AlertState.FIRING, pending_at=NOON, firing_at=NOON, healthy_since=NOON)
    timing = Times(minutes(2), minutes(2))

    held = step(timing, pending, B, early, key=KEY, new_id=str)
    eased = step(timing, clearing, H, early, key=KEY, new_id=str)

    assert (held.changed, held.transition, held.alert.pending_at) == (True, None, early)
    assert (eased.changed, eased.transition, eased.alert.healthy_since) == (True, None, early)
    fired = step(timing, held.alert, B, early + minutes(2), key=KEY, new_id=str)
    assert fired.transition is Transition.FIRING


def test_what_stays_as_it_was_is_the_same_object_and_writes_nothing():
    _, alert = live(Times(), [B])

    after = step(Times(), alert, B, NOON + minutes(9), key=KEY, new_id=str)

    assert after.alert is alert
    assert not after.changed


def test_reasons_are_sentences_an_operator_can_read():
    def reasons(timing, happenings):
        alert, told = None, []
        for minute, happening in enumerate(happenings):
            after = step(timing, alert, happening, NOON + minutes(minute), key=KEY, new_id=lambda: "a")
            alert = after.alert
            told += [after.reason] if after.reason else []
        return told

    assert reasons(Times(minutes(1), minutes(1)), [B, B, H, B, H, H]) == [
        "the expression is true; it fires if that lasts 1m",
        "the expression is true, and has been for 1m",
        "the expression is no longer true; it resolves if that lasts 1m",
        "the expression is true again before it resolved",
        "the expression is no longer true; it resolves if that lasts 1m",
        "the expression is no longer true",
    ]
    assert reasons(Times(minutes(5)), [B, H]) == [
        "the expression is true; it fires if that lasts 5m",
        "the expression is no longer true, after 1m of 5m; nobody was told",
    ]
    assert reasons(Times(), [B, G, B, G, R])[1:] == [
        "the row is no longer there; it was not seen well, so it stands until it is, or is taken as removed",
        "it is there again: the expression is true",
        "the row is no longer there; it was not seen well, so it stands until it is, or is taken as removed",
        "no longer there, taken as removed",
    ]


def test_what_ended_unseen_keeps_since_when_it_was_gone_and_what_was_seen_well_does_not():
    assert live(Times(), [B, G, R])[1].gone_at == NOON + minutes(1)
    assert live(Times(), [B, G, F])[1].gone_at == NOON + minutes(1)
    assert live(Times(), [B, G, H])[1].gone_at is None
    assert live(Times(), [B, G, B])[1].gone_at is None
    assert live(Times(on_gone="clear"), [B, G])[1].gone_at is None


@pytest.mark.parametrize(("broken", "healed", "has_clear_expr", "happening"), [
    (True, None, False, B), (False, None, False, H), (None, None, False, U),
    (True, False, True, B), (True, True, True, B), (False, True, True, H), (False, False, True, M),
    (None, True, True, H), (None, False, True, U), (False, None, True, U), (None, None, True, U),
    (True, None, True, B),
])  # fmt: skip
def test_verdicts_become_a_happening(broken, healed, has_clear_expr, happening):
    assert happening_of(broken, healed, has_clear_expr=has_clear_expr) is happening
