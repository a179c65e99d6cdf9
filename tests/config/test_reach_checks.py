"""Addresses that two devices have, and a page that is open to everybody, are warned of."""

from __future__ import annotations

import pytest

from netwatch.web.users.passwords import KNOWN_HASH

DEVICES = """\
credentials: {a: {version: 2c, community: public}}
defaults: {credential: a}
devices:
"""


def of_addresses(problems, text: str) -> list[str]:
    return [one for one in problems(DEVICES + text, severity="warning") if "address" in one]


def test_two_devices_with_one_address_and_port_are_warned_of_with_both_places(problems):
    found = of_addresses(
        problems, "  - {name: a, address: 192.0.2.1}\n  - {name: b, address: 192.0.2.1, port: 161}\n"
    )

    assert found == [
        "netwatch.yaml:5:24: warning: devices[1].address: is the address of 'a' too, in line 4: "
        "one device asked twice, and its traps are 'a''s"
    ]


@pytest.mark.parametrize(
    ("one", "other"), [("2001:DB8::1", "2001:db8:0::1"), ("Core.example.net", "core.example.net.")]
)
def test_one_address_in_two_spellings_is_one_address(problems, one, other):
    text = f'  - {{name: a, address: "{one}"}}\n  - {{name: b, address: "{other}"}}\n'

    assert len(of_addresses(problems, text)) == 1


def test_two_ports_of_one_address_are_two_devices(problems):
    text = "  - {name: a, address: 192.0.2.1}\n  - {name: b, address: 192.0.2.1, port: 1161}\n"

    assert of_addresses(problems, text) == []


def of_the_page(problems, web: str, more: str = "") -> list[str]:
    return [one for one in problems(f"web: {web}\n{more}", severity="error") if "nobody signs in" in one]


@pytest.mark.parametrize("listen", [":10916", "0.0.0.0:10916", "[::]:10916", "192.0.2.5:80"])
def test_a_page_that_everybody_reaches_is_refused(problems, listen):
    (found,) = of_the_page(problems, f'{{listen: "{listen}"}}')

    assert found.startswith("netwatch.yaml:1:15: web.listen: whoever reaches this address")
    assert "users_file: users.yaml" in found
    assert "read_only: true" in found


@pytest.mark.parametrize(
    "web",
    [
        '{listen: "127.0.0.1:10916"}',
        '{listen: "[::1]:10916"}',
        '{listen: ":10916", read_only: true}',
        '{listen: ":10916", users_file: users.yaml}',
        '{listen: ":10916", trusted_proxy: {from: [10.0.0.1], user_header: X-Remote-User}}',
        "{}",
        "[]",
    ],
)
def test_a_page_for_this_machine_alone_or_to_look_at_alone_or_with_users_is_not(problems, web):
    assert of_the_page(problems, web) == []


@pytest.mark.parametrize(("users", "refused"), [(f"basic_auth_users: {{anna: {KNOWN_HASH}}}\n", 0), ("{}\n", 1)])
def test_a_web_configuration_file_is_a_login_where_it_names_users(problems, tmp_path, users, refused):
    (tmp_path / "page.yml").write_text(users)

    assert len(of_the_page(problems, f'{{listen: ":10916", config_file: {tmp_path / "page.yml"}}}')) == refused


def test_a_file_of_users_with_nobody_in_it_is_hinted_at(problems):
    found = problems("web: {users_file: users.yaml}\n", severity="warning")

    assert any("netwatch user add NAME --role admin" in one for one in found)
