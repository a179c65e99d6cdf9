"""Reads the `auths` of snmp.yml as credentials.

May import: netwatch.model. Called by: reading.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from pydantic import SecretStr

from netwatch.exporter.keys import Place, Wrong, one_of, text
from netwatch.model import AuthProtocol, Credential, PrivacyProtocol, Version

KEYS = frozenset({
    "community", "security_level", "username", "password", "auth_protocol", "priv_protocol", "priv_password",
    "context_name", "version",
})  # fmt: skip
AUTH: Final[dict[str, AuthProtocol]] = {
    "MD5": "MD5", "SHA": "SHA", "SHA224": "SHA-224", "SHA256": "SHA-256", "SHA384": "SHA-384", "SHA512": "SHA-512",
}  # fmt: skip
PRIVACY: Final[dict[str, PrivacyProtocol]] = {
    "DES": "DES", "AES": "AES", "AES192": "AES-192", "AES192C": "AES-192-C", "AES256": "AES-256",
    "AES256C": "AES-256-C",
}  # fmt: skip
LEVELS = frozenset({"noAuthNoPriv", "authNoPriv", "authPriv"})
VERSIONS: Final[dict[int, Version]] = {1: "1", 2: "2c", 3: "3"}


def read_auth(name: str, place: Place, expand: Callable[[str], str]) -> Credential:
    """Return the credential of one auth; `expand` fills in environment variables where that is wanted.

    The defaults are those of snmp_exporter: version 2, community public.
    """
    place.only(KEYS)
    version = place.take("version", 2, _version, resolved=True)
    community = place.take("community", "public", text)
    if version < 3:
        context = place.take("context_name", "", text)
        return Credential(
            name=name, version=VERSIONS[version], community=SecretStr(community or "public"), context=context
        )
    level = place.take("security_level", "noAuthNoPriv", one_of(LEVELS))
    signs, hides = level != "noAuthNoPriv", level == "authPriv"
    auth = place.take("auth_protocol", "MD5", one_of(frozenset(AUTH))) if signs else ""
    privacy = place.take("priv_protocol", "DES", one_of(frozenset(PRIVACY))) if hides else ""
    filled = {key: place.take(key, "", lambda value: _filled(value, expand)) for key in _EXPANDED}
    for key, wanted in (("username", True), ("password", signs), ("priv_password", hides)):
        if wanted and not filled[key]:
            place.wrong((), f"{key} is missing, which version 3 with {level} needs")
    return Credential(
        name=name, version="3", user=filled["username"],
        auth_protocol=AUTH.get(auth), auth_passphrase=SecretStr(filled["password"] if signs else ""),
        privacy_protocol=PRIVACY.get(privacy), privacy_passphrase=SecretStr(filled["priv_password"] if hides else ""),
        context=place.take("context_name", "", text),
    )  # fmt: skip


_EXPANDED = ("username", "password", "priv_password")
"""What snmp_exporter takes from the environment, and nothing else."""


def _filled(value: Any, expand: Callable[[str], str]) -> str:
    return expand(text(value))


def _version(value: Any) -> int:
    if type(value) is not int or value not in VERSIONS:
        raise Wrong("SNMP version must be 1, 2 or 3")
    return value
