"""Secrets come from the environment and from files, and never reach a message."""

from __future__ import annotations

import re

import pytest
from pydantic import BaseModel

from netwatch.config import Settings
from netwatch.config.secrets import SECRET_PLACES
from netwatch.config.tree import EACH

COMMUNITY = "credentials: {c: {version: 2c, community: %s}}\n"


def community_of(loaded) -> str:
    assert loaded.settings is not None, loaded.problems
    return loaded.settings.credentials["c"].community.get_secret_value()


def test_a_secret_comes_from_the_environment(load_text):
    assert community_of(load_text(COMMUNITY % '"${env:X}"', X=" s3cret ")) == " s3cret "


@pytest.mark.parametrize(("content", "secret"), [
    (b"s3cret", "s3cret"), (b"s3cret\n", "s3cret"), (b"s3cret\r\n", "s3cret"), (b"s3cret\n\n", "s3cret\n"),
    (b" s3cret \n", " s3cret "), ("gehé1m".encode(), "gehé1m"),
])  # fmt: skip
def test_a_secret_comes_from_a_file_without_its_last_line_end(load_text, tmp_path, content, secret):
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "c").write_bytes(content)

    assert community_of(load_text(COMMUNITY % '"${file:secrets/c}"')) == secret


def test_a_reference_may_stand_inside_any_text(load_text):
    loaded = load_text('devices: []\nweb: {external_url: "https://${env:HOST}/${env:PATH_}"}', HOST="nw", PATH_="x")

    assert loaded.settings.web.external_url == "https://nw/x"


def test_a_number_may_come_from_the_environment(load_text):
    assert load_text('defaults: {port: "${env:PORT}"}', PORT="1161").settings.defaults.port == 1161


def test_a_second_dollar_means_the_text_itself(load_text):
    assert community_of(load_text(COMMUNITY % '"a$${env:X}b$c"')) == "a${env:X}b$c"


@pytest.mark.parametrize(("reference", "said"), [
    ("${env:NOPE}", "the environment variable NOPE is not set"),
    ("${env:EMPTY}", "the environment variable EMPTY is empty"),
    ("${file:nope}", "cannot read nope: No such file or directory"),
    ("${file:.}", "cannot read .*: Is a directory"),
    ("${file:empty}", "empty is empty"),
    ("${file:binary}", "binary is not UTF-8 text"),
    ("${file:long}", "long is longer than 64 KiB"),
    ("${vault:x}", r"\$\{vault:x\} is not known here; write \$\{env:NAME\} or \$\{file:PATH\}, or \$\$ for a dollar"),
    ("${NOPE}", r"\$\{NOPE\} is not known here"),
])  # fmt: skip
def test_a_reference_that_leads_nowhere_is_an_error_where_it_stands(problems_at, tmp_path, reference, said):
    (tmp_path / "empty").touch()
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    (tmp_path / "long").write_text("x" * 65537)

    (found,) = problems_at(COMMUNITY % f'»"{reference}"', EMPTY="")

    assert re.match(f"credentials.c.community: {said}", found)


def test_what_could_not_be_filled_in_is_said_once(problems):
    said = problems('smtp: {from: "${env:NOPE}"}\ndefaults: {port: "${env:NOPE2}"}')

    assert [one.split(": ")[-1] for one in said] == [
        "the environment variable NOPE is not set",
        "the environment variable NOPE2 is not set",
    ]


@pytest.mark.parametrize("text", [
    COMMUNITY % "»hunter2",
    "credentials: {c: {version: 3, user: u, auth_protocol: SHA, auth_passphrase: »hunter2hunter2}}",
    "traps: {communities: [»hunter2]}",
    "smtp: {relays: [{host: a, tls: starttls, username: u, password: »hunter2}]}",
])  # fmt: skip
def test_a_secret_in_the_file_itself_is_a_warning(problems_at, text):
    (said,) = problems_at(text, severity="warning")

    assert said.endswith("stands here for everybody who may read this file; better ${env:NAME} or ${file:PATH}")
    assert "hunter2" not in said


@pytest.mark.parametrize("text", [
    'defaults: {credential: "${env:S}"}',
    'devices: [{name: a, address: "${env:S}"}]',
    'web: {listen: "${env:S}"}',
    'smtp: {from: "${env:S}", relays: [{host: "${env:S}", tls: "${env:S}", port: "${env:S}", password: "${env:S}"}]}',
    'credentials: {a: {version: "${env:S}"}, b: {version: 3, user: u, auth_passphrase: "${env:S}"}}',
    'credentials: {a: {version: 2c, comunity: "${env:S}"}, b: "${env:S}"}',
    'polling: {interval: "${env:S}", retries: "${env:S}"}\nroute: {receiver: "${env:S}"}',
    'traps: {users: ["${env:S}"], listen: ["${env:S}"], allow: ["${env:S}"]}\nstore: {url: "${env:S}"}',
    'rules: {paths: ["${env:S}"]}\nprofiles: {paths: ["${env:S}"]}\nmibs: {paths: ["${env:S}"]}',
])  # fmt: skip
def test_what_was_filled_in_never_reaches_a_message(problems, text):
    said = problems(text, S="hunter two") + problems(text, S="hunter two", severity="warning")

    assert len(said) > 0
    assert "hunter two" not in "\n".join(said)


def test_settings_show_no_secret(load_text):
    text = COMMUNITY % '"${env:X}"' + 'traps: {communities: ["${env:X}"]}'

    assert "s3cret" not in repr(load_text(text, X="s3cret"))


def secret_fields(model: type[BaseModel], path: tuple[object, ...] = ()) -> set[tuple[object, ...]]:
    """Return the pattern of every SecretStr in a model, found by walking its JSON Schema."""
    whole = model.model_json_schema()

    def walk(node: dict, path: tuple[object, ...], seen: tuple[str, ...]) -> set[tuple[object, ...]]:
        if reference := node.get("$ref"):
            name = reference.rsplit("/", 1)[1]
            return set() if name in seen else walk(whole["$defs"][name], path, (*seen, name))
        places = {path} if node.get("format") == "password" else set()
        for key, child in node.get("properties", {}).items():
            places |= walk(child, (*path, key), seen)
        for key in ("items", "additionalProperties"):
            if isinstance(node.get(key), dict):
                places |= walk(node[key], (*path, EACH), seen)
        for key in ("anyOf", "oneOf", "allOf"):
            for child in node.get(key, []):
                places |= walk(child, path, seen)
        return places

    return walk(whole, path, ())


def test_every_secret_of_the_models_is_known_as_one():
    assert secret_fields(Settings) == set(SECRET_PLACES)
