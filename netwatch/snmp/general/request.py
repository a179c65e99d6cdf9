"""Requests and answers of the general engine: pysnmp PDUs on one side, plain values on the other.

May import: netwatch.model, netwatch.errors, values, codec. Called by: the general engine.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from pysnmp.proto.api import v1, v2c

from netwatch.errors import PollError
from netwatch.model import Device, Oid, Varbind
from netwatch.snmp.codec.message import ERROR_NAMES
from netwatch.snmp.general.values import varbinds_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """GET, or GETNEXT (`repetitions` 1), or GETBULK (more); v1 knows no GETBULK."""

    oids: Sequence[Oid]
    repetitions: int = 0

    @property
    def is_inform(self) -> bool:
        """Return whether this is a notification that wants an answer; whoever it is for must be found otherwise."""
        return False

    @property
    def is_big(self) -> bool:
        """Return whether less could be asked."""
        return len(self.oids) * max(1, self.repetitions) > 1

    def pdu(self, version: str) -> Any:
        """Return a new pysnmp PDU with a random request-id that is never 0."""
        api = v1 if version == "1" else v2c
        bulk = self.repetitions > 1 and version != "1"
        kind = api.GetNextRequestPDU if self.repetitions else api.GetRequestPDU
        pdu = v2c.GetBulkRequestPDU() if bulk else kind()
        editor = v2c.apiBulkPDU if bulk else api.apiPDU
        editor.set_defaults(pdu)
        editor.set_request_id(pdu, 1 + secrets.randbelow(2**31 - 1))
        if bulk:
            v2c.apiBulkPDU.set_max_repetitions(pdu, self.repetitions)
        editor.set_varbinds(pdu, [(v2c.ObjectIdentifier(tuple(oid)), api.null) for oid in self.oids])
        return pdu


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A response PDU as plain values; `error_index` counts from 1 and may be nonsense, as devices send it."""

    varbinds: list[Varbind]
    error_status: int = 0
    error_index: int = 0


def answer_of(pdu: Any, version: str) -> Answer:
    """Read a pysnmp response PDU.

    Raises:
        ValueError: it holds what SNMP does not have.
    """
    api = v1.apiPDU if version == "1" else v2c.apiPDU
    return Answer(
        varbinds=varbinds_of(api.get_varbinds(pdu)),
        error_status=int(api.get_error_status(pdu)),
        error_index=int(api.get_error_index(pdu, muteErrors=True)),
    )


class Exchange(Protocol):
    """Carries one request to a device and its answer back."""

    async def ask(self, device: Device, request: Request, tries: int) -> Answer:
        """Send up to `tries` times and return the answer; raises RequestTimedOut, or PollError for a refusal."""


def error_name(answer: Answer) -> str:
    """Return the standard's word for the error-status of an answer."""
    known = 0 <= answer.error_status < len(ERROR_NAMES)
    return ERROR_NAMES[answer.error_status] if known else "unknown"


def refusal(answer: Answer) -> PollError:
    """Return the error for an answer that is one, or that answers something else."""
    if answer.error_status:
        return PollError(f"the device answers {error_name(answer)}")
    return PollError("the device answers with other objects than it was asked for")
