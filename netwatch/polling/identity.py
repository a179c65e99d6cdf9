"""Asks a device what it is, and finds the profile for it.

May import: netwatch.model, netwatch.snmp, netwatch.profiles. Called by: netwatch.polling.device_poller.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from netwatch.model import Device, Oid, Value
from netwatch.polling.text import text_of
from netwatch.profiles import Profile, ProfileLibrary
from netwatch.snmp import SnmpClient

_SYSTEM_GROUP = tuple(Oid.parse(f"1.3.6.1.2.1.1.{number}.0") for number in (2, 1, 5))
MAX_DESCRIPTION_CHARACTERS = 1000
_SPELT_OID = re.compile(rb"\.?(1(?:\.\d{1,10}){2,40})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What a device says it is; texts are safe to show."""

    profile: Profile
    sys_object_id: str = ""
    sys_descr: str = ""
    sys_name: str = ""


async def identify(client: SnmpClient, device: Device, library: ProfileLibrary) -> Identity:
    """Ask for the system group and choose the profile: the pinned one, else by sysObjectID.

    Raises:
        PollError: the device did not answer, or with an error.
        ConfigError: the pinned profile does not exist.
    """
    answers = await client.get(device, _SYSTEM_GROUP)
    object_id, descr, name = (answer.value for answer in answers)
    return Identity(
        profile=library.named(device.profile) if device.profile else library.match(_oid(object_id)),
        sys_object_id=text_of(_oid(object_id) or object_id),
        sys_descr=text_of(descr, MAX_DESCRIPTION_CHARACTERS),
        sys_name=text_of(name),
    )


def _oid(value: Value) -> Oid | None:
    """Return a sysObjectID; some agents spell it out in an OCTET STRING."""
    if isinstance(value, Oid):
        return value
    spelt = _SPELT_OID.fullmatch(value.strip(b"\0 \r\n")) if isinstance(value, bytes) else None
    return Oid.parse(spelt[1].decode()) if spelt else None
