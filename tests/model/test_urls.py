"""What a URL in the configuration must be, and which hosts are this machine."""

from __future__ import annotations

import pytest

from netwatch.model import is_loopback, parse_url


@pytest.mark.parametrize("text", [
    "http://am:9093", "https://alerts.example.net/hook?key=1", "http://[2001:db8::1]:9093/am/",
])  # fmt: skip
def test_http_and_https_are_urls(text):
    assert parse_url(text).hostname


@pytest.mark.parametrize("text", [
    "", "am:9093", "ftp://am", "https://", "https://am:0", "https://am:99999", "https://a b/", "file:///etc/passwd",
    "https://user:word@am", "https://user@am", "https://am/\r\nX: y",
])  # fmt: skip
def test_anything_else_is_not_nor_what_holds_a_password(text):
    with pytest.raises(ValueError, match=r"URL|ort"):
        parse_url(text)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.1.2.3", "::1", "LOCALHOST."])
def test_some_names_are_always_this_machine(host):
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["", "mail.example.net", "localhost.example.net", "192.0.2.1", "2001:db8::1"])
def test_other_names_may_be_another(host):
    assert not is_loopback(host)
