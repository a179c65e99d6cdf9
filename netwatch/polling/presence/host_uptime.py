"""Asks how long the host has been up, when its SNMP agent has begun anew.

An agent that was updated starts sysUpTime at 0 while the machine goes on. hrSystemUptime is the host's own
(RFC 2790); where an agent's sysUpTime alone begins anew, snmpEngineTime goes on (RFC 3411).

May import: netwatch.model, netwatch.snmp. Called by: netwatch.polling.device_poller.
"""

from __future__ import annotations

from netwatch.errors import PollError
from netwatch.model import Device, Oid
from netwatch.polling.uptime import TICKS_PER_SECOND
from netwatch.snmp import SnmpClient

HR_SYSTEM_UPTIME = Oid.parse("1.3.6.1.2.1.25.1.1.0")
SNMP_ENGINE_TIME = Oid.parse("1.3.6.1.6.3.10.2.1.3.0")
_SECONDS_IN_ONE = {HR_SYSTEM_UPTIME: 1 / TICKS_PER_SECOND, SNMP_ENGINE_TIME: 1.0}


async def host_uptime_seconds(client: SnmpClient, device: Device) -> float | None:
    """Return how long the host has been up at least, as far as the device says; None where it does not.

    One question each, because an old agent refuses both for the one it does not have.
    """
    known = []
    for oid, seconds in _SECONDS_IN_ONE.items():
        try:
            (answer,) = await client.get(device, [oid])
        except PollError:
            continue
        if isinstance(answer.value, int) and not isinstance(answer.value, bool):
            known.append(answer.value * seconds)
    return max(known, default=None)
