"""The front door of version 3: who signs, at which level, for which engine, and whether it is of now.

A trap is signed for its sender's engine, an inform for ours (RFC 3414, section 1.5.1); so an inform's sender can be
told what is wrong, in a Report, and a trap's cannot. No state changes before a signature was found right.
May import: netwatch.model, netwatch.snmp. Called by: netwatch.traps.pipeline.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import structlog

from netwatch.errors import FastLaneRefused
from netwatch.model import Credential, Memory
from netwatch.snmp import (
    LEVEL,
    NO_KEYS,
    SEQUENCE,
    Flag,
    Header,
    Keys,
    check_credential,
    keys_at,
    level_of,
    open_header,
    read_as,
    unseal,
)
from netwatch.traps.devices import KnownDevices
from netwatch.traps.informs import Inform
from netwatch.traps.notification import Notification, read_notification
from netwatch.traps.own_engine import OwnEngine
from netwatch.traps.pipeline import Datagram, Opened
from netwatch.traps.refusal import NotAccepted
from netwatch.traps.reports import Answers, Report
from netwatch.traps.sender_engines import SenderEngine, SenderEngines
from netwatch.traps.settings import TrapSettings
from netwatch.traps.sources import Source

REMEMBERED_KEYS = 8192
_LEVELS = {"noAuthNoPriv": 0, "authNoPriv": Flag.AUTH, "authPriv": LEVEL}
_CAUSES = {"wrong_digest": "v3_wrong_key", "unexpected_level": "v3_wrong_level"}
"""What `unseal` says, in the words of our counter; the rest could not be decrypted."""

log = structlog.get_logger(__name__)


class _Scoped(NamedTuple):
    """A scoped PDU in plain text: the context as encoded, and where the PDU stands."""

    data: bytes
    context: bytes
    pdu_at: int
    end: int


class V3FrontDoor:
    """Judges every v3 message; the engines it knows are in `senders`."""

    def __init__(
        self, settings: TrapSettings, users: Iterable[Credential], devices: KnownDevices, own: OwnEngine,
        senders: SenderEngines,
    ) -> None:  # fmt: skip
        self._least = _LEVELS[settings.minimum_level]
        self._learns = settings.learn_engines
        self._users: dict[bytes, list[Credential]] = {}
        self._named_only = bool(settings.users)
        for user in users:
            self._users.setdefault(user.user.encode(), []).append(user)
        self._devices = devices
        self._own = own
        self._answers = Answers(own)
        self._keys: OrderedDict[tuple[str, bytes], Keys] = OrderedDict()
        self.senders = senders

    def warm_up(self, credentials: Iterable[Credential]) -> None:
        """Do the slow part of every user's keys before the first message; made to run in a thread."""
        for credential in credentials:
            try:
                check_credential(credential)
                self._keys_of(credential, self._own.engine_id)
            except (FastLaneRefused, NotAccepted) as exc:
                log.warning("no v3 trap can be heard of this user", credential=credential.name, why=str(exc))

    def open(self, datagram: Datagram, now: float) -> Opened | None:
        """Return what a message says; None where it was a question, which has been answered."""
        try:
            header = open_header(datagram.data)
        except FastLaneRefused as exc:
            raise NotAccepted("v3_malformed") from exc
        if header.engine_id == self._own.engine_id:
            return self._to_us(datagram, header, now)
        if header.flags & Flag.REPORTABLE:
            self._lead_to_us(datagram, header, now)
            return None
        return self._from_them(datagram, header, now)

    def take_memories(self) -> list[Memory]:
        """Return what is to be kept over a restart of the engines heard since this was last asked."""
        return self.senders.take_memories()

    # -- informs: our engine ------------------------------------------------------------------------------------

    def _lead_to_us(self, datagram: Datagram, header: Header, now: float) -> None:
        """Tell who wants an answer which engine gives it (RFC 3414, section 4)."""
        self._answers.report(Report.UNKNOWN_ENGINE, datagram, header, now)
        if header.engine_id:
            raise NotAccepted("v3_unknown_engine", f"engine {header.engine_id.hex()}")

    def _to_us(self, datagram: Datagram, header: Header, now: float) -> Opened | None:
        try:
            credential, keys, plain = self._unsealed(datagram, header)
        except NotAccepted as refusal:
            self._answers.report(Report.of(refusal.cause), datagram, header, now)
            raise
        if header.flags & Flag.AUTH and not self._own.is_in_time(header.boots, header.time, now):
            self._answers.report(Report.NOT_IN_TIME, datagram, header, now, keys)
            if header.boots == header.time == 0:
                return None  # the first message of one that asks for our clock
            older = header.boots < self._own.boots
            raise NotAccepted("v3_older_boots" if older else "v3_outside_window")
        scoped, notification = _notification(plain)
        if not notification.is_inform:
            raise NotAccepted("v3_wrong_engine", "a trap that names our engine")

        def answer() -> bytes:
            pdu = scoped.data[scoped.pdu_at : scoped.end]
            return self._answers.acknowledgement(scoped.context, pdu, header, keys)

        return Opened(
            notification,
            credential.user,
            datagram.source.name,
            Inform(datagram.socket, datagram.address, answer, now),
        )

    # -- traps: the sender's engine -----------------------------------------------------------------------------

    def _from_them(self, datagram: Datagram, header: Header, now: float) -> Opened:
        device = self._check_engine(datagram.source, header)
        credential, _, plain = self._unsealed(datagram, header)
        if header.flags & Flag.AUTH:
            signature = datagram.data[header.mac_at : header.mac_stop]
            seen = SenderEngine(
                engine_id=header.engine_id.hex(), device=device, source=datagram.source.address,
                boots=header.boots, last_at=datagram.at,
            )  # fmt: skip
            self.senders.hear(header, signature, seen, now)
        _, notification = _notification(plain)
        if notification.is_inform:
            raise NotAccepted("v3_wrong_engine", "an inform that names its own engine")
        return Opened(notification, credential.user, device, None)

    def _check_engine(self, source: Source, header: Header) -> str:
        """See that an engine may speak from this address; return whose it is, empty where that is no device.

        Raises:
            NotAccepted: it is another device's, or not known where only known ones may speak.
        """
        engine_id, detail = header.engine_id, f"engine {header.engine_id.hex()}"
        if not 5 <= len(engine_id) <= 32:
            raise NotAccepted("v3_malformed")
        owners = self.senders.owners(engine_id)
        at_home = [device for device in sorted(owners) if self._devices.is_at(device, source.address)]
        if owners and not at_home and not source.is_relay:
            raise NotAccepted("v3_wrong_engine", detail)
        signed = header.flags & Flag.AUTH
        if not owners and self.senders.engine_of(source.name) and not (signed and self._learns):
            raise NotAccepted("v3_wrong_engine", detail)
        if signed and not self._learns and not self.senders.is_known(engine_id):
            raise NotAccepted("v3_unknown_engine", detail)
        if source.is_relay and owners:
            return min(owners)
        return at_home[0] if at_home else source.name

    # -- both ---------------------------------------------------------------------------------------------------

    def _unsealed(self, datagram: Datagram, header: Header) -> tuple[Credential, Keys, bytes]:
        """Return who signed, the keys, and the scoped PDU.

        Several credentials may have the same user name; the one whose key fits is meant.

        Raises:
            NotAccepted: nobody of that name may send, or not at that level, or no key fits.
        """
        candidates = self._candidates(datagram.source, header.user)
        if not candidates:
            raise NotAccepted("v3_unknown_user", _detail(header))
        level = header.flags & LEVEL
        fitting = [one for one in candidates if level == level_of(one) and level & self._least == self._least]
        if not fitting:
            raise NotAccepted("v3_wrong_level", _detail(header))
        cause = "v3_wrong_key"
        for credential in fitting:
            keys = self._keys_of(credential, header.engine_id)
            try:
                return credential, keys, unseal(datagram.data, header, keys)
            except FastLaneRefused as exc:
                cause = _CAUSES.get(exc.reason, "v3_undecryptable")
        raise NotAccepted(cause, _detail(header))

    def _candidates(self, source: Source, user: bytes) -> Sequence[Credential]:
        """Return the credentials a user name may stand for; without a list, the one its device is polled with."""
        if self._named_only or source.device is None:
            return self._users.get(user, ())
        polled = source.device.credential
        return [polled] if polled.version == "3" and polled.user.encode() == user else []

    def _keys_of(self, credential: Credential, engine_id: bytes) -> Keys:
        key = (credential.name, engine_id)
        keys = self._keys.get(key)
        if keys is None:
            keys = self._made(credential, engine_id)
            while len(self._keys) >= REMEMBERED_KEYS:
                self._keys.popitem(last=False)
            self._keys[key] = keys
        return keys

    def _made(self, credential: Credential, engine_id: bytes) -> Keys:
        if level_of(credential) == 0:
            return NO_KEYS
        try:
            return keys_at(credential, engine_id)
        except (FastLaneRefused, ValueError) as exc:
            raise NotAccepted("v3_unsupported", f"credential {credential.name}") from exc


def _notification(plain: bytes) -> tuple[_Scoped, Notification]:
    """Read a scoped PDU, behind which padding may stand.

    Raises:
        NotAccepted: it is none; after decryption that means a wrong key.
    """
    try:
        at, end = read_as(SEQUENCE, plain, 0, len(plain))
        _, behind = read_as(0x04, plain, at, end)
        _, pdu_at = read_as(0x04, plain, behind, end)
    except FastLaneRefused as exc:
        raise NotAccepted("v3_undecryptable") from exc
    return _Scoped(plain, plain[at:pdu_at], pdu_at, end), read_notification(plain, pdu_at, end, 3)


def _detail(header: Header) -> str:
    """Return user and engine for the page; what is no plain text is shown in hex."""
    name = header.user.decode("ascii", errors="replace")
    shown = name if name.isascii() and name.isprintable() else header.user.hex()
    return f"user {shown} engine {header.engine_id.hex()}"
