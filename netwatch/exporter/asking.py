"""Asks one device for what one module wants.

May import: netwatch.model, netwatch.snmp. Called by: scraping.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable, Sequence
from datetime import timedelta
from typing import Any

from netwatch.errors import PollError
from netwatch.exporter.answers import Answers, Walked
from netwatch.exporter.learned import Learned, columns_wanted, learn
from netwatch.exporter.modules import Filter, Module
from netwatch.exporter.texts import text_of_value
from netwatch.model import Device, Missing, Oid, Varbind
from netwatch.snmp import SnmpClient, Walk

MOST_VARBINDS = 500_000
"""Varbinds of one module and scrape; a table of routes has as many."""
DEVICES_ERROR = "the device answers"
"""How the reason of a walk begins that a device ended with an error-status."""


class Asker:
    """Asks devices for modules, and remembers which of a module's columns a device has."""

    def __init__(self, client: SnmpClient) -> None:
        self._client = client
        self._learned: dict[str, dict[str, Learned]] = {}
        self._wanted: dict[str, tuple[Oid, ...]] = {}

    def forget(self, device: str) -> None:
        """Forget what is known of a device, whose name is to be another's."""
        self._learned.pop(device, None)

    async def ask(self, device: Device, module: Module, deadline: float) -> tuple[Answers, str]:
        """Return what a device answers, and why that is not all, in words; empty where it is.

        `deadline` is on the clock of the running loop.

        Raises:
            PollError: it did not answer, or with an error.
        """
        known = self._learned.get(device.name, {}).get(module.name)
        if known is not None:
            answers = await self._by_columns(device, module, known, deadline)
            if answers is not None:
                return answers, ""
            del self._learned[device.name][module.name]
        answers, trouble = await self._by_subtrees(device, module, deadline)
        if not trouble:
            self._learn(device, module, answers)
        return answers, trouble

    def _learn(self, device: Device, module: Module, answers: Answers) -> None:
        if module.filters or not module.walk:
            return
        if module.name not in self._wanted:
            self._wanted[module.name] = columns_wanted(module)
        learned = learn(self._wanted[module.name], answers.names)
        if learned is not None:
            self._learned.setdefault(device.name, {})[module.name] = learned

    async def _by_columns(self, device: Device, module: Module, known: Learned, deadline: float) -> Answers | None:
        """Walk the columns that had rows; None where another one has some now, or a walk is not whole."""
        client = self._client
        if known.probes and not known.holds(await _next(client, device, known.probes, deadline)):
            return None
        got = await _got(client, device, module.get, deadline)
        walked = await _walk(client, device, known.columns, deadline)
        if walked.partial or not all(column.suffixes for column in walked.columns):
            return None
        return Answers(_walks_of(walked), got, apart=not got or _are_apart(got, known.columns))

    async def _by_subtrees(self, device: Device, module: Module, deadline: float) -> tuple[Answers, str]:
        client, walk, get = self._client, module.walk, module.get
        for one in module.filters:
            walked = await _walk(client, device, [one.oid], deadline)
            if walked.partial:
                continue  # as in snmp_exporter: what cannot be looked up filters nothing
            walk, get = _filtered(one, walked, walk, get)
        got = await _got(client, device, get, deadline)
        if not walk:
            return Answers((), got), ""
        walked = await _walk(client, device, walk, deadline)
        empty = [
            column.oid for column in walked.columns if not column.suffixes and _may_be_instance(column.oid, module)
        ]
        got += await _got(client, device, empty, deadline)
        return Answers(_walks_of(walked), got), walked.reason if walked.partial else ""


def _walks_of(walk: Walk) -> list[Walked]:
    return [(column.oid, column.suffixes, column.tags, column.values) for column in walk.columns]


def _are_apart(got: Iterable[Varbind], columns: Iterable[Oid]) -> bool:
    return not any(one.oid.is_under(column) for one in got for column in columns)


def _may_be_instance(root: Oid, module: Module) -> bool:
    """Return whether what is walked may be one value itself: it stands below a metric."""
    return any(len(metric.oid) < len(root) and root[: len(metric.oid)] == metric.oid for metric in module.metrics)


async def _walk(client: SnmpClient, device: Device, roots: Sequence[Oid], deadline: float) -> Walk:
    left = _left(deadline)
    return await client.walk(device, roots, max_varbinds=MOST_VARBINDS, time_budget=timedelta(seconds=left))


async def _got(client: SnmpClient, device: Device, oids: Sequence[Oid], deadline: float) -> list[Varbind]:
    """Ask for instances; those that a device does not have are left out."""
    if not oids:
        return []
    found = await _within(deadline, client.get(device, oids))
    return [one for one in found if not isinstance(one.value, Missing)]


async def _next(client: SnmpClient, device: Device, oids: Sequence[Oid], deadline: float) -> list[Varbind]:
    return await _within(deadline, client.get_next(device, oids))


async def _within(deadline: float, asking: Coroutine[Any, Any, list[Varbind]]) -> list[Varbind]:
    try:
        async with asyncio.timeout_at(deadline):
            return await asking
    except TimeoutError:
        raise PollError(_OVER) from None


_OVER = "the time that Prometheus gives a scrape is over"


def _left(deadline: float) -> float:
    left = deadline - asyncio.get_running_loop().time()
    if left <= 0:
        raise PollError(_OVER)
    return left


def _filtered(
    one: Filter, walked: Walk, walk: Sequence[Oid], get: Sequence[Oid]
) -> tuple[tuple[Oid, ...], tuple[Oid, ...]]:
    """Ask for single instances where a filter says of which; the last number of a name is the instance."""
    allowed = [
        (one.oid.join(suffix))[-1]
        for column in walked.columns
        for suffix, value in zip(column.suffixes, column.values, strict=True)
        if any(fits(text_of_value(value, "DisplayString")) for fits in one.fits)
    ]
    kept = [oid for oid in get if not _begins(oid, one.targets)]
    wanted = [target.child(number) for target in one.targets for number in allowed]
    return tuple(oid for oid in walk if oid not in one.targets), (*kept, *wanted)


def _begins(oid: Oid, targets: Iterable[Oid]) -> bool:
    """Return whether one begins with another as texts do, which is how snmp_exporter compares them."""
    return any(str(oid).startswith(str(target)) for target in targets)
