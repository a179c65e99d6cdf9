"""Devices that another program lists."""

import pytest

from netwatch.discovery import Listed, listed_entries, parsed, proposed_of_listed
from netwatch.discovery.listed import from_netbox
from netwatch.errors import ConfigError
from netwatch.model import parse_yaml, plain


def test_targets_of_file_sd_are_devices_with_their_labels_but_those_that_are_others():
    text = """
- targets: [192.0.2.1, "192.0.2.2:1161", "[2001:db8::1]:161", sw1.example.net]
  labels: {site: hq, __meta_x: no, job: snmp, device: x, "odd-name": y, empty: ""}
- targets: []
"""
    found = parsed(text, "targets.yml")

    assert [(one.address, one.port) for one in found] == [
        ("192.0.2.1", 161), ("192.0.2.2", 1161), ("2001:db8::1", 161), ("sw1.example.net", 161),
    ]  # fmt: skip
    assert {tuple(one.labels.items()) for one in found} == {(("site", "hq"),)}


def test_csv_has_a_heading_and_every_other_column_is_a_label():
    heading = "\N{ZERO WIDTH NO-BREAK SPACE}name,address,port,credential,methods,site"
    text = "\r\n".join([heading, "sw1,192.0.2.1,,core,,hq", ",192.0.2.2,1161,,ping,", ""])

    assert parsed(text, "devices.csv") == [
        Listed(name="sw1", address="192.0.2.1", credential="core", labels={"site": "hq"}),
        Listed(name="192.0.2.2", address="192.0.2.2", port=1161, pinged_only=True),
    ]


def test_netbox_gives_its_active_devices_with_a_primary_address():
    page = {"results": [
        {"name": "sw1", "primary_ip": {"address": "192.0.2.1/24"}, "status": {"value": "active"},
         "site": {"slug": "hq", "name": "Head Quarters"}, "role": {"slug": "access"}, "tenant": None},
        {"name": "spare", "primary_ip": None, "status": {"value": "active"}},
        {"name": "old", "primary_ip": {"address": "192.0.2.3/24"}, "status": {"value": "offline"}},
        {"name": None, "primary_ip": {"address": "2001:db8::7/64"}, "status": {"value": "active"}},
        "no device",
    ]}  # fmt: skip

    assert from_netbox(page, "netbox") == [
        Listed(name="sw1", address="192.0.2.1", labels={"site": "hq", "role": "access"}),
        Listed(name="2001:db8::7", address="2001:db8::7"),
    ]


@pytest.mark.parametrize(("name", "text", "said"), [
    ("t.json", "{}", "t.json: is no file_sd file"),
    ("t.json", '[{"targets": "192.0.2.1"}]', "t.json: group 0: `targets` is no list of texts"),
    ("t.json", '[{"targets": [1]}]', "t.json: group 0: `targets` is no list of texts"),
    ("t.json", "[", "t.json"),
    ("d.csv", "name,host\nx,y\n", "d.csv:1: there is no column `address`"),
    ("d.csv", "", "d.csv:1: there is no column `address`"),
    ("d.csv", "address,port\n192.0.2.1,161\n192.0.2.2,x\n", "d.csv:3: a row needs an address"),
    ("d.csv", "name,address\nx\n", "d.csv:2: a row needs an address"),
])  # fmt: skip
def test_what_cannot_be_read_is_said_with_its_place(name, text, said):
    with pytest.raises(ConfigError) as raised:
        parsed(text, name)

    assert said in str(raised.value)


def test_no_page_of_netbox_is_said():
    with pytest.raises(ConfigError, match="no list of NetBox"):
        from_netbox({"detail": "Invalid token"}, "netbox")


def test_what_is_known_by_address_or_name_is_left_out_and_each_comes_once():
    listed = [Listed(name=name, address=address) for name, address in (
        ("a", "192.0.2.1"), ("b", "192.0.2.2"), ("c", "192.0.2.2"), ("d", "192.0.2.3"))]  # fmt: skip

    new = list(listed_entries(listed, {"192.0.2.1": "core"}, {"core", "d"}))

    assert [one.name for one in new] == ["b"]


def test_an_entry_is_read_back_as_it_was_listed():
    one = Listed(
        name="1", address="192.0.2.1", port=1161, credential="core", labels={"floor": "2", "on": "yes", "a": "x: y"}
    )
    (entry,) = proposed_of_listed([one], None)

    assert plain(parse_yaml(f"devices:\n  - {entry}\n", "x").data)["devices"] == [
        {"name": "1", "address": "192.0.2.1", "port": 1161, "credential": "core",
         "labels": {"floor": "2", "on": "yes", "a": "x: y"}}
    ]  # fmt: skip
    assert proposed_of_listed([Listed(name="a", address="192.0.2.1", pinged_only=True)], None) == [
        "{name: a, address: 192.0.2.1, methods: [ping]}"
    ]
