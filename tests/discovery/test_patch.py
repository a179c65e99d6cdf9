"""Entries at the end of `devices`, and nothing else changed."""

import subprocess

import pytest

from netwatch.config import load_settings
from netwatch.discovery import FoundDevice, Host, devices_of, patched, proposed
from netwatch.errors import ConfigError
from netwatch.model import parse_yaml, plain

ENTRIES = ["{name: sw9, address: 192.0.2.9}", '{name: "a: b", address: "2001:db8::1", credential: core}']
COMMENTED = """\
# how we ask
credentials:
  campus: {version: 2c, community: public}   # read only
devices:
  - name: sw1          # the first
    address: 192.0.2.1
    labels: {site: hq}

  # the second is in the cellar
  - {name: sw2, address: 192.0.2.2}
  # more to come

# what follows is about rules
rules:
  paths: [builtin]
"""


def patch_of(text, entries=ENTRIES):
    return patched(parse_yaml(text, "netwatch.yaml"), entries)


def added(before, after):
    """Return the lines that are new, having seen that all others are there in their order."""
    rest = iter(after.splitlines())
    new = []
    for line in before.splitlines():
        for other in rest:
            if other == line:
                break
            new.append(other)
        else:
            raise AssertionError(f"lost: {line!r}")
    return [*new, *rest]


@pytest.mark.parametrize("text", [
    COMMENTED,
    COMMENTED.replace("  - ", "- ").replace("    address", "  address").replace("    labels", "  labels"),
    "devices:\n- {name: a, address: 192.0.2.1}",
    "devices:\n    -   name: a\n        address: 192.0.2.1\n\n\n",
    "defaults: {port: 161}\n",
    "",
    "# nothing but a comment\n",
    "devices:\n  - name: a\n    address: 192.0.2.1\n    labels:\n      n: |\n        two\n        lines\nweb: {}\n",
])  # fmt: skip
def test_every_line_stays_as_it_is_and_the_entries_stand_behind_the_last(text):
    patch = patch_of(text)

    assert len([line for line in added(text, patch.after) if "name:" in line]) == 2
    data = plain(parse_yaml(patch.after, "x").data)
    assert data["devices"][-2:] == [
        {"name": "sw9", "address": "192.0.2.9"},
        {"name": "a: b", "address": "2001:db8::1", "credential": "core"},
    ]


def test_comments_that_follow_the_last_device_still_follow_it():
    after = patch_of(COMMENTED).after

    assert after.index("sw9") < after.index("# more to come") < after.index("# what follows is about rules")


@pytest.mark.parametrize("begin", ["devices:", "devices: []", "devices: []   # none yet", "devices:   # none yet"])
def test_a_list_without_any_device_is_begun(begin):
    patch = patch_of(f"web: {{}}\n{begin}\nrules: {{}}\n")

    assert ("# none yet" in patch.after) == ("# none yet" in begin)
    assert list(plain(parse_yaml(patch.after, "x").data)) == ["web", "devices", "rules"]


@pytest.mark.parametrize("text", [
    "devices: [{name: a, address: 192.0.2.1}]\n",
    "devices: [\n  {name: a, address: 192.0.2.1},\n]\n",
    "{devices: []}\n",
    "devices:\n  - name: a\n    address: 192.0.2.1\n    labels:\n      note: |\n        two\n        # no comment\n",
])  # fmt: skip
def test_what_cannot_be_added_to_without_changing_more_is_said_and_left(text):
    with pytest.raises(ConfigError) as raised:
        patch_of(text)

    assert "by hand" in str(raised.value)


def test_the_patch_is_one_that_patch_takes(tmp_path):
    (tmp_path / "netwatch.yaml").write_text(COMMENTED)
    patch = patch_of(COMMENTED)

    subprocess.run(["patch", "-s", "netwatch.yaml"], input=patch.diff, cwd=tmp_path, text=True, check=True)

    assert (tmp_path / "netwatch.yaml").read_text() == patch.after


@pytest.mark.parametrize(
    "name", ["yes", "null", "1", "0x1F", "a: b", "a #b", "[x]", "*a", "&a", "é", "a\\b", '"', "1e3", "-"]
)
def test_a_name_is_read_back_as_it_is(name):
    entry = proposed([FoundDevice(name=name, host=Host(address="192.0.2.1", credential="core"))], None)[0]

    (device,) = plain(parse_yaml(f"devices:\n  - {entry}\n", "x").data)["devices"]
    assert device == {"name": name, "address": "192.0.2.1", "credential": "core"}


def test_what_is_known_is_not_proposed_and_the_usual_credential_not_repeated():
    host = Host(address="192.0.2.1", credential="campus")
    known = FoundDevice(name="a", host=host, known_as="a")
    new = FoundDevice(name="b", host=host, others=("192.0.2.2",))

    assert proposed([known, new], "campus") == ["{name: b, address: 192.0.2.1, accept_from: [192.0.2.2]}"]


def test_a_device_that_calls_itself_a_reference_to_a_secret_is_told_none(tmp_path, monkeypatch):
    monkeypatch.setenv("CORE_AUTH", "s3cret-passphrase")
    host = Host(address="192.0.2.1", credential="c", sys_name="${env:CORE_AUTH}")
    path = tmp_path / "netwatch.yaml"

    path.write_text(
        patch_of("credentials: {c: {version: 2c, community: x}}\n", proposed(devices_of([host], {}), None)).after
    )

    assert [part.name for part in load_settings(path).devices] == ["${env:CORE_AUTH}"]
