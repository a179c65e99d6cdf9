"""How near the process is to what the system lets it have, under real limits."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

from netwatch.app.health.limits import descriptors
from tests.patience import PATIENCE_SECONDS

UNDER_LIMITS = """
import os, resource
from netwatch.app.health.limits import descriptors, memory

used = descriptors().used
resource.setrlimit(resource.RLIMIT_NOFILE, (used + 10, used + 10))
assert descriptors().limit == used + 10
held = []
try:
    while True:
        held.append(os.open("/dev/null", os.O_RDONLY))
except OSError:
    pass
print("ratio without any left", descriptors().ratio)
for one in held:
    os.close(one)
size = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (size * 2, size * 2))
print("memory", 0.4 < memory().ratio < 0.6)
"""


def test_descriptors_are_counted_and_without_any_left_all_are_used():
    done = subprocess.run(
        [sys.executable, "-c", UNDER_LIMITS], capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False,
        cwd=Path(__file__).parents[3],
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["ratio without any left 1.0", "memory True"]


def test_one_more_open_file_is_one_more():
    before = descriptors()
    with Path("/dev/null").open():
        assert descriptors().used == before.used + 1
    assert before.limit == resource.getrlimit(resource.RLIMIT_NOFILE)[0]
