"""v3 through pysnmp: discovery, time windows, authentication and privacy are pysnmp's, time-outs and words are ours.

One SnmpEngine per credential, because pysnmp knows a user by name alone: two credentials with the same user
name and other keys would overwrite each other in one engine. An engine also keeps a row per device in MIB
tables that it searches slowly and never empties, so an engine serves at most MAX_DEVICES devices, and is
replaced when it has met too many engine ids.

May import: netwatch.model, netwatch.errors, the other files of this folder. Called by: engine.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import Any

from pysnmp.error import PySnmpError
from pysnmp.proto import errind
from pysnmp.proto.api import v2c
from pysnmp.proto.error import StatusInformation

from netwatch.errors import PollError
from netwatch.model import Credential, Device, Oid
from netwatch.snmp.general.community import timed_out
from netwatch.snmp.general.endpoint import Address, Endpoint, Peer
from netwatch.snmp.general.request import Answer, Request, answer_of
from netwatch.snmp.general.usm import (
    AUTH_NO_PRIV,
    AUTH_PRIV,
    TICK_SECONDS,
    UserEngine,
    build_engine,
    security_level,
    unusable,
)
from netwatch.snmp.metrics import credential_failures, general_requests, user_engines

MAX_DEVICES = 64
MAX_ENGINE_IDS = 512
MAX_REPORTS = 4
"""Reports of an unknown engine id or a wrong time before a request gives up; two are usual."""
SYS_UP_TIME = Oid.parse("1.3.6.1.2.1.1.3.0")

_WORDS = {
    errind.UnknownUserName: "unknown user",
    errind.UnknownSecurityName: "unknown user",
    errind.WrongDigest: "wrong auth passphrase",
    errind.AuthenticationFailure: "wrong auth passphrase",
    errind.DecryptionError: "wrong privacy passphrase",
    errind.NotInTimeWindow: "not in time window",
    errind.UnsupportedSecurityLevel: "unsupported security level",
    errind.UnknownEngineID: "engine id not found",
}
_REPORTS = {
    "1.3.6.1.6.3.12.1.4.0": "unavailable context",
    "1.3.6.1.6.3.12.1.5.0": "unknown context",
    "1.3.6.1.6.3.11.2.1.1.0": "unknown security model",
    "1.3.6.1.6.3.11.2.1.3.0": "unknown PDU handler",
}


@dataclass(slots=True, eq=False)
class _Conversation:
    """One request on its way: pysnmp's handles of every try, and what came of them."""

    device: Device
    engine: UserEngine
    peer: Peer
    pdu: Any
    level: int
    knew_engine_id: bool = False
    handles: list[int] = field(default_factory=list)
    outcome: asyncio.Future[Any] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    def send(self) -> None:
        """Hand the PDU to pysnmp once more.

        Raises:
            PySnmpError: pysnmp cannot make a message of it; a StatusInformation says why.
        """
        handle, self.knew_engine_id = self.engine.send(
            self.device.credential, self.level, self.peer, self.pdu, self._came
        )
        self.handles.append(handle)

    def again(self) -> None:
        """Await another outcome."""
        self.outcome = asyncio.get_running_loop().create_future()

    def close(self) -> None:
        """Let pysnmp forget the tries that were never answered."""
        for handle in self.handles:
            self.engine.release(handle)

    def _came(self, *response: Any) -> None:
        *_, pdu, status, _handle, _context = response
        if not self.outcome.done():
            self.outcome.set_result(status["errorIndication"] if status else pdu)


class UserExchange:
    """Asks v3 devices between `start()` and `stop()`; satisfies Exchange."""

    def __init__(self) -> None:
        self._endpoint = Endpoint(self._received)
        self._engines: dict[tuple[object, ...], list[UserEngine]] = {}
        self._asking: dict[Address, list[_Conversation]] = {}
        self._making = asyncio.Lock()
        self._ticking: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to let pysnmp's caches age."""
        self._ticking = asyncio.get_running_loop().create_task(self._tick())

    async def stop(self) -> None:
        """Close the sockets and drop every engine."""
        if self._ticking is not None:
            self._ticking.cancel()
            await asyncio.gather(self._ticking, return_exceptions=True)
            self._ticking = None
        self._endpoint.close()
        self._engines.clear()

    async def ask(self, device: Device, request: Request, tries: int) -> Answer:
        """Ask up to `tries` times, each with the device's time-out; discovery and time are settled on the way.

        Raises:
            RequestTimedOut: nothing came. PollError: the credential or the request was refused; says why.
        """
        peer = await self._endpoint.peer(device)
        engine = await self._engine_for(device, peer.address)
        conversation = _Conversation(device, engine, peer, request.pdu("3"), security_level(device.credential))
        asking = self._asking.setdefault(peer.address, [])
        asking.append(conversation)
        try:
            with self._endpoint.listening_to(peer, device):
                if request.is_inform and not engine.knows(peer.address):
                    await self._discover(conversation)
                return await self._converse(conversation, tries)
        finally:
            conversation.close()
            asking.remove(conversation)
            if not asking:
                self._asking.pop(peer.address, None)

    async def _converse(self, conversation: _Conversation, tries: int) -> Answer:
        reports = 0
        while True:
            outcome = await self._try(conversation)
            if outcome is None:
                tries -= 1
                if tries <= 0:
                    raise await self._explain_silence(conversation, heard=reports > 0)
            elif isinstance(outcome, errind.ErrorIndication):
                reports += 1
                self._take_report(conversation, outcome, reports)
            else:
                general_requests.labels("3", "answered").inc()
                return _answer(conversation, outcome)

    async def _try(self, conversation: _Conversation) -> Any:
        """Send once; return the response PDU, an ErrorIndication, or None where nothing came in time."""
        try:
            conversation.send()
        except StatusInformation as exc:
            return exc.get("errorIndication") or errind.OtherError()
        except PySnmpError as exc:
            raise _refused("unusable", type(exc).__name__) from None  # pysnmp's errors may hold keys
        await asyncio.wait({conversation.outcome}, timeout=conversation.device.timeout.total_seconds())
        return conversation.outcome.result() if conversation.outcome.done() else None

    async def _discover(self, inform: _Conversation) -> None:
        """Find a manager's engine by a GET before it is sent an inform (RFC 3414, section 4, leaves the kind open).

        Receivers built on npm net-snmp acknowledge an empty inform by a plain Response, and never say who they are.
        Silence is no matter here: the inform itself is then sent as often as it may be, and says so.
        """
        probe = replace(inform, pdu=Request(oids=[SYS_UP_TIME]).pdu("3"), handles=[])
        asking = self._asking[inform.peer.address]
        asking.append(probe)
        try:
            probe.again()
            await self._try(probe)
        finally:
            probe.close()
            asking.remove(probe)

    async def _explain_silence(self, conversation: _Conversation, *, heard: bool) -> PollError:
        """Return the error for silence; tell a device that is gone from one that cannot decrypt.

        An agent may drop what it cannot decrypt without a word (net-snmp does). So where it did answer the
        discovery just now, it is asked something small with privacy, without, and with privacy again: who answers
        that was only slow.
        """
        conversation.engine.forget(conversation.peer.address)
        if heard and conversation.level == AUTH_PRIV:
            small = Request(oids=[SYS_UP_TIME]).pdu("3")
            for level, is_silent in ((AUTH_PRIV, True), (AUTH_NO_PRIV, False), (AUTH_PRIV, True)):
                probe = replace(conversation, pdu=small, level=level, handles=[])
                if (await self._settle(probe) is None) is not is_silent:
                    break
            else:
                return _refused("wrong privacy passphrase")
        general_requests.labels("3", "timeout").inc()
        return timed_out(conversation.device)

    async def _settle(self, probe: _Conversation) -> Any:
        """Discover and ask once; return the outcome, None for silence."""
        try:
            for _ in range(MAX_REPORTS):
                probe.again()
                outcome = await self._try(probe)
                if not isinstance(outcome, errind.UnknownEngineID | errind.NotInTimeWindow):
                    break
            return outcome
        finally:
            probe.close()

    def _take_report(self, conversation: _Conversation, report: Any, reports: int) -> None:
        """Prepare another try where a Report says how, raise where it is final."""
        settled = isinstance(report, errind.UnknownEngineID | errind.NotInTimeWindow)
        if not settled or reports > MAX_REPORTS:
            raise _refused(*_words(report))
        if isinstance(report, errind.UnknownEngineID) and conversation.knew_engine_id:
            conversation.engine.forget(conversation.peer.address)
        conversation.again()

    async def _engine_for(self, device: Device, address: Address) -> UserEngine:
        key = _identity(device.credential)
        async with self._making:
            engines = [known for known in self._engines.get(key, ()) if len(known.engine_ids) < MAX_ENGINE_IDS]
            self._engines[key] = engines
            for engine in engines:
                if address in engine.devices:
                    return engine
            chosen = next((engine for engine in engines if len(engine.devices) < MAX_DEVICES), None)
            if chosen is None:
                chosen = await self._make_engine(device)
                engines.append(chosen)
            chosen.devices.add(address)
            return chosen

    async def _make_engine(self, device: Device) -> UserEngine:
        """Build an engine in a thread: it takes 0.1 s, much of it hashing a passphrase to a megabyte."""
        if trouble := unusable(device.credential):
            raise _refused("unusable", trouble)
        try:
            engine = await asyncio.to_thread(build_engine, device.credential)
        except Exception as exc:  # noqa: BLE001 - whatever pysnmp raises, it is this credential that is unusable
            raise _refused("unusable", type(exc).__name__) from None  # pysnmp's errors may hold the passphrase
        user_engines.inc()
        return UserEngine(engine)

    def _received(self, data: bytes, address: Address) -> None:
        conversations = self._asking.get(address, ())
        for engine in {conversation.engine: None for conversation in conversations}:
            engine.met_stranger = False
            engine.receive(data, address)
            if engine.met_stranger:
                self._start_anew(engine, address)

    def _start_anew(self, engine: UserEngine, address: Address) -> None:
        """Have the engine id of an address found again: a Report under another one says that it has changed.

        pysnmp throws such a Report away, for want of keys, and would go on with the old engine id for 300 s.
        """
        for conversation in self._asking.get(address, ()):
            if conversation.engine is engine and conversation.knew_engine_id and not conversation.outcome.done():
                conversation.outcome.set_result(errind.UnknownEngineID())

    async def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(TICK_SECONDS)
            for engine in [engine for engines in self._engines.values() for engine in engines]:
                engine.tick(loop.time())


def _identity(credential: Credential) -> tuple[object, ...]:
    return (
        credential.user,
        credential.auth_protocol,
        credential.auth_passphrase,
        credential.privacy_protocol,
        credential.privacy_passphrase,
    )


def _answer(conversation: _Conversation, pdu: Any) -> Answer:
    if v2c.apiPDU.get_request_id(pdu) != v2c.apiPDU.get_request_id(conversation.pdu):
        raise PollError("the device answers with another request-id")
    try:
        return answer_of(pdu, "3")
    except ValueError as exc:
        raise PollError(f"its answer makes no sense: {exc}") from exc


def _words(report: Any) -> tuple[str, str]:
    """Return a Report as a reason from a small known set, and what more there is to say."""
    if isinstance(report, errind.ReportPduReceived):
        return _REPORTS.get(str(report), "other report"), str(report)
    return next((words for kind, words in _WORDS.items() if isinstance(report, kind)), "other"), str(report)


def _refused(reason: str, detail: str = "") -> PollError:
    credential_failures.labels(reason).inc()
    general_requests.labels("3", "refused").inc()
    more = f" ({detail})" if reason in ("unusable", "other", "other report") and detail else ""
    words = "the credential cannot be used" if reason == "unusable" else reason
    return PollError(f"{words}{more}")
