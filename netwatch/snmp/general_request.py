"""Requests and answers of the general engine: pysnmp PDUs on one side, plain values on the other.

May import: netwatch.model, netwatch.errors, general_values. Called by: the general engine.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Protocol

from pysnmp.proto.api import v1, v2c

from netwatch.errors import PollError
from netwatch.model import Device, Oid, Varbind
from netwatch.snmp.general_values import varbinds_of


class ErrorStatus(IntEnum):
    """error-status of a response (RFC 3416, section 3), as far as a reader of values can meet it."""

    NO_ERROR = 0
    TOO_BIG = 1
    NO_SUCH_NAME = 2
    BAD_VALUE = 3
    READ_ONLY = 4
    GEN_ERR = 5
    NO_ACCESS = 6
    RESOURCE_UNAVAILABLE = 13
    AUTHORIZATION_ERROR = 16

    @classmethod
    def words(cls, number: int) -> str:
        """Return the standard's word for an error-status."""
        try:
            first, *rest = cls(number).name.lower().split("_")
        except ValueError:
            return f"error-status {number}"
        return first + "".join(part.title() for part in rest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """GET, or GETNEXT (`repetitions` 1), or GETBULK (more); v1 knows no GETBULK."""

    oids: Sequence[Oid]
    repetitions: int = 0

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
    """Carries one request to a device and its answer back, with the device's time-out and retries."""

    async def ask(self, device: Device, request: Request) -> Answer:
        """Return the answer; raises RequestTimedOut, or PollError where there can be none."""


def refusal(answer: Answer) -> PollError:
    """Return the error for an answer that is one."""
    where = ""
    if 0 < answer.error_index <= len(answer.varbinds):
        where = f" for {answer.varbinds[answer.error_index - 1].oid}"
    return PollError(f"the device answers {ErrorStatus.words(answer.error_status)}{where}")
