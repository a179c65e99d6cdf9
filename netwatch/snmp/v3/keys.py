"""What a v3 credential is at one engine: its level, its signature, its cipher.

Quiet. May import: netwatch.model. Called by: this folder, the fast lane, traps through the door.
"""

from __future__ import annotations

from dataclasses import dataclass

from netwatch.errors import FastLaneRefused
from netwatch.model import Credential
from netwatch.snmp.v3.cryptor import Cryptor
from netwatch.snmp.v3.message import MAX_CONTEXT_BYTES, MAX_USER_BYTES, Flag
from netwatch.snmp.v3.signer import Signer
from netwatch.snmp.v3.usm import authentication_key, privacy_key

MIN_PASSPHRASE_BYTES = 8
"""RFC 3414, section 11.2."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False, eq=False)
class Keys:
    """Signer and cryptor; None where the level does without."""

    signer: Signer | None = None
    cryptor: Cryptor | None = None


NO_KEYS = Keys()


def level_of(credential: Credential) -> int:
    """Return the flags of the level that the credential's protocols make."""
    if credential.auth_protocol is None:
        return 0
    return Flag.AUTH | Flag.PRIVACY if credential.privacy_protocol else Flag.AUTH


def check_credential(credential: Credential) -> None:
    """See that the fast lane can use a credential.

    Raises:
        FastLaneRefused: it cannot; the general engine can, or says in words what is wrong.
    """
    if credential.privacy_protocol == "3DES":
        raise FastLaneRefused("triple_des")
    secrets = [credential.auth_passphrase] if credential.auth_protocol else []
    secrets += [credential.privacy_passphrase] if credential.privacy_protocol else []
    odd = (
        not 0 < len(credential.user.encode()) <= MAX_USER_BYTES
        or len(credential.context.encode()) > MAX_CONTEXT_BYTES
        or (credential.privacy_protocol and not credential.auth_protocol)
        or any(len(secret.get_secret_value().encode()) < MIN_PASSPHRASE_BYTES for secret in secrets)
    )
    if odd:
        raise FastLaneRefused("unusable_credential")


def keys_at(credential: Credential, engine_id: bytes) -> Keys:
    """Return the keys of a credential at one engine; takes milliseconds where a passphrase is new.

    Raises:
        FastLaneRefused: the protocols are beyond the fast lane, or this machine's OpenSSL.
    """
    auth, privacy = credential.auth_protocol, credential.privacy_protocol
    if auth is None:
        return NO_KEYS
    signer = Signer(auth, authentication_key(auth, credential.auth_passphrase.get_secret_value().encode(), engine_id))
    if privacy is None:
        return Keys(signer=signer)
    from netwatch.snmp.v3.ciphers import cryptor  # loads the cryptography package, for who encrypts only

    secret = credential.privacy_passphrase.get_secret_value().encode()
    return Keys(signer=signer, cryptor=cryptor(privacy, privacy_key(auth, privacy, secret, engine_id)))
