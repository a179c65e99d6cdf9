"""Looks at one device as a person would who types it for the first time: is it there, does it know us, who is it.

Where the credential is not answered, what else answers says why: the host to a ping, an SNMP engine that needs no
credential for its name, or nobody.
May import: netwatch.errors, netwatch.model, netwatch.ping, netwatch.snmp. Called by: netwatch.cli, through the door.
"""

from __future__ import annotations

import asyncio
import socket
from dataclasses import dataclass, replace
from datetime import timedelta

from netwatch.discovery.asking import said
from netwatch.discovery.found import Host
from netwatch.discovery.knocking import Knocker
from netwatch.discovery.pace import Pace
from netwatch.discovery.ranges import stretch_of
from netwatch.discovery.volleys import Asked, send_in_turn
from netwatch.errors import PollError
from netwatch.model import Credential, Device, Oid, Value
from netwatch.ping import Pinger
from netwatch.snmp import Snmp

_SYSTEM = tuple(Oid.parse(f"1.3.6.1.2.1.1.{number}.0") for number in (1, 3, 5))
LOOK_UP_SECONDS = 10.0
ROUNDS = 2
_BEAT_SECONDS = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstLook:
    """What came of it.

    host: what answered; its address is empty where no name service knows the name. own_address: the one of this
    machine that the device sees. trouble: why the credential was not answered, empty where it was or none was tried.
    """

    host: Host
    own_address: str = ""
    uptime: timedelta | None = None
    trouble: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _OneQuestion:
    """The limits of a client that asks one device."""

    max_in_flight: int = 2
    max_in_flight_per_device: int = 2


async def address_of(name: str) -> str:
    """Return the first address of a host name, or an address as it is; empty where nobody knows the name."""
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(LOOK_UP_SECONDS):
            found = await loop.getaddrinfo(name, None, type=socket.SOCK_DGRAM)
    except (OSError, UnicodeError, TimeoutError):
        return ""
    return str(found[0][4][0])


async def who_is_there(name: str, port: int, patience: timedelta) -> FirstLook:
    """Ask a host what gives nothing away: an echo, and its SNMP engine's name."""
    address = await address_of(name)
    if not address:
        return FirstLook(host=Host(address=""))
    pinger, knocker = Pinger(patience.total_seconds()), Knocker(port)
    pinged, knock = asyncio.Event(), Asked(stretch_of(address))
    await pinger.start()
    knocker.start()
    try:
        for _ in range(ROUNDS):
            pinger.ping(address, lambda echo: pinged.set() if echo.round_trip_seconds is not None else None)
            volley = knocker.volley(knock, [0])
            await send_in_turn([volley] if volley is not None else [], Pace(ROUNDS))
            await _heard(knock, patience)
            if knock.is_complete and pinged.is_set():
                break
    finally:
        knocker.stop()
        await pinger.stop()
    engine_id = knock.engines.get(0, b"").hex()
    closed = knock.is_complete and not engine_id
    host = Host(address=address, pinged=pinged.is_set(), engine_id=engine_id, closed=closed)
    return FirstLook(host=host, own_address=own_address(address))


async def first_look(name: str, port: int, credential: Credential, patience: timedelta) -> FirstLook:
    """Ask a device who it is, and at the same time what else answers there, which says why where it does not."""
    there = asyncio.create_task(who_is_there(name, port, patience))
    who = asyncio.create_task(_who(name, port, credential, patience))
    try:
        await asyncio.wait((there, who), return_when=asyncio.FIRST_COMPLETED)
        if not who.done() and there.result().host.closed:
            return replace(there.result(), trouble="nothing listens there")
        values = await who
    except PollError as exc:
        return replace(await there, trouble=str(exc))
    finally:
        for task in (there, who):
            task.cancel()
        await asyncio.gather(there, who, return_exceptions=True)
    descr, up, called = values
    address = await address_of(name)
    host = Host(address=address, credential=credential.name, sys_name=said(called), sys_descr=said(descr))
    uptime = timedelta(milliseconds=up * 10) if isinstance(up, int) else None
    return FirstLook(host=host, own_address=own_address(address), uptime=uptime)


async def _who(name: str, port: int, credential: Credential, patience: timedelta) -> list[Value]:
    """Ask for sysDescr, sysUpTime and sysName."""
    client = Snmp(_OneQuestion())
    await client.start()
    device = Device(name=name, address=name, port=port, credential=credential, timeout=patience, retries=1)
    try:
        return [one.value for one in await client.get(device, _SYSTEM)]
    finally:
        await client.stop()


def own_address(address: str) -> str:
    """Return the address of this machine that another one sees; empty where there is no way to it."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((address, 161))  # sends nothing: it asks the table of routes
            return str(probe.getsockname()[0])
    except OSError:
        return ""


async def _heard(knock: Asked, patience: timedelta) -> None:
    """Wait for the engine's answer, for the time-out at most."""
    for _ in range(max(1, round(patience.total_seconds() / _BEAT_SECONDS))):
        if knock.is_complete:
            return
        await asyncio.sleep(_BEAT_SECONDS)
