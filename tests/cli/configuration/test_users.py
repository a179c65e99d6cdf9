"""`netwatch user` writes who may sign in, and never a password."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from netwatch.cli import app
from netwatch.web import Role, UsersFile
from netwatch.web.users.passwords import matches

DEVICES = """\
credentials: {usual: {version: 2c, community: public}}
devices: [{name: sw1, address: 127.0.0.1, credential: usual}]
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "netwatch.yaml"
    path.write_text(f"{DEVICES}web: {{users_file: users.yaml}}\n")
    return path


def run(config: Path, *arguments: str, typed: str = "") -> tuple[int, str]:
    result = CliRunner().invoke(app, [*arguments, "-c", str(config)], input=typed)
    return result.exit_code, result.output


def test_a_user_is_written_with_the_hash_of_what_stdin_says(config, tmp_path):
    code, said = run(config, "user", "add", "anna", "--role", "operator", typed="correct horse\n")
    anna = UsersFile(tmp_path / "users.yaml").people().users["anna"]

    assert (code, said) == (0, f"anna may sign in as operator; written to {tmp_path / 'users.yaml'}\n")
    assert (anna.role, matches("correct horse", anna.hash)) == (Role.OPERATOR, True)
    assert "horse" not in (tmp_path / "users.yaml").read_text()
    assert run(config, "user", "add", "anna", typed="correct horse\n")[0] == 1


def test_password_and_role_are_changed_and_a_user_is_taken_out(config, tmp_path):
    file = UsersFile(tmp_path / "users.yaml")
    run(config, "user", "add", "anna", typed="correct horse\n")

    assert run(config, "user", "password", "anna", typed="another horse\n")[0] == 0
    assert run(config, "user", "role", "anna", "--role", "admin")[0] == 0
    anna = file.people().users["anna"]
    listed = json.loads(run(config, "user", "list", "--json")[1])
    gone = run(config, "user", "remove", "anna")[0]

    assert (anna.role, matches("another horse", anna.hash)) == (Role.ADMIN, True)
    assert listed == [{"name": "anna", "role": "admin", "password": "here"}]
    assert (gone, list(file.people().users)) == (0, [])


@pytest.mark.parametrize(
    ("arguments", "typed", "words"),
    [
        (("add", "a:b"), "correct horse\n", "a name has no colon"),
        (("add", "anna"), "short\n", "a password has at least 8 characters"),
        (("add", "anna"), "", "a password has at least 8 characters"),
        (("password", "anna"), "correct horse\n", "nobody is called 'anna'"),
        (("remove", "anna"), "", "nobody is called 'anna'"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_written(config, tmp_path, arguments, typed, words):
    code, said = run(config, "user", *arguments, typed=typed)

    assert code != 0
    assert words in said
    assert not (tmp_path / "users.yaml").exists()


def test_without_a_file_of_users_it_says_what_to_write(tmp_path):
    path = tmp_path / "netwatch.yaml"
    path.write_text(DEVICES)

    code, said = run(path, "user", "list")

    assert code == 1
    assert "put `web: {users_file: users.yaml}` into it" in said
