"""Believes a header that says who asks, from the proxies that are named and from nobody else.

A quiet room. May import: netwatch.web. Called by: gatekeeper.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network

from starlette.datastructures import Headers
from starlette.types import Scope

from netwatch.web.settings import TrustedProxySettings
from netwatch.web.users.people import User, wrong_with_name
from netwatch.web.users.roles import ROLES, Role, role_of


class Unbelievable(Exception):
    """The proxy says something that cannot be meant; says what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Who the proxy says it is."""

    name: str
    role: Role


class TrustedProxy:
    """What `web.trusted_proxy` says; without it nobody is believed."""

    def __init__(self, settings: TrustedProxySettings | None) -> None:
        self._settings = settings
        self._networks = [ip_network(one) for one in settings.from_] if settings is not None else []

    def is_from(self, address: str) -> bool:
        """Return whether an address is the proxy's."""
        try:
            found = ip_address(address.partition("%")[0])
        except ValueError:
            return False
        if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
            found = found.ipv4_mapped
        return any(found in network for network in self._networks)

    def claim(self, scope: Scope, users: Mapping[str, User]) -> Claim | None:
        """Return who the proxy says asks; None where it says nothing, or somebody else does.

        Raises:
            Unbelievable: it says it twice, or what is no name or no role.
        """
        if self._settings is None or not self.is_from(peer_of(scope)):
            return None
        headers = Headers(scope=scope)
        name = _only(headers.getlist(self._settings.user_header), self._settings.user_header)
        if not name:
            return None
        if wrong_with_name(name):
            raise Unbelievable(f"what {self._settings.user_header} says is no name: {wrong_with_name(name)}")
        return Claim(name=name, role=self._role(headers, users.get(name)))

    def address_of(self, scope: Scope) -> str:
        """Return who asks: through the proxy the last address in X-Forwarded-For that is none of the proxy's."""
        peer = peer_of(scope)
        if not self.is_from(peer):
            return peer
        listed = ",".join(Headers(scope=scope).getlist("x-forwarded-for")).split(",")
        return next((one for text in reversed(listed) if (one := text.strip()) and not self.is_from(one)), peer)[:64]

    def is_secure(self, scope: Scope) -> bool:
        """Return whether a browser reaches us by https, here or at the proxy."""
        if scope.get("scheme") == "https":
            return True
        said = Headers(scope=scope).getlist("x-forwarded-proto")
        return self.is_from(peer_of(scope)) and bool(said) and said[-1].split(",")[-1].strip().lower() == "https"

    def _role(self, headers: Headers, user: User | None) -> Role:
        assert self._settings is not None  # noqa: S101  # who is asked for a role has made a claim
        header = self._settings.role_header
        said = _only(headers.getlist(header), header).lower() if header else ""
        role = role_of(said)
        if said and role is None:
            raise Unbelievable(f"what {header} says is none of the roles {ROLES}")
        if role is not None:
            return role
        return user.role if user is not None else Role(self._settings.role)


def peer_of(scope: Scope) -> str:
    """Return the address that is connected, empty where it is none of IP."""
    return str((scope.get("client") or ("",))[0])


def _only(values: Sequence[str], header: str) -> str:
    """Return what a header says; a second one may have been put in by whoever asks."""
    if len(values) > 1:
        raise Unbelievable(f"{header} comes twice: the proxy has to replace what a browser sends")
    return values[0].strip() if values else ""
