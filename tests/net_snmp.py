"""net-snmp's own tools, and what they print, as things to compare with."""

from __future__ import annotations

import os
import re
import shutil
import subprocess

import pytest

from tests.patience import PATIENCE_SECONDS

LOGINS = {
    "v1": ["-v", "1", "-c", "public"],
    "v2c": ["-v", "2c", "-c", "public"],
    "v3": [
        "-v", "3", "-l", "authPriv", "-u", "sha256aes",
        "-a", "SHA-256", "-A", "authpass-256", "-x", "AES", "-X", "privpass-256",
    ],
}  # fmt: skip
"""Flags as net-snmp knows them; netwatch get and walk take the same."""
FIRST_LINE = re.compile(r"^(\.[0-9.]+)(?: =)?(?: |$)")
"""Where a value begins, in full and in short (-Oq): whatever begins otherwise is more of the value before."""


def printed_by(tool: str, login: str, port: int, *oids: str, options: tuple[str, ...] = ("-On",)) -> str:
    """Return what a tool prints, names left numeric."""
    if shutil.which(tool) is None:
        pytest.skip("net-snmp's tools are not installed (Debian package: snmp)")
    command = [tool, *LOGINS[login], *options, f"127.0.0.1:{port}", *oids]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=PATIENCE_SECONDS, env={**os.environ, "MIBS": ""}
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def by_oid(text: str) -> dict[str, str]:
    """Return what is printed behind each OID; a value of several lines is one value.

    Long octets are printed in lines of 16 bytes, and a text as it is: what a process was started with
    (hrSWRunParameters) holds line feeds on a machine where somebody runs a script of several lines.
    """
    values: dict[str, str] = {}
    oid = ""
    for line in text.splitlines():
        if begin := FIRST_LINE.match(line):
            oid = begin[1]
            values[oid] = line[begin.end() :]
        elif oid:
            values[oid] += f"\n{line}"
    return values
