"""Descriptors kept back for mail are there when the process has none left, and come back afterwards."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from netwatch.notify.smtp.spares import Spares
from tests.patience import PATIENCE_SECONDS

WITHOUT_ANY = """
import os, resource
from netwatch.notify.smtp.spares import Spares

spares = Spares(4)
spares.hold()
assert not spares.are_needed()
used = len(os.listdir("/proc/self/fd"))
resource.setrlimit(resource.RLIMIT_NOFILE, (used + 5, used + 5))
held = []
try:
    while True:
        held.append(os.open("/dev/null", os.O_RDONLY))
except OSError:
    pass
assert spares.are_needed()
with spares.lent():
    lent = [os.open("/dev/null", os.O_RDONLY) for _ in range(4)]
    assert not spares.are_needed()
    os.close(lent.pop())
    os.close(lent.pop())
assert spares.are_needed()
for one in held:
    os.close(one)
spares.hold()
assert not spares.are_needed()
spares.close()
print("well")
"""


def test_they_are_given_free_when_there_are_no_others_and_taken_back():
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_ANY], capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False,
        cwd=Path(__file__).parents[3],
    )  # fmt: skip

    assert (done.returncode, done.stdout) == (0, "well\n"), done.stderr


def test_who_holds_none_has_none_to_lend():
    assert not Spares(0).are_needed()
