"""docs/metrics.md: it names every family there is, and its rules are Prometheus's."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from netwatch.metrics.concept_families import MEASURED, family_name
from netwatch.model import CONCEPTS, LINKS, QUANTITIES, STATES, ColumnKind
from tests.patience import PATIENCE_SECONDS

TEXT = (Path(__file__).parent.parent / "docs" / "metrics.md").read_text(encoding="utf-8")
(RULES,) = re.findall(r"^```yaml\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
ROWS = dict(re.findall(r"^\| `([a-zA-Z_ ]+)` \| (.*) \|$", TEXT, re.MULTILINE))
CONCEPTS_SHOWN = [concept for concept in CONCEPTS.values() if not concept.is_fact and concept.name != MEASURED]


@pytest.mark.parametrize("concept", CONCEPTS_SHOWN, ids=lambda concept: concept.name)
def test_every_family_of_a_concept_stands_beside_its_labels(concept):
    families = [family_name(name) for name, kind in concept.columns.items() if kind is not ColumnKind.TEXT]

    told = re.findall(
        r"`(netwatch_\w+)`", ROWS[" ".join(name for name in concept.labels if name not in concept.learned)]
    )
    assert sorted(told) == sorted(families)


def test_every_quantity_is_named_and_the_limits_of_one_in_full():
    columns = CONCEPTS[MEASURED].columns
    limits = [name for name, kind in columns.items() if kind is ColumnKind.GAUGE]
    states = [name for name, kind in columns.items() if kind is ColumnKind.ENUM]

    assert [
        quantity for quantity in QUANTITIES if quantity not in re.split(r"\W+", TEXT) and quantity != "count"
    ] == []
    assert [name for name in states if f"`{family_name(name)}`" not in TEXT] == []
    assert [name for name in limits if f"`{family_name(name, 'celsius')}`" not in TEXT] == []


def test_the_numbers_of_states_are_those_of_the_code():
    for words in (STATES, LINKS):
        assert ", ".join(f"{number} {word}" for number, word in words.items()) in TEXT


def test_the_rules_are_taken_by_promtool_and_name_families_that_there_are(tmp_path):
    every = {
        family_name(name, quantity)
        for concept in CONCEPTS.values()
        for name in concept.columns
        for quantity in ("", *QUANTITIES)
    }
    assert set(re.findall(r"netwatch_\w+", RULES)) <= every | {"netwatch_device_info", "netwatch_interface_info"}
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed (Debian package: prometheus)")
    file = tmp_path / "rules.yaml"
    file.write_text(RULES)
    done = subprocess.run(
        [promtool, "check", "rules", file], capture_output=True, text=True, timeout=PATIENCE_SECONDS
    )
    assert done.returncode == 0, done.stderr
