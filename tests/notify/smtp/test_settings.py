"""What the configuration may say about mail servers."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from netwatch.notify import RelaySettings, SmtpSettings

LOGIN = {"username": "netwatch", "password": "secret"}


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_a_password_goes_over_tls(tls):
    assert RelaySettings(host="mail.example.net", tls=tls, **LOGIN).tls == tls


def test_a_password_in_the_clear_is_refused():
    with pytest.raises(ValidationError, match="never sent in the clear"):
        RelaySettings(host="mail.example.net", **LOGIN)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.1.2.3", "::1", "LOCALHOST."])
def test_a_password_may_stay_on_this_machine(host):
    assert RelaySettings(host=host.rstrip("."), **LOGIN).tls == "none"


@pytest.mark.parametrize("given", [{"username": "a"}, {"password": "b"}, {"auth": "PLAIN"}])
def test_half_a_login_is_refused(given):
    with pytest.raises(ValidationError, match=r"belong together|needs a username"):
        RelaySettings(host="localhost", **given)


@pytest.mark.parametrize("name", ["a b", "x\r\nRSET", "", "net_watch.example.net", "192.0.2.1"])
def test_the_name_for_ehlo_cannot_be_a_command(name):
    with pytest.raises(ValidationError):
        SmtpSettings(local_hostname=name)


def test_the_password_is_in_no_text():
    relay = RelaySettings(host="localhost", **LOGIN)

    assert "secret" not in f"{relay} {relay!r} {relay.model_dump_json()}"


@pytest.mark.parametrize(
    ("host", "name"), [("mail.example.net", "mail.example.net:25"), ("2001:db8::1", "[2001:db8::1]:25")]
)
def test_a_relay_is_called_by_host_and_port(host, name):
    assert RelaySettings(host=host).name == name


OAUTH2 = {"token_url": "https://login.example.net/token", "client_id": "nw", "client_secret": "s3cret"}


def test_a_token_may_stand_for_the_password():
    relay = RelaySettings(host="mail.example.net", tls="starttls", username="nw@b", auth="XOAUTH2", oauth2=OAUTH2)

    assert "s3cret" not in f"{relay} {relay!r} {relay.model_dump_json()}"


@pytest.mark.parametrize(("given", "said"), [
    ({"auth": "XOAUTH2", "username": "a"}, "belong together"),
    ({"oauth2": OAUTH2, "username": "a"}, "belong together"),
    ({"auth": "XOAUTH2", "oauth2": OAUTH2}, "needs a username"),
    ({"auth": "XOAUTH2", "oauth2": OAUTH2, **LOGIN}, "instead of a password"),
    ({"auth": "XOAUTH2", "oauth2": OAUTH2, "username": "a", "host": "mail.example.net"}, "never sent in the clear"),
    ({"auth": "XOAUTH2", "oauth2": {**OAUTH2, "token_url": "http://login.example.net"}, "username": "a"},
     "token_url must be https"),
])  # fmt: skip
def test_half_a_token_login_or_one_in_the_clear_is_refused(given, said):
    with pytest.raises(ValidationError, match=said):
        RelaySettings.model_validate({"host": "localhost", **given})
