"""The life of one alert: one table, states down the side, what happened across the top.

    what happened    broken     healed    between    missing   vanished   lost     over
    inactive         begin      -         -          -         -          begin    -
    pending          ripen      drop      -          -         -          ripen    drop
    firing           -          ease      -          -         vanish     vanish   close
    clearing         relapse    expire    expire     -         vanish     vanish   close
    gone             return     ease      return     -         -          -        close

`clearing` is a firing alert that is healthy while keep_firing_for runs. `between` is between the two lines of a
rule with clear_expr: neither broken nor healed. `for` and keep_firing_for run as in Prometheus, but for one thing:
missing data is not health. It resets no hold time and proves none either: an alert fires only on a broken reading
and resolves only on one that is not broken. A resolved alert stays as it is; what breaks again is a new alert.

Absence is not health either. What vanishes while its alert is pending waits as it does where a value is missing: it
fires if it comes back broken. What vanishes while its alert fires or clears is `gone`, until it is seen well (it
resolves), seen broken (it fires on, which is no news), or `over`: taken as removed after gone_after, or forgotten by
a person. A rule says by `on_gone` what a row that is no longer there comes to: `keep` makes it `vanished`, `alert`
makes it `lost`, which counts as broken even where nothing fired, and `clear` makes it `over`, as if it were well.

A quiet room: no clock, no socket, no database.
May import: netwatch.model. Called by: netwatch.engine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum, StrEnum
from typing import Literal, Protocol

from netwatch.model import Alert, AlertKey, AlertState, format_duration

NoData = Literal["keep", "alert", "clear"]
OnGone = Literal["keep", "clear", "alert"]


class Timing(Protocol):
    """What the table asks of a rule."""

    @property
    def hold_for(self) -> timedelta:
        """How long a rule must be broken before its alert fires (`for`)."""

    @property
    def keep_firing_for(self) -> timedelta:
        """How long it must be healthy before its alert resolves."""

    @property
    def no_data(self) -> NoData:
        """What missing data means: nothing, a broken rule, or a healthy one."""

    @property
    def on_gone(self) -> OnGone:
        """What it means that a row is no longer there."""


class Happening(Enum):
    """What a reading, the lack of one, or a trap says about one alert.

    A trap says a thing once. That it still stands is what the engine says when a hold time of such an alert is over.
    """

    BROKEN = "the expression is true"
    HEALED = "the expression is no longer true"
    BETWEEN = "neither the expression nor clear_expr is true"
    UNKNOWN = "a value of the row is missing"
    NO_DATA = "the table could not be read"
    READ_AGAIN = "the table is read again"
    ROW_GONE = "the row is no longer there"
    REMOVED = "no longer there, taken as removed"
    FORGOTTEN = "forgotten"
    RULE_GONE = "the rule was removed"
    IGNORED = "the configuration says to ignore it"
    NOT_MEANT = "the rule is not meant for this device"
    DEVICE_GONE = "the device was removed"
    TRAP = "a trap says so"
    TRAP_STANDS = "what a trap said stands"
    TRAP_OVER = "a trap says that it is over"
    TRAP_OVER_STANDS = "a trap said that it is over"
    EXPIRED = "no such trap came within its ttl"
    TOLD_ELSEWHERE = "another alert tells of it"


class Transition(StrEnum):
    """What became of an alert. FIRING, GONE and RESOLVED are news for people, the rest is for the event log."""

    PENDING = "pending"
    DROPPED = "dropped"
    FIRING = "firing"
    CLEARING = "clearing"
    RELAPSED = "relapsed"
    GONE = "gone"
    RETURNED = "returned"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """The alert after one happening.

    changed:    the alert must be written. A dropped alert is written once more, as inactive, and then forgotten.
    transition: None where it only stayed as it was. reason: a sentence for the event log, with every transition.
    """

    alert: Alert | None
    changed: bool = False
    transition: Transition | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Moment:
    """All that a move may look at; `unseen` says that nobody saw it well."""

    timing: Timing
    alert: Alert
    why: str
    now: datetime
    unseen: bool = False


_Move = Callable[[_Moment], Step]
_ZERO = timedelta(0)


def _begin(at: _Moment) -> Step:
    if at.timing.hold_for <= _ZERO:
        new = at.alert
        fired = Alert(id=new.id, key=new.key, state=AlertState.FIRING, pending_at=new.pending_at, firing_at=at.now)
        return Step(alert=fired, changed=True, transition=Transition.FIRING, reason=at.why)
    reason = f"{at.why}; it fires if that lasts {format_duration(at.timing.hold_for)}"
    return Step(alert=at.alert, changed=True, transition=Transition.PENDING, reason=reason)


def _fire(at: _Moment) -> Step:
    fired = replace(at.alert, state=AlertState.FIRING, firing_at=at.now)
    held = at.timing.hold_for
    reason = f"{at.why}, and has been for {format_duration(held)}" if held > _ZERO else at.why
    return Step(alert=fired, changed=True, transition=Transition.FIRING, reason=reason)


def _ripen(at: _Moment) -> Step:
    if at.alert.pending_at > at.now:  # the wall clock was set back: hold from now on rather than for ever
        return Step(alert=replace(at.alert, pending_at=at.now), changed=True)
    return _fire(at) if at.now - at.alert.pending_at >= at.timing.hold_for else Step(alert=at.alert)


def _drop(at: _Moment) -> Step:
    lasted = timedelta(seconds=max(0, round((at.now - at.alert.pending_at).total_seconds())))
    wanted = at.timing.hold_for
    reason = f"{at.why}, after {format_duration(lasted)} of {format_duration(wanted)}; nobody was told"
    dropped = replace(at.alert, state=AlertState.INACTIVE)
    return Step(alert=dropped, changed=True, transition=Transition.DROPPED, reason=reason)


def _ease(at: _Moment) -> Step:
    if at.timing.keep_firing_for <= _ZERO:
        return _close(at)
    reason = f"{at.why}; it resolves if that lasts {format_duration(at.timing.keep_firing_for)}"
    easing = replace(at.alert, state=AlertState.FIRING, healthy_since=at.now, gone_at=None)
    return Step(alert=easing, changed=True, transition=Transition.CLEARING, reason=reason)


def _relapse(at: _Moment) -> Step:
    reason = f"{at.why} again before it resolved"
    back = replace(at.alert, healthy_since=None)
    return Step(alert=back, changed=True, transition=Transition.RELAPSED, reason=reason)


def _expire(at: _Moment) -> Step:
    since = at.alert.healthy_since
    if since is None or since > at.now:  # the wall clock was set back, as in _ripen
        return Step(alert=replace(at.alert, healthy_since=at.now), changed=True)
    return _close(at) if at.now - since >= at.timing.keep_firing_for else Step(alert=at.alert)


def _close(at: _Moment) -> Step:
    gone_at = at.alert.gone_at if at.unseen else None
    over = replace(at.alert, state=AlertState.RESOLVED, resolved_at=at.now, gone_at=gone_at)
    return Step(alert=over, changed=True, transition=Transition.RESOLVED, reason=at.why)


def _vanish(at: _Moment) -> Step:
    reason = f"{at.why}; it was not seen well, so it stands until it is, or is taken as removed"
    gone = replace(at.alert, state=AlertState.GONE, gone_at=at.now, healthy_since=None)
    return Step(alert=gone, changed=True, transition=Transition.GONE, reason=reason)


def _return(at: _Moment) -> Step:
    back = replace(at.alert, state=AlertState.FIRING, gone_at=None)
    return Step(alert=back, changed=True, transition=Transition.RETURNED, reason=f"it is there again: {at.why}")


class _Stage(Enum):
    INACTIVE = "inactive"
    PENDING = "pending"
    FIRING = "firing"
    CLEARING = "clearing"
    GONE = "gone"


class _Sign(Enum):
    BROKEN = "broken"
    HEALED = "healed"
    BETWEEN = "between"
    MISSING = "missing"
    VANISHED = "vanished"
    LOST = "lost"
    OVER = "over"


_TABLE: Mapping[_Stage, Mapping[_Sign, _Move]] = {
    _Stage.INACTIVE: {_Sign.BROKEN: _begin, _Sign.LOST: _begin},
    _Stage.PENDING: {
        _Sign.BROKEN: _ripen, _Sign.HEALED: _drop, _Sign.LOST: _ripen, _Sign.OVER: _drop,
    },
    _Stage.FIRING: {_Sign.HEALED: _ease, _Sign.VANISHED: _vanish, _Sign.LOST: _vanish, _Sign.OVER: _close},
    _Stage.CLEARING: {
        _Sign.BROKEN: _relapse, _Sign.HEALED: _expire, _Sign.BETWEEN: _expire,
        _Sign.VANISHED: _vanish, _Sign.LOST: _vanish, _Sign.OVER: _close,
    },
    _Stage.GONE: {_Sign.BROKEN: _return, _Sign.HEALED: _ease, _Sign.BETWEEN: _return, _Sign.OVER: _close},
}  # fmt: skip

_SIGNS: Mapping[Happening, _Sign] = {
    Happening.BROKEN: _Sign.BROKEN,
    Happening.HEALED: _Sign.HEALED,
    Happening.BETWEEN: _Sign.BETWEEN,
    Happening.UNKNOWN: _Sign.MISSING,
    Happening.NO_DATA: _Sign.MISSING,
    Happening.READ_AGAIN: _Sign.HEALED,
    Happening.ROW_GONE: _Sign.VANISHED,
    Happening.REMOVED: _Sign.OVER,
    Happening.FORGOTTEN: _Sign.OVER,
    Happening.RULE_GONE: _Sign.OVER,
    Happening.IGNORED: _Sign.OVER,
    Happening.NOT_MEANT: _Sign.OVER,
    Happening.DEVICE_GONE: _Sign.OVER,
    Happening.TRAP: _Sign.BROKEN,
    Happening.TRAP_STANDS: _Sign.BROKEN,
    Happening.TRAP_OVER: _Sign.HEALED,
    Happening.TRAP_OVER_STANDS: _Sign.HEALED,
    Happening.EXPIRED: _Sign.OVER,
    Happening.TOLD_ELSEWHERE: _Sign.OVER,
}
_NOT_SEEN = (
    Happening.REMOVED,
    Happening.FORGOTTEN,
    Happening.RULE_GONE,
    Happening.IGNORED,
    Happening.NOT_MEANT,
    Happening.DEVICE_GONE,
)
"""What ends an alert although nobody saw it well; one that was gone stays so in what people read."""
_WHEN_GONE: Mapping[OnGone, _Sign] = {"keep": _Sign.VANISHED, "clear": _Sign.OVER, "alert": _Sign.LOST}


def happening_of(broken: bool | None, healed: bool | None = None, *, has_clear_expr: bool = False) -> Happening:
    """Return what one row's verdicts say; `healed` counts only for a rule that has clear_expr."""
    if broken:
        return Happening.BROKEN
    if has_clear_expr:
        if healed:
            return Happening.HEALED
        return Happening.UNKNOWN if broken is None or healed is None else Happening.BETWEEN
    return Happening.UNKNOWN if broken is None else Happening.HEALED


def step(
    timing: Timing,
    alert: Alert | None,
    happening: Happening,
    now: datetime,
    *,
    key: AlertKey,
    new_id: Callable[[], str],
) -> Step:
    """Return the alert of `key` after one happening; None, inactive and resolved all mean that there is none yet.

    A new alert has no labels, annotations or value: whoever sees a transition fills them in.
    """
    stage = _stage_of(alert)
    sign = _sign_of(happening, timing, stage)
    move = _TABLE[stage].get(sign)
    if move is None:
        return Step(alert=alert)
    if alert is None or stage is _Stage.INACTIVE:
        alert = Alert(id=new_id(), key=key, state=AlertState.PENDING, pending_at=now)
    unseen = happening in _NOT_SEEN
    after = move(_Moment(timing=timing, alert=alert, why=happening.value, now=now, unseen=unseen))
    if sign is _Sign.LOST and after.transition is Transition.FIRING and after.alert is not None:
        return replace(after, alert=replace(after.alert, state=AlertState.GONE, gone_at=now))
    return after


def _stage_of(alert: Alert | None) -> _Stage:
    if alert is None or alert.state in (AlertState.INACTIVE, AlertState.RESOLVED):
        return _Stage.INACTIVE
    if alert.state is AlertState.PENDING:
        return _Stage.PENDING
    if alert.state is AlertState.GONE:
        return _Stage.GONE
    return _Stage.FIRING if alert.healthy_since is None else _Stage.CLEARING


def _sign_of(happening: Happening, timing: Timing, stage: _Stage) -> _Sign:
    """Apply no_data and on_gone.

    A value missing in one row may end an alert (`clear`) but never begins one; of what is gone it says nothing.
    """
    no_data = timing.no_data
    if happening is Happening.ROW_GONE:
        return _WHEN_GONE[timing.on_gone]
    if stage is _Stage.GONE and happening in (Happening.NO_DATA, Happening.UNKNOWN):
        return _Sign.MISSING
    if no_data == "clear" and happening in (Happening.NO_DATA, Happening.UNKNOWN):
        return _Sign.HEALED
    if no_data == "alert" and happening is Happening.NO_DATA:
        return _Sign.BROKEN
    return _SIGNS[happening]
