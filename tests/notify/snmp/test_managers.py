"""A manager is written as an address or a name, and a port that may be left out."""

from __future__ import annotations

import pytest

from netwatch.notify.snmp.managers import parse_manager


@pytest.mark.parametrize(("text", "host", "port", "written"), [
    ("192.0.2.9:162", "192.0.2.9", 162, "192.0.2.9:162"),
    ("192.0.2.9", "192.0.2.9", 162, "192.0.2.9:162"),
    ("[2001:db8::1]:10162", "2001:db8::1", 10162, "[2001:db8::1]:10162"),
    ("nms.example.net", "nms.example.net", 162, "nms.example.net:162"),
    ("nms:1", "nms", 1, "nms:1"),
])  # fmt: skip
def test_a_manager_is_a_host_and_a_port(text, host, port, written):
    manager = parse_manager(text)

    assert (manager.host, manager.port, str(manager)) == (host, port, written)


@pytest.mark.parametrize("text", [
    "", "192.0.2.9:0", "192.0.2.9:70000", "2001:db8::1", "[192.0.2.9]:162", "[nms]:162", "192.0.2.999", "a b", "a:b",
    "-a", "[2001:db8::1", "1.2.3",
])  # fmt: skip
def test_what_is_no_manager_is_said_so(text):
    with pytest.raises(ValueError, match="is no manager such as"):
        parse_manager(text)
