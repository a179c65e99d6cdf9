"""Addresses that two devices have, and a page that is open to everybody, are warned of."""

from __future__ import annotations

import pytest

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


def of_the_page(problems, web: str) -> list[str]:
    return [one for one in problems(f"web: {web}\n", severity="warning") if "nobody logs in" in one]


@pytest.mark.parametrize("listen", [":10916", "0.0.0.0:10916", "[::]:10916", "192.0.2.5:80"])
def test_a_page_that_everybody_reaches_is_warned_of(problems, listen):
    (found,) = of_the_page(problems, f'{{listen: "{listen}"}}')

    assert found.startswith("netwatch.yaml:1:15: warning: web.listen: whoever reaches this address")


@pytest.mark.parametrize(
    "web",
    ['{listen: "127.0.0.1:10916"}', '{listen: "[::1]:10916"}', '{listen: ":10916", read_only: true}', "{}", "[]"],
)
def test_a_page_for_this_machine_alone_or_to_look_at_alone_is_not(problems, web):
    assert of_the_page(problems, web) == []
