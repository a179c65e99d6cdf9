"""Who may send, and whose words a relay may pass on."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from netwatch.model import NO_CREDENTIAL, Credential, Device
from netwatch.traps.devices import KnownDevices, plain_address
from netwatch.traps.settings import TrapSettings
from netwatch.traps.sources import REMEMBERED, Sources

from .peers import device

CAMPUS = Credential(name="campus", version="2c", community=SecretStr("campus"))


def sources(devices: list[Device] | None = None, **settings) -> Sources:
    known = [device(address="192.0.2.1", credential=CAMPUS)] if devices is None else devices
    return Sources(TrapSettings(**settings), KnownDevices(known))


@pytest.mark.parametrize(
    ("address", "may"),
    [
        ("192.0.2.1", True),  # a device
        ("198.51.100.7", True),  # allowed
        ("203.0.113.5", True),  # a relay
        ("2001:db8::5", True),  # allowed
        ("192.0.2.2", False),
        ("127.0.0.1", False),  # loopback is nobody in particular
        ("nonsense", False),
    ],
)
def test_devices_allowed_networks_and_relays_may_send_and_nobody_else(address, may):
    listed = sources(allow=["198.51.100.0/24", "2001:db8::/32"], relays=["203.0.113.5"])

    assert (listed.find(address) is not None) is may


def test_without_a_list_of_communities_a_device_may_use_its_own():
    found = sources(allow=["198.51.100.0/24"])

    assert found.find("192.0.2.1").communities == {b"campus"}
    assert found.find("198.51.100.7").communities == frozenset()


def test_a_device_that_is_only_pinged_has_no_community_of_its_own_not_even_an_empty_one():
    modem = Device(name="modem", address="192.0.2.3", credential=NO_CREDENTIAL, methods=("ping",))

    assert sources([modem]).find("192.0.2.3").communities == frozenset()


def test_a_list_of_communities_holds_for_everybody():
    assert sources(communities=["traps"]).find("192.0.2.1").communities == {b"traps"}


def test_a_device_is_known_by_every_address_it_may_answer_from():
    multihomed = Device(name="edge", address="192.0.2.1", accept_from=("2001:db8::1",), credential=CAMPUS)

    assert sources([multihomed]).find("2001:db8::1").name == "edge"


@pytest.mark.parametrize(
    ("heard", "plain"),
    [
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("fe80::1%eth0", "fe80::1"),
        ("2001:db8::1", "2001:db8::1"),
        ("192.0.2.1", "192.0.2.1"),
    ],
)
def test_addresses_are_compared_in_one_form(heard, plain):
    assert plain_address(heard) == plain


def test_forged_addresses_do_not_fill_the_memory():
    listed = sources()
    for number in range(REMEMBERED * 2):
        listed.find(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}")

    assert len(listed._known) <= REMEMBERED


async def test_a_device_with_a_name_is_known_once_that_was_looked_up():
    import asyncio

    from .peers import until

    known = KnownDevices([device(address="localhost")])
    listed = Sources(TrapSettings(), known)
    assert listed.find("127.0.0.1") is None

    looking_up = asyncio.create_task(known.keep_looking_up())
    await until(lambda: listed.find("127.0.0.1"))
    looking_up.cancel()

    assert listed.find("127.0.0.1").name == "router"
