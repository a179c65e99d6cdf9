"""docs/mail.md says what is so: its configurations are taken, its commands work as written, its figures are ours."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from netwatch.cli import app
from netwatch.config import load_settings
from netwatch.notify import SmtpSettings
from netwatch.notify.ledger.timetable import GIVE_UP_AFTER, RETRY_AFTER
from netwatch.notify.smtp.settings import StormSettings
from tests.scenarios.rough_post import mail_server

TEXT = (Path(__file__).resolve().parents[1] / "docs" / "mail.md").read_text(encoding="utf-8")
SNIPPETS = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
COMMANDS = [line for block in re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL) for line in block.splitlines()]
WATCHED = """
devices: [{name: core-sw1, address: 127.0.0.1, methods: [ping]}]
"""
REST = {
    "route": "route: {receiver: noc}\n",
    "receivers": "receivers: [{name: noc, email: {to: [noc@example.net]}}]\n",
    "smtp": "smtp: {from: netwatch@example.net, relays: [{host: 127.0.0.1, port: 2525}]}\n",
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SMTP_PASSWORD", "password")
    monkeypatch.setenv("OAUTH2_SECRET", "secret")
    (tmp_path / "subject.j2").write_text("[{{ headline }}] {{ subject }}")
    return tmp_path


def whole(snippet: str) -> str:
    """Return a snippet with what it leaves out to be a configuration."""
    return (
        WATCHED + snippet + "".join(text for key, text in REST.items() if not re.search(rf"^{key}:", snippet, re.M))
    )


@pytest.mark.parametrize("snippet", SNIPPETS, ids=range(len(SNIPPETS)))
def test_every_configuration_is_taken(snippet, folder):
    (folder / "netwatch.yaml").write_text(whole(snippet))

    load_settings(folder / "netwatch.yaml")
    done = CliRunner().invoke(app, ["check", "-c", "netwatch.yaml"])

    assert done.exit_code == 0, done.output


def test_every_command_works_as_written(folder):
    with mail_server() as post:
        route = next(text for text in SNIPPETS if "escalate" in text)
        text = whole(route).replace("port: 2525", f"port: {post.port}")
        (folder / "netwatch.yaml").write_text(f"{text}store: {{url: 'sqlite:///{folder / 'netwatch.db'}'}}\n")
        for line in COMMANDS:
            program, *words = shlex.split(line)
            done = CliRunner().invoke(app, [*words, "-c", "netwatch.yaml"])
            assert program == "netwatch"
            nothing_yet = words[0] == "outbox" and "has `netwatch run` been started" in done.output
            assert done.exit_code == 0 or nothing_yet, (line, done.output)

    assert [mail.recipients for mail in post.mails] == [("noc@example.net",)]


@pytest.mark.parametrize("command", re.findall(r"`netwatch ((?:outbox|explain) \w+)", TEXT))
def test_every_command_that_it_names_is_there(command):
    name, word = command.split()
    named = get_command(app).load(name)

    assert word.isupper() or word in named.commands


def test_its_figures_are_those_of_the_code():
    said = "after 5, 20, 60 seconds, then 2, 5, 10, 15 minutes and so on for five days"
    storm = StormSettings()

    assert said in TEXT
    assert [step.total_seconds() for step in RETRY_AFTER] == [5, 20, 60, 120, 300, 600, 900]
    assert GIVE_UP_AFTER.days == 5
    assert f"More than {storm.mails} mails a minute to one recipient (and {storm.critical_mails} more" in TEXT
    assert (storm.per.total_seconds(), SmtpSettings().check_interval.total_seconds()) == (60, 300)


@pytest.mark.parametrize("target", re.findall(r"\]\(([\w-]+\.md)", TEXT))
def test_every_link_leads_to_a_page(target):
    assert (Path(__file__).resolve().parents[1] / "docs" / target).is_file()
