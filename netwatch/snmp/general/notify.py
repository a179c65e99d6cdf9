"""Traps and informs to other managers, through pysnmp: v2c and v3.

A trap is gone once it is handed to the network; an inform is answered. For a v3 trap the sender's engine is the
authoritative one (RFC 3414, section 3.1), so what this NetWatch is to others - engine id, boots, time - is handed in.
May import: netwatch.model, netwatch.errors, the other files of this folder. Called by: app (door).
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from pyasn1.codec.ber import encoder
from pysnmp.carrier.asyncio.dgram import udp
from pysnmp.entity.engine import SnmpEngine
from pysnmp.error import PySnmpError
from pysnmp.proto.api import v2c

from netwatch.errors import PollError
from netwatch.model import Credential, Device, Oid, Tag, Varbind
from netwatch.snmp.general.encoding import asn1_of
from netwatch.snmp.general.endpoint import Address, Endpoint
from netwatch.snmp.general.engine import GeneralEngine
from netwatch.snmp.general.request import Request, error_name
from netwatch.snmp.general.usm import USM, V3, add_user, security_level, unusable

SYS_UP_TIME = Oid.parse("1.3.6.1.2.1.1.3.0")
TICKS = 2**32
"""TimeTicks start again after 497 days."""


class LocalEngine(Protocol):
    """What this NetWatch is to the managers it notifies."""

    @property
    def engine_id(self) -> bytes:
        """Return the same 5 to 32 octets over every restart (RFC 3411, SnmpEngineID)."""

    @property
    def boots(self) -> int:
        """Return how often it has started; never less than before, or its traps are taken for replays."""

    def seconds(self) -> int:
        """Return how long it runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationRequest(Request):
    """A trap (RFC 3416, section 4.2.6), or an inform (4.2.7), with all its varbinds."""

    varbinds: tuple[Varbind, ...]
    inform: bool

    @property
    def is_inform(self) -> bool:
        """Return whether it wants an answer."""
        return self.inform

    def pdu(self, _version: str) -> Any:
        """Return a new pysnmp PDU with a random request-id that is never 0."""
        pdu = v2c.InformRequestPDU() if self.inform else v2c.SNMPv2TrapPDU()
        v2c.apiPDU.set_defaults(pdu)
        v2c.apiPDU.set_request_id(pdu, 1 + secrets.randbelow(2**31 - 1))
        v2c.apiPDU.set_varbinds(
            pdu, [(v2c.ObjectIdentifier(tuple(one.oid)), asn1_of(one.tag, one.value)) for one in self.varbinds]
        )
        return pdu


class NotificationSender:
    """Sends between `start()` and `stop()`. The device it is given is the manager: where it is, how to speak to it.

    Every method raises PollError where it could not be sent (an unknown host, a credential that cannot be used), and
    ValueError where a varbind is none. The first varbind is to be snmpTrapOID.0; sysUpTime.0 is put before it.
    """

    def __init__(self, local: LocalEngine) -> None:
        self._local = local
        self._informs = GeneralEngine()
        self._endpoint = Endpoint(_nothing_is_expected)
        self._engines: dict[tuple[object, ...], Any] = {}
        self._making = asyncio.Lock()

    async def start(self) -> None:
        """Get ready; sockets are opened when they are first needed."""
        await self._informs.start()

    async def stop(self) -> None:
        """Close the sockets; informs under way are not answered."""
        await self._informs.stop()
        self._endpoint.close()
        self._engines.clear()

    async def send_trap(self, manager: Device, varbinds: Sequence[Varbind]) -> None:
        """Hand a trap to the network; nobody will ever know whether it arrived."""
        pdu = self._request(varbinds, inform=False).pdu(manager.credential.version)
        peer = await self._endpoint.peer(manager)
        if manager.credential.version == "3":
            peer.send(await self._sealed(manager.credential, peer.address, pdu))
        else:
            peer.send(_message(manager.credential, pdu))

    async def send_inform(self, manager: Device, varbinds: Sequence[Varbind]) -> None:
        """Send an inform as often as the device says, and return when the manager acknowledged it.

        Raises:
            RequestTimedOut: it did not.
        """
        request = self._request(varbinds, inform=True)
        request.pdu(manager.credential.version)  # a varbind that is none is said here, not after a time-out
        answer = await self._informs.ask(manager, request, 1 + manager.retries)
        if answer.error_status:
            raise PollError(f"the manager answers {error_name(answer)}")

    def _request(self, varbinds: Sequence[Varbind], *, inform: bool) -> NotificationRequest:
        ticks = self._local.seconds() * 100 % TICKS
        whole = (Varbind(oid=SYS_UP_TIME, tag=Tag.TIME_TICKS, value=ticks), *varbinds)
        return NotificationRequest(oids=tuple(one.oid for one in whole), varbinds=whole, inform=inform)

    async def _sealed(self, credential: Credential, address: Address, pdu: Any) -> bytes:
        engine = await self._engine_for(credential)
        _set_clock(engine, self._local.seconds())
        messages = engine.message_processing_subsystems[V3]
        try:
            _domain, _address, message = messages.prepare_outgoing_message(
                engine, udp.DOMAIN_NAME, udp.UdpTransportAddress(address), V3, USM,
                v2c.OctetString(credential.user.encode()), security_level(credential), None,
                v2c.OctetString(credential.context.encode()), 1, pdu, False, 0,
            )  # fmt: skip
        except PySnmpError as exc:
            raise PollError(f"the credential cannot be used ({type(exc).__name__})") from None  # it may hold keys
        return bytes(message)

    async def _engine_for(self, credential: Credential) -> Any:
        """Return the pysnmp engine of a user; making one takes 0.1 s, so a thread does it."""
        if trouble := unusable(credential):
            raise PollError(f"the credential cannot be used ({trouble})")
        key = (credential.name, credential.user, credential.auth_protocol, credential.privacy_protocol)
        async with self._making:
            if key not in self._engines:
                self._engines[key] = await asyncio.to_thread(_local_engine, self._local, credential)
            return self._engines[key]


def _local_engine(local: LocalEngine, credential: Credential) -> Any:
    """Return an engine that is us; pysnmp left alone has an id of its own and keeps boots in the temporary files."""
    engine = SnmpEngine()
    own_id = _instance(engine, "snmpEngineID")
    own_id.syntax = engine.snmpEngineID = own_id.syntax.clone(local.engine_id)
    boots = _instance(engine, "snmpEngineBoots")
    boots.syntax = boots.syntax.clone(local.boots)
    add_user(engine, credential)
    return engine


def _set_clock(engine: Any, seconds: int) -> None:
    """Set the engine's time; pysnmp counts it from an instant of the wall clock, which may be set meanwhile."""
    clock = _instance(engine, "snmpEngineTime")
    clock.syntax = clock.syntax.clone(int(time.time()) - seconds)


def _instance(engine: Any, name: str) -> Any:
    (instance,) = engine.get_mib_builder().import_symbols("__SNMP-FRAMEWORK-MIB", name)
    return instance


def _message(credential: Credential, pdu: Any) -> bytes:
    message = v2c.Message()
    v2c.apiMessage.set_defaults(message)
    v2c.apiMessage.set_community(message, credential.community.get_secret_value().encode())
    v2c.apiMessage.set_pdu(message, pdu)
    return bytes(encoder.encode(message))


def _nothing_is_expected(_data: bytes, _address: Address) -> None:
    """Take a datagram nobody asked for; the endpoint lets none through anyway."""
