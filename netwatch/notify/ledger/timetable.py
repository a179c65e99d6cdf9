"""When to try a message again, and when to give it up.

A quiet room: the clock and the dice come in as arguments.
May import: nothing.
Called by: netwatch.notify.{http.outcomes, ledger.attempts, smtp.{outcomes, relays}, snmp.outcomes}.
"""

from __future__ import annotations

from datetime import datetime, timedelta

RETRY_AFTER = tuple(timedelta(seconds=seconds) for seconds in (5, 20, 60, 120, 300, 600, 900))
"""The last step repeats."""
UNKNOWN_AFTER = tuple(timedelta(seconds=seconds) for seconds in (5, 60, 300, 900, 3600))
"""The same for what was perhaps accepted: a relay that takes mails and never says so must not bury a person."""
GIVE_UP_AFTER = timedelta(days=5)
"""RFC 5321, section 4.5.4.1: at least 4 to 5 days."""
JITTER = 0.2


def next_attempt_at(
    attempts: int, *, created_at: datetime, now: datetime, dice: float, perhaps_taken: bool = False
) -> datetime | None:
    """Return when to try again, or None to give up.

    `attempts` counts tries already made, at least 1; `dice` is a random number in [0, 1). A message that waited
    5 days for a relay to come back still gets every short step: giving up takes age and tries. What was perhaps
    taken is tried hourly in the end.
    """
    steps = UNKNOWN_AFTER if perhaps_taken else RETRY_AFTER
    due = now + jittered(steps[min(attempts, len(steps)) - 1], dice)
    return None if due - created_at > GIVE_UP_AFTER and attempts > len(RETRY_AFTER) else due


def jittered(duration: timedelta, dice: float) -> timedelta:
    """Return the duration, longer or shorter by up to a fifth, so that what failed together does not return so."""
    return duration * (1 - JITTER + 2 * JITTER * dice)
