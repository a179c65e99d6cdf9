"""One request with one answer, for what is asked most often: no task waits for it and no future, only a call.

What is out of the ordinary is not dealt with here: whoever asked hears that the fast lane refuses, and asks as usual.
May import: netwatch.errors, netwatch.model. Called by: lane.
"""

from __future__ import annotations

from collections.abc import Sequence

from netwatch.errors import FastLaneRefused, PollError
from netwatch.model import Value
from netwatch.snmp import metrics
from netwatch.snmp.client import Told
from netwatch.snmp.fast.peer import Exchange
from netwatch.snmp.fast.plan import GetRequest
from netwatch.snmp.fast.readers import Values
from netwatch.snmp.fast.tally import Tally

_READER = Values()


class ShortRun:
    """Asks one GET; satisfies the endpoint's Asker."""

    __slots__ = ("_request", "_told", "over")
    tally: Tally | None = None
    """Polls are counted with all that the wire sends."""

    def __init__(self, request: GetRequest, told: Told) -> None:
        self.over = False
        self._request, self._told = request, told

    def take(self, _exchange: Exchange, data: bytes, at: int, end: int, status: int, _index: int) -> None:
        """Hand on the values; an error-status is for somebody with more patience."""
        request = self._request
        outcome: Sequence[Value] | PollError
        if status:
            outcome = FastLaneRefused("short_run")
        else:
            try:
                outcome = _READER.read(data, at, end, request)
            except FastLaneRefused as exc:
                outcome = exc
            else:
                if len(outcome) != len(request.names):
                    outcome = FastLaneRefused("short_run")
                metrics.wire.varbinds += len(request.names)
        self.over = True
        self._told(outcome)

    def fail(self, _exchange: Exchange, error: PollError) -> None:
        """Hand on why there is no answer; once."""
        if not self.over:
            self.over = True
            self._told(error)

    def retry(self, _exchange: Exchange) -> Sequence[Exchange]:
        """Return nothing smaller: it is asked again as it is."""
        return ()
