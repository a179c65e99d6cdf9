"""net-snmp's snmptrap and snmpinform, and the same datagrams as bytes, to be sent by somebody else."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.patience import PATIENCE_SECONDS

IF_TABLE = ".1.3.6.1.2.1.2.2.1"
LINK_DOWN, LINK_UP = ".1.3.6.1.6.3.1.1.5.3", ".1.3.6.1.6.3.1.1.5.4"
AUTH_WORD, PRIVACY_WORD = "authentic-word", "intimate-word"


def link(index: int, oper_status: int) -> list[str]:
    """Return the varbinds of linkDown and linkUp of a port that is switched on."""
    columns = {1: index, 7: 1, 8: oper_status}
    return [word for column, value in columns.items() for word in (f"{IF_TABLE}.{column}.{index}", "i", str(value))]


def linked(index: int, *, up: bool, version: str = "2c") -> list[str]:
    """Return linkDown or linkUp as snmptrap takes it behind the address."""
    head = [".1.3.6.1.4.1.32473.9", "127.0.0.1", "3" if up else "2", "0", "1"]
    return [*(head if version == "1" else ["1", LINK_UP if up else LINK_DOWN]), *link(index, 1 if up else 2)]


def v3(user: str, auth: str = "", privacy: str = "") -> list[str]:
    """Return the options of a user, at the level its protocols make."""
    level = "authPriv" if privacy else "authNoPriv" if auth else "noAuthNoPriv"
    signed = ["-a", auth, "-A", AUTH_WORD] if auth else []
    return ["-v", "3", "-u", user, "-l", level, *signed, *(["-x", privacy, "-X", PRIVACY_WORD] if privacy else [])]


def sender(tool: str, options: Sequence[str], port: int, words: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Run snmptrap or snmpinform, with a state directory of its own: those that share one spoil each other's."""
    if shutil.which(tool) is None:
        pytest.skip("net-snmp's tools are not installed (Debian package: snmp)")
    command = [tool, *options, f"127.0.0.1:{port}", *words]
    with TemporaryDirectory(prefix="netwatch-sender-") as state:
        environment = {**os.environ, "MIBS": "", "SNMP_PERSISTENT_DIR": str(Path(state) / "net-snmp")}
        return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_SECONDS, env=environment)


def trap(options: Sequence[str], port: int, words: Sequence[str]) -> None:
    """Send a trap, which nobody answers."""
    done = sender("snmptrap", options, port, words)
    assert done.returncode == 0, done.stderr


def recorded(options: Sequence[str], words: Sequence[str]) -> bytes:
    """Return the datagram that snmptrap sends."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as tap:
        tap.bind(("127.0.0.1", 0))
        tap.settimeout(PATIENCE_SECONDS)
        trap(options, tap.getsockname()[1], words)
        return tap.recv(65535)


def send(datagram: bytes, port: int, source: str = "127.0.0.1") -> None:
    """Send a datagram from an address of loopback."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.bind((source, 0))
        udp.sendto(datagram, ("127.0.0.1", port))


def protocols() -> tuple[list[str], list[str]]:
    """Return the auth and the privacy protocols this net-snmp was built with, as its help names them."""
    said = sender("snmpinform", ["-h"], 1, []).stderr
    auth, privacy = (re.search(rf"^ +-{letter} PROTOCOL.*\((.+)\)", said, re.MULTILINE) for letter in "ax")
    assert auth, said
    assert privacy, said
    return auth[1].split("|"), privacy[1].split("|")
