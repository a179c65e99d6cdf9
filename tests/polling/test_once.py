"""One device once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from netwatch.errors import RequestTimedOut
from netwatch.polling import poll_once


async def test_a_device_is_read_once(device, library, client):
    status, readings = await poll_once(device, library, client)

    assert [reading.table for reading in readings] == ["reachability", "system", "ifTable"]
    assert status.up
    assert readings[2].rates["ifHCInOctets"] == [None, None]


async def test_two_rounds_give_rates(device, library, client, agent):
    status, readings = await poll_once(device, library, client, rates_after=timedelta(seconds=0.3))

    assert readings[2].rates["ifHCInOctets"] == [None, None]  # its uptime stood still
    assert status.last_polled_at is not None


async def test_a_real_agent_has_rates_after_two_rounds(snmpd, device, library, client):
    agent = snmpd()

    _, readings = await poll_once(
        replace(device, port=agent.port, timeout=timedelta(seconds=2)),
        library,
        client,
        rates_after=timedelta(seconds=0.4),
    )

    interfaces = readings[-1]
    loopback = interfaces.rows.labels["ifDescr"].index("lo")
    assert interfaces.rates["ifHCInOctets"][loopback] is not None


async def test_a_device_that_does_not_answer_is_an_error(device, library, client, agent):
    agent.silent = True

    with pytest.raises(RequestTimedOut, match="no answer to 2 requests"):
        await poll_once(device, library, client)
