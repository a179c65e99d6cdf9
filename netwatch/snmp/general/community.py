"""v1 and v2c through pysnmp's codec: one message out, one back, matched by request-id, address and community.

No SnmpEngine is needed for this, so nothing is configured per community and nothing is left behind.
May import: netwatch.model, netwatch.errors, the other files of this folder. Called by: engine.
"""

from __future__ import annotations

import asyncio
import hmac
from dataclasses import dataclass, field
from typing import Any

from pyasn1.codec.ber import decoder, encoder
from pyasn1.error import PyAsn1Error
from pysnmp.proto.api import v1, v2c, verdec
from pysnmp.proto.error import ProtocolError

from netwatch.errors import PollError, RequestTimedOut
from netwatch.model import Device
from netwatch.snmp.general.endpoint import Address, Endpoint, Peer
from netwatch.snmp.general.request import Answer, Request, answer_of
from netwatch.snmp.metrics import general_datagrams_ignored, general_requests

_API = {"1": v1, "2c": v2c}
_VERSIONS = {0: "1", 1: "2c"}


@dataclass(slots=True)
class _Pending:
    address: Address
    version: str
    community: bytes
    answered: asyncio.Future[Answer] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    garbled: str = ""


class CommunityExchange:
    """Asks v1 and v2c devices; satisfies Exchange."""

    def __init__(self) -> None:
        self._endpoint = Endpoint(self._received)
        self._pending: dict[int, _Pending] = {}

    def close(self) -> None:
        """Close the sockets."""
        self._endpoint.close()

    async def ask(self, device: Device, request: Request, tries: int) -> Answer:
        """Ask up to `tries` times, each with the device's time-out.

        Raises:
            RequestTimedOut: nothing came. PollError: what came could not be read.
        """
        peer = await self._endpoint.peer(device)
        version, community = device.credential.version, device.credential.community.get_secret_value().encode()
        pdu = request.pdu(version)
        request_id = int(v2c.apiPDU.get_request_id(pdu))
        message = _encode(version, community, pdu)
        pending = self._pending[request_id] = _Pending(peer.address, version, community)
        try:
            with self._endpoint.listening_to(peer, device):
                return await self._send_until_answered(device, peer, message, pending, tries)
        finally:
            del self._pending[request_id]

    async def _send_until_answered(
        self, device: Device, peer: Peer, message: bytes, pending: _Pending, tries: int
    ) -> Answer:
        version = device.credential.version
        for _ in range(tries):
            peer.send(message)
            await asyncio.wait({pending.answered}, timeout=device.timeout.total_seconds())
            if pending.answered.done():
                general_requests.labels(version, "answered").inc()
                return pending.answered.result()
        if pending.garbled:
            general_requests.labels(version, "refused").inc()
            raise PollError(f"its answers cannot be decoded: {pending.garbled}")
        general_requests.labels(version, "timeout").inc()
        raise timed_out(device)

    def _received(self, data: bytes, address: Address) -> None:
        try:
            version, message = _decode(data)
            pdu = _API[version].apiMessage.get_pdu(message)
            pending = self._pending.get(int(v2c.apiPDU.get_request_id(pdu)))
            if pending is None or not _belongs(message, pdu, version, address, pending):
                general_datagrams_ignored.labels("unasked").inc()
                return
            answer = answer_of(pdu, version)
        except (PyAsn1Error, ProtocolError, ValueError) as exc:
            self._note_garbled(address, str(exc))
            raise
        if not pending.answered.done():
            pending.answered.set_result(answer)

    def _note_garbled(self, address: Address, error: str) -> None:
        """Remember what was wrong: if nothing better comes, the request fails with these words."""
        for pending in self._pending.values():
            if pending.address == address:
                pending.garbled = error.splitlines()[0][:200] if error else "not SNMP"


def _encode(version: str, community: bytes, pdu: Any) -> bytes:
    api = _API[version]
    message = api.Message()
    api.apiMessage.set_defaults(message)
    api.apiMessage.set_community(message, community)
    api.apiMessage.set_pdu(message, pdu)
    return bytes(encoder.encode(message))


def _decode(data: bytes) -> tuple[str, Any]:
    number = int(verdec.decode_message_version(data))
    if number not in _VERSIONS:
        raise ValueError(f"version {number} where 0 or 1 was asked for")
    version = _VERSIONS[number]
    message, _trailing = decoder.decode(data, asn1Spec=_API[version].Message())
    return version, message


def _belongs(message: Any, pdu: Any, version: str, address: Address, pending: _Pending) -> bool:
    community = bytes(_API[version].apiMessage.get_community(message).asOctets())
    return (
        pdu.tagSet == v2c.ResponsePDU.tagSet
        and (version, address) == (pending.version, pending.address)
        and hmac.compare_digest(community, pending.community)
    )


def timed_out(device: Device) -> RequestTimedOut:
    """Return the error for silence, in words."""
    tries, seconds = 1 + device.retries, (1 + device.retries) * device.timeout.total_seconds()
    plural = "request" if tries == 1 else "requests"
    return RequestTimedOut(f"no answer to {tries} {plural} in {seconds:g} s")
