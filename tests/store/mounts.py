"""Runs a script where it may mount what it likes: a user and mount namespace of its own, gone with the process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

UNSHARE = ("unshare", "--user", "--map-root-user", "--mount")


def run_with_mounts(script: str, *arguments: object) -> str:
    """Return what the script printed; skips, loudly, where this system lets nobody mount."""
    try:
        probe = subprocess.run([*UNSHARE, "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True, check=False)
    except FileNotFoundError:
        pytest.skip("no unshare here, so a full or a read-only disk cannot be made for the test")
    if probe.returncode:
        pytest.skip(f"no private mounts here, so no full or read-only disk: {probe.stderr.decode().strip()}")
    done = subprocess.run(
        [*UNSHARE, sys.executable, "-c", script, *map(str, arguments)],
        capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
