"""Says in what the numbers of a device's own tables are: the unit that their MIB modules mean, mostly in words alone.

Of an object that nobody has named the ending of its name tells, as MIB modules end them; of others nothing is said.

A quiet room. May import: nothing. Called by: tables.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

ALLOCATED: Final = frozenset({"hrStorageSize", "hrStorageUsed"})
"""What is in units of its row's own size."""
ALLOCATION_UNITS: Final = "hrStorageAllocationUnits"

_KNOWN: Final[Mapping[str, str]] = {
    ALLOCATION_UNITS: "octets", **dict.fromkeys(ALLOCATED, "allocation units"), "hrMemorySize": "KiB",
    "hrProcessorLoad": "%", "hrStorageAllocationFailures": "failures", "hrSystemProcesses": "processes",
    "hrSystemNumUsers": "users", "ifNumber": "interfaces", "ifSpeed": "b/s", "ifHighSpeed": "Mb/s", "ifMtu": "octets",
    "ifOutQLen": "packets", "sysUpTime": "1/100 s", "ifLastChange": "1/100 s", "hrSystemUptime": "1/100 s",
    "snmpEngineTime": "s", "ipDefaultTTL": "hops", "ifTableLastChange": "1/100 s", "ifStackLastChange": "1/100 s",
    "upsSecondsOnBattery": "s", "upsEstimatedMinutesRemaining": "min", "upsEstimatedChargeRemaining": "%",
    "upsBatteryTemperature": "°C", "upsBatteryVoltage": "1/10 V", "upsBatteryCurrent": "1/10 A",
    "upsInputNumLines": "lines", "upsOutputNumLines": "lines", "upsBypassNumLines": "lines",
    "upsInputLineBads": "times", "upsAlarmsPresent": "alarms",
    "upsInputFrequency": "1/10 Hz", "upsOutputFrequency": "1/10 Hz", "upsBypassFrequency": "1/10 Hz",
    "upsInputVoltage": "V", "upsOutputVoltage": "V", "upsBypassVoltage": "V", "upsInputCurrent": "1/10 A",
    "upsOutputCurrent": "1/10 A", "upsBypassCurrent": "1/10 A", "upsInputTruePower": "W", "upsOutputPower": "W",
    "upsBypassPower": "W", "upsOutputPercentLoad": "%",
}  # fmt: skip
_ENDINGS: Final = (
    ("KBytes|Kilobytes|KB", "KiB"), ("Octets|Bytes", "octets"),
    ("Pkts|Packets|Errors|Discards|Discarded|Drops|UnknownProtos", "packets"),
    ("Percent(?:age)?|Pct|Utilization", "%"), ("Seconds|Secs?", "s"),
    ("Minutes|Mins", "min"), ("Celsius|DegreesC", "°C"), ("Millivolts|mV", "mV"), ("Volts?", "V"),
    ("Milliwatts", "mW"), ("Watts", "W"), ("Rpm|RPM", "rpm"), ("Dbm|dBm", "dBm"), ("Hz", "Hz"),
)  # fmt: skip
_UNITS = tuple(unit for _, unit in _ENDINGS)
_GROUPS = "|".join(f"(?P<u{place}>{ending})" for place, (ending, _) in enumerate(_ENDINGS))
_AT_END = re.compile(rf"(?:{_GROUPS})(?:32|64|Total|High)?\Z")


def unit_of(column: str) -> str:
    """Return the unit of an object's numbers, empty where it is not known or they have none."""
    known = _KNOWN.get(column)
    if known is not None:
        return known
    match = _AT_END.search(column)
    return _UNITS[int((match.lastgroup or "u0")[1:])] if match is not None else ""
