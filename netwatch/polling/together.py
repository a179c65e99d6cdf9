"""Asks the tables of one device together: their plans as one, whose requests are filled from table to table.

A table asked on its own ends with a request that is half empty, and costs a wait. Tables are asked together once the
same ones, with the same rows, were asked in two polls running. Where that fails each is asked on its own for an hour:
what one table cannot bear must not cost the others. So it is with version 1, where one instance that is gone spoils
a whole request.

May import: netwatch.model, netwatch.snmp, netwatch.errors, netwatch.frozen. Called by: device_poller.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final, Protocol

from netwatch.errors import PollError
from netwatch.frozen import quick
from netwatch.model import Device, Oid, Value
from netwatch.polling.clock import Clock
from netwatch.polling.faults import DeviceFaults
from netwatch.polling.metrics import ASKED_TOGETHER
from netwatch.snmp import GetPlan, SnmpClient

APART_SECONDS: Final = 3600.0
NAME: Final = "tables together"


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What a device said to the plan of one table; arrived: seconds of the clock that stands still in sleep."""

    values: list[Value]
    asked_at: datetime
    at: datetime
    arrived: float


NONE_ASKED: Final[Mapping[str, Answers]] = MappingProxyType({})


class Table(Protocol):
    """A table that can be asked with others."""

    @property
    def name(self) -> str:
        """Return what the answers are to be filed under."""

    @property
    def wish(self) -> object | None:
        """Return what stands for all that is asked, another object when that is another; None: not now."""

    def instances(self) -> tuple[Sequence[Oid], int]:
        """Return what is asked, and where texts begin."""

    def leave_plan(self) -> None:
        """Take in that the plan of its own is not needed for now."""


class Together:
    """The tables of one device that are asked as one."""

    def __init__(self, device: Device, client: SnmpClient, clock: Clock, faults: DeviceFaults) -> None:
        self._device, self._client, self._clock, self._faults = device, client, clock, faults
        self._wishes: tuple[object, ...] = ()
        self._plan: GetPlan | None = None
        self._parts: tuple[tuple[str, slice, slice], ...] = ()
        self._not_before = 0.0

    async def ask(self, tables: Iterable[Table]) -> Mapping[str, Answers]:
        """Return the answers by table; nothing where each is to be asked on its own."""
        tables = [table for table in tables if table.wish is not None]
        wishes = tuple([table.wish for table in tables])
        if len(tables) <= 1 or self._device.credential.version == "1":
            return NONE_ASKED
        if wishes != self._wishes or self._clock.monotonic() < self._not_before:
            self._wishes, self._plan = wishes, None
            return NONE_ASKED
        asked_at = self._clock.now()
        try:
            plan = self._plan = self._plan or self._compiled(tables)
            values = await self._client.run_plan(self._device, plan)
        except PollError:
            return self._part()
        except Exception as exc:  # noqa: BLE001  # it spares packets; what is wrong with a table is found out there
            self._faults.note(NAME, exc)
            return self._part()
        self._faults.settle(NAME)
        ASKED_TOGETHER.inc("answered")
        at, arrived = self._clock.now(), self._clock.elapsed()
        return {
            name: Answers(values=values[numbers] + values[texts], asked_at=asked_at, at=at, arrived=arrived)
            for name, numbers, texts in self._parts
        }

    def _part(self) -> Mapping[str, Answers]:
        ASKED_TOGETHER.inc("failed")
        self._not_before, self._plan = self._clock.monotonic() + APART_SECONDS, None
        return NONE_ASKED

    def _compiled(self, tables: Sequence[Table]) -> GetPlan:
        """Compile one plan: the numbers of every table, behind them the texts of every table."""
        wanted = [(table.name, *table.instances()) for table in tables]
        numbers = [oid for _, oids, texts_at in wanted for oid in oids[:texts_at]]
        texts = [oid for _, oids, texts_at in wanted for oid in oids[texts_at:]]
        plan = self._client.compile(self._device, [*numbers, *texts], texts_from=len(numbers))
        parts, begin, texts_begin = [], 0, len(numbers)
        for name, oids, texts_at in wanted:
            end, texts_end = begin + texts_at, texts_begin + len(oids) - texts_at
            parts.append((name, slice(begin, end), slice(texts_begin, texts_end)))
            begin, texts_begin = end, texts_end
        self._parts = tuple(parts)
        for table in tables:
            table.leave_plan()
        return plan
