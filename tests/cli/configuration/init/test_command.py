"""netwatch init: five questions at a real terminal, a real agent, a mail that is sent; and a file that works."""

from __future__ import annotations

import stat

import pytest

from netwatch.config import check, devices, load_settings
from tests.ports import free_port


def test_a_person_answers_five_questions_and_has_a_configuration_that_works(at_terminal, snmpd, post, tmp_path):
    agent, page = snmpd(), free_port()
    person = at_terminal("init")

    person.answers("Its address or name", f"127.0.0.1:{agent.port}")
    person.reads(f"127.0.0.1 has an SNMP agent on UDP port {agent.port}")
    person.answers("User of SNMP version 3", "")
    person.answers("Community, not shown", "wrong")
    person.reads("an SNMP agent is there and keeps silent")
    person.answers("[a]gain", "a")
    person.answers(f"[127.0.0.1:{agent.port}]", "")
    person.answers("User of SNMP version 3", "")
    person.answers("Community, not shown", "public")
    person.reads("it answers: 'snmpd-under-test', up for ")
    person.answers("Mail address", "nobody at all")
    person.reads("is not a mail address")
    person.answers("Mail address", "noc@example.net")
    person.answers("HOST[:PORT]", f"127.0.0.1:{post.sink.port}")
    person.answers("Its mails come from [NetWatch <netwatch@example.net>]", "")
    person.reads("took the mail to noc@example.net and said: 250")
    person.answers("Address and port", f"127.0.0.1:{page}")
    person.answers(f"[http://127.0.0.1:{page}/]", "")
    person.answers("Look for more devices", "n")
    person.reads("netwatch discover -c netwatch.yaml")
    assert person.leaves() == 0

    path = tmp_path / "netwatch.yaml"
    assert check(path) == []
    (device,) = devices(load_settings(path))
    assert (device.name, device.port) == ("snmpd-under-test", agent.port)
    assert [mail.recipients for mail in post.sink.mails] == [("noc@example.net",)]
    secret = tmp_path / "secrets" / "community"
    assert (secret.read_text(), stat.S_IMODE(secret.stat().st_mode)) == ("public\n", 0o600)
    assert "public" not in person.screen + path.read_text()


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


def test_a_script_says_everything_by_options(scripted, tmp_path, post):
    done = scripted()

    assert done.exit_code == 0, done.output
    assert len(post.sink.mails) == 1
    assert "public" not in done.output


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
    assert (tmp_path / "netwatch.yaml").exists()


def test_a_user_of_version_3_is_asked_with_and_kept_with_both_passphrases(scripted, netwatch, tmp_path):
    done = scripted(
        without=["--community"],
        **{"--user": "netwatch", "--auth-passphrase": "authpass-256", "--privacy-passphrase": "privpass-256"},
    )

    assert done.exit_code == 0, done.output
    (device,) = devices(load_settings(tmp_path / "netwatch.yaml"))
    assert (device.credential.auth_protocol, device.credential.privacy_protocol) == ("SHA-256", "AES")
    assert device.credential.privacy_passphrase.get_secret_value() == "privpass-256"


def test_a_wrong_passphrase_is_told_from_a_silent_agent(scripted):
    wrong = {"--user": "netwatch", "--auth-passphrase": "not-that-one", "--privacy-passphrase": "privpass-256"}

    done = scripted(without=["--community"], **wrong)

    assert done.exit_code == 1
    assert "an SNMP agent is there and does not take the user 'netwatch'" in done.stdout
    assert "not-that-one" not in done.output


def test_a_service_has_its_secrets_in_the_environment_file_beside_what_stands_there(scripted, tmp_path, monkeypatch):
    monkeypatch.setenv("NETWATCH_COMMUNITY", "")
    (tmp_path / "environment").write_text("# ours\nHTTPS_PROXY=http://proxy.example.net\n")

    done = scripted("--service", **{"--community": "public"})

    assert done.exit_code == 0, done.output
    kept = tmp_path / "environment"
    assert kept.read_text() == '# ours\nHTTPS_PROXY=http://proxy.example.net\nNETWATCH_COMMUNITY="public"\n'
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert "systemctl enable --now netwatch.service" in done.stdout
    assert '"${env:NETWATCH_COMMUNITY}"' in (tmp_path / "netwatch.yaml").read_text()


def test_a_relay_that_wants_a_login_says_so_and_gets_it(scripted, post_with_login, tmp_path):
    port = post_with_login.sink.port

    refused = scripted(**{"--relay": f"127.0.0.1:{port}"})
    assert refused.exit_code == 1
    assert "It wants a login: write USER@HOST:PORT" in refused.stdout

    wrong = scripted(**{"--relay": f"netwatch@127.0.0.1:{port}", "--relay-password": "not-that-one"})
    assert wrong.exit_code == 1
    assert "did not take the mail, at auth" in wrong.stdout

    done = scripted(**{"--relay": f"netwatch@127.0.0.1:{port}", "--relay-password": "pa55word-of-the-relay"})
    assert done.exit_code == 0, done.output
    assert "Mail goes there unencrypted: " in done.stdout
    assert "pa55word" not in done.output + (tmp_path / "netwatch.yaml").read_text()
