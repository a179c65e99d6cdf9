"""Says in words why a sender is turned away, and what in the configuration would let it in.

A quiet room, and a careful one: no community is ever named, for the one that was sent may be another device's.
May import: netwatch.model. Called by: netwatch.app, cli, through the door.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence

from netwatch.model import Device, RefusedSender
from netwatch.traps.refusal import Refused

_CLOCK = "nothing in the configuration; the sender's clock or its count of boots went back: restart its agent"
_FIXED: Mapping[str, tuple[str, str]] = {
    "malformed": ("what it sends is no sound SNMP message", "nothing; look at what it sends with tcpdump"),
    "no_trap": ("it sends requests, no traps", "nothing; point it at a device, this is the trap port"),
    "wrong_version": ("its SNMP version is none that there is", "nothing; look at what it sends with tcpdump"),
    "v3_unsupported": (
        "its security model or its protocols are none that NetWatch knows",
        "nothing; choose USM and one of the protocols of `credentials` at the sender",
    ),
    "v3_malformed": ("its v3 header cannot be read", "nothing; look at what it sends with tcpdump"),
    "v3_wrong_level": (
        "it does not sign or encrypt as the user's credential demands",
        "nothing; set the sender to the level of the credential, or give the credential the sender's protocols",
    ),
    "v3_wrong_key": (
        "its passphrase or authentication protocol is another than the credential's",
        "credentials: set auth_protocol and auth_passphrase of this user as the sender has them",
    ),
    "v3_undecryptable": (
        "its privacy passphrase or protocol is another than the credential's",
        "credentials: set privacy_protocol and privacy_passphrase of this user as the sender has them",
    ),
    "v3_unknown_engine": (
        "its engine ID is not known from polling, and none is learned from traps",
        "traps: {learn_engines: true}, or poll the device with v3",
    ),
    "v3_wrong_engine": (
        "its engine ID belongs to another device, or the one at this address has another engine ID",
        "devices: give the device that has this engine ID this address too (accept_from), or give the sender an "
        "engine ID of its own",
    ),
    "v3_older_boots": ("it says that it booted fewer times than before", _CLOCK),
    "v3_outside_window": ("its message is older than 150 s by its own clock", _CLOCK),
    "v3_replayed": (
        "it sends again, bit for bit, what it sent before",
        "nothing; somebody may be replaying messages",
    ),
}


def explained(
    refused: Refused, device: Device | None, users: Mapping[str, Sequence[str]], *, has_communities: bool = False
) -> RefusedSender:
    """Return a refused sender with words.

    Args:
        refused: who, and for which cause.
        device: the configured device at that address.
        users: the configured v3 users, and for each the names of its credentials.
        has_communities: whether `traps.communities` holds any.
    """
    words, remedy = _words(refused, device, users, has_communities)
    return RefusedSender(
        source=refused.source, device=device.name if device else "", cause=refused.cause, words=words, remedy=remedy,
        detail=refused.detail, count=refused.count, first_at=refused.first_at, last_at=refused.last_at,
    )  # fmt: skip


def _words(
    refused: Refused, device: Device | None, users: Mapping[str, Sequence[str]], has_communities: bool
) -> tuple[str, str]:
    if refused.cause == "wrong_source":
        return (
            "its address is none of a device, and in no network of traps.allow",
            f"traps: {{allow: [{_network(refused.source)}]}}, or a device with this address",
        )
    if refused.cause == "wrong_community":
        return "its community is none that it may use", _community_remedy(device, has_communities)
    if refused.cause == "v3_unknown_user":
        return "its v3 user is none that may send", _user_remedy(refused.detail, users)
    return _FIXED.get(refused.cause, ("it was turned away", "nothing that is known"))


def _network(source: str) -> str:
    try:
        return str(ipaddress.ip_network(source))
    except ValueError:
        return source


def _community_remedy(device: Device | None, has_communities: bool) -> str:
    listed = "traps: {communities: [${env:TRAP_COMMUNITY}]} with the community that the sender is set to"
    if device is None or has_communities or not device.has_snmp or device.credential.version == "3":
        return listed
    return f"set the sender to the community of credential {device.credential.name}, or {listed}"


def _user_remedy(detail: str, users: Mapping[str, Sequence[str]]) -> str:
    user = detail.partition(" ")[2].partition(" engine ")[0]
    names = users.get(user, ())
    if names:
        return f"traps: {{users: [{', '.join(names)}]}}"
    return f"credentials: {{NAME: {{version: 3, user: {user or 'USER'}, ...}}}} and traps: {{users: [NAME]}}"
