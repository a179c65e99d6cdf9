"""docs/users.md says what is so: its configurations are taken, its commands work as written, its figures are ours."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from netwatch.cli import app
from netwatch.config import load_settings
from netwatch.model import InvalidFile
from netwatch.simulator import self_signed
from netwatch.web import WebSettings, metrics, read_people, read_web_config
from netwatch.web.users import audit, passwords, sessions, slowing
from netwatch.web.users.passwords import KNOWN_HASH

TEXT = (Path(__file__).resolve().parents[1] / "docs" / "users.md").read_text(encoding="utf-8")
WATCHED = """
credentials: {usual: {version: 2c, community: "${env:COMMUNITY}"}}
devices: [{name: sw1, address: 127.0.0.1, credential: usual}]
"""


def fenced(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("COMMUNITY", "c")
    made = self_signed(tmp_path)
    made.certificate.rename(tmp_path / "server.crt")
    made.key.rename(tmp_path / "server.key")
    (tmp_path / "page.yml").write_text(next(one for one in fenced("yaml") if "tls_server_config" in one))
    return tmp_path


def test_every_configuration_is_taken(folder):
    shown = [text for text in fenced("yaml") if text.startswith("web:")]
    for text in shown:
        (folder / "netwatch.yaml").write_text(WATCHED + text)
        load_settings(folder / "netwatch.yaml")

    assert len(shown) == 4


def test_its_files_are_read(folder):
    users = next(text for text in fenced("yaml") if text.startswith("users:"))
    (folder / "users.yaml").write_text(users)

    assert {name: str(user.role) for name, user in read_people(folder / "users.yaml").users.items()} == {
        "anna": "admin", "prometheus": "viewer",
    }  # fmt: skip
    assert read_web_config(folder / "page.yml").context is not None
    (folder / "page.yml").write_text(f"basic_auth_users: {{prometheus: {KNOWN_HASH}}}")
    assert list(read_web_config(folder / "page.yml").users) == ["prometheus"]
    (scrape,) = next(yaml.safe_load(text) for text in fenced("yaml") if "scrape_configs" in text)["scrape_configs"]
    assert scrape["authorization"] == {"credentials_file": "/etc/prometheus/netwatch-token"}


def test_every_command_works_as_written_one_after_the_other(folder):
    (folder / "netwatch.yaml").write_text(f"{WATCHED}{fenced('yaml')[0]}")
    lines = [line for text in fenced("sh") for line in text.splitlines()]
    for line in lines:
        program, *words = shlex.split(line)
        done = CliRunner().invoke(app, [*words, "-c", str(folder / "netwatch.yaml")], input="correct horse\n")
        assert (program, done.exit_code, line) == ("netwatch", 0, line), done.output

    assert len(lines) == 8
    assert list(read_people(folder / "users.yaml").users) == ["anna"]


def test_an_address_that_others_reach_is_refused_without_users(folder):
    (folder / "netwatch.yaml").write_text(f'{WATCHED}web: {{listen: ":10916"}}\n')

    with pytest.raises(InvalidFile, match=r"web\.listen: whoever reaches this address"):
        load_settings(folder / "netwatch.yaml")


def test_its_figures_are_those_of_the_code():
    usual = WebSettings().sessions
    shown = next(yaml.safe_load(text) for text in fenced("yaml") if "sessions:" in text)["web"]

    assert WebSettings.model_validate(shown).sessions == usual
    assert f"after {slowing.FREE_TRIES_OF_A_NAME} wrong passwords of a name" in TEXT
    assert f"or {slowing.FREE_TRIES_OF_AN_ADDRESS} from an address" in TEXT
    assert f"At most {sessions.MOST_SESSIONS:,} sessions are kept, and {sessions.MOST_OF_A_USER} of one user" in TEXT
    assert f"who comes while {passwords.MAX_WAITING} wait gets a 503" in TEXT
    assert f"bounded ({slowing.MOST_KEPT:,} names that nobody has" in TEXT
    waits = slowing.LONGEST_WAIT_OF_A_NAME, slowing.LONGEST_WAIT_OF_AN_ADDRESS
    assert "up to {:.0f} of a name and {:.0f} of an address".format(*waits) in TEXT
    assert "(the 1st, 5th, 10th, 100th ... of a name)" in TEXT
    assert audit.TOLD_AT[:4] == (1, 5, 10, 100)
    for metric in (metrics.SIGN_INS, metrics.REFUSED_CALLERS, metrics.SESSIONS):
        assert str(metric.describe()[0].name) in TEXT
