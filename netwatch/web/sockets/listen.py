"""Reads an address to listen on: `127.0.0.1:10916`, `[::1]:10916`, `:10916` for every address of the machine.

May import: nothing. Called by: netwatch.web.settings, netwatch.web.server.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ListenAddress:
    """An IP address and a port; an empty `host` means all addresses, port 0 any free port."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def is_loopback(self) -> bool:
        """Return whether only this machine can reach it."""
        return bool(self.host) and ipaddress.ip_address(self.host).is_loopback


def parse_listen(text: str) -> ListenAddress:
    """Read host and port; `localhost` is 127.0.0.1, other names are not looked up.

    Raises:
        ValueError: the text is no such address; says what one looks like.
    """
    host, colon, port = text.strip().rpartition(":")
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    bare = "127.0.0.1" if bare == "localhost" else bare
    if not colon or not _is_port(port) or not _is_host(bare, bracketed=bare != host):
        raise ValueError(f"{text!r} is not an address to listen on, such as 127.0.0.1:10916, [::1]:10916 or :10916")
    return ListenAddress(host=bare, port=int(port))


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdigit() and int(text) <= 65535


def _is_host(text: str, *, bracketed: bool) -> bool:
    if not text:
        return not bracketed
    try:
        return (ipaddress.ip_address(text).version == 6) == bracketed or text == "127.0.0.1"
    except ValueError:
        return False
