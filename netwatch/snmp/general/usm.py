"""One pysnmp SnmpEngine as a v3 client uses it: keys, engine ids and times of one credential and some devices.

What pysnmp does differently from what a client with many devices needs is put right here, and nowhere else.
May import: netwatch.model, endpoint. Called by: user, notify.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pydantic import SecretStr
from pysnmp.carrier.asyncio.dgram import udp
from pysnmp.carrier.base import AbstractTransportDispatcher
from pysnmp.entity import config
from pysnmp.entity.engine import SnmpEngine
from pysnmp.proto import errind
from pysnmp.proto.api import v2c

from netwatch.model import Credential
from netwatch.snmp.general.endpoint import Address, Peer

TICK_SECONDS = 0.5
NEVER = 10**9
"""A time-out for pysnmp, in its ticks: `user` keeps the time itself."""
V3, USM = 3, 3
MIN_PASSPHRASE_BYTES = 8
"""RFC 3414, section 11.2."""
NO_AUTH_NO_PRIV, AUTH_NO_PRIV, AUTH_PRIV = 1, 2, 3

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


class _Dispatcher(AbstractTransportDispatcher):  # type: ignore[misc]  # pysnmp has no types
    """What pysnmp believes to be its transport: it hands messages to whoever is sending right now."""

    def __init__(self) -> None:
        super().__init__()
        self.set_timer_resolution(TICK_SECONDS)
        self.peer: Peer | None = None

    def send_message(self, outgoingMessage: bytes, _domain: Any, _address: Any) -> None:
        # Reports that pysnmp wants to answer datagrams with find no peer here: a client owes nobody a report.
        if self.peer is not None:
            self.peer.send(outgoingMessage)


@dataclass(slots=True, eq=False)
class UserEngine:
    """One pysnmp engine, its dispatcher, which devices it serves, and every engine id it has met."""

    engine: Any
    dispatcher: _Dispatcher = field(default_factory=_Dispatcher)
    devices: set[Address] = field(default_factory=set)
    engine_ids: set[bytes] = field(default_factory=set)
    met_stranger: bool = False
    """Set when a datagram came in the name of an engine id that pysnmp has no keys for."""

    def __post_init__(self) -> None:
        self.engine.register_transport_dispatcher(self.dispatcher)
        self.engine.observer.register_observer(self._security_failed, "rfc3412.prepareDataElements:sm-failure")

    def _security_failed(self, _engine: Any, _point: str, variables: Any, _context: Any) -> None:
        reason = variables["statusInformation"]["errorIndication"]
        self.met_stranger |= isinstance(reason, errind.UnknownSecurityName)

    def send(
        self, credential: Credential, level: int, peer: Peer, pdu: Any, came: Callable[..., None]
    ) -> tuple[int, bool]:
        """Send a PDU; return pysnmp's handle of it, and whether the engine id was known before.

        Raises:
            PySnmpError: pysnmp cannot make a message of it; a StatusInformation says why.
        """
        knew = self.knows(peer.address)
        self.dispatcher.peer = peer
        try:
            handle = self.engine.message_dispatcher.send_pdu(
                self.engine, *_target(peer.address), V3, USM, v2c.OctetString(credential.user.encode()), level, None,
                v2c.OctetString(credential.context.encode()), 1, pdu, True, NEVER, came,
            )  # fmt: skip
        finally:
            self.dispatcher.peer = None
        return handle, knew

    def release(self, handle: int) -> None:
        """Let pysnmp forget a request that was never answered."""
        self.engine.message_dispatcher.release_state_information(self.engine, handle, V3)

    def tick(self, now: float) -> None:
        """Let pysnmp's caches age."""
        self.dispatcher.handle_timer_tick(now)

    def receive(self, data: bytes, address: Address) -> None:
        """Let pysnmp read a datagram; it calls back where that is an answer."""
        self.engine.message_dispatcher.receive_message(self.engine, *_target(address), data)

    def knows(self, address: Address) -> bool:
        """Return whether pysnmp has an engine id for the address."""
        engine_id, *_ = self._messages.get_peer_engine_info(*_target(address))
        if engine_id is not None:
            self.engine_ids.add(bytes(engine_id.asOctets()))
        return engine_id is not None

    def forget(self, address: Address) -> None:
        """Drop the engine id of an address: pysnmp keeps it for 300 s, even when the device has another now."""
        self._messages._SnmpV3MessageProcessingModel__engineIdCache.pop(_target(address), None)

    @property
    def _messages(self) -> Any:
        return self.engine.message_processing_subsystems[V3]


def unusable(credential: Credential) -> str:
    """Return in words why no engine can be built for a credential, empty where one can."""
    if credential.privacy_protocol and not credential.auth_protocol:
        return "privacy needs authentication"
    if credential.auth_protocol and len(_bytes(credential.auth_passphrase)) < MIN_PASSPHRASE_BYTES:
        return f"the auth passphrase has fewer than {MIN_PASSPHRASE_BYTES} characters"
    if credential.privacy_protocol and len(_bytes(credential.privacy_passphrase)) < MIN_PASSPHRASE_BYTES:
        return f"the privacy passphrase has fewer than {MIN_PASSPHRASE_BYTES} characters"
    return ""


def _bytes(secret: SecretStr) -> bytes:
    """Return a passphrase in UTF-8, as net-snmp takes it from a terminal; pysnmp alone would take Latin-1."""
    return secret.get_secret_value().encode()


def security_level(credential: Credential) -> int:
    """Return the level that the credential's protocols make (RFC 3411, section 3.4.3)."""
    if credential.privacy_protocol:
        return AUTH_PRIV
    return AUTH_NO_PRIV if credential.auth_protocol else NO_AUTH_NO_PRIV


def build_engine(credential: Credential) -> Any:
    """Return a new SnmpEngine that knows the credential's user; takes 0.1 s, much of it hashing passphrases."""
    engine = SnmpEngine()
    add_user(engine, credential)
    return engine


def add_user(engine: Any, credential: Credential) -> None:
    """Make a credential's user known to an engine, under the engine id it has now."""
    config.add_v3_user(
        engine,
        credential.user,
        _AUTH[credential.auth_protocol],
        _bytes(credential.auth_passphrase) or None,
        _PRIVACY[credential.privacy_protocol],
        _bytes(credential.privacy_passphrase) or None,
    )


def _target(address: Address) -> tuple[Any, Any]:
    return udp.DOMAIN_NAME, udp.UdpTransportAddress(address)
