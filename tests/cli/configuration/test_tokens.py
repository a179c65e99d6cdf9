"""`netwatch token` makes tokens, which are shown once, and takes them out."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from netwatch.web import Role, UsersFile
from netwatch.web.users.people import hash_of_secret, taken_apart

from .test_users import config, run  # noqa: F401 # a fixture


def test_a_token_is_shown_once_and_its_hash_is_kept_until_it_ends(config: Path, tmp_path: Path):  # noqa: F811
    code, said = run(config, "token", "create", "prometheus", "--for", "30d")
    shown = next(line for line in said.splitlines() if line.startswith("nw_"))
    taken = taken_apart(shown)
    assert taken is not None
    kept = UsersFile(tmp_path / "users.yaml").people().tokens[taken[0]]

    assert (code, kept.name, kept.role, kept.hash) == (0, "prometheus", Role.VIEWER, hash_of_secret(taken[1]))
    assert kept.expires_at is not None
    assert timedelta(days=29) < kept.expires_at - datetime.now(UTC) < timedelta(days=31)
    assert taken[1] not in (tmp_path / "users.yaml").read_text()
    assert taken[1] not in run(config, "token", "list")[1]


def test_tokens_are_listed_and_revoked(config: Path):  # noqa: F811
    run(config, "token", "create", "wall", "--role", "operator", "--for", "never")
    (listed,) = json.loads(run(config, "token", "list", "--json")[1])

    revoked = run(config, "token", "revoke", listed["id"])

    assert (listed["name"], listed["role"], listed["expires"], listed["state"]) == (
        "wall",
        "operator",
        "never",
        "valid",
    )
    assert revoked == (0, f"{listed['id']} is revoked\n")
    assert json.loads(run(config, "token", "list", "--json")[1]) == []
    assert run(config, "token", "revoke", listed["id"])[0] == 1


@pytest.mark.parametrize("arguments", [("create", "a:b"), ("create", "x", "--for", "soon")])
def test_what_cannot_be_is_said(config: Path, tmp_path: Path, arguments):  # noqa: F811
    assert run(config, "token", *arguments)[0] == 2
    assert not (tmp_path / "users.yaml").exists()
