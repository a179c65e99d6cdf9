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
