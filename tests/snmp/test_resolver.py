"""Names of devices: looked up once, remembered for a while, and said in words where there are none."""

from __future__ import annotations

import asyncio
import socket

import pytest

from netwatch.errors import PollError
from netwatch.snmp import resolver
from netwatch.snmp.resolver import Resolver, literal


@pytest.mark.parametrize(("address", "family", "host"), [
    ("192.0.2.1", socket.AF_INET, "192.0.2.1"),
    ("2001:DB8::0:1", socket.AF_INET6, "2001:db8::1"),
    ("[2001:db8::1]", socket.AF_INET6, "2001:db8::1"),
])  # fmt: skip
def test_numeric_addresses_need_no_look_up(address, family, host):
    found = literal(address, 161)

    assert found is not None
    assert (found[0], found[1][:2]) == (family, (host, 161))


@pytest.mark.parametrize("name", ["core-sw1.example.net", "", "a" * 300, "ü.example"])
def test_names_are_no_numeric_addresses(name):
    assert literal(name, 161) is None


async def test_a_name_is_looked_up_once_for_all_who_ask(counted):
    resolver = Resolver()

    found = await asyncio.gather(*(resolver.resolve("localhost", port) for port in (161, 1161, 2161)))

    assert [{address[1] for _, address in places} for places in found] == [{161}, {1161}, {2161}]
    assert counted("netwatch_snmp_resolutions_total", outcome="found") == 1


async def test_an_unknown_name_is_said_in_words_and_not_looked_up_again_at_once(counted):
    resolver = Resolver()

    for _ in range(3):
        with pytest.raises(PollError, match="cannot look up the address 'no-such-host"):
            await resolver.resolve("no-such-host.invalid", 161)

    assert counted("netwatch_snmp_resolutions_total", outcome="failed") == 1


async def test_a_dead_name_server_does_not_take_back_what_is_known(monkeypatch, counted):
    names = Resolver()
    monkeypatch.setattr(resolver, "NAME_LIVES_FOR_SECONDS", 0.0)
    loop = asyncio.get_running_loop()
    before = await names.resolve("localhost", 161)
    assert len(before) >= 1

    async def dead(*_args: object, **_more: object) -> None:
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(loop, "getaddrinfo", dead)

    assert await names.resolve("localhost", 161) == before
    assert counted("netwatch_snmp_resolutions_total", outcome="failed") == 1
