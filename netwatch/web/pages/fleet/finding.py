"""Finds what is called so: devices by name and address, ports by name and alias, alerts by what they say.

A quiet room. May import: netwatch.model, netwatch.web. Called by: found.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass

from netwatch.model import Alert, DeviceSign, TableReading
from netwatch.web.pacing import paced
from netwatch.web.pages.fleet.search import spelled
from netwatch.web.pages.interfaces import CONCEPT
from netwatch.web.views import Views

MOST_OF_A_KIND = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPort:
    """A port that is called so."""

    device: str
    key: str
    name: str
    alias: str


def found_devices(views: Views, signs: Iterable[DeviceSign], sought: str) -> Iterator[DeviceSign]:
    """Yield the devices, also those of which a part is called so; those first whose name begins so."""
    spelt = spelled(sought)
    found = [sign for sign in signs if sought in _of_device(sign) or spelt in views.words_of(sign.device)]
    yield from sorted(found, key=lambda sign: not sign.device.name.casefold().startswith(sought))


def found_alerts(alerts: Iterable[Alert], sought: str) -> Iterator[Alert]:
    """Yield the alerts that stand and say so."""
    return (alert for alert in alerts if alert.resolved_at is None and sought in _of_alert(alert))


async def found_ports(views: Views, devices: Iterable[str], sought: str) -> AsyncIterator[FoundPort]:
    """Yield ports of these devices; gives way to the loop, as they may be many thousands."""
    async for device in paced(devices):
        for reading in views.readings(device):
            if reading.table == CONCEPT:
                for port in _ports(reading, sought):
                    yield port


def _ports(reading: TableReading, sought: str) -> Iterator[FoundPort]:
    nothing = ("",) * len(reading.rows.keys)
    names, aliases = (reading.rows.labels.get(name, nothing) for name in ("ifName", "ifAlias"))
    for key, name, alias in zip(reading.rows.keys, names, aliases, strict=True):
        if name.casefold() == sought or sought in alias.casefold():
            yield FoundPort(device=reading.device, key=key, name=name, alias=alias)


def _of_device(sign: DeviceSign) -> str:
    device = sign.device
    return f"{device.name} {device.address} {' '.join(device.labels.values())}".casefold()


def _of_alert(alert: Alert) -> str:
    summary = alert.annotations.get("summary", "")
    return f"{alert.key.alertname} {alert.key.device} {alert.key.instance} {summary}".casefold()
