"""Tries credentials at one host, each once, and asks the host who it is with the one that fits.

One try is one question, sent once more where nothing came, since datagrams are lost. Whoever is told a wrong
community keeps silent, so the next is tried only after the time-out.
May import: netwatch.model, netwatch.snmp. Called by: netwatch.discovery.sweep.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from netwatch.discovery.found import Host
from netwatch.discovery.metrics import TRIES
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
MOST_TEXT = 1_000


def in_order(credentials: Sequence[Credential]) -> list[Credential]:
    """Return users of version 3 before communities: a community crosses the network for everybody to read."""
    return sorted(credentials, key=lambda one: one.version != "3")


async def asked(
    client: SnmpClient, host: Host, credentials: Sequence[Credential], port: int, patience: timedelta
) -> Host:
    """Return a host with what it says of itself, or as it is where no credential fits."""
    for credential in in_order(credentials):
        if credential.version == "3" and not host.engine_id:
            continue
        device = Device(
            name=host.address, address=host.address, port=port, credential=credential, timeout=patience, retries=1
        )
        try:
            object_id = (await client.get(device, [_SYS_OBJECT_ID]))[0].value
        except PollError:
            TRIES.labels("failed").inc()
            continue
        TRIES.labels("fitted").inc()
        told = replace(host, credential=credential.name, sys_object_id=said(object_id))
        return await _marked(client, device, told)
    return host


async def _marked(client: SnmpClient, device: Device, host: Host) -> Host:
    """Return a host with what tells it from others, as far as it says that."""
    try:
        descr, name = (one.value for one in await client.get(device, _NAMES))
    except PollError:  # it said what it is, and this will be read by who polls it
        descr = name = None
    engine = await _octets(client, device, [_ENGINE_ID])
    chassis = await _octets(client, device, _CHASSIS)
    return replace(
        host, sys_descr=said(descr), sys_name=said(name), engine_id=host.engine_id or engine, chassis=chassis,
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
