"""Nothing else runs the benches in a test run: what they use of the house must be there still, and they must run."""

from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench.fleet import growth
from tests.bench.shortly import SMALL, smaller

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


@pytest.mark.parametrize("name", sorted(SMALL))
def test_what_is_made_small_of_a_bench_for_a_short_run_is_in_it(name):
    text = (BENCH / f"{name}.py").read_text()

    assert smaller(text, SMALL[name]) != text


def test_a_bench_without_such_a_number_is_no_bench_that_is_short():
    assert smaller("A, B = 1, 2\n", {"B": "7"}) == "A, B = 1, 2\nB = 7\n"
    with pytest.raises(LookupError, match="no constant C"):
        smaller("A, B = 1, 2\n", {"C": "7"})


def test_a_soak_says_how_much_more_memory_there_is_in_an_hour():
    assert growth([(600.0 + step, 300.0 + step / 3600) for step in range(0, 600, 10)]) == pytest.approx(1.0)
    assert growth([(0.0, 300.0), (10.0, 300.0)]) == 0.0
    assert math.isnan(growth([(0.0, 300.0)]))
