"""Tries credentials at one host, each once, and asks the host who it is with the one that fits.

One try is one question, sent once more where nothing came, since datagrams are lost. Whoever is told a wrong
community keeps silent, so the next is tried where neither was answered in the time that this host takes to answer;
the ones before it are listened for meanwhile, until the whole time-out is over.
May import: netwatch.model, netwatch.snmp. Called by: netwatch.discovery.sweep.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from netwatch.discovery.found import Host
from netwatch.discovery.metrics import TRIES
from netwatch.discovery.pace import Pace
from netwatch.errors import PollError
from netwatch.model import Credential, Device, Missing, Oid, Value, text_of
from netwatch.snmp import SnmpClient

_SYS_OBJECT_ID = Oid.parse("1.3.6.1.2.1.1.2.0")
_NAMES = tuple(Oid.parse(f"1.3.6.1.2.1.1.{number}.0") for number in (1, 5))
_ENGINE_ID = Oid.parse("1.3.6.1.6.3.10.2.1.1.0")
_CHASSIS = (Oid.parse("1.0.8802.1.1.2.1.3.2.0"), Oid.parse("1.3.6.1.2.1.17.1.1.0"))
_OWN_ADDRESS = Oid.parse("1.3.6.1.2.1.4.20.1.1")
_SERIAL = Oid.parse("1.3.6.1.2.1.47.1.1.1.1.11")
MOST_ADDRESSES = 1_000
MOST_SERIALS = 50
WALK_BUDGET = timedelta(seconds=10)
SOON = 0.1
"""This share of a host's time is enough for most answers."""
TRIPS = 10
"""So many times as long as a ping may an answer of the agent behind it take, before it counts as late."""
MOST_TEXT = 1_000
_Fitted = tuple[Device, Host]
"""Whom to ask from now on, and what it has said."""


def in_order(credentials: Sequence[Credential]) -> list[Credential]:
    """Return users of version 3 before communities: a community crosses the network for everybody to read."""
    return sorted(credentials, key=lambda one: one.version != "3")


async def asked(
    client: SnmpClient, host: Host, credentials: Sequence[Credential], port: int, patience: timedelta, pace: Pace
) -> Host:
    """Return a host with what it says of itself, or as it is where no credential fits."""
    soon = _soon(host, patience)
    tries: list[asyncio.Task[_Fitted | None]] = []
    try:
        for credential in in_order(credentials):
            if credential.version == "3" and not host.engine_id:
                continue
            await pace.wait()
            device = Device(
                name=f"{host.address} as {credential.name}", address=host.address, port=port, credential=credential,
                timeout=patience, retries=1,
            )  # fmt: skip
            tries.append(asyncio.create_task(_try(client, host, device, soon)))
            if (fitted := await _first(tries, 2 * soon)) is not None:
                return await _marked(client, *fitted)
        if (fitted := await _first(tries, None)) is not None:
            return await _marked(client, *fitted)
    finally:
        for task in tries:
            task.cancel()
        await asyncio.gather(*tries, return_exceptions=True)
    return host


def _soon(host: Host, patience: timedelta) -> float:
    """Return after how many seconds an answer of a host is late: by its ping, and by the time-out without one."""
    seconds = patience.total_seconds()
    if host.round_trip_seconds is None:
        return seconds
    return min(max(host.round_trip_seconds * TRIPS, seconds * SOON), seconds)


async def _first(tries: Sequence[asyncio.Task[_Fitted | None]], seconds: float | None) -> _Fitted | None:
    """Return what the first credential that fits brought, None where none does so far, or the last one failed."""
    loop = asyncio.get_running_loop()
    ends_at = None if seconds is None else loop.time() + seconds
    while True:
        for task in tries:
            if task.done() and (fitted := task.result()) is not None:
                return fitted
        waiting = [task for task in tries if not task.done()]
        left = None if ends_at is None else ends_at - loop.time()
        if not waiting or (left is not None and (left <= 0 or tries[-1].done())):
            return None
        await asyncio.wait(waiting, timeout=left, return_when=asyncio.FIRST_COMPLETED)


async def _try(client: SnmpClient, host: Host, device: Device, soon: float) -> _Fitted | None:
    """Return what a host says it is where a credential fits."""
    try:
        object_id = await (
            _once(client, device) if device.credential.version == "3" else _twice(client, device, soon)
        )
    except PollError:
        TRIES.labels("failed").inc()
        return None
    TRIES.labels("fitted").inc()
    return device, host._replace(credential=device.credential.name, sys_object_id=said(object_id))


async def _once(client: SnmpClient, device: Device) -> Value:
    return (await client.get(device, [_SYS_OBJECT_ID]))[0].value


async def _twice(client: SnmpClient, device: Device, soon: float) -> Value:
    """Ask, and once more where no answer came soon; an answer to either is one until the time of both is over.

    Raises:
        PollError: neither was answered.
    """
    patient = replace(device, timeout=device.timeout * 2, retries=0)
    first = asyncio.create_task(_once(client, patient))
    second: asyncio.Task[Value] | None = None
    try:
        done, _ = await asyncio.wait((first,), timeout=soon)
        if done:
            return first.result()
        second = asyncio.create_task(_once(client, patient))
        done, _ = await asyncio.wait((first, second), return_when=asyncio.FIRST_COMPLETED)
        answered = next((task for task in done if task.exception() is None), None)
        return answered.result() if answered is not None else await (second if first in done else first)
    finally:
        both = [first] if second is None else [first, second]
        for task in both:
            task.cancel()
        await asyncio.gather(*both, return_exceptions=True)


async def _marked(client: SnmpClient, device: Device, host: Host) -> Host:
    """Return a host with what tells it from others, as far as it says that."""
    try:
        descr, name = (one.value for one in await client.get(device, _NAMES))
    except PollError:  # it said what it is, and this will be read by who polls it
        descr = name = None
    engine = await _octets(client, device, [_ENGINE_ID])
    chassis = await _octets(client, device, _CHASSIS)
    return host._replace(
        sys_descr=said(descr), sys_name=said(name), engine_id=host.engine_id or engine, chassis=chassis,
        serial=await _serial(client, device), addresses=await _own_addresses(client, device),
    )  # fmt: skip


async def _octets(client: SnmpClient, device: Device, oids: Sequence[Oid]) -> str:
    """Return the first of some values that there is, as hex; empty for none."""
    for oid in oids:  # one by one: version 1 answers nothing where one is missing
        try:
            value = (await client.get(device, [oid]))[0].value
        except PollError:
            continue
        if isinstance(value, bytes) and any(value):
            return value[:64].hex()
    return ""


async def _serial(client: SnmpClient, device: Device) -> str:
    texts = (said(value) for value in await _column(client, device, _SERIAL, MOST_SERIALS))
    return next(filter(None, texts), "")


async def _own_addresses(client: SnmpClient, device: Device) -> tuple[str, ...]:
    try:
        walk = await client.walk(device, [_OWN_ADDRESS], max_varbinds=MOST_ADDRESSES, time_budget=WALK_BUDGET)
    except PollError:
        return ()
    texts = (".".join(map(str, suffix)) for column in walk.columns for suffix in column.suffixes if len(suffix) == 4)
    return tuple(text for text in texts if not text.startswith(("127.", "0.")))


async def _column(client: SnmpClient, device: Device, oid: Oid, most: int) -> Sequence[Value]:
    try:
        walk = await client.walk(device, [oid], max_varbinds=most, time_budget=WALK_BUDGET)
    except PollError:
        return ()
    return [value for column in walk.columns for value in column.values]


def said(value: Value) -> str:
    """Return a value as the text it is; empty where there is none."""
    return "" if isinstance(value, Missing | None) else text_of(value, MOST_TEXT).strip()
