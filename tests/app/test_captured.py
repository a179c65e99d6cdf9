"""Captures of a device are played as polls, and a rule is held against them by the real engine."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from netwatch.app import backtested_on_captures
from netwatch.config import load_settings
from netwatch.errors import ConfigError
from netwatch.model import Credential, Device
from netwatch.profiles import load_library
from netwatch.rules import Exceptions, parse_rules
from tests.cli.look.history_at_hand import CONFIG

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DEVICE = Device(
    name="probe", address="127.0.0.1", credential=Credential(name="c", version="2c", community=SecretStr("x"))
)
RULES = """
rules:
  - {alert: PortDown, expr: "interface_oper == 'down' and interface_admin == 'up'", for: 5m}
  - {alert: Busy, expr: "interface_in_bits_per_second > 5e8"}
  - {alert: Octets, expr: "rate(ifHCInOctets) * 8 > 5e8"}
"""


@pytest.fixture(scope="session")
def library():
    return load_library([])


def capture(path: Path, *, ticks: int, octets: int = 0, oper: int = 1) -> Path:
    """Write the walk of a device with one port."""
    lines = [
        "1.3.6.1.2.1.1.1.0|4|a switch", "1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.32473.1", f"1.3.6.1.2.1.1.3.0|67|{ticks}",
        "1.3.6.1.2.1.2.2.1.1.1|2|1", "1.3.6.1.2.1.2.2.1.2.1|4|Gi1", "1.3.6.1.2.1.2.2.1.3.1|2|6",
        "1.3.6.1.2.1.2.2.1.7.1|2|1", f"1.3.6.1.2.1.2.2.1.8.1|2|{oper}", "1.3.6.1.2.1.31.1.1.1.1.1|4|Gi1",
        f"1.3.6.1.2.1.31.1.1.1.6.1|70|{octets}", "1.3.6.1.2.1.31.1.1.1.10.1|70|0",
        "1.3.6.1.2.1.31.1.1.1.15.1|66|1000",
    ]  # fmt: skip
    path.write_text("\n".join(lines) + "\n")
    return path


async def outcome_of(tmp_path, library, name, captures, lasting=8 * MINUTE):
    (tmp_path / "netwatch.yaml").write_text(CONFIG)
    (tmp_path / "rules.yaml").write_text(RULES)
    rules = {rule.name: rule for rule in parse_rules(RULES, "rules.yaml", library.schema())}
    return await backtested_on_captures(
        load_settings(tmp_path / "netwatch.yaml"), rules[name], DEVICE, captures, library,
        exceptions=Exceptions(), until=NOW, lasting=lasting,
    )  # fmt: skip


async def test_a_single_capture_stands_still_for_as_long_as_it_is_played(tmp_path, library):
    one = capture(tmp_path / "one.snmprec", ticks=1000, oper=2)

    outcome = await outcome_of(tmp_path, library, "PortDown", [one])

    (alert,) = outcome.alerts
    assert (alert.key.device, alert.key.instance) == ("probe", "ifName=Gi1")
    assert alert.firing_at - alert.pending_at == 5 * MINUTE
    assert (outcome.readings, outcome.messages) == (8, 1)
    assert outcome.since == NOW - 8 * MINUTE


@pytest.mark.parametrize("rule", ["Busy", "Octets"])
async def test_of_several_each_is_a_poll_and_their_uptimes_say_how_far_apart_they_are(tmp_path, library, rule):
    first = capture(tmp_path / "1.snmprec", ticks=100_000)
    second = capture(tmp_path / "2.snmprec", ticks=130_000, octets=300 * 75_000_000)  # five minutes of 600 Mbit/s
    third = capture(tmp_path / "3.snmprec", ticks=136_000, octets=300 * 75_000_000 + 1)

    outcome = await outcome_of(tmp_path, library, rule, [first, second, third])

    (alert,) = outcome.alerts
    assert (alert.firing_at, alert.resolved_at) == (NOW - MINUTE, NOW)
    assert outcome.readings == 3
    assert outcome.since == NOW - 6 * MINUTE


async def test_what_is_no_capture_is_said(tmp_path, library):
    (tmp_path / "no.snmprec").write_text("hello\n")

    with pytest.raises(ConfigError, match="is no capture"):
        await outcome_of(tmp_path, library, "Busy", [tmp_path / "no.snmprec"])
    with pytest.raises(ConfigError, match="cannot be read"):
        await outcome_of(tmp_path, library, "Busy", [tmp_path / "none.snmprec"])
