"""Traps that no rule names: a file of `traps.profiles` makes alerts of them, and their counterparts end these."""

from __future__ import annotations

from typing import Any

import pytest

from .agent import RunningAgent
from .trap_senders import trap

BASE = ".1.3.6.1.4.1.32473.77"
PROFILE = """\
vendor: example
varbinds:
  pumpState:
    oid: 1.3.6.1.4.1.32473.77.1.1.2
    type: INTEGER
    enum:
      "1": turning
      "2": stuck
  pumpPlace:
    oid: 1.3.6.1.4.1.32473.77.1.1.3
    type: OctetString
traps:
  - oid: 1.3.6.1.4.1.32473.77.0.1
    name: EXAMPLE-PUMP-MIB::pumpFailed
    category: diagnostic
    severity: err
    description: 'Pump in {{value "pumpPlace"}} on {{hostname}} is {{value "pumpState"}}.'
    varbinds:
      - pumpState
      - pumpPlace
  - oid: 1.3.6.1.4.1.32473.77.0.2
    name: EXAMPLE-PUMP-MIB::pumpRecovered
    category: diagnostic
    severity: info
    description: Pump turns again on {{hostname}}.
    varbinds:
      - pumpState
      - pumpPlace
  - oid: 1.3.6.1.4.1.32473.77.0.3
    name: EXAMPLE-PUMP-MIB::pumpOiled
    category: diagnostic
    severity: info
    description: Pump was oiled on {{hostname}}.
    varbinds:
      - pumpPlace
  - oid: 1.3.6.1.4.1.32473.77.0.4
    name: EXAMPLE-PUMP-MIB::filterDirty
    category: diagnostic
    severity: warning
    description: Filter of the pump in {{value "pumpPlace"}} wants cleaning.
    varbinds:
      - pumpPlace
"""
BROKEN = "vendor: example\ntraps:\n\t- oid: 1.3.6.1.4.1.32473.78.0.1\n"
ENTRY_BROKEN = """\
traps:
  - oid: 1.3.6.1.4.1.32473.79.0.1
    name: EXAMPLE-FAN-MIB::fanFailed
    severity: err
    description: 'a quotation without end
"""
CONFIG = """
credentials: {{usual: {{version: 2c, community: public}}}}
devices: [{{name: pump-house, address: 127.0.0.1, port: 9, credential: usual}}]
polling: {{interval: 2s, reachability_interval: 1s, timeout: 500ms}}
traps: {{listen: ["127.0.0.1:{traps}"], communities: [secret-word], profiles: ["{profiles}"]}}
rules: {{paths: [builtin]}}
web: {{listen: "127.0.0.1:{{port}}"}}
store: {{url: "sqlite:///{{state}}"}}
"""


@pytest.fixture
def netwatch(agent, udp_port, tmp_path) -> RunningAgent:
    folder = tmp_path / "trap-profiles"
    folder.mkdir()
    (folder / "a-broken.yaml").write_text(BROKEN)
    (folder / "no-profile.yaml").write_text("just: this\n")
    (folder / "only-an-entry-broken.yaml").write_text(ENTRY_BROKEN)
    (folder / "pumps.yaml").write_text(PROFILE)
    running: RunningAgent = agent(CONFIG.format(traps=udp_port, profiles=folder))
    running.start()
    running.wait_until_ready()
    return running


def told(number: int, *, row: int, state: int, place: str = "cellar 2") -> list[str]:
    """Return one trap of a pump as snmptrap takes it behind the address."""
    column = f"{BASE}.1.1"
    return ["1", f"{BASE}.0.{number}", f"{column}.2.{row}", "i", str(state), f"{column}.3.{row}", "s", place]


def alarms(netwatch: RunningAgent, state: str) -> list[dict[str, Any]]:
    return netwatch.json(f"/api/v1/alerts?rule=TrapAlarm&state={state}")


def test_a_trap_that_a_profile_calls_an_error_is_an_alert_till_its_counterpart_comes(netwatch, udp_port, until):
    def say(number: int, row: int, state: int) -> None:
        trap(["-v", "2c", "-c", "secret-word"], udp_port, told(number, row=row, state=state))

    say(1, 4, 2)
    (failed,) = until(lambda: alarms(netwatch, "firing"), "the alert of the pump")
    assert failed["severity"] == "critical"
    assert failed["device"] == "pump-house"
    assert failed["summary"] == "pump-house: Pump in cellar 2 on pump-house is stuck."
    assert failed["instance"] == "trap=EXAMPLE-PUMP-MIB::pumpFailed,row=4"

    say(2, 5, 1)  # another pump's end is not this one's
    say(3, 4, 1)  # mere news
    say(4, 4, 1)
    both = until(lambda: len(found := alarms(netwatch, "firing")) == 2 and found, "the alert of the filter")
    assert {one["severity"]: one["summary"] for one in both} == {
        "critical": failed["summary"],
        "warning": "pump-house: Filter of the pump in cellar 2 wants cleaning.",
    }

    say(2, 4, 1)
    (ended,) = until(lambda: alarms(netwatch, "resolved"), "its end")
    assert ended["instance"] == failed["instance"]
    assert [one["severity"] for one in alarms(netwatch, "firing")] == ["warning"]
    assert len(netwatch.json("/api/v1/traps?limit=1000")) == 5


def test_broken_profiles_are_told_with_file_and_line_and_the_others_still_work(netwatch, udp_port, until):
    log = netwatch.log.read_text()
    assert "no-profile.yaml:1:1" in log
    assert "a-broken.yaml:3:1" in log

    trap(["-v", "2c", "-c", "secret-word"], udp_port, ["1", ".1.3.6.1.4.1.32473.79.0.1"])
    until(
        lambda: "only-an-entry-broken.yaml:" in netwatch.log.read_text(errors="replace"),
        "what is told of it when it is opened",
    )
    trap(["-v", "2c", "-c", "secret-word"], udp_port, told(1, row=4, state=2))
    assert until(lambda: alarms(netwatch, "firing"), "the alert of the pump")
