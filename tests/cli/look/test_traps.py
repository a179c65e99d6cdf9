"""`netwatch traps` prints the trap log, and follows it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from netwatch.cli.look.traps import traps_app
from netwatch.cli.screen import out
from netwatch.model import Oid, Transaction, TrapEvent, Varbind
from netwatch.store import Store, StoreSettings
from netwatch.traps.refusal import RefusedList
from tests.patience import PATIENCE_SECONDS

NASTY = "\x1b[31mred\x1b[0m \u202e [bold]x[/bold]\r\nsecond line"
LINK_DOWN = Oid((1, 3, 6, 1, 6, 3, 1, 1, 5, 3))
Run = Callable[..., Result]


def trap(**fields: object) -> TrapEvent:
    varbinds = (
        Varbind(oid=Oid((1, 3, 6, 1, 2, 1, 2, 2, 1, 8, 3)), tag=2, value=2),
        Varbind(oid=Oid((1, 3, 6, 1, 2, 1, 2, 2, 1, 2, 3)), tag=4, value=NASTY.encode()),
    )
    given = {"at": datetime(2026, 3, 1, tzinfo=UTC), "source": "192.0.2.1", "device": "sw1", "version": "2c"}
    return TrapEvent(**{**given, "trap_oid": LINK_DOWN, "varbinds": varbinds, **fields})  # type: ignore[arg-type]


def kept(path: Path, *events: TrapEvent) -> None:
    async def keep() -> None:
        store = Store(StoreSettings(url=f"sqlite:///{path}"))
        await store.start()
        await store.commit(Transaction(traps=events))
        await store.stop()

    asyncio.run(keep())


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "netwatch.yaml"
    path.write_text('store: {url: "sqlite:///netwatch.db"}\nweb: {listen: "127.0.0.1:1"}\n')  # where nobody answers
    kept(
        tmp_path / "netwatch.db", trap(count=41), trap(device="", source="192.0.2.77", trap_oid=Oid((1, 3, 6, 1, 4)))
    )
    return path


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, config: Path) -> Run:
    monkeypatch.setattr(out, "width", 300)
    return lambda *arguments: CliRunner().invoke(traps_app, ["-c", str(config), *arguments])


def test_traps_are_printed_newest_first_in_names(run):
    result = run()

    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert lines[0].split() == ["Traps"]
    assert "192.0.2.77" in lines[-2]
    assert "sw1 (192.0.2.1)" in lines[-1]
    assert "IF-MIB::linkDown" in lines[-1]
    assert "41" in lines[-1]
    assert "IF-MIB::ifOperStatus.3 = down(2)" in lines[-1]


def test_numbers_stay_numbers_where_asked_for(run):
    assert "1.3.6.1.6.3.1.1.5.3" in run("--numeric").output


def test_one_device_one_source_and_a_limit(run):
    assert "192.0.2.77" not in run("--device", "sw1").output
    assert "sw1" not in run("--source", "192.0.2.77").output
    assert "sw1" not in run("--limit", "1").output
    assert run("--device", "nobody").output == "Traps: none was received yet\n"


def test_json_holds_the_same_flat_objects_as_the_api(run):
    (first, second) = json.loads(run("--json").output)

    assert first["source"] == "192.0.2.77"
    assert {key: second[key] for key in ("at", "device", "trap", "trap_oid", "count", "repeated")} == {
        "at": "2026-03-01T00:00:00.000Z", "device": "sw1", "trap": "IF-MIB::linkDown",
        "trap_oid": "1.3.6.1.6.3.1.1.5.3", "count": 41, "repeated": False,
    }  # fmt: skip
    assert second["varbinds"][0] == {
        "name": "IF-MIB::ifOperStatus.3", "oid": "1.3.6.1.2.1.2.2.1.8.3", "type": "INTEGER", "value": 2,
        "text": "down(2)",
    }  # fmt: skip
    assert bytes.fromhex(second["varbinds"][1]["value"]) == NASTY.encode()


RULES = """
rules:
  - alert: PortDown
    on_trap: 1.3.6.1.6.3.1.1.5.3
    key: [ifIndex]
    labels: {severity: critical}
    annotations: {summary: "port {{ ifIndex }} of {{ device }} is down"}
    varbinds: {ifIndex: 1.3.6.1.2.1.2.2.1.1, oper: 1.3.6.1.2.1.2.2.1.8}
  - alert: Choosy
    on_trap: 1.3.6.1.6.3.1.1.5.3
    expr: oper == 7
    varbinds: {oper: 1.3.6.1.2.1.2.2.1.8}
  - {alert: Rest, on_trap: any}
"""


def test_what_rules_would_say_of_a_kept_trap_is_printed_and_written_nowhere(run, tmp_path):
    rules = tmp_path / "try.yaml"
    rules.write_text(RULES)

    (of_port, choosy) = json.loads(run("replay", "1", "--rules", str(rules), "--json").output)

    assert (of_port["rule"], of_port["outcome"], of_port["key"]) == ("PortDown", "begins", "ifIndex=3")
    assert of_port["labels"]["severity"] == "critical"
    assert of_port["annotations"]["summary"] == "port 3 of sw1 is down"
    assert (choosy["outcome"], choosy["says"]) == ("nothing", "looks at it and says no")
    assert "Nothing was written" in run("replay", "1", "--rules", str(rules)).output


KNOWN_ALARM = """
rules:
  - alert: KnownAlarm
    on_trap: defined
    key: [trap, row]
    labels: {severity: {from: trap_severity, map: {critical: critical}, default: warning}}
    annotations: {summary: "{{ trap_message }}"}
"""
TRAP_PROFILE = """\
traps:
  - oid: 1.3.6.1.4.1.32473.77.0.1
    name: EXAMPLE-PUMP-MIB::pumpFailed
    severity: err
    description: Pump of {{hostname}} is stuck.
"""


def test_replay_and_unmatched_know_what_the_trap_profiles_of_the_configuration_say(run, tmp_path, config):
    kept(tmp_path / "netwatch.db", trap(trap_oid=Oid((1, 3, 6, 1, 4, 1, 32473, 77, 0, 1)), varbinds=()))
    (tmp_path / "rules.yaml").write_text(KNOWN_ALARM)
    config.write_text(f"{config.read_text()}\nrules: {{paths: [rules.yaml]}}\n")
    assert run("replay", "3").exit_code == 1
    assert "77.0.1" in run("--unmatched").output
    (tmp_path / "profiles").mkdir()
    (tmp_path / "profiles" / "pumps.yaml").write_text(TRAP_PROFILE)
    (tmp_path / "profiles" / "odd.yaml").write_text("just: this\n")
    config.write_text(f"{config.read_text()}\ntraps: {{profiles: [profiles]}}\n")

    replayed = run("replay", "3", "--json")

    (said,) = json.loads(replayed.stdout)
    assert (said["rule"], said["outcome"], said["labels"]["severity"]) == ("KnownAlarm", "begins", "critical")
    assert said["annotations"]["summary"] == "Pump of sw1 is stuck."
    assert "odd.yaml:1:1" in replayed.stderr
    assert "77.0.1" not in run("--unmatched").stdout


def test_a_trap_that_means_nothing_to_any_rule_is_exit_code_1_and_one_that_is_not_there_too(run, tmp_path):
    rules = tmp_path / "try.yaml"
    rules.write_text("rules: []")

    assert run("replay", "1", "--rules", str(rules)).exit_code == 1
    assert "there is no trap 99 in the log" in run("replay", "99").output


def test_the_kinds_that_no_rule_takes_are_told_with_an_example(run, tmp_path, config):
    (tmp_path / "rules.yaml").write_text("rules: [{alert: Rest, on_trap: any}]")
    config.write_text(f"{config.read_text()}\nrules: {{paths: [rules.yaml]}}\n")

    (kind, _) = json.loads(run("--unmatched", "--json").output)

    assert {name: kind[name] for name in ("trap", "count", "senders", "example", "taken_by_any")} == {
        "trap": "IF-MIB::linkDown", "count": 41, "senders": "sw1", "example": 1, "taken_by_any": True,
    }  # fmt: skip


def test_without_an_agent_the_database_tells_who_was_turned_away(run, tmp_path):
    listed = RefusedList()
    for _ in range(3):
        listed.note("192.0.2.66", "wrong_source", "", datetime(2026, 3, 1, tzinfo=UTC))

    async def keep() -> None:
        store = Store(StoreSettings(url=f"sqlite:///{tmp_path / 'netwatch.db'}"))
        await store.start()
        await store.commit(Transaction(memories=(listed.to_remember(),)))
        await store.stop()

    asyncio.run(keep())

    output = run("--refused").output
    assert "192.0.2.66  3 times" in output
    assert "traps: {allow: [192.0.2.66/32]}" in output
    assert "no agent answers" in output


@pytest.mark.parametrize("options", [(), ("--json",), ("--numeric",)])
def test_no_control_character_of_a_device_reaches_the_terminal(run, options):
    output = run(*options).output

    assert not any(character in output for character in ("\x1b", "\u202e", "\r", "\nsecond"))


def test_without_a_database_it_says_so(tmp_path, run, config):
    (tmp_path / "netwatch.db").unlink()

    result = run()

    assert result.exit_code == 1


@pytest.mark.parametrize("options", [["--json"], ["--numeric"]])
def test_the_log_is_followed_until_ctrl_c(config, options):
    script = "from netwatch.cli.look.traps import traps_app; traps_app()"
    command = [
        sys.executable,
        "-c",
        script,
        "-c",
        str(config),
        "--follow",
        "--limit",
        "1",
        "--device",
        "sw1",
        *options,
    ]
    environment = os.environ | {"PYTHONUNBUFFERED": "1", "COLUMNS": "300"}
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as follower,
        contextlib.ExitStack() as at_the_end,
    ):
        at_the_end.callback(follower.kill)  # or a failure would wait for it for ever
        assert follower.stdout is not None
        first = follower.stdout.readline()
        kept(config.parent / "netwatch.db", trap(count=5), trap(count=6, device="other"), trap(count=7))
        second, third = follower.stdout.readline(), follower.stdout.readline()
        follower.send_signal(signal.SIGINT)
        rest = follower.stdout.read()
        follower.wait(PATIENCE_SECONDS)

    assert follower.returncode == 0
    assert rest == ""
    lines = (first, second, third)
    if options == ["--json"]:
        assert [json.loads(line)["count"] for line in lines] == [41, 5, 7]
    else:
        for line, times in zip(lines, ("41 times", "5 times", "7 times"), strict=True):
            assert "sw1 (192.0.2.1) 1.3.6.1.6.3.1.1.5.3" in line
            assert times in line
            assert "\x1b" not in line
