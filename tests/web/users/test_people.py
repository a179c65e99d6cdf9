"""The file of users and tokens: strict, and what is wrong in it is said with its line."""

from __future__ import annotations

import pytest

from netwatch.errors import ConfigError
from netwatch.model import InvalidFile
from netwatch.web import Role, WatchedPeople
from netwatch.web.users.passwords import KNOWN_HASH
from netwatch.web.users.people import new_token, read_people, taken_apart, wrong_with_name

from ..people import cheap

HASH = "sha256:" + "0" * 64


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[]", "1:1: must be a mapping"),
        ("user: {}", "1:1: user: unknown key 'user'"),
        ("users: {anna: {}}", "1:15: users.anna: role must be one of viewer, operator, admin"),
        ("users: {anna: {role: root}}", "1:22: users.anna.role: role must be one of viewer, operator, admin"),
        ("users: {anna: {role: [admin]}}", "users.anna.role: role must be one of"),
        ("users: {anna: {role: admin, password: secret}}", "is no hash as `netwatch user add` writes it"),
        ("users: {anna: {role: admin, pasword: x}}", "unknown key 'pasword'"),
        ("users: {'a:b': {role: admin}}", "a name has no colon"),
        ("users: {7: {role: admin}}", "a name is a text: put it in quotes"),
        ("users: {anna: admin}", "must be a mapping"),
        (f"tokens: {{a: {{name: x, role: viewer, hash: '{HASH}'}}}}", "is no id as `netwatch token create` makes it"),
        ("tokens: {abcd: {name: x, role: viewer, hash: x}}", "is no hash as `netwatch token create` writes it"),
        (f"tokens: {{abcd: {{role: viewer, hash: '{HASH}'}}}}", "a name has from 1 to 100 characters"),
        (f"tokens: {{abcd: {{name: x, role: viewer, hash: '{HASH}', expires: soon}}}}", "is no moment such as"),
        (f"tokens: {{abcd: {{name: x, role: viewer, hash: '{HASH}', expires: 7}}}}", "is no moment such as"),
    ],
)
def test_what_is_wrong_is_said_with_its_line_and_without_the_secret(tmp_path, text, words):
    (tmp_path / "users.yaml").write_text(text)

    with pytest.raises(InvalidFile) as refused:
        read_people(tmp_path / "users.yaml")

    assert words in str(refused.value)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("name", ["a\0b", "x" * 300, "."])
def test_a_file_that_cannot_be_read_is_said_and_not_taken_for_one_with_nobody_in_it(tmp_path, name):
    with pytest.raises(InvalidFile):
        read_people(tmp_path / name)


def test_a_moment_is_a_day_an_instant_or_a_text_and_always_of_utc(tmp_path):
    ends = ("2027-02-28", "2027-02-28T12:00:00Z", "'2027-02-28T12:00:00Z'", "2027-02-28 12:00:00")
    tokens = "".join(f"  abc{n}: {{name: x, role: viewer, hash: '{HASH}', expires: {end}}}\n" for n, end in
                     enumerate(ends))  # fmt: skip
    (tmp_path / "users.yaml").write_text(f"tokens:\n{tokens}")

    found = [one.expires_at.isoformat() for one in read_people(tmp_path / "users.yaml").tokens.values()]

    assert found == ["2027-02-28T00:00:00+00:00", *["2027-02-28T12:00:00+00:00"] * 3]


def test_a_token_is_known_by_its_shape():
    token_id, token, hashed = new_token()

    assert taken_apart(token) == (token_id, token.split("_", 2)[2])
    assert taken_apart(token + "x") is None
    assert hashed.startswith("sha256:")
    assert token.split("_", 2)[2] not in hashed


@pytest.mark.parametrize(
    ("name", "right"),
    [("anna", True), ("Anna Müller", True), ("a@b.example", True), ("", False), ("a:b", False), (" a", False),
     ("a  b", False), ("a\nb", False), ("a\u202eb", False), ("x" * 101, False)],
)  # fmt: skip
def test_a_name_stands_in_a_header_and_in_a_line(name, right):
    assert (wrong_with_name(name) == "") is right


def test_users_of_the_web_configuration_file_are_admins_where_ours_says_nothing_else(tmp_path):
    file = tmp_path / "users.yaml"
    file.write_text(f"users: {{wall: {{role: viewer}}, anna: {{role: operator, password: '{cheap('x')}'}}}}")

    people = WatchedPeople(file, lambda: {"wall": KNOWN_HASH, "root": KNOWN_HASH}).now

    assert {user.name: (user.role, user.hash != "") for user in people.users.values()} == {
        "wall": (Role.VIEWER, True), "root": (Role.ADMIN, True), "anna": (Role.OPERATOR, True),
    }  # fmt: skip


def test_a_file_that_becomes_wrong_changes_nothing_and_one_that_goes_lets_nobody_in(tmp_path):
    file, now = tmp_path / "users.yaml", [0.0]
    file.write_text("users: {anna: {role: viewer}}")
    watched = WatchedPeople(file, clock=lambda: now[0])

    file.write_text("users: {anna: {role: vie")
    now[0] += 2
    kept = watched.now
    file.unlink()
    now[0] += 2

    assert list(kept.users) == ["anna"]
    assert list(watched.now.users) == []
    (tmp_path / "wrong.yaml").write_text("users: []")
    with pytest.raises(ConfigError):
        WatchedPeople(tmp_path / "wrong.yaml")
