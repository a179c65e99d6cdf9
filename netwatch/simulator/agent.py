"""The SNMP side of a simulated device: pysnmp's codec, USM and dispatcher around its tree.

So an implementation that is not ours answers ours. Only pysnmp's command responders are not used: they go through
its MIB machinery, one slow step per varbind; responder.py takes their place.
May import: netwatch.model, device, responder, tree. Called by: network.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

import structlog
from pysnmp.carrier.asyncio.dgram import udp
from pysnmp.carrier.base import AbstractTransportDispatcher
from pysnmp.entity import config
from pysnmp.entity.engine import SnmpEngine
from pysnmp.proto import rfc1905
from pysnmp.proto.api import v1, v2c
from pysnmp.proto.error import StatusInformation

from netwatch.model import Credential, Missing, Oid, Tag
from netwatch.simulator.device import SimulatedDevice
from netwatch.simulator.responder import NO_ERROR, Operation, Question, Reply, respond
from netwatch.simulator.tree import Leaf

TICK_SECONDS = 1.0
MAX_REPETITIONS = 512
V1 = 0
_log = structlog.get_logger(__name__)

_OPERATIONS = {
    rfc1905.GetRequestPDU.tagSet: Operation.GET,
    rfc1905.GetNextRequestPDU.tagSet: Operation.GETNEXT,
    rfc1905.GetBulkRequestPDU.tagSet: Operation.GETBULK,
}
_AUTH = {
    None: config.USM_AUTH_NONE, "MD5": config.USM_AUTH_HMAC96_MD5, "SHA": config.USM_AUTH_HMAC96_SHA,
    "SHA-224": config.USM_AUTH_HMAC128_SHA224, "SHA-256": config.USM_AUTH_HMAC192_SHA256,
    "SHA-384": config.USM_AUTH_HMAC256_SHA384, "SHA-512": config.USM_AUTH_HMAC384_SHA512,
}  # fmt: skip
_PRIVACY = {
    None: config.USM_PRIV_NONE, "DES": config.USM_PRIV_CBC56_DES, "3DES": config.USM_PRIV_CBC168_3DES,
    "AES": config.USM_PRIV_CFB128_AES,
    "AES-192": config.USM_PRIV_CFB192_AES_BLUMENTHAL, "AES-192-C": config.USM_PRIV_CFB192_AES,
    "AES-256": config.USM_PRIV_CFB256_AES_BLUMENTHAL, "AES-256-C": config.USM_PRIV_CFB256_AES,
}  # fmt: skip
_TYPES: dict[int, Any] = {
    Tag.INTEGER: v2c.Integer32, Tag.OCTET_STRING: v2c.OctetString, Tag.OBJECT_IDENTIFIER: v2c.ObjectIdentifier,
    Tag.COUNTER32: v2c.Counter32, Tag.GAUGE32: v2c.Gauge32, Tag.TIME_TICKS: v2c.TimeTicks, Tag.OPAQUE: v2c.Opaque,
    Tag.COUNTER64: v2c.Counter64, Tag.UINTEGER32: v2c.Unsigned32,
}  # fmt: skip
_MISSING = {
    Missing.NO_SUCH_OBJECT: rfc1905.noSuchObject,
    Missing.NO_SUCH_INSTANCE: rfc1905.noSuchInstance,
    Missing.END_OF_MIB_VIEW: rfc1905.endOfMibView,
}


class Agent:
    """Answers for a device between `start()` and `stop()`, on the loop that starts it."""

    def __init__(self, device: SimulatedDevice) -> None:
        self._device = device
        self._transport: asyncio.DatagramTransport | None = None
        self._ticking: asyncio.Task[None] | None = None
        self._restarts = device.restarts

    async def start(self) -> None:
        """Build the pysnmp engine and listen; the device learns its port."""
        loop, dispatcher = asyncio.get_running_loop(), _Dispatcher(self._device)
        dispatcher.engine = await asyncio.to_thread(_build_engine, self._device, dispatcher, self._process)
        self._transport, _ = await loop.create_datagram_endpoint(
            lambda: _Socket(dispatcher), local_addr=(self._device.address, self._device.port)
        )
        dispatcher.transport = self._transport
        self._device.port = self._transport.get_extra_info("sockname")[1]
        self._ticking = loop.create_task(_tick(dispatcher))

    async def stop(self) -> None:
        """Stop listening."""
        if self._ticking is not None:
            self._ticking.cancel()
            await asyncio.gather(self._ticking, return_exceptions=True)
        if self._transport is not None:
            self._transport.close()
        self._ticking = self._transport = None

    def _process(self, *arguments: Any) -> None:
        """Answer a request; pysnmp calls this once the request is decoded, authenticated and decrypted."""
        *context, pdu, max_size, reference = arguments
        engine, model = context[:2]
        if self._restarts != self._device.restarts:
            self._restarts = self._device.restarts
            _restart_time(engine)
        question = _question(pdu, old=int(model) == V1)
        response = _response(pdu, question, respond(question, self._device.tree, self._device.manners))
        try:
            engine.message_dispatcher.return_response_pdu(*context, response, max_size, reference, {})
        except StatusInformation as exc:
            _log.debug("response dropped", device=self._device.name, error=repr(exc))


class _Dispatcher(AbstractTransportDispatcher):  # type: ignore[misc]  # pysnmp has no types
    """pysnmp's way to the socket and back; it obeys the device's manners."""

    def __init__(self, device: SimulatedDevice) -> None:
        super().__init__()
        self.set_timer_resolution(TICK_SECONDS)
        self._device = device
        self.engine: Any = None
        self.transport: asyncio.DatagramTransport | None = None

    def receive(self, data: bytes, address: Any) -> None:
        """Let pysnmp read a datagram, unless the device is silent."""
        if self._device.manners.silent or self.engine is None:
            return
        try:
            self.engine.message_dispatcher.receive_message(
                self.engine, udp.DOMAIN_NAME, udp.UdpTransportAddress(address), data
            )
        except Exception as exc:  # noqa: BLE001 - a device survives whatever it is sent
            _log.debug("datagram ignored", device=self._device.name, error=repr(exc))

    def send_message(self, outgoing: Any, _domain: Any, address: Any) -> None:
        """Send what pysnmp made, at once or late; called by pysnmp."""
        message, peer, late = bytes(outgoing), tuple(address), self._device.manners.slow_seconds
        if late:
            asyncio.get_running_loop().call_later(late, self._send, message, peer)
        else:
            self._send(message, peer)

    def _send(self, message: bytes, peer: tuple[Any, ...]) -> None:
        if self.transport is not None and not self.transport.is_closing():
            self.transport.sendto(message, peer)


class _Socket(asyncio.DatagramProtocol):
    def __init__(self, dispatcher: _Dispatcher) -> None:
        self._dispatcher = dispatcher

    def datagram_received(self, data: bytes, addr: Any) -> None:
        """Pass it on."""
        self._dispatcher.receive(data, addr)


async def _tick(dispatcher: _Dispatcher) -> None:
    """Let pysnmp's caches age."""
    loop = asyncio.get_running_loop()
    while True:
        await asyncio.sleep(TICK_SECONDS)
        dispatcher.handle_timer_tick(loop.time())


def _build_engine(device: SimulatedDevice, dispatcher: _Dispatcher, process: Callable[..., None]) -> Any:
    engine = SnmpEngine()
    (engine_id,) = _framework(engine, "snmpEngineID")
    # Not through the constructor, which would keep the boots in a directory of /tmp that everybody can foresee.
    engine_id.syntax = engine.snmpEngineID = engine_id.syntax.clone(engine_id_of(device.name))
    _restart_time(engine)
    engine.register_transport_dispatcher(dispatcher)
    _add_credential(engine, device.credential)
    engine.message_dispatcher.register_context_engine_id(b"", tuple(_OPERATIONS), process)
    return engine


def engine_id_of(name: str) -> bytes:
    """Return the engine id of a simulated device: stable, in the text format of RFC 3411, section 5."""
    return b"\x80\x00\x7e\xd9\x04" + name.encode()[:27]


def _add_credential(engine: Any, credential: Credential) -> None:
    if credential.version != "3":
        config.add_v1_system(engine, "simulated", credential.community.get_secret_value().encode())
        return
    config.add_v3_user(
        engine,
        credential.user,
        _AUTH[credential.auth_protocol],
        credential.auth_passphrase.get_secret_value().encode() or None,
        _PRIVACY[credential.privacy_protocol],
        credential.privacy_passphrase.get_secret_value().encode() or None,
    )


def _framework(engine: Any, *names: str) -> Any:
    return engine.get_mib_builder().import_symbols("__SNMP-FRAMEWORK-MIB", *names)


def _restart_time(engine: Any) -> None:
    """Count one more boot, and engine time from zero (RFC 3414, section 2.2)."""
    boots, engine_time = _framework(engine, "snmpEngineBoots", "snmpEngineTime")
    boots.syntax = boots.syntax + 1
    engine_time.syntax = type(engine_time.syntax)(int(time.time()))


def _question(pdu: Any, *, old: bool) -> Question:
    operation = _OPERATIONS[pdu.tagSet]
    bulk = operation is Operation.GETBULK
    api = v1 if old else v2c
    return Question(
        operation=operation,
        oids=[Oid(name.asTuple()) for name, _ in api.apiPDU.get_varbinds(pdu)],
        non_repeaters=max(0, int(v2c.apiBulkPDU.get_non_repeaters(pdu))) if bulk else 0,
        repetitions=min(MAX_REPETITIONS, max(0, int(v2c.apiBulkPDU.get_max_repetitions(pdu)))) if bulk else 0,
        old=old,
    )


def _response(pdu: Any, question: Question, reply: Reply) -> Any:
    api = v1.apiPDU if question.old else v2c.apiPDU
    response = api.get_response(pdu)
    api.set_error_status(response, reply.error_status)
    api.set_error_index(response, reply.error_index)
    if reply.error_status == NO_ERROR:
        api.set_varbinds(response, [(v2c.ObjectIdentifier(tuple(oid)), _asn1(leaf)) for oid, leaf in reply.found])
    elif question.old or reply.error_index:  # tooBig has no varbinds in v2 (RFC 3416, section 4.2.1)
        api.set_varbinds(response, [(v2c.ObjectIdentifier(tuple(oid)), v2c.null) for oid in question.oids])
    return response


def _asn1(leaf: Leaf | Missing) -> Any:
    if isinstance(leaf, Missing):
        return _MISSING[leaf]
    value = leaf.read()
    if leaf.tag == Tag.NULL:
        return v2c.null
    if leaf.tag == Tag.IP_ADDRESS:
        return v2c.IpAddress(str(value))
    return _TYPES[leaf.tag](tuple(value) if isinstance(value, Oid) else value)
