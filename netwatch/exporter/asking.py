"""Asks one device for what one module wants.

May import: netwatch.model, netwatch.snmp. Called by: scraping.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from datetime import timedelta

from netwatch.errors import PollError
from netwatch.exporter.answers import Answers
from netwatch.exporter.modules import Filter, Module
from netwatch.exporter.texts import text_of_value
from netwatch.model import Device, Missing, Oid, Varbind
from netwatch.snmp import SnmpClient, Walk

MOST_VARBINDS = 500_000
"""Varbinds of one module and scrape; a table of routes has as many."""


async def ask(client: SnmpClient, device: Device, module: Module, deadline: float) -> tuple[Answers, str]:
    """Return what a device answers, and why that is not all, in words; empty where it is.

    `deadline` is on the clock of the running loop.

    Raises:
        PollError: it did not answer, or with an error.
    """
    walk, get = module.walk, module.get
    trouble = ""
    for one in module.filters:
        walked = await _walk(client, device, [one.oid], deadline)
        if walked.partial:
            continue  # as in snmp_exporter: what cannot be looked up filters nothing
        walk, get = _filtered(one, walked, walk, get)
    got = [one for one in await _get(client, device, get, deadline) if not isinstance(one.value, Missing)]
    walks = []
    if walk:
        walked = await _walk(client, device, walk, deadline)
        trouble = walked.reason if walked.partial else ""
        walks = [(column.oid, column.suffixes, column.tags, column.values) for column in walked.columns]
        empty = [
            column.oid for column in walked.columns if not column.suffixes and _may_be_instance(column.oid, module)
        ]
        got += [one for one in await _get(client, device, empty, deadline) if not isinstance(one.value, Missing)]
    return Answers(walks, got), trouble


def _may_be_instance(root: Oid, module: Module) -> bool:
    """Return whether what is walked may be one value itself: it stands below a metric."""
    return any(len(metric.oid) < len(root) and root[: len(metric.oid)] == metric.oid for metric in module.metrics)


async def _walk(client: SnmpClient, device: Device, roots: Sequence[Oid], deadline: float) -> Walk:
    left = _left(deadline)
    return await client.walk(device, roots, max_varbinds=MOST_VARBINDS, time_budget=timedelta(seconds=left))


async def _get(client: SnmpClient, device: Device, oids: Sequence[Oid], deadline: float) -> list[Varbind]:
    if not oids:
        return []
    left = _left(deadline)
    try:
        async with asyncio.timeout(left):
            return await client.get(device, oids)
    except TimeoutError:
        raise PollError(f"no answer within the time there was, {left:.1f} s") from None


def _left(deadline: float) -> float:
    left = deadline - asyncio.get_running_loop().time()
    if left <= 0:
        raise PollError("the time that Prometheus gives a scrape is over")
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
