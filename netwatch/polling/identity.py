"""Asks a device what it is, and finds the profile for it.

May import: netwatch.model, netwatch.snmp, netwatch.profiles. Called by: netwatch.polling.device_poller.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from netwatch.model import Device, DeviceFacts, Oid, Value, text_of
from netwatch.profiles import Profile, ProfileLibrary
from netwatch.snmp import SnmpClient

_SYSTEM_GROUP = tuple(Oid.parse(f"1.3.6.1.2.1.1.{number}.0") for number in (2, 1, 5))
MAX_DESCRIPTION_CHARACTERS = 1000


@dataclass(frozen=True, kw_only=True)
class Identity:
    """What a device says it is; texts are safe to show."""

    profile: Profile
    sys_object_id: str = ""
    sys_descr: str = ""
    sys_name: str = ""

    @cached_property
    def facts(self) -> DeviceFacts:
        """Return it as rules ask for it."""
        return DeviceFacts(
            profile=self.profile.name, vendor=self.profile.vendor, sys_descr=self.sys_descr,
            sys_object_id=self.sys_object_id, sys_name=self.sys_name,
        )  # fmt: skip


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
        sys_object_id=text_of(object_id),
        sys_descr=text_of(descr, MAX_DESCRIPTION_CHARACTERS),
        sys_name=text_of(name),
    )


def _oid(value: Value) -> Oid | None:
    return value if isinstance(value, Oid) else None
