"""Asks a device what it is, and finds the profile for it.

May import: netwatch.model, netwatch.snmp, netwatch.profiles. Called by: netwatch.polling.device_poller.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from netwatch.errors import PollError, RequestTimedOut
from netwatch.model import Device, DeviceFacts, Missing, Oid, Value, text_of
from netwatch.profiles import Profile, ProfileLibrary
from netwatch.snmp import SnmpClient

_SYSTEM_GROUP = tuple(Oid.parse(f"1.3.6.1.2.1.1.{number}.0") for number in (2, 1, 5))
MAX_DESCRIPTION_CHARACTERS = 1000
ASKED_AT_ONCE = 16
_SPELT_OID = re.compile(rb"\.?(1(?:\.\d{1,10}){2,40})")


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
            profile=self.profile.name, vendor=self.profile.vendor or maker_of(self.sys_object_id),
            sys_descr=self.sys_descr, sys_object_id=self.sys_object_id, sys_name=self.sys_name,
        )  # fmt: skip


ENTERPRISES = "1.3.6.1.4.1."
_MAKERS: Mapping[int, str] = {
    2: "ibm", 9: "cisco", 11: "hp", 43: "3com", 111: "oracle", 171: "dlink", 193: "ericsson", 207: "alliedtelesis",
    232: "hpe", 248: "hirschmann", 253: "xerox", 311: "microsoft", 318: "apc", 343: "intel", 367: "ricoh",
    476: "vertiv", 534: "eaton", 674: "dell", 789: "netapp", 1916: "extreme", 1588: "brocade", 1991: "foundry",
    2011: "huawei", 2021: "net-snmp", 2435: "brother", 2636: "juniper", 3375: "f5", 3902: "zte", 4526: "netgear",
    6027: "force10", 6141: "ciena", 6486: "alcatel", 6527: "nokia", 6574: "synology", 6876: "vmware",
    8072: "net-snmp", 8741: "sonicwall", 9303: "packetfront", 10002: "ubiquiti", 12356: "fortinet",
    14179: "airespace", 14823: "aruba", 14988: "mikrotik", 17163: "riverbed", 24681: "qnap", 25461: "paloalto",
    25506: "h3c", 30065: "arista", 33049: "mellanox", 41112: "ubiquiti", 47196: "aruba",
}  # fmt: skip
"""Enterprise numbers of makers (IANA), for devices whose profile does not say who made them."""


def maker_of(sys_object_id: str) -> str:
    """Return who a sysObjectID's enterprise number belongs to, empty where that is not known here."""
    number = sys_object_id.lstrip(".").removeprefix(ENTERPRISES).partition(".")[0]
    within = sys_object_id.lstrip(".").startswith(ENTERPRISES)
    return _MAKERS.get(int(number), "") if within and number.isascii() and number.isdigit() else ""


async def identify(client: SnmpClient, device: Device, library: ProfileLibrary) -> Identity:
    """Ask for the system group and choose the profile: the pinned one, else by sysObjectID.

    Raises:
        PollError: the device did not answer, or with an error.
        ConfigError: the pinned profile does not exist.
    """
    answers = await client.get(device, _SYSTEM_GROUP)
    object_id, descr, name = (answer.value for answer in answers)
    said_id, said = text_of(_oid(object_id) or object_id), text_of(descr, MAX_DESCRIPTION_CHARACTERS)
    profile = library.named(device.profile) if device.profile else library.match(_oid(object_id))
    beside = await _answers(client, device, library.questions(said_id, said))
    return Identity(
        profile=library.with_foreign(profile, said_id, said, beside),
        sys_object_id=said_id,
        sys_descr=said,
        sys_name=text_of(name),
    )


async def _answers(client: SnmpClient, device: Device, questions: Sequence[Oid]) -> Mapping[Oid, str]:
    """Return the texts of some objects, without those that the device does not have.

    Raises:
        RequestTimedOut: it fell silent. An error instead of an answer means that it has none of what was asked.
    """
    found: dict[Oid, str] = {}
    for start in range(0, len(questions), ASKED_AT_ONCE):
        some = questions[start : start + ASKED_AT_ONCE]
        try:
            answers = await client.get(device, some)
        except RequestTimedOut:
            raise
        except PollError:
            continue
        pairs = zip(some, answers, strict=True)
        found.update({oid: text_of(one.value) for oid, one in pairs if not isinstance(one.value, Missing | None)})
    return found


def _oid(value: Value) -> Oid | None:
    """Return a sysObjectID; some agents spell it out in an OCTET STRING."""
    if isinstance(value, Oid):
        return value
    spelt = _SPELT_OID.fullmatch(value.strip(b"\0 \r\n")) if isinstance(value, bytes) else None
    try:
        return Oid.parse(spelt[1].decode()) if spelt else None
    except ValueError:  # numbers that no OID has
        return None
