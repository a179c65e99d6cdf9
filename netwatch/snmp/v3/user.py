"""One device asked as one user: puts requests into v3 messages, takes answers out of them, heeds its Reports.

Quiet: the instant comes in. This is the hot twin of `seal`: all that stays the same from request to request is
encoded once a second, because the engine's time is in it. Whatever arrives here answers a msgID that was drawn at
random for one request to this device, so an old message, however well signed, is none of the right ones.
May import: netwatch.model. Called by: peer, question and users of the fast lane.
"""

from __future__ import annotations

from netwatch.errors import FastLaneRefused
from netwatch.model import Credential, Tag
from netwatch.snmp.codec.ber import SEQUENCE, encode_tlv, read_as
from netwatch.snmp.codec.decoders import IS_COMPILED
from netwatch.snmp.codec.hot import RESPONSE, OddHeader
from netwatch.snmp.codec.message import PduKind, pdu_in_plain_shape
from netwatch.snmp.v3.cryptor import SALT_BYTES
from netwatch.snmp.v3.engine import Engine
from netwatch.snmp.v3.envelope import Again, CredentialRefused, Outcome
from netwatch.snmp.v3.hot import HeaderLayout, layout_of, open_header
from netwatch.snmp.v3.keys import NO_KEYS, Keys, keys_at, level_of
from netwatch.snmp.v3.message import (
    LEVEL,
    MAX_INTEGER,
    Flag,
    Header,
    ScopedPdu,
    decode_scoped,
    encode_context,
    encode_global,
    encode_security,
)
from netwatch.snmp.v3.metrics import clock_steps, reports
from netwatch.snmp.v3.reports import NOT_IN_TIME_WINDOW, UNKNOWN_ENGINE_ID, kind_of
from netwatch.snmp.v3.seal import clock_bytes

if IS_COMPILED:
    from netwatch.compiled.wire import open_scoped
else:
    from netwatch.snmp.v3.hot import open_scoped

MIN_ENGINE_ID_BYTES, MAX_ENGINE_ID_BYTES = 5, 32
"""RFC 3411, SnmpEngineID."""

_TEMPLATE = encode_global(MAX_INTEGER, 0)
_TO_MSG_ID = _TEMPLATE[:-15]
_TO_FLAGS, _BEHIND_FLAGS = _TEMPLATE[-11:-4], _TEMPLATE[-3:]
_NO_SALT = encode_tlv(Tag.OCTET_STRING, b"")
_SALT = bytes((Tag.OCTET_STRING, SALT_BYTES))


class User:
    """A credential at one device. Until `meet` was called there is no engine, and nothing can be wrapped."""

    __slots__ = (
        "_after_id", "_clock", "_layout", "_moved", "_stamped_until", "_stamped_version", "context", "credential",
        "engine", "heard_at", "keys", "level", "name", "news", "overhead_bytes", "settled",
    )  # fmt: skip

    def __init__(self, credential: Credential) -> None:
        self.credential = credential
        self.level = level_of(credential)
        self.name = credential.user.encode()
        self.context = encode_context(b"", credential.context.encode())
        self.engine: Engine | None = None
        self.keys: Keys = NO_KEYS
        self.news = False
        """Set when the engine's id or boots became other than they were."""
        self.settled = False
        """Whether the engine is believed to be there still; after silence it is looked for again."""
        self.overhead_bytes = 0
        """What stands in an answer besides what a v2c answer has."""
        self.heard_at = 0.0
        """When the engine last said something, signed or not."""
        self._layout: HeaderLayout | None = None
        self._moved = False
        self._stamped_until = 0.0
        self._stamped_version = -1
        self._after_id = b""
        self._clock = b""

    def meet(self, engine: Engine, keys: Keys | None = None) -> None:
        """Turn to an engine with the keys localised for it, and ask about its own context, or that of its credential.

        Raises:
            FastLaneRefused: its id is none, or its keys cannot be made here.
        """
        if not MIN_ENGINE_ID_BYTES <= len(engine.engine_id) <= MAX_ENGINE_ID_BYTES:
            raise FastLaneRefused("odd_engine_id")
        self.keys = keys if keys is not None else keys_at(self.credential, engine.engine_id)
        self.engine = engine
        self.context = encode_context(
            self.credential.context_engine or engine.engine_id, self.credential.context.encode()
        )
        self._moved = self._moved or bool(self._stamped_until)
        self._stamped_version = -1
        self._layout = None
        self.news = True
        self.overhead_bytes = len(_TEMPLATE) + len(self._security(engine.engine_id, MAX_INTEGER, MAX_INTEGER)) + 8

    def unencrypted(self) -> User:
        """Return a twin that signs but does not encrypt, to find out what a silent device minds."""
        twin = User(self.credential)
        twin.level = self.level & Flag.AUTH
        twin.engine, twin.keys, twin.context = self.engine, Keys(signer=self.keys.signer), self.context
        return twin

    # -- out ----------------------------------------------------------------------------------------------------

    def wrap(self, head: bytes, request_id: bytes, tail: bytes, now: float) -> bytes:
        """Return the datagram for a scoped PDU; one that was encoded for another engine is turned to this one."""
        engine = self.engine
        assert engine is not None  # noqa: S101  # requests wait for discovery
        if now >= self._stamped_until or engine.version != self._stamped_version:
            self._stamp(engine, now)
        rest = head + request_id + tail
        if self._moved:
            rest = self._turned(rest)
        cryptor, signer = self.keys.cryptor, self.keys.signer
        if cryptor is None:
            rest = _NO_SALT + rest
        else:
            salt, ciphertext = cryptor.encrypt(rest, self._clock)
            rest = _SALT + salt + _head(0x04, len(ciphertext)) + ciphertext
        body = _TO_MSG_ID + request_id + self._after_id
        if signer is None:
            return _head(SEQUENCE, len(body) + len(rest)) + body + rest
        body = _head(SEQUENCE, len(body) + signer.size + len(rest)) + body
        return body + signer.sign(body + signer.blank + rest) + rest

    def _stamp(self, engine: Engine, now: float) -> None:
        """Encode anew, once a second, what stands between msgID and signature: the engine's time is in it."""
        time = engine.time_at(now)
        self._stamped_until, self._stamped_version = now + 1, engine.version
        self._clock = clock_bytes(engine.boots, time)
        behind = self.keys.signer.size if self.keys.signer else 0
        behind += len(_SALT) + SALT_BYTES if self.keys.cryptor else len(_NO_SALT)
        flags = bytes((self.level | Flag.REPORTABLE,))
        self._after_id = (
            _TO_FLAGS + flags + _BEHIND_FLAGS + self._security(engine.engine_id, engine.boots, time)[:-behind]
        )

    def _security(self, engine_id: bytes, boots: int, time: int) -> bytes:
        """Encode the security parameters with signature and salt left blank."""
        blank = self.keys.signer.blank if self.keys.signer else b""
        salt = bytes(SALT_BYTES) if self.keys.cryptor else b""
        return encode_security(engine_id, boots, time, self.name, blank, salt)

    def _turned(self, scoped: bytes) -> bytes:
        """Give a scoped PDU the present engine's context, if it does not have it."""
        at, end = read_as(SEQUENCE, scoped, 0, len(scoped))
        if scoped.startswith(self.context, at):
            return scoped
        _, at = read_as(Tag.OCTET_STRING, scoped, at, end)
        _, at = read_as(Tag.OCTET_STRING, scoped, at, end)
        return encode_tlv(SEQUENCE, self.context + scoped[at:end])

    # -- in -----------------------------------------------------------------------------------------------------

    def open(self, data: bytes, now: float) -> Outcome:
        """Judge a datagram: signature, then time, then cipher, then what it says.

        An answer whose header is the last one's is judged here. Whatever is odd about it, header or content, is
        then found by `_judge`.
        """
        layout, engine, keys = self._layout, self.engine, self.keys
        if layout is None or engine is None or not layout.fits(data):
            return self._judge(data, open_header(data), now)
        time = data[layout.time_at : layout.time_stop]
        scoped = data[layout.size - 4 :]
        if keys.signer is not None:
            if not keys.signer.verifies(data, layout.mac_at, layout.mac_stop, len(data)):
                raise FastLaneRefused("wrong_digest")
            if not engine.hear(layout.boots, int.from_bytes(time), now):
                raise FastLaneRefused("not_in_time_window")
            if keys.cryptor is not None:
                clock = layout.clock + time.rjust(4, b"\0")
                scoped = keys.cryptor.decrypt(scoped[4:], clock, data[layout.salt_at : layout.size - 4])
        try:
            kind, request_id, status, index, at, end = open_scoped(scoped, self.context)
        except OddHeader:
            return self._judge(data, open_header(data), now)
        if kind != RESPONSE or request_id != data[11:15]:
            return self._judge(data, open_header(data), now)
        self.heard_at = now
        return scoped, at, end, status, index

    def _judge(self, data: bytes, header: Header, now: float) -> Outcome:
        """Judge a datagram whose header was read field by field."""
        level = header.flags & LEVEL
        in_time = not level or self._authenticate(data, header, now)
        scoped = self._decrypted(data, header) if level & Flag.PRIVACY else data[header.data_at : header.end]
        context = self.context
        try:
            kind, request_id, status, index, at, end = open_scoped(scoped, context)
        except OddHeader:
            scoped, context = _in_plain_shape(scoped)
            kind, request_id, status, index, at, end = open_scoped(scoped, context)
        if kind == PduKind.REPORT:
            return self._heed(decode_scoped(scoped), header, now)
        if kind != RESPONSE:
            raise FastLaneRefused("wrong_pdu")
        if level != self.level:
            raise FastLaneRefused("wrong_level")
        if not in_time:
            raise FastLaneRefused("not_in_time_window")
        if not level and (self.engine is None or header.engine_id != self.engine.engine_id):
            raise FastLaneRefused("wrong_engine")
        if request_id != header.msg_id or header.user != self.name or context != self.context:
            raise FastLaneRefused("wrong_request")
        self.heard_at = now
        self._layout = layout_of(data, header)
        return scoped, at, end, status, index

    def _authenticate(self, data: bytes, header: Header, now: float) -> bool:
        """See that a signed message is our engine's and its signature right; return whether it is in time."""
        engine, signer = self.engine, self.keys.signer
        if engine is None or signer is None:
            raise FastLaneRefused("wrong_level")
        if header.engine_id != engine.engine_id or header.user != self.name:
            raise FastLaneRefused("wrong_engine")
        if not signer.verifies(data, header.mac_at, header.mac_stop, header.end):
            raise FastLaneRefused("wrong_digest")
        self.news |= header.boots > engine.boots
        return engine.hear(header.boots, header.time, now)

    def _decrypted(self, data: bytes, header: Header) -> bytes:
        if self.keys.cryptor is None:
            raise FastLaneRefused("wrong_level")
        start, stop = read_as(Tag.OCTET_STRING, data, header.data_at, header.end)
        return self.keys.cryptor.decrypt(data[start:stop], clock_bytes(header.boots, header.time), header.salt)

    def _heed(self, report: ScopedPdu, header: Header, now: float) -> Outcome:
        """Do what a Report asks for, or say what it means."""
        kind = kind_of(report)
        signed = bool(header.flags & Flag.AUTH)
        if self.level and not signed and not kind.believed_unsigned:
            raise FastLaneRefused("unsigned_report")
        reports.labels(report=kind.name).inc()
        self.heard_at = now
        if kind is NOT_IN_TIME_WINDOW and signed and self.engine is not None:
            return self._resynchronise(self.engine, header, now)
        if kind is UNKNOWN_ENGINE_ID and self._is_other(header.engine_id):
            try:
                self.meet(Engine(header.engine_id, header.boots, header.time, now))
            except FastLaneRefused as exc:
                return exc
            return Again(words=kind.words)
        return CredentialRefused(kind.words)

    def _is_other(self, engine_id: bytes) -> bool:
        return bool(engine_id) and (self.engine is None or engine_id != self.engine.engine_id)

    def _resynchronise(self, engine: Engine, header: Header, now: float) -> Outcome:
        """Take the engine's clock from its signed Report, even where it has gone back.

        RFC 3414 lets clocks only go forward, against replays. This message cannot be one: it answers, signed, a
        msgID drawn at random for this request. So a device that has forgotten its boots is asked on.
        """
        step = "back" if (header.boots, header.time) < (engine.boots, engine.time_at(now)) else "forward"
        clock_steps.labels(direction=step).inc()
        self.news |= header.boots != engine.boots
        engine.set(header.boots, header.time, now)
        self._layout = None
        return Again(words=NOT_IN_TIME_WINDOW.words)


def _head(tag: int, size: int) -> bytes:
    """Return tag and length."""
    if size > 0xFF:
        return bytes((tag, 0x82, size >> 8, size & 0xFF))
    return bytes((tag, size)) if size < 0x80 else bytes((tag, 0x81, size))


def _in_plain_shape(scoped: bytes) -> tuple[bytes, bytes]:
    """Return a scoped PDU with every header in the shortest form, and its context."""
    at, end = read_as(SEQUENCE, scoped, 0, len(scoped))
    start, at = read_as(Tag.OCTET_STRING, scoped, at, end)
    engine_id = scoped[start:at]
    start, at = read_as(Tag.OCTET_STRING, scoped, at, end)
    context = encode_context(engine_id, scoped[start:at])
    return encode_tlv(SEQUENCE, context + pdu_in_plain_shape(scoped, at, end)), context
