"""Looks at counters in both widths, beside a poll, where it is not clear yet which one the agent keeps.

May import: netwatch.model, netwatch.snmp, netwatch.profiles. Called by: netwatch.polling.table_poller.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet

from netwatch.errors import PollError
from netwatch.model import Device, Oid
from netwatch.polling.answers import Answer
from netwatch.polling.discover import Discovered
from netwatch.polling.layout import Layout
from netwatch.polling.metrics import TWIN_LOOKS
from netwatch.polling.twins.pairs import (
    CLOSELY_SECONDS,
    FIRST_LOOK_SECONDS,
    IF_OPER_STATUS,
    LONGEST_LOOK_SECONDS,
    UP,
    Twinning,
    Twins,
    judged,
    pair_of,
)
from netwatch.profiles import TableSpec
from netwatch.snmp import SnmpClient


class TwinWatch:
    """The twins of one table of one device; `known` is what is known of them."""

    def __init__(self, spec: TableSpec, device: Device, client: SnmpClient) -> None:
        self.known = Twinning()
        self._twins = Twins(spec)
        self._device = device
        self._client = client
        self._layout: Layout | None = None
        self._up: Sequence[object] | None = None
        self._places: dict[Oid, int] = {}
        self._look_at = self._closely_until = 0.0
        self._wait = FIRST_LOOK_SECONDS

    @property
    def there_are(self) -> bool:
        """Return whether the table has any twins to look at."""
        return self._twins.there_are

    def learn(self, found: Discovered, now: float) -> None:
        """Take in what a discovery saw; `now` is monotonic seconds."""
        news = not self.known.unclear.keys() >= found.twinning.unclear.keys()
        self.known = found.twinning
        if news:
            self._look_at, self._wait = now + FIRST_LOOK_SECONDS, FIRST_LOOK_SECONDS

    async def look(self, layout: Layout, answer: Answer) -> bool:
        """Read both widths of what is unclear; return whether other rows than before are not kept."""
        if self._came_up(layout, answer):
            self._note_waiting(layout, answer)
        if self.known.unclear:
            self.known = self.known.without_moved(self._unclear_now(layout, answer))
            if not self.known.unclear:
                self._places = {}
        is_time = answer.arrived >= self._look_at
        if not is_time and (not self.known.unclear or answer.arrived > self._closely_until):
            return False
        instances = self.known.to_look_at(is_time=is_time)
        if is_time:
            self._wait = min(2 * self._wait, LONGEST_LOOK_SECONDS)
            self._look_at = answer.arrived + self._wait
        return await self._read(instances) if instances else False

    async def _read(self, instances: list[Oid]) -> bool:
        asked = [oid for instance in instances for oid in (instance, self._twins.twin_of(instance))]
        try:
            answers = await self._client.get(self._device, asked)
        except PollError:
            TWIN_LOOKS.labels("failed").inc()
            return False
        TWIN_LOOKS.labels("done").inc()
        values = [varbind.value for varbind in answers]
        pairs = zip(instances, values[::2], values[1::2], strict=True)
        looks = {oid: pair for oid, wide, narrow in pairs if (pair := pair_of(wide, narrow)) is not None}
        before, self.known = self.known.unkept.keys(), judged(self.known, looks)
        return before != self.known.unkept.keys()

    def _came_up(self, layout: Layout, answer: Answer) -> bool:
        """Return whether a port may have come up, or the rows are others."""
        strip = next((part.strip for part in layout.numbers if part.strip.oids == (IF_OPER_STATUS,)), None)
        if strip is None:
            return False
        states, same = answer.values[strip.start : strip.stop], layout is self._layout
        changed, self._up, self._layout = not same or states != self._up, states, layout
        if not same:
            self._places = {}
        return changed

    def _note_waiting(self, layout: Layout, answer: Answer) -> None:
        strip = next(part.strip for part in layout.numbers if part.strip.oids == (IF_OPER_STATUS,))
        states = zip(strip.row_numbers(), self._up or (), strict=True)
        up = [layout.suffixes[row] for row, state in states if state == UP and row not in layout.virtual]
        at_zero = frozenset(_standing_at_zero(layout, answer, frozenset(self._twins.octets)))
        known = self.known.with_new(self._twins.waiting(up, at_zero))
        if known is not self.known:
            self.known, self._closely_until = known, answer.arrived + CLOSELY_SECONDS
            self._places = {}

    def _unclear_now(self, layout: Layout, answer: Answer) -> dict[Oid, object]:
        if not self._places:
            self._places = places_of(layout, self.known.unclear.keys())
        return {oid: answer.values[place] for oid, place in self._places.items()}


def _standing_at_zero(layout: Layout, answer: Answer, columns: frozenset[Oid]) -> Iterator[Oid]:
    """Yield the counters of some columns that are 0, by instance."""
    for counter in layout.counters:
        strip = counter.strip
        if columns.isdisjoint(strip.oids):
            continue
        values = answer.values[strip.start : strip.stop]
        if 0 in values:
            rows, same = strip.row_numbers(), len(strip.oids) == 1
            for place, value in enumerate(values):
                if value == 0:
                    yield strip.oids[0 if same else place].join(layout.suffixes[rows[place]])


def places_of(layout: Layout, wanted: AbstractSet[Oid]) -> dict[Oid, int]:
    """Return where some counters of a layout stand in an answer, by instance.

    Of most columns none is wanted, and to look a thousand instances up takes longer than all else of a poll.
    """
    found: dict[Oid, int] = {}
    for counter in layout.counters:
        strip = counter.strip
        if not any(oid.is_under(column) for column in set(strip.oids) for oid in wanted):
            continue
        instances = strip.instances(layout.suffixes)
        places = zip(instances, range(strip.start, strip.stop), strict=True)
        found.update((oid, place) for oid, place in places if oid in wanted)
    return found
