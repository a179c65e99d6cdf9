"""Nothing else runs the benches in a test run: what they use of the house must be there still."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

BENCH = Path(__file__).parent / "bench"
IMPORT_ALL = """
import importlib, sys
from pathlib import Path
sys.path[:0] = [{bench!r}, {house!r}]
for file in sorted(Path({bench!r}).glob("*.py")):
    try:
        importlib.import_module(file.stem)
    except Exception as exc:
        print(f"{{file.name}}: {{type(exc).__name__}}: {{exc}}")
"""


def test_every_bench_finds_what_it_uses():
    program = IMPORT_ALL.format(bench=str(BENCH), house=str(BENCH.parents[1]))

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout == ""
