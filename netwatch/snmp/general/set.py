"""SET through the general engine: the one thing here that changes a device.

It is asked for by a person, never by a poll. May import: netwatch.model, netwatch.errors, the other files
of this folder. Called by: cli (set), through the door of this room.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pysnmp.proto.api import v1, v2c

from netwatch.errors import PollError
from netwatch.model import Device, Oid, Varbind
from netwatch.snmp.general.encoding import asn1_of
from netwatch.snmp.general.request import Answer, Exchange, Request, error_name

_REASONS = {
    "tooBig": "the answer does not fit one message",
    "noSuchName": "there is no such object, or it cannot be written",
    "badValue": "the value or its type is wrong",
    "readOnly": "the object can only be read",
    "genErr": "the device does not say why",
    "noAccess": "this credential may not write it",
    "wrongType": "the object has another type",
    "wrongLength": "the value is too short or too long",
    "wrongEncoding": "the value is encoded wrongly",
    "wrongValue": "the object cannot take this value",
    "noCreation": "there is no such object, and it cannot be made",
    "inconsistentValue": "the object cannot take this value at the moment",
    "resourceUnavailable": "the device lacks what it needs for that",
    "commitFailed": "the device tried and failed; nothing was changed",
    "undoFailed": "the device tried, failed, and could not undo all of it: look at it",
    "authorizationError": "this credential may not write",
    "notWritable": "the object can only be read",
    "inconsistentName": "there is no such object, and it cannot be made at the moment",
}


class SetRefused(PollError):
    """The device refused a SET; `status` is the standard's word, `oid` the object it names, where it does."""

    def __init__(self, status: str, oid: Oid | None) -> None:
        about = f" {oid}" if oid is not None else ""
        super().__init__(f"the device refuses{about}: {status} ({_REASONS.get(status, 'an unknown error')})")
        self.status, self.oid = status, oid


@dataclass(frozen=True, slots=True, kw_only=True)
class SetRequest(Request):
    """A SET of all of `varbinds` or none (RFC 3416, section 4.2.5)."""

    varbinds: tuple[Varbind, ...]

    def pdu(self, version: str) -> Any:
        """Return a new pysnmp PDU with a random request-id that is never 0."""
        api = v1 if version == "1" else v2c
        pdu = api.SetRequestPDU()
        api.apiPDU.set_defaults(pdu)
        api.apiPDU.set_request_id(pdu, 1 + secrets.randbelow(2**31 - 1))
        api.apiPDU.set_varbinds(
            pdu, [(v2c.ObjectIdentifier(tuple(one.oid)), asn1_of(one.tag, one.value)) for one in self.varbinds]
        )
        return pdu


async def set_varbinds(exchange: Exchange, device: Device, varbinds: Sequence[Varbind]) -> None:
    """Set values in one request; the device's own credential is used, so hand in one that may write.

    Repeated like any request where no answer comes: setting a value twice leaves it set.

    Raises:
        SetRefused: the device said no, and changed nothing. RequestTimedOut: nothing came, so it may have done it.
        PollError: the credential was refused. ValueError: a value does not fit its type.
    """
    request = SetRequest(oids=tuple(one.oid for one in varbinds), varbinds=tuple(varbinds))
    request.pdu(device.credential.version)  # what cannot be encoded is said before anything is sent
    answer = await exchange.ask(device, request, 1 + device.retries)
    if answer.error_status:
        raise SetRefused(error_name(answer), _named(answer, varbinds))


def _named(answer: Answer, varbinds: Sequence[Varbind]) -> Oid | None:
    return varbinds[answer.error_index - 1].oid if 0 < answer.error_index <= len(varbinds) else None
