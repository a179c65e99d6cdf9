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


@pytest.mark.parametrize("typed", ["udp:192.0.2.7:1161", "192.0.2.7:1161"])
def test_an_address_may_be_written_as_net_snmp_does(tmp_path, typed):
    device = find_device(typed, tmp_path / "none.yaml", Flags(community="public"))

    assert (device.name, device.address, device.port) == (typed, "192.0.2.7", 1161)
    assert device.credential.version == "2c"


@pytest.mark.parametrize("typed", ["192.0.2.1:1161", "udp:192.0.2.1:1161"])
def test_an_address_of_the_configuration_means_the_device_that_has_it(config, typed):
    assert find_device(typed, config, Flags()).name == "core"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("cor", "no device named 'cor'; did you mean \"core\"?"),
        ("Core", 'did you mean "core"?'),
        ("unlike", "for an address say how to ask it, such as -v 2c -c public"),
        ("tcp:192.0.2.1", "tcp: is not spoken here"),
        ("192.0.2.1:99999", "a port is 1 to 65535"),
    ],
)
def test_a_device_that_is_not_there_is_wrong_usage_and_a_near_one_is_named(config, capsys, typed, words):
    with pytest.raises(typer.Exit) as left:
        find_device(typed, config, Flags())

    assert left.value.exit_code == 2
    assert words in capsys.readouterr().err


def test_a_command_that_cannot_be_told_how_to_ask_names_one_that_can(config, capsys):
    with pytest.raises(typer.Exit) as left:
        find_device("192.0.2.99", config, None)

    said = capsys.readouterr().err
    assert left.value.exit_code == 2
    assert "no device named '192.0.2.99'; this asks as the configuration says; `netwatch get` can be told how" in said
    assert find_device("core", config, None) == find_device("core", config, Flags())


def test_a_name_of_the_configuration_brings_address_and_credential(config):
    device = find_device("core", config, Flags())

    assert (device.address, device.port) == ("192.0.2.1", 1161)
    assert device.credential.community.get_secret_value() == "from-the-file"


def test_a_flag_wins_over_the_configuration(config):
    device = find_device("core", config, Flags(version="1", community="typed", timeout=0.5, retries=0))

    assert (device.address, device.credential.version) == ("192.0.2.1", "1")
    assert device.credential.community.get_secret_value() == "typed"
    assert (device.timeout, device.retries) == (timedelta(seconds=0.5), 0)


def test_minus_c_is_the_community_whatever_it_looks_like_and_a_configuration_there_is_warned_of(config, capsys):
    device = find_device("192.0.2.7", None, Flags(community=str(config)))

    assert device.credential.community.get_secret_value() == str(config)
    assert capsys.readouterr().err == (
        f"netwatch: warning: -c is the community here, as net-snmp has it; the configuration is --config {config}\n"
    )


def test_a_community_that_is_no_file_is_taken_without_a_word(tmp_path, capsys):
    device = find_device("192.0.2.7", None, Flags(community=str(tmp_path / "none.yaml")))

    assert device.credential.community.get_secret_value() == str(tmp_path / "none.yaml")
    assert capsys.readouterr().err == ""


def test_an_address_that_is_none_leaves_the_remark_that_c_is_no_configuration(config, capsys):
    with pytest.raises(typer.Exit):
        find_device("tcp:192.0.2.1", None, Flags(community=str(config)))

    assert f"the configuration is --config {config}\n" in capsys.readouterr().err


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


def test_a_device_without_snmp_is_asked_only_with_what_is_said_here(config, capsys):
    config.write_text("devices: [{name: modem, address: 192.0.2.9, methods: [ping]}]\n")

    with pytest.raises(typer.Exit) as left:
        find_device("modem", config, Flags())
    assert left.value.exit_code == 2
    assert "'modem' has no SNMP here (methods: [ping]); say how to ask it all the same" in capsys.readouterr().err
    assert find_device("modem", config, Flags(community="public")).credential.version == "2c"
