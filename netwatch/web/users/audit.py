"""Tells the event log and the log who came in, who was kept out, and what was done with a token; never a secret.

A wrong name may be somebody's password, typed into the wrong field: only names that there are are written.
May import: netwatch.model. Called by: gatekeeper, access.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import structlog

from netwatch.model import Event

KIND = "sign_in"
TOLD_AT = (1, 5, 10, 100, 1000, 10_000)
"""Which wrong passwords of a name are told."""
MOST_FAILURES_TOLD = 30
"""In TOLD_WITHIN_SECONDS; what comes on top of that is counted in the metrics only."""
TOLD_WITHIN_SECONDS = 600.0
_log = structlog.get_logger(__name__)


class Audit:
    """What is written down of people coming and going."""

    def __init__(
        self, tell: Callable[[Event], None], clock: Callable[[], datetime], ticks: Callable[[], float]
    ) -> None:
        self._tell, self._clock, self._ticks = tell, clock, ticks
        self._told, self._since = 0, ticks()

    def signed_in(self, name: str, role: str, address: str) -> None:
        """Write that somebody signed in."""
        _log.info("signed_in", user=name, role=role, address=address)
        self._write(f"{name} ({role}) signed in from {address or 'this machine'}", user=name, address=address)

    def signed_out(self, name: str, address: str) -> None:
        """Write that somebody signed out."""
        _log.info("signed_out", user=name, address=address)
        self._write(f"{name} signed out", user=name, address=address)

    def changed_password(self, name: str, address: str, others: int) -> None:
        """Write that somebody gave himself another password, which ended his other sessions."""
        _log.info("password_changed", user=name, address=address, other_sessions=others)
        ended = f"; other sessions that ended: {others}" if others else ""
        self._write(
            f"{name} has another password, given from {address or 'this machine'}{ended}", user=name, address=address
        )

    def ended_session(self, by: str, of: str, address: str) -> None:
        """Write that somebody ended a session, his own or another's; `address` is where that was begun from."""
        _log.info("session_ended", by=by, user=of, address=address)
        whose = "a session of his own" if by == of else f"a session of {of}"
        self._write(f"{by} ended {whose}, from {address or 'this machine'}", user=of, address=address)

    def wrong_password(self, name: str, address: str, count: int) -> None:
        """Write that a password was wrong; `name` is empty where nobody is called so."""
        if not self._may_tell(count):
            return
        _log.warning("wrong_password", user=name or "(nobody)", address=address, times=count)
        of = f"of {name}" if name else "of a name that nobody has"
        times = f", {count} times now" if count > 1 else ""
        self._write(f"wrong password {of} from {address or 'this machine'}{times}", user=name, address=address)

    def wrong_token(self, address: str, name: str = "") -> None:
        """Write that a token was shown that is none, or that has ended, which then was called `name`."""
        if not self._may_tell(1):
            return
        _log.warning("wrong_token", token=name or "(unknown)", address=address)
        what = f"the token {name}, which has ended," if name else "an unknown or revoked token"
        self._write(f"{what} was shown from {address or 'this machine'}", address=address)

    def changed(self, name: str, way: str, method: str, path: str) -> None:
        """Log who changed something; what it was says the event of the change itself."""
        _log.info("changed_over_http", by=name, way=way, method=method, path=path[:200])

    def _may_tell(self, count: int) -> bool:
        """Return whether one more failure is told: some of a name, and not too many in all."""
        if count not in TOLD_AT:
            return False
        now = self._ticks()
        if now - self._since >= TOLD_WITHIN_SECONDS:
            self._told, self._since = 0, now
        self._told += 1
        return self._told <= MOST_FAILURES_TOLD

    def _write(self, text: str, **details: str) -> None:
        self._tell(Event(at=self._clock(), kind=KIND, text=text, details={k: v for k, v in details.items() if v}))
