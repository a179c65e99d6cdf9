"""A device has its credentials resolved; the one it is written with stays apart."""

from __future__ import annotations

from netwatch.config import devices, write_credential

TEXT = """
credentials:
  read: {version: 2c, community: "${env:READ}"}
  write: {version: 2c, community: "${env:WRITE}"}
  core: {version: 2c, community: "${env:CORE}"}
defaults: {credential: read, write_credential: write}
devices:
  - {name: a, address: 192.0.2.1}
  - {name: b, address: 192.0.2.2, write_credential: core}
"""
ENVIRONMENT = {"READ": "r", "WRITE": "w", "CORE": "c"}


def test_a_device_is_written_with_its_own_credential_or_the_default(load_text):
    settings = load_text(TEXT, **ENVIRONMENT).settings

    names = [credential and credential.name for credential in (write_credential(settings, n) for n in "ab")]
    assert names == ["write", "core"]


def test_what_is_polled_never_holds_the_write_credential(load_text):
    settings = load_text(TEXT, **ENVIRONMENT).settings

    assert {device.credential.name for device in devices(settings)} == {"read"}


def test_without_one_a_device_cannot_be_written(load_text):
    settings = load_text(TEXT.replace(", write_credential: write", ""), **ENVIRONMENT).settings

    assert write_credential(settings, "a") is None
    assert write_credential(settings, "not configured") is None


METHODS = """
credentials: {read: {version: 2c, community: "${env:READ}"}}
defaults: {credential: read}
devices:
  - {name: near, address: 127.0.0.1}
  - {name: far, address: 192.0.2.2, ping_interval: 30s}
  - {name: modem, address: 192.0.2.3, methods: [ping]}
  - {name: both, address: "::1", methods: [snmp, ping]}
"""


def methods_in(load_text, text):
    return {device.name: device.methods for device in devices(load_text(text, **ENVIRONMENT).settings)}


def test_a_device_is_asked_by_snmp_and_ping_but_loopback_by_snmp_alone_unless_somebody_says_so(load_text):
    assert methods_in(load_text, METHODS) == {
        "near": ("snmp",), "far": ("snmp", "ping"), "modem": ("ping",), "both": ("snmp", "ping"),
    }  # fmt: skip
    said = methods_in(load_text, METHODS + "reachability: {methods: [snmp, ping]}\n")
    assert said["near"] == ("snmp", "ping")
    without = methods_in(load_text, METHODS + "reachability: {methods: [snmp]}\n")
    assert (without["near"], without["far"], without["modem"]) == (("snmp",), ("snmp",), ("ping",))
    other = methods_in(load_text, METHODS + "reachability: {ping_interval: 5s}\n")
    assert other["near"] == ("snmp",)


def test_how_often_a_device_is_pinged_is_its_own_or_that_of_all(load_text):
    found = devices(load_text(METHODS + "reachability: {ping_interval: 5s}\n", **ENVIRONMENT).settings)

    assert [device.ping_interval.total_seconds() for device in found] == [5, 30, 5, 5]


def test_a_device_without_snmp_needs_no_credential_and_has_none(load_text):
    text = "devices: [{name: modem, address: 192.0.2.3, methods: [ping]}]\n"
    (device,) = devices(load_text(text).settings)

    assert not device.has_snmp
    assert device.credential.community.get_secret_value() == ""
