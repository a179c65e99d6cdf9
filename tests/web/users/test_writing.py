"""The file of users is changed whole or not at all, and is nobody else's to read."""

from __future__ import annotations

import threading

import pytest

from netwatch.errors import ConfigError
from netwatch.web import Role, UsersFile
from netwatch.web.users import writing

from ..people import cheap


def test_a_new_file_is_for_its_owner_alone_and_an_old_one_keeps_mode_and_comments(tmp_path):
    file = UsersFile(tmp_path / "users.yaml")
    file.put_user("anna", Role.OPERATOR, cheap("x"))
    new = file.path.stat().st_mode & 0o777
    file.path.write_text(f"# the night shift\n{file.path.read_text()}")
    file.path.chmod(0o640)

    file.put_token("abcd", "wall", Role.VIEWER, "sha256:" + "0" * 64, None)
    file.put_user("anna", Role.ADMIN)

    assert (new, file.path.stat().st_mode & 0o777) == (0o600, 0o640)
    assert "# the night shift" in file.path.read_text()
    assert (file.people().users["anna"].role, file.people().users["anna"].hash) == (Role.ADMIN, cheap("x"))
    assert list(tmp_path.iterdir()) == [file.path]


@pytest.mark.parametrize("text", ["users: {anna: {role: vie", "users: {anna: {role: root}}", "[]"])
def test_a_file_that_is_wrong_is_left_as_it_is(tmp_path, text):
    file = UsersFile(tmp_path / "users.yaml")
    file.path.write_text(text)

    with pytest.raises(ConfigError):
        file.put_user("bert", Role.VIEWER)

    assert file.path.read_text() == text
    assert list(tmp_path.iterdir()) == [file.path]


def test_what_cannot_be_read_back_is_not_written(tmp_path):
    file = UsersFile(tmp_path / "users.yaml")

    with pytest.raises(ConfigError):
        file.put_user("a:b", Role.VIEWER)

    assert list(tmp_path.iterdir()) == []


def test_of_changes_at_the_same_time_none_is_lost(tmp_path):
    file = UsersFile(tmp_path / "users.yaml")
    threads = [threading.Thread(target=file.put_user, args=(f"user{n}", Role.VIEWER)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert len(file.people().users) == 8


def test_a_folder_that_is_not_there_is_said(tmp_path):
    with pytest.raises(ConfigError, match="cannot be written: No such file"):
        UsersFile(tmp_path / "nowhere" / "users.yaml").put_user("anna", Role.VIEWER)


NIGHT_SHIFT = """# the night shift
users:
  zoe: {role: viewer}  # her password stands elsewhere
  anna:                # the boss
    role: operator
    # changed on Mondays
    password: "%s"
tokens: {}
"""


def test_another_password_leaves_comments_order_and_everybody_else_as_they_are(tmp_path):
    file = UsersFile(tmp_path / "users.yaml")
    file.path.write_text(NIGHT_SHIFT % cheap("old"))

    file.put_password("anna", cheap("new"), cheap("old"))

    assert file.path.read_text().replace("'", '"').replace(cheap("new"), "%s") in (
        NIGHT_SHIFT, NIGHT_SHIFT.replace('"%s"', "%s")
    )  # fmt: skip
    assert file.people().users["anna"].hash == cheap("new")


def test_what_two_users_share_by_an_alias_is_changed_for_one(tmp_path):
    file = UsersFile(tmp_path / "users.yaml")
    file.path.write_text(f'users:\n  anna: &both {{role: viewer, password: "{cheap("old")}"}}\n  bert: *both\n')

    file.put_password("bert", cheap("new"), cheap("old"))

    hashes = {name: user.hash for name, user in file.people().users.items()}
    assert hashes == {"anna": cheap("old"), "bert": cheap("new")}


@pytest.mark.parametrize("name", ["anna", "nobody"])
def test_a_password_that_is_another_one_meanwhile_is_not_overwritten(tmp_path, name):
    file = UsersFile(tmp_path / "users.yaml")
    file.put_user("anna", Role.VIEWER, cheap("given by an admin"))
    before = file.path.read_text()

    with pytest.raises(ConfigError, match="was changed meanwhile"):
        file.put_password(name, cheap("new"), cheap("old"))

    assert file.path.read_text() == before


def test_what_an_editor_writes_meanwhile_stays(tmp_path):
    file = UsersFile(tmp_path / "users.yaml")
    file.put_user("anna", Role.VIEWER, cheap("x"))

    def put_while_somebody_edits() -> None:
        with file._changed() as tree:
            tree["users"]["bert"] = {"role": "viewer"}
            file.path.write_text("users: {}\n")

    with pytest.raises(ConfigError, match="changed meanwhile; try again"):
        put_while_somebody_edits()

    assert file.path.read_text() == "users: {}\n"


def test_who_holds_the_file_for_ever_is_not_waited_for_for_ever(tmp_path, monkeypatch):
    monkeypatch.setattr(writing, "PATIENCE_SECONDS", 0.1)
    file = UsersFile(tmp_path / "users.yaml")

    with writing._locked(tmp_path), pytest.raises(ConfigError, match="cannot be written"):
        file.put_user("anna", Role.VIEWER)
