"""What the rest of the house may ask of a device; the fast lane and the general engine both answer to it.

May import: netwatch.model. Called by: polling, discovery, cli, through the door of this room.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from netwatch.errors import PollError
from netwatch.model import Device, Oid, Value, Varbind

Told = Callable[["Sequence[Value] | PollError"], None]
"""Takes the values of a plan, or why there are none."""


class GetPlan(Protocol):
    """What to ask a device again and again, prepared once; made by `SnmpClient.compile`."""

    @property
    def oids(self) -> Sequence[Oid]:
        """Return the instances asked for, in the order of the values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedPlan:
    """A plan for which nothing is prepared, for the engine that encodes each time."""

    oids: tuple[Oid, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkedColumn:
    """One column as it was walked, in OID order: what stands behind the column's OID, the BER tags, the values."""

    oid: Oid
    suffixes: Sequence[tuple[int, ...]]
    tags: Sequence[int]
    values: Sequence[Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """The outcome of a walk; `reason` says in words why it is `partial`.

    capped: it is partial for having come to its bound of varbinds, and can be gone on with.
    """

    columns: tuple[WalkedColumn, ...]
    partial: bool = False
    reason: str = ""
    capped: bool = False


class SnmpClient(Protocol):
    """Asks devices.

    Every method raises RequestTimedOut where no answer came, PollError where the answer was an error.
    """

    def compile(self, device: Device, oids: Sequence[Oid], *, texts_from: int | None = None) -> GetPlan:
        """Prepare a plan for exact instances; costs milliseconds, so do it once.

        From the place `texts_from` on the values are texts, of which fewer go into one answer; None: none are.
        """

    async def run_plan(self, device: Device, plan: GetPlan) -> list[Value]:
        """Ask a plan; return one value per OID in order, `Missing` where the device has none."""

    def begin(self, device: Device, plan: GetPlan, told: Told) -> bool:
        """Ask a plan of one request without a task, where that can be; else return False, and nothing is asked.

        `told` is called once on the loop, with the values or with the error that `run_plan` would raise; where that
        is FastLaneRefused, `run_plan` may bring more.
        """

    async def get(self, device: Device, oids: Sequence[Oid]) -> list[Varbind]:
        """Ask for exact instances once; as many GETs as needed, answers in the order asked."""

    async def get_next(self, device: Device, oids: Sequence[Oid]) -> list[Varbind]:
        """Ask for the lexicographic successors; as many GETNEXTs as needed, answers in the order asked."""

    async def why_silent(self, device: Device) -> str:
        """Return what speaks for which reason, as the end of a sentence about a device that does not answer.

        Takes half a second at most, raises nothing, and is empty where nothing can be said.
        """

    async def walk(
        self,
        device: Device,
        columns: Sequence[Oid],
        *,
        max_varbinds: int = 1_000_000,
        time_budget: timedelta = timedelta(seconds=60),
        after: Oid | None = None,
    ) -> Walk:
        """Walk subtrees side by side, several columns per GETBULK (GETNEXT for v1).

        With `after` it begins behind that name, for one subtree that was walked so far already.
        A trouble in mid-walk makes the result partial; only a device that never answers raises.
        """
