"""netwatch init: five questions at a real terminal, a real agent, a mail that is sent; and a file that works."""

from __future__ import annotations

import re
import stat
import subprocess

import pytest
from typer.testing import CliRunner

from netwatch.cli import app
from netwatch.cli.configuration.init.rendered import NAMES
from netwatch.cli.configuration.init.writing import add_to_environment
from netwatch.config import devices, load_settings
from netwatch.web import read_people
from tests.ports import free_port


@pytest.fixture
def options(snmpd, post):
    """What a script says that asks nothing."""
    agent = snmpd("createUser netwatch SHA-256 authpass-256 AES privpass-256\nrouser netwatch")
    return {
        "--device": f"127.0.0.1:{agent.port}", "--community": "public", "--to": "noc@example.net",
        "--relay": f"127.0.0.1:{post.sink.port}", "--listen": f"127.0.0.1:{free_port()}",
    }  # fmt: skip


@pytest.fixture
def scripted(netwatch, options, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def run(*more, without=(), **changed):
        said = {name: text for name, text in {**options, **changed}.items() if name not in without}
        return netwatch("init", *(word for pair in said.items() for word in pair), *more)

    return run


@pytest.mark.parametrize("missing", ["--device", "--community", "--to", "--relay"])
def test_without_a_terminal_what_no_option_says_is_named_and_nothing_is_written(scripted, tmp_path, missing):
    done = scripted(without=[missing])

    assert done.exit_code == 2
    assert f"there is no terminal to ask at, and {missing} says nothing" in done.stderr
    assert list(tmp_path.glob("*.yaml")) == []
    assert not (tmp_path / "secrets").exists()


def test_a_file_that_is_there_is_written_over_only_when_that_is_said(scripted, tmp_path):
    path = tmp_path / "netwatch.yaml"
    path.write_text("# by hand\n")

    refused = scripted()
    assert refused.exit_code == 1
    assert "there already" in refused.stderr
    assert path.read_text() == "# by hand\n"

    changed = scripted("--force", **{"--to": "you@example.net"})
    assert changed.exit_code == 0, changed.output
    assert "you@example.net" in path.read_text()


@pytest.mark.parametrize("place", ["folder", "file/netwatch.yaml"])
def test_a_place_where_nothing_can_be_written_is_said_before_any_question(scripted, tmp_path, place):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("")

    done = scripted("-c", str(tmp_path / place))

    assert done.exit_code == 1
    assert "cannot be written" in done.stderr
    assert done.stdout == ""


def test_a_secret_that_is_there_is_not_written_over_either(scripted, tmp_path):
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "community").write_text("of somebody else\n")

    assert scripted().exit_code == 1
    assert (tmp_path / "secrets" / "community").read_text() == "of somebody else\n"


def test_answers_that_fail_are_kept_on_request_alone(scripted, tmp_path, udp_port, tcp_port):
    wrong = {"--device": f"127.0.0.1:{udp_port}", "--relay": f"127.0.0.1:{tcp_port}"}

    refused = scripted(**wrong)
    assert refused.exit_code == 1
    assert f"nothing listens on its UDP port {udp_port}" in refused.stdout
    assert not (tmp_path / "netwatch.yaml").exists()

    kept = scripted("--keep", **wrong)
    assert kept.exit_code == 0, kept.output
    assert "did not take the mail, at connect" in kept.stdout
    assert kept.stdout.rstrip().endswith(" --keep"), "the line for a service would be refused without it"
    assert (tmp_path / "netwatch.yaml").exists()


def test_a_wrong_passphrase_is_told_from_a_silent_agent(scripted):
    wrong = {"--user": "netwatch", "--auth-passphrase": "not-that-one", "--privacy-passphrase": "privpass-256"}

    done = scripted(without=["--community"], **wrong)

    assert done.exit_code == 1
    assert "an SNMP agent is there and does not take the user 'netwatch'" in done.stdout
    assert "not-that-one" not in done.output


def test_a_device_that_answers_version_1_alone_is_asked_in_that(scripted, tmp_path, snmpd):
    agent = snmpd(
        "com2sec aged default from-1990\ngroup aged v1 aged\nview all included .1\n"
        'access aged "" any noauth exact all none none'
    )

    done = scripted(**{"--device": f"127.0.0.1:{agent.port}", "--community": "from-1990"})

    assert done.exit_code == 0, done.output
    assert "It answers version 1 alone" in done.stdout
    (device,) = devices(load_settings(tmp_path / "netwatch.yaml"))
    assert device.credential.version == "1"


def test_the_next_steps_look_where_it_was_said_to_look(scripted):
    done = scripted("--range", "127.0.0.0/29")

    assert "netwatch discover -c netwatch.yaml --write" in done.stdout
    assert "192.0.2.0/24" not in done.stdout
    assert "--range 127.0.0.0/29" in done.stdout


def test_what_it_wrote_needs_one_sign_less_and_one_command_more_for_a_page_with_users(
    scripted, tmp_path, monkeypatch
):
    done = scripted()
    (named,) = re.findall(r"export NETWATCH_CONFIG=(\S+)", done.stdout)
    text = (tmp_path / "netwatch.yaml").read_text()
    (tmp_path / "netwatch.yaml").write_text(text.replace("  # users_file:", "  users_file:"))
    monkeypatch.chdir("/")

    words = ["user", "add", "anna", "--role", "admin"]
    added = CliRunner().invoke(app, words, env={"NETWATCH_CONFIG": named}, input="correct horse\n")

    assert named == str(tmp_path / "netwatch.yaml")
    assert added.exit_code == 0, added.output
    assert load_settings(tmp_path / "netwatch.yaml").web.users_file == str(tmp_path / "users.yaml")
    assert list(read_people(tmp_path / "users.yaml").users) == ["anna"]


def test_a_relay_that_wants_a_login_says_so(scripted, post_with_login):
    port = post_with_login.sink.port

    refused = scripted(**{"--relay": f"127.0.0.1:{port}"})
    assert refused.exit_code == 1
    assert "It wants a login: write USER@HOST:PORT" in refused.stdout

    wrong = scripted(**{"--relay": f"netwatch@127.0.0.1:{port}", "--relay-password": "not-that-one"})
    assert wrong.exit_code == 1
    assert "did not take the mail, at auth" in wrong.stdout
    assert "not-that-one" not in wrong.output


def test_a_service_has_its_secrets_in_the_environment_file_beside_what_stands_there(
    scripted, post_with_login, tmp_path, monkeypatch
):
    for name in NAMES.values():
        monkeypatch.setenv(name, "")
    kept = tmp_path / "environment"
    kept.write_text("# ours\nHTTPS_PROXY=http://proxy.example.net\n")
    secrets = {"--auth-passphrase": "authpass-256", "--privacy-passphrase": "privpass-256"}
    relay = {
        "--relay": f"netwatch@127.0.0.1:{post_with_login.sink.port}",
        "--relay-password": "pa55word-of-the-relay",
    }

    done = scripted("--service", without=["--community"], **{"--user": "netwatch", **secrets, **relay})

    assert done.exit_code == 0, done.output
    assert kept.read_text().splitlines() == [
        "# ours", "HTTPS_PROXY=http://proxy.example.net", 'NETWATCH_AUTH_PASSPHRASE="authpass-256"',
        'NETWATCH_PRIVACY_PASSPHRASE="privpass-256"', 'NETWATCH_RELAY_PASSWORD="pa55word-of-the-relay"',
    ]  # fmt: skip
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert "systemctl enable --now netwatch.service" in done.stdout
    assert "Mail goes there unencrypted: " in done.stdout
    settings = load_settings(tmp_path / "netwatch.yaml")
    (device,) = devices(settings)
    assert (device.credential.auth_protocol, device.credential.privacy_protocol) == ("SHA-256", "AES")
    assert device.credential.privacy_passphrase.get_secret_value() == "privpass-256"
    assert settings.store.url == "sqlite:////var/lib/netwatch/netwatch.db"
    shown = done.output + (tmp_path / "netwatch.yaml").read_text()
    assert [word for word in ("authpass", "privpass", "pa55word") if word in shown] == []


@pytest.mark.parametrize("secret", ["plain", "with 'both\" quotes", "do$$ar `tick` \\back", "#=; &|"])
def test_the_environment_file_says_to_a_shell_what_was_typed(tmp_path, secret, monkeypatch):
    monkeypatch.setenv("NETWATCH_COMMUNITY", "")
    add_to_environment(tmp_path / "environment", {"community": secret})

    shell = ["sh", "-c", f'. {tmp_path}/environment && printf %s "$NETWATCH_COMMUNITY"']
    assert subprocess.run(shell, capture_output=True, check=True, text=True).stdout == secret
