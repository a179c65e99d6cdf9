"""set shows, asks, sets, reads back and leaves a line in the event log; here on a real net-snmp agent."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import pwd
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from netwatch.cli.ask.set import set_
from netwatch.model import Event
from netwatch.store import Store, StoreReader, StoreSettings
from tests.patience import PATIENCE_SECONDS

CALLED = "SNMPv2-MIB::sysLocation.0"
LOCATION, NAME = "1.3.6.1.2.1.1.6.0", "1.3.6.1.2.1.1.5.0"
WRITABLE = "rwcommunity wr1te-community\ncreateUser writer SHA-256 authpass-w AES privpass-w\nrwuser writer priv"
USER = ["-v", "3", "-u", "writer", "-a", "SHA-256", "-A", "authpass-w", "-x", "AES", "-X", "privpass-w"]
ME = pwd.getpwuid(os.getuid()).pw_name

app = typer.Typer()
app.command("set")(set_)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Result]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / "cli-mib-cache"))
    monkeypatch.delenv("NETWATCH_CONFIG", raising=False)
    monkeypatch.delenv("SUDO_USER", raising=False)
    return lambda *words: CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture
def port(snmpd) -> int:
    return snmpd(WRITABLE).port


@pytest.fixture
def config(tmp_path: Path, port: int) -> Path:
    path = tmp_path / "netwatch.yaml"
    path.write_text(f"""
credentials:
  read: {{version: 2c, community: public}}
  write: {{version: 2c, community: wr1te-community}}
defaults: {{credential: read}}
devices:
  - {{name: box, address: 127.0.0.1, port: {port}, write_credential: write, timeout: 1s}}
  - {{name: guarded, address: 127.0.0.1, port: {port}}}
  - {{name: gone, address: 127.0.0.1, port: 9, write_credential: write, timeout: 50ms, retries: 0}}
store: {{url: "sqlite:///netwatch.db"}}
""")
    return path


@pytest.fixture
def events(config: Path) -> Callable[[], list[Event]]:
    """Make the agent's database, and return what reads its event log."""
    settings = StoreSettings(url=f"sqlite:///{config.parent / 'netwatch.db'}")

    async def made() -> None:
        store = Store(settings)
        await store.start()
        await store.stop()

    async def read() -> list[Event]:
        reader = StoreReader(settings)
        await reader.start()
        try:
            return await reader.events()
        finally:
            await reader.stop()

    asyncio.run(made())
    return lambda: asyncio.run(read())


def test_a_value_is_shown_set_read_back_and_written_down(run, config, events):
    first = run("box", LOCATION, "rack 7", "--config", config, "--yes")
    second = run("box", "--config", config, LOCATION, "s", "rack 8", "--yes")

    assert first.exit_code == 0, first.output
    assert second.stdout.splitlines() == [
        CALLED, '  now: STRING: "rack 7"', '  new: STRING: "rack 8"', f'{CALLED} = STRING: "rack 8"',
    ]  # fmt: skip
    newest, _ = events()
    assert (newest.kind, newest.device) == ("set", "box")
    assert newest.text == f'{ME} set {CALLED} from STRING: "rack 7" to STRING: "rack 8"'
    assert newest.details == {
        "by": ME, "object": CALLED, "oid": LOCATION, "old": 'STRING: "rack 7"', "new": 'STRING: "rack 8"',
    }  # fmt: skip


@pytest.mark.parametrize("login", [["-v", "1", "-c", "wr1te-community"], ["-c", "wr1te-community"], USER])
def test_an_address_and_flags_need_no_configuration(run, port, login):
    result = run(f"127.0.0.1:{port}", *login, LOCATION, "s", "here", "--yes", "--no-audit")

    assert (result.exit_code, result.stdout.splitlines()[-1]) == (0, f'{CALLED} = STRING: "here"')


def test_objects_may_have_names_beside_numbers(run, config, events):
    name = "1.3.6.1.2.1.1.4.0"
    words = ["SNMPv2-MIB::sysLocation.0", "=", "rack 10", LOCATION, "s", "rack 11"]

    one = run("box", "sysLocation.0", "rack 9", "--config", config, "--yes")
    both = run("box", *words, "--config", config, "--yes")
    refused = run("box", name, "s", "x", "sysLocatoin.0", "s", "x", "--config", config, "--yes")

    assert one.stdout.splitlines()[-1] == f'{CALLED} = STRING: "rack 9"'
    assert both.stdout.count('new: STRING: "rack 1') == 2
    assert (refused.exit_code, "sysLocatoin" in refused.output) == (2, True)


def test_programs_get_flat_objects(run, config, events):
    result = run("box", LOCATION, "s", "rack 9", "--config", config, "--yes", "--json")

    (row,) = json.loads(result.stdout)
    assert (row["oid"], row["type"], row["new"], row["now"]) == (LOCATION, "STRING", "rack 9", "rack 9")


def test_a_refusal_is_told_and_written_down(run, config, events):
    result = run("box", NAME, "other", "--config", config, "--yes")

    assert result.exit_code == 1
    assert f"the device refuses {NAME}: notWritable (the object can only be read)" in result.output
    assert events()[0].text.endswith(
        f"; not done: the device refuses {NAME}: notWritable (the object can only be read)"
    )


def test_the_credential_for_polling_is_never_written_with(run, config, events):
    result = run("guarded", LOCATION, "x", "--config", config, "--yes")

    assert result.exit_code == 1
    assert "guarded has no write_credential" in result.output
    assert events() == []


def test_a_device_that_is_silent_is_an_error(run, config, events):
    result = run("gone", LOCATION, "s", "x", "--config", config, "--yes")

    assert result.exit_code == 1
    assert "no answer to 1 request" in result.output


def test_without_a_terminal_nothing_is_set_unless_told_to(run, config, events):
    result = run("box", LOCATION, "x", "--config", config)

    assert result.exit_code == 2
    assert "--yes sets without asking" in result.output
    assert events() == []


@pytest.mark.parametrize(("words", "said"), [
    ([LOCATION], "say OBJECT VALUE"), (["noSuchName.0", "x"], "no loaded module defines"),
    ([LOCATION, "z", "x"], "'z' is no type"), ([LOCATION, "i", "x"], "'x' is no number"),
    ([LOCATION, "i", str(2**40)], "does not fit INTEGER"),
])  # fmt: skip
def test_wrong_words_are_wrong_usage(run, config, events, words, said):
    result = run("box", *words, "--config", config, "--yes")

    assert result.exit_code == 2
    assert said in result.output


@pytest.mark.parametrize(("content", "said"), [
    (None, "netwatch.db"), ("this is no database, and long enough to be taken for a broken one", "damaged"),
])  # fmt: skip
def test_without_an_event_log_that_takes_the_line_nothing_is_set(run, config, port, content, said):
    if content is not None:
        (config.parent / "netwatch.db").write_text(content)
    before = run(f"127.0.0.1:{port}", "-c", "wr1te-community", LOCATION, "s", "before", "--yes", "--no-audit")

    refused = run("box", LOCATION, "s", "x", "--config", config, "--yes")
    all_the_same = run("box", LOCATION, "s", "y", "--config", config, "--yes", "--no-audit")

    assert before.exit_code == 0
    assert refused.exit_code == 1
    assert "nothing was changed, for the event log cannot say who did" in refused.output
    assert said in refused.output
    assert "--no-audit" in refused.output
    assert (all_the_same.exit_code, '  now: STRING: "before"' in all_the_same.stdout) == (0, True)


def test_an_address_without_a_configuration_has_no_event_log(run, port):
    result = run(f"127.0.0.1:{port}", "-c", "wr1te-community", LOCATION, "s", "x", "--yes")

    assert (result.exit_code, "no configuration says where it is" in result.output) == (1, True)


def test_a_number_is_called_by_its_name(run, config, events):
    result = run("box", "snmpEnableAuthenTraps.0", "disabled", "--config", config, "--yes")

    assert "SNMPv2-MIB::snmpEnableAuthenTraps.0" in result.output
    assert "disabled(2)" in result.output
    assert " set SNMPv2-MIB::snmpEnableAuthenTraps.0 from INTEGER: " in events()[0].text


def test_what_is_a_secret_itself_does_not_stand_in_the_event_log(run, config, events):
    community_name = "1.3.6.1.6.3.18.1.1.1.2.1.97"

    result = run("box", community_name, "s", "hush-hush", "--config", config, "--yes")

    assert result.exit_code == 1  # net-snmp has no such row
    assert " to something secret; not done: " in events()[0].text
    assert "hush" not in events()[0].text


def test_no_secret_of_the_configuration_is_printed_or_written_down(run, config, events):
    result = run("box", LOCATION, "s", "x", "--config", config, "--yes")

    assert "wr1te" not in result.output + events()[0].text


@pytest.mark.parametrize(("answer", "code", "last"), [
    (b"y\n", 0, f'{CALLED} = STRING: "asked"'), (b"n\n", 1, "netwatch: nothing was changed"),
])  # fmt: skip
def test_at_a_terminal_it_asks(config, events, answer, code, last):
    program = "import typer; from netwatch.cli.ask.set import set_; app = typer.Typer(); app.command()(set_); app()"
    ours, theirs = pty.openpty()
    os.write(ours, answer)

    done = subprocess.run(
        [sys.executable, "-c", program, "box", LOCATION, "s", "asked", "--config", str(config)],
        stdin=theirs, capture_output=True, text=True, timeout=PATIENCE_SECONDS,
    )  # fmt: skip

    os.close(ours)
    os.close(theirs)
    assert "Set this on box (127.0.0.1)? [y/N]" in done.stdout
    assert (done.returncode, (done.stdout + done.stderr).endswith(f"{last}\n")) == (code, True)
    assert len(events()) == (1 if code == 0 else 0)
