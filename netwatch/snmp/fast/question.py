"""Two questions that v3 asks on its own account: which engine is there, and whether it minds the encryption.

Each is one request through the endpoint, with an envelope other than the device's.
May import: netwatch.model. Called by: users.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from netwatch.errors import FastLaneRefused, PollError, RequestTimedOut
from netwatch.model import Oid
from netwatch.snmp.codec.message import Pdu, PduKind
from netwatch.snmp.fast.endpoint import Endpoint
from netwatch.snmp.fast.peer import Exchange, Peer
from netwatch.snmp.fast.plan import NO_ERROR, encode_name, encode_request, null_varbind
from netwatch.snmp.fast.tally import tally_open
from netwatch.snmp.v3.engine import Engine
from netwatch.snmp.v3.envelope import Envelope, Outcome
from netwatch.snmp.v3.hot import open_header
from netwatch.snmp.v3.keys import NO_KEYS
from netwatch.snmp.v3.message import LEVEL, Flag, ScopedPdu, decode_scoped, encode_context, encode_scoped
from netwatch.snmp.v3.seal import seal
from netwatch.snmp.v3.user import User

SYS_UP_TIME = encode_name(Oid.parse("1.3.6.1.2.1.1.3.0"))


class Question:
    """Satisfies Asker for one exchange of which only that there was an answer matters."""

    __slots__ = ("_endpoint", "_future", "_peer", "over", "tally")

    def __init__(self, endpoint: Endpoint, peer: Peer) -> None:
        self.over = False
        self.tally = tally_open()
        self._endpoint = endpoint
        self._peer = peer
        self._future: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def ask(self, envelope: Envelope, context: bytes, names: Sequence[bytes], *, once: bool = False) -> None:
        """Send a GET, `once` or as often as the device's retries say.

        Raises:
            RequestTimedOut: silence. PollError: a Report that nothing can be done about.
        """
        varbinds = b"".join([null_varbind(name[2:]) for name in names])
        head, tail = encode_request(context, PduKind.GET, NO_ERROR, varbinds)
        exchange = Exchange(self, self._peer, head, tail, None, self._peer.tries - 1 if once else 0)
        exchange.envelope = envelope
        self._endpoint.submit(self._peer, [exchange])
        try:
            await self._future
        finally:
            if not self.over:
                self.over = True
                self._endpoint.withdraw(self._peer, self)

    def take(self, exchange: Exchange, data: bytes, at: int, end: int, status: int, index: int) -> None:
        """Learn that there is an answer."""
        self.over = True
        if not self._future.done():
            self._future.set_result(None)

    def fail(self, exchange: Exchange, error: PollError) -> None:
        """Learn that there is none."""
        self.over = True
        if not self._future.done():
            self._future.set_exception(error)

    def retry(self, exchange: Exchange) -> Sequence[Exchange]:
        """Ask the same again."""
        return ()


class Stranger:
    """The envelope of discovery (RFC 3414, section 4): nobody asks an engine without a name, and is told its name."""

    __slots__ = ("found",)

    def __init__(self) -> None:
        self.found: Engine | None = None

    def wrap(self, head: bytes, request_id: bytes, tail: bytes, now: float) -> bytes:
        """Return a message of no user to no engine."""
        number = int.from_bytes(request_id)
        scoped = encode_scoped(ScopedPdu(pdu=Pdu(kind=PduKind.GET, request_id=number)))
        return seal(
            scoped, msg_id=number, flags=Flag.REPORTABLE, engine_id=b"", boots=0, time=0, user=b"", keys=NO_KEYS
        )

    def open(self, data: bytes, now: float) -> Outcome:
        """Take any unsigned Report for the answer: it carries the engine's id, and its clock as a hint.

        Nothing is believed by this: keys for a wrong engine would be of no use to whoever made us think of it.
        """
        header = open_header(data)
        if header.flags & LEVEL:
            raise FastLaneRefused("wrong_level")
        if decode_scoped(data[header.data_at : header.end]).pdu.kind != PduKind.REPORT:
            raise FastLaneRefused("wrong_pdu")
        if not header.engine_id:
            raise FastLaneRefused("wrong_engine")
        self.found = Engine(header.engine_id, header.boots, header.time, now)
        return data, 0, 0, 0, 0


async def discover(endpoint: Endpoint, peer: Peer) -> Engine:
    """Return a device's engine.

    Raises:
        RequestTimedOut: it does not answer.
    """
    stranger = Stranger()
    await Question(endpoint, peer).ask(stranger, encode_context(b"", b""), ())
    assert stranger.found is not None  # noqa: S101  # an answer is taken only with one
    return stranger.found


async def answers(endpoint: Endpoint, peer: Peer, user: User) -> bool:
    """Return whether a device says anything to one small request of a user."""
    try:
        await Question(endpoint, peer).ask(user, user.context, (SYS_UP_TIME,), once=True)
    except RequestTimedOut:
        return False
    except PollError:
        return True
    return True
