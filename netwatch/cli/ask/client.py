"""Asks one question over the wire, for a command; leaves with the reason where there is no answer.

May import: netwatch.snmp, netwatch.errors. Called by: netwatch get, walk, table, poll.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from netwatch.cli.output import fail
from netwatch.errors import PollError

if TYPE_CHECKING:
    from netwatch.snmp import SnmpClient

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Limits:
    """One device is asked, by one person."""

    max_in_flight: int = 2
    max_in_flight_per_device: int = 2


def asked(question: Callable[[SnmpClient], Awaitable[T]]) -> T:
    """Return what a question to a device brings."""
    from netwatch.snmp import Snmp  # not for TAB, which loads this file as well

    async def ask() -> T:
        client = Snmp(_Limits())
        await client.start()
        try:
            return await question(client)
        finally:
            await client.stop()

    try:
        return asyncio.run(ask())
    except PollError as exc:
        fail(str(exc))
