"""Which device a command means, and with which credential it is asked."""

from __future__ import annotations

from datetime import timedelta

import pytest
import typer

from netwatch.cli.ask.targets import Flags, find_device


@pytest.fixture
def config(tmp_path):
    path = tmp_path / "netwatch.yaml"
    path.write_text("""
credentials: {usual: {version: 2c, community: from-the-file}}
devices: [{name: core, address: 192.0.2.1, port: 1161, credential: usual}]
""")
    return path


@pytest.mark.parametrize(
    ("typed", "address", "port"),
    [
        ("192.0.2.7", "192.0.2.7", 161),
        ("192.0.2.7:1161", "192.0.2.7", 1161),
        ("2001:db8::1", "2001:db8::1", 161),
        ("[2001:db8::1]", "2001:db8::1", 161),
        ("[2001:db8::1]:1161", "2001:db8::1", 1161),
        ("sw1.example.net", "sw1.example.net", 161),
        ("sw1.example.net:1161", "sw1.example.net", 1161),
    ],
)
def test_an_address_may_carry_a_port(tmp_path, typed, address, port):
    device = find_device(typed, tmp_path / "none.yaml", Flags(community="public"))

    assert (device.address, device.port, device.credential.version) == (address, port, "2c")


def test_a_name_of_the_configuration_brings_address_and_credential(config):
    device = find_device("core", config, Flags())

    assert (device.address, device.port) == ("192.0.2.1", 1161)
    assert device.credential.community.get_secret_value() == "from-the-file"


def test_a_flag_wins_over_the_configuration(config):
    device = find_device("core", config, Flags(version="1", community="typed", timeout=0.5, retries=0))

    assert (device.address, device.credential.version) == ("192.0.2.1", "1")
    assert device.credential.community.get_secret_value() == "typed"
    assert (device.timeout, device.retries) == (timedelta(seconds=0.5), 0)


def test_minus_c_with_a_yaml_file_is_the_configuration_as_everywhere_else(config):
    assert find_device("core", None, Flags(community=str(config))).address == "192.0.2.1"


@pytest.mark.parametrize(
    ("flags", "auth", "privacy"),
    [
        (Flags(user="u"), None, None),
        (Flags(user="u", level="noAuthNoPriv", auth_pass="ignored1"), None, None),
        (Flags(user="u", auth_pass="authpass"), "SHA", None),
        (Flags(user="u", auth="MD5", auth_pass="authpass", priv="AES-256", priv_pass="privpass"), "MD5", "AES-256"),
        (Flags(user="u", level="authNoPriv", auth="MD5", auth_pass="authpass", priv_pass="ignored1"), "MD5", None),
    ],
)
def test_a_v3_user_is_put_together_from_net_snmps_flags(tmp_path, flags, auth, privacy):
    credential = find_device("192.0.2.1", tmp_path / "none.yaml", flags).credential

    assert (credential.version, credential.user) == ("3", "u")
    assert (credential.auth_protocol, credential.privacy_protocol) == (auth, privacy)


@pytest.mark.parametrize(
    "flags",
    [
        Flags(),
        Flags(version="3"),
        Flags(version="2", community="public"),
        Flags(user="u", level="authPriv", auth_pass="authpass"),
        Flags(user="u", level="authpriv", auth_pass="authpass", priv_pass="privpass"),
        Flags(user="u", auth="SHA-1024", auth_pass="authpass"),
        Flags(user="u", auth_pass="authpass", priv="ROT13", priv_pass="privpass"),
    ],
)
def test_flags_that_do_not_fit_together_are_wrong_usage(config, capsys, flags):
    with pytest.raises(typer.Exit) as left:
        find_device("192.0.2.9", config, flags)

    assert left.value.exit_code == 2
    assert capsys.readouterr().err.startswith("netwatch: ")


def test_no_passphrase_is_ever_shown(tmp_path):
    flags = Flags(user="u", auth_pass="authentic-secret", priv_pass="private-secret")

    shown = repr(find_device("192.0.2.1", tmp_path / "none.yaml", flags))

    assert "authentic-secret" not in shown
    assert "private-secret" not in shown
