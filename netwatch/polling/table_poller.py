"""Polls one table of one device: discovers its rows when there is a reason, asks its plan, makes the reading.

May import: netwatch.model, netwatch.snmp, netwatch.profiles. Called by: netwatch.polling.device_poller.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from netwatch.errors import PollError, RequestTimedOut
from netwatch.model import NOTHING_AGED, Device, Missing, Oid, RowSet, TableReading, Value
from netwatch.polling.absent_table import TIMES_LACKING, empty_reading
from netwatch.polling.answers import Answer, examine
from netwatch.polling.budget import Budget, Patience
from netwatch.polling.clock import Clock
from netwatch.polling.discover import Discovered, Question, restored
from netwatch.polling.faults import DeviceFaults
from netwatch.polling.layout import Layout, Presence, build_layout
from netwatch.polling.lost_rows import MOST_ASKED, LostRows
from netwatch.polling.metrics import DISCARDED, DISCOVERIES, LOST_ROWS, LOST_ROWS_FORGOTTEN, PARTIAL_READINGS
from netwatch.polling.presence.remembered import Seen
from netwatch.polling.readings import TableReader, reader_of
from netwatch.polling.rows import label_columns, names_alike, rows_called, rows_of_none
from netwatch.polling.standing.seldom import Seldom, split_of
from netwatch.polling.together import Answers
from netwatch.polling.twins.pairs import Twinning
from netwatch.polling.twins.watch import TwinWatch
from netwatch.polling.uptime import Life, Passage
from netwatch.profiles import TableSpec
from netwatch.snmp import GetPlan, SnmpClient

Discover = Callable[[SnmpClient, Question], Awaitable[Discovered]]
_NO_PASSAGE = Passage(Life.UNKNOWN, 0.0)
_NO_TWINNING = Twinning()
_NO_OIDS = frozenset[Oid]()
"""One for all tables: an empty set takes 216 bytes each time it is made."""
_KEEP_REFUSED = ("missing", "partial", "twins")


@dataclass(frozen=True, slots=True, kw_only=True)
class _News:
    """Why the rows may be others than we think.

    refused: instances that are not there any more. vanished: those of them whose whole row is not.
    """

    reason: str
    refused: frozenset[Oid] = _NO_OIDS
    vanished: frozenset[Oid] = _NO_OIDS


class TablePoller:
    """One table of one device from its discovery on."""

    def __init__(
        self,
        device: Device,
        spec: TableSpec,
        discover: Discover,
        client: SnmpClient,
        clock: Clock,
        faults: DeviceFaults | None = None,
    ) -> None:
        self.spec = spec
        self._faults = faults or DeviceFaults(device.name, clock)
        self.reason = ""
        self._device = device
        self._discover_rows = discover
        self._client = client
        self._clock = clock
        self._names: tuple[Value, ...] | None = None
        self._found: RowSet | None = None
        self._renumbered = False
        self._layout: Layout | None = None
        self._plan: GetPlan | None = None
        self._wish: object | None = None
        self._seldom: Seldom | None = None
        self._seldom_plan: GetPlan | None = None
        self._watched: tuple[Value, ...] = ()
        self._refused = _NO_OIDS
        self._vanished = _NO_OIDS
        self._patience = Patience()
        self.times_lacking = 0
        self._due = "first"
        self._unkept: Seen | None = None
        self._passage = _NO_PASSAGE
        self._asked_at: datetime | None = None
        self._made_reader: TableReader | None = None
        self._made_twins: TwinWatch | None = None
        self._made_lost: LostRows | None = None

    # Of twenty tables of a profile a switch has three or four: what a table that is there needs is made where it is.
    @property
    def _reader(self) -> TableReader:
        found = self._made_reader
        if found is None:
            found = self._made_reader = reader_of(self._device.name, self.spec)
        return found

    @property
    def _twins(self) -> TwinWatch:
        found = self._made_twins
        if found is None:
            found = self._made_twins = TwinWatch(self.spec, self._device, self._client)
        return found

    @property
    def _lost(self) -> LostRows:
        found = self._made_lost
        if found is None:
            found = self._made_lost = LostRows(self.spec.walk)
        return found

    @property
    def needs_discovery(self) -> bool:
        """Return whether the next poll begins with a discovery."""
        return bool(self._due)

    @property
    def name(self) -> str:
        """Return the name of the table."""
        return self.spec.name

    @property
    def wish(self) -> object | None:
        """Return what stands for all that a poll asks; None where the next one begins with a discovery."""
        return None if self._due else self._wish

    def instances(self) -> tuple[Sequence[Oid], int]:
        """Return what every poll asks, and where texts begin."""
        if self._layout is None:
            return (), 0
        parts = split_of(self.spec, self._layout)
        return parts.often, parts.texts_at

    def leave_plan(self) -> None:
        """Forget the plan of its own, which is compiled again where it is needed."""
        self._plan = None

    @property
    def is_emptied(self) -> bool:
        """Return whether the table had rows lately and has none now."""
        return self._layout is not None and not self._layout.suffixes and self._is_lost_lately()

    def lacking_reading(self) -> TableReading | None:
        """Return that the device does not have the table, which is said some times only; None after that."""
        if self._layout is not None or self.times_lacking >= TIMES_LACKING:
            return None
        self.times_lacking += 1
        return replace(self._empty_reading(), lacking=True)

    def rediscover(self, reason: str) -> None:
        """Have the next poll look at the rows anew."""
        self._due = self._due or reason

    @property
    def is_idle(self) -> bool:
        """Return whether a poll would ask and say nothing: the device does not have the table, and that was said."""
        return self._layout is None and not self._due and self.times_lacking >= TIMES_LACKING

    @property
    def has_rows(self) -> bool:
        """Return whether the device had the table, be it without rows now."""
        return self._layout is not None

    def note_absence(self) -> None:
        """Take in that the device does not have the table, which then need not be walked; one that had rows is."""
        if self._layout is None:
            self._due = ""

    async def poll(self, budget: Budget, given: Answers | None = None) -> TableReading | None:
        """Read the table; None where the device does not have it and never had.

        `given` is what the device said to what stands for `wish`, where that was asked already.

        Raises:
            PollError: the device did not answer, or with an error.
        """
        has_looked = bool(self._due)
        if self._due:
            given = None
            await self._look(budget, _News(reason=self._due))
        answer = await self._ask(given)
        news = self._news(answer)
        if (
            news is None
            and answer is not None
            and not has_looked
            and (self._lost or self._faults.by_name)
            and await self._beside("lost rows", self._is_back())
        ):
            news = _News(reason="back")
        if news is not None and self._is_worth_a_look(news, answer, has_looked=has_looked):
            await self._look(budget, news)
            answer = await self._ask()
        if answer is not None and self._twins.there_are and await self._is_twinned_otherwise(answer):
            await self._look(budget, _News(reason="twins"))
            answer = await self._ask()
        return self._read(answer)

    async def _is_twinned_otherwise(self, answer: Answer) -> bool:
        layout = self._layout
        return layout is not None and await self._beside("twins", self._twins.look(layout, answer))

    def _is_worth_a_look(self, news: _News, answer: Answer | None, *, has_looked: bool) -> bool:
        """Return whether to discover now: patience has no say where whole rows went, came, or are waited for."""
        if news.reason in ("restart", "back") or self._patience.allows(self._clock.monotonic()):
            return True
        if has_looked:
            return False
        if answer is None:
            return self._is_lost_lately()
        return self._layout is not None and bool(self._layout.rows_only_in(answer.refused))

    def _is_lost_lately(self) -> bool:
        return self._lost.are_waited_for(self._clock.monotonic())

    async def _is_back(self) -> bool:
        """Ask for rows that vanished, a few in one GET; return whether one is there again."""
        wanted = self._lost.to_ask_for(self._clock.monotonic(), at_once=self._lost_at_once)
        if not wanted:
            return False
        try:
            answers = await self._client.get(self._device, wanted)
        except PollError:  # the table itself was read a moment ago
            LOST_ROWS.labels("failed").inc()
            self._lost.rest(self._clock.monotonic())
            return False
        is_back = any(not isinstance(answer.value, Missing) for answer in answers)
        LOST_ROWS.labels("back" if is_back else "gone").inc()
        return is_back

    @property
    def _lost_at_once(self) -> int:
        """Return how many rows to ask for at once: in v1 one that is not there costs a request of its own."""
        return 1 if self._device.credential.version == "1" else MOST_ASKED

    async def _look(self, budget: Budget, news: _News) -> None:
        """Discover; where the device refuses that, what was known before is still good for a reading in part."""
        try:
            with budget.paused():
                await self._discover(news)
        except RequestTimedOut:
            raise
        except Exception as exc:
            if self._layout is None:
                raise
            self._due = ""
            self.reason = str(exc) if isinstance(exc, PollError) else self._faults.note(self._rows_name, exc)
            self._patience.note(self._clock.monotonic(), worth_it=False)
            self._use(replace(self._layout, partial=True))
        else:
            self._faults.settle(self._rows_name)

    @property
    def _rows_name(self) -> str:
        return f"rows of {self.spec.name}"

    async def _beside(self, what: str, question: Awaitable[bool]) -> bool:
        """Return what is learned beside a poll; what breaks off in that does not cost the reading."""
        name = f"{what} of {self.spec.name}"
        try:
            answer = await question
        except PollError:
            raise
        except Exception as exc:  # noqa: BLE001  # counted, logged and shown there
            self._faults.note(name, exc)
            return False
        self._faults.settle(name)
        return answer

    async def _ask(self, given: Answers | None = None) -> Answer | None:
        layout = self._layout
        if layout is None or self._wish is None:
            return None
        given = given or await self._answers()
        values, at, arrived = given.values, given.at, given.arrived
        self._asked_at = given.asked_at
        if self._seldom is not None and self._seldom_plan is not None:
            values = await self._with_seldom(values, self._seldom, self._seldom_plan, arrived)
        answer = examine(layout, values, at, arrived)
        if (names := tuple(answer.names)) != self._names:
            self._rename(layout, names)
        self._passage = self._reader.passage(answer)
        return answer

    async def _answers(self) -> Answers:
        """Ask the table on its own."""
        if self._plan is None:
            often, texts_at = self.instances()
            self._plan = self._client.compile(self._device, often, texts_from=texts_at)
        asked_at = self._clock.now()
        values = await self._client.run_plan(self._device, self._plan)
        return Answers(values=values, asked_at=asked_at, at=self._clock.now(), arrived=self._clock.elapsed())

    async def _with_seldom(self, often: list[Value], seldom: Seldom, plan: GetPlan, arrived: float) -> list[Value]:
        """Return all answers, with those that are asked seldom: as they are now where that is due."""
        ticks = often[0] if isinstance(often[0], int) else None
        if seldom.is_due(often, self._reader.passage_to(ticks, arrived), arrived):
            values = await self._client.run_plan(self._device, plan)
            seldom.take(values, often, arrived, self._clock.now())
        return seldom.completed(often)

    def _rename(self, layout: Layout, names: tuple[Value, ...]) -> None:
        """Take the labels that came with a poll: a name never stays with a stranger."""
        self._names = names_alike(names)
        rows = rows_called(self.spec, layout, names, self._found or layout.rows)
        if rows is not layout.rows:
            self._renumbered = rows.keys != layout.rows.keys
            self._layout = replace(layout, rows=rows)
            self._reader.adopt(self._layout)

    def _news(self, answer: Answer | None) -> _News | None:
        layout = self._layout
        if layout is None:
            return None
        if answer is None:
            return _News(reason="missing")  # it had rows once; a device that boots gets them back one by one
        if self._passage.life is Life.RESTARTED:
            return _News(reason="restart")
        if (
            self._renumbered
            or self._passage.life is Life.JUMPED
            or tuple(answer.values[1 : len(layout.heads)]) != self._watched
        ):
            return _News(reason="change")
        if answer.refused:
            instances = layout.instances()
            rows = layout.rows_only_in(answer.refused)
            return _News(
                reason="missing",
                refused=frozenset(instances[place] for place in answer.refused),
                vanished=frozenset(instances[place] for place in layout.places_of(rows)),
            )
        return _News(reason="partial") if layout.partial else None

    async def _discover(self, news: _News) -> None:
        DISCOVERIES.labels(news.reason).inc()
        # What was refused once is tried again at the slow discovery, and when the device starts anew. A row that went
        # may be back any moment: only where it is refused as it was before it is one that walks show and GETs do not.
        refused = news.refused - (news.vanished - self._vanished)
        self._refused = self._refused | refused if news.reason in _KEEP_REFUSED else _NO_OIDS
        self._vanished = news.vanished
        self._renumbered = False
        before = self._layout
        question = Question(
            device=self._device,
            spec=self.spec,
            previous=before,
            refused=self._refused,
            twinning=_NO_TWINNING if before is None else self._twins.known,
        )
        self._take_found(await self._discover_rows(self._client, question), before)

    def recall(self, seen: Seen) -> None:
        """Take the rows as they were found before a restart of NetWatch; the next poll shows whether that holds."""
        self._take_found(restored(Question(device=self._device, spec=self.spec), seen), None)

    def take_news(self) -> Seen | None:
        """Return what the last discovery saw and nobody has kept yet."""
        news, self._unkept = self._unkept, None
        return news

    def _take_found(self, found: Discovered, before: Layout | None) -> None:
        self._due = ""
        if self._seldom is not None:
            self._seldom.forget()
        self._unkept = found.seen
        self._watched, self.reason = found.watched, found.reason
        if found.layout is not None or before is not None:
            self._twins.learn(found, self._clock.elapsed())
        self._use(found.layout or (_no_rows(self.spec) if before is not None else None))
        self._found = None if self._layout is None else self._layout.rows
        if self._layout is not None and not self._layout.partial:
            LOST_ROWS_FORGOTTEN.inc(self._lost.note(self._layout, self._clock.monotonic()))
            self._refused = _of_rows(self._layout, self._refused, self.spec)
        changed = self._layout is not before
        self._patience.note(
            self._clock.monotonic(), worth_it=changed and not found.reason and found.layout is not None
        )

    def _use(self, layout: Layout | None) -> None:
        if layout is None or layout is self._layout:
            return
        changed = self._layout is None or layout.instances() != self._layout.instances()
        self._layout, self._names = layout, None
        self._reader.adopt(layout)
        if not layout.suffixes:
            self._plan = self._wish = self._seldom = self._seldom_plan = None
        elif changed or self._wish is None:
            parts = split_of(self.spec, layout)
            self._seldom = Seldom(self.spec, parts) if parts.seldom else None
            self._plan = self._client.compile(self._device, parts.often, texts_from=parts.texts_at)
            self._seldom_plan = self._client.compile(self._device, parts.seldom) if parts.seldom else None
            self._wish = object()

    def _read(self, answer: Answer | None) -> TableReading | None:
        if self._layout is None:
            return None
        if answer is None:
            return self._empty_reading()
        aged = NOTHING_AGED if self._seldom is None else self._seldom.aged
        reading = self._reader.reading(answer, self._passage, self.reason, self._asked_at, aged)
        self._count(reading)
        return reading

    def _empty_reading(self) -> TableReading:
        """Return the reading of a table that had rows once, so that those who knew them learn they are gone."""
        found = empty_reading(self._device.name, self.spec, self._clock)
        return found if self._layout is None else replace(found, rows=self._layout.rows)

    def _count(self, reading: TableReading) -> None:
        if reading.partial:
            PARTIAL_READINGS.labels(reading.device, reading.table).inc()
        if self._reader.discarded:
            for cause, number in self._reader.discarded.items():
                DISCARDED.labels(cause.value).inc(number)
            self._reader.discarded.clear()


def _of_rows(layout: Layout, refused: frozenset[Oid], spec: TableSpec) -> frozenset[Oid]:
    """Return what was refused of rows that are there; a row that comes back begins anew."""
    if not refused:
        return refused
    there = set(layout.suffixes)
    columns = [*(column.oid for column in spec.columns), *label_columns(spec), *filter(None, [spec.discontinuity])]
    return frozenset(
        oid for oid in refused if any(oid.is_under(column) and oid[len(column) :] in there for column in columns)
    )


def _no_rows(spec: TableSpec) -> Layout:
    return replace(build_layout(spec, rows_of_none(spec), (), Presence({})), partial=False)
