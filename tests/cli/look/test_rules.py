"""rules: what is held against the readings and traps, and with a running agent how much of it is true."""

from __future__ import annotations

import json
import time

from tests.patience import PATIENCE_SECONDS


def rows(result) -> dict[str, dict[str, object]]:
    assert result.exit_code == 0
    return {str(row["rule"]): row for row in json.loads(result.stdout)}


def alive(row: dict[str, object]) -> tuple[int, int]:
    return int(str(row["pending"])), int(str(row["firing"]))


def test_without_an_agent_the_rules_are_listed_without_counts(netwatch, config):
    found = netwatch("rules", "-c", config, "--json")

    assert "no agent answers" in found.stderr
    down = rows(found)["InterfaceDown"]
    assert (down["kind"], down["looks_at"], down["severity"]) == ("reading", "interface", "warning or critical")
    assert (down["pending"], down["firing"]) == (None, None)
    assert str(down["file"]).endswith(".yaml")
    assert rows(found)["LinkDown"]["kind"] == "trap"


def test_the_agent_says_how_many_alerts_a_rule_has(netwatch, agent):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while sum(alive(rows(netwatch("rules", "-c", agent, "--json"))["DeviceDown"])) == 0:
        assert time.monotonic() < deadline
    found = netwatch("rules", "-c", agent, "--json")

    assert found.stderr == ""
    assert sum(alive(rows(found)["DeviceDown"])) == 1  # the device that is gone
    assert alive(rows(found)["StorageFull"]) == (0, 0)


def test_rules_that_cannot_be_used_end_with_78(netwatch, config):
    (config.parent / "mine.yaml").write_text("rules: [{alert: Odd, expr: 'noSuchColumn > 1'}]\n")
    config.write_text(f"{config.read_text()}rules: {{paths: [mine.yaml]}}\n")

    found = netwatch("rules", "-c", config)

    assert found.exit_code == 78
    assert "mine.yaml" in found.stderr


def test_people_get_a_table(netwatch, config):
    found = netwatch("rules", "-c", config)

    for word in ("Rules", "InterfaceDown", "critical", "interface"):
        assert word in found.stdout
