"""Asks a device which of many tables and scalars it has: GETNEXT requests of many varbinds, one after the other.

What follows a table's entry and stands below it is a row of it: the device has the table. A device that answers
tooBig, with an error or not at all is asked in halves, down to the one question at fault; one that fell silent
altogether is left alone. Bounded in requests and in time, and never more than one request at once.

May import: netwatch.model, netwatch.snmp, netwatch.profiles. Called by: netwatch.polling.presence.belongings.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from netwatch.errors import PollError, RequestTimedOut
from netwatch.model import Device, Missing, Oid, Varbind
from netwatch.profiles import ENTERPRISES, Probe
from netwatch.snmp import SnmpClient

AT_ONCE, AT_ONCE_IN_V1 = 24, 8
"""What follows a name may be a long text, and an answer should fit one frame.

In v1 each name at the end of the tree costs a request of its own."""
MOST_REQUESTS = 400
MOST_SECONDS = 60.0
MOST_FAILURES = 16
"""So many questions answered with errors one by one: the device does not bear such questions at all."""
MOST_ENTERPRISES = 16
"""An appliance with net-snmp inside has one to five; an agent that makes up numbers is not followed further."""
_ALIVE = (Oid.parse("1.3.6.1.2.1.1.3.0"),)

Batch = tuple[Probe, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """What came of it.

    ended_early: it was ended by its bounds.
    silent_at: the questions over which the device fell silent altogether; it was not asked for the rest.
    why: why some are unsure, a sentence for people, empty where none are.
    """

    has: frozenset[Oid]
    unsure: frozenset[Oid]
    chokes: frozenset[Oid]
    at_once: int
    ended_early: bool = False
    silent_at: Batch = ()
    why: str = ""


class Sweep:
    """One sweep of one device; `requests` is how many it took so far."""

    def __init__(self, client: SnmpClient, device: Device, clock: Callable[[], float], at_once: int = 0) -> None:
        """Prepare it; `at_once` is what the device was learned to bear, 0 where nothing was."""
        usual = AT_ONCE_IN_V1 if device.credential.version == "1" else AT_ONCE
        self._client, self._device, self._clock = client, device, clock
        self._at_once = min(at_once or usual, usual)
        self._has: set[Oid] = set()
        self._unsure: set[Oid] = set()
        self._chokes: set[Oid] = set()
        self.requests = self._failures = 0
        self._last_error = ""

    async def ask(self, probes: Sequence[Probe], alone: Collection[Probe] = ()) -> Swept:
        """Ask all the probes, those in `alone` one by one at the end.

        Raises:
            PollError: the device answers no such question.
        """
        ends_at = self._clock() + MOST_SECONDS
        suspects = frozenset(alone)
        batches = deque(self._batches(probe for probe in probes if probe not in suspects))
        batches.extend((probe,) for probe in probes if probe in suspects)
        while batches:
            if self.requests >= MOST_REQUESTS or self._clock() >= ends_at:
                return self._swept(batches, f"it took too long, {self.requests} requests so far")
            batch = batches.popleft()
            self.requests += 1
            try:
                answers = await self._client.get_next(self._device, [probe.after for probe in batch])
            except RequestTimedOut as exc:
                if not await self._is_alive():
                    return self._swept([batch, *batches], str(exc), silent_at=batch)
                self._note_silence(batch, batches)
            except PollError as exc:
                self._note_error(batch, batches, exc)
            else:
                self._take(batch, answers, batches)
        return self._swept((), "")

    async def enterprises(self) -> frozenset[int]:
        """Find the enterprises that the device answers anything of, with a request for each and one for the end.

        For one whose sysObjectID names none: net-snmp runs in devices of every maker. What fails ends it.
        """
        found: set[int] = set()
        after = ENTERPRISES
        while len(found) < MOST_ENTERPRISES:
            self.requests += 1
            try:
                (answer,) = await self._client.get_next(self._device, [after])
            except PollError:
                break
            past = answer.oid.is_under(ENTERPRISES) and answer.oid > after and len(answer.oid) > len(ENTERPRISES)
            if isinstance(answer.value, Missing) or answer.value is None or not past:
                break
            number = answer.oid[len(ENTERPRISES)]
            found.add(number)
            after = ENTERPRISES.child(number + 1)
        return frozenset(found)

    def _batches(self, probes: Iterable[Probe]) -> Iterator[Batch]:
        left = tuple(probes)
        for start in range(0, len(left), self._at_once):
            yield left[start : start + self._at_once]

    def _take(self, batch: Batch, answers: Sequence[Varbind], batches: deque[Batch]) -> None:
        """Take in answers; where a v1 device says that its tree ends, nobody need ask for what stands behind."""
        for probe, answer in zip(batch, answers, strict=True):
            if isinstance(answer.value, Missing):
                if self._device.credential.version == "1":
                    _leave_out(batches, behind=probe.after)
            elif answer.value is None:
                self._unsure.add(probe.item)
                self._last_error = "errors instead of answers"
            elif answer.oid.is_under(probe.below) and answer.oid != probe.after:
                self._has.add(probe.item)

    def _note_silence(self, batch: Batch, batches: deque[Batch]) -> None:
        """Ask in halves what a device that answers otherwise did not answer; what is silent alone is left out."""
        if len(batch) == 1:
            self._chokes.add(batch[0].item)
            return
        self._at_once = max(1, min(self._at_once, len(batch)) // 2)
        rest = [probe for later in batches for probe in later]
        batches.clear()
        batches.extend(self._batches((*batch, *rest)))

    def _note_error(self, batch: Batch, batches: deque[Batch], error: PollError) -> None:
        if len(batch) > 1:
            half = len(batch) // 2
            batches.extendleft((batch[half:], batch[:half]))
            return
        self._failures += 1
        if self._failures >= MOST_FAILURES:
            raise error
        self._unsure.add(batch[0].item)
        self._last_error = str(error)

    async def _is_alive(self) -> bool:
        """Return whether the device answers anything, after it did not answer."""
        self.requests += 1
        try:
            await self._client.get(self._device, _ALIVE)
        except RequestTimedOut:
            return False
        except PollError:
            return True
        return True

    def _swept(self, left: Iterable[Batch], why: str, silent_at: Batch = ()) -> Swept:
        unasked = {probe.item for batch in left for probe in batch}
        unsure = frozenset((self._unsure | unasked) - self._has)
        return Swept(
            has=frozenset(self._has),
            unsure=unsure,
            chokes=frozenset(self._chokes - self._has),
            at_once=self._at_once,
            ended_early=bool(unasked) and not silent_at,
            silent_at=silent_at,
            why=(why or self._last_error) if unsure else "",
        )


def _leave_out(batches: deque[Batch], behind: Oid) -> None:
    left = [tuple(probe for probe in batch if probe.after < behind) for batch in batches]
    batches.clear()
    batches.extend(batch for batch in left if batch)
