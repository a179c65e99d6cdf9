"""Picks and sorts devices, for the page: by state, labels, vendor and profile, and by all that people know them by.

A quiet room.
May import: netwatch.model, netwatch.web. Called by: devices.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final

from netwatch.model import Device, DeviceSign, DeviceStatus, Matcher, all_hold
from netwatch.web.alert_search import natural
from netwatch.web.pages.fleet.order import BY_NAME, Places
from netwatch.web.pages.overview import DeviceRow, DeviceState

STATES: Final[Sequence[DeviceState]] = ("down", "alert", "trouble", "unknown", "up")
ORDERS: Final = ("state", "name", "address", "profile", "vendor")
"""By what devices are sorted, beside the names of labels."""
_OWN: Final = frozenset({"device", "profile", "state", "vendor"})
"""What conditions may ask beside the labels of the configuration."""
_MAC = re.compile(r"(?:[0-9a-f]{2}([:-]))(?:[0-9a-f]{2}\1){4}[0-9a-f]{2}|(?:[0-9a-f]{4}\.){2}[0-9a-f]{4}")

WordsOf = Callable[[Device], str]
VendorOf = Callable[[str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceSearch:
    """What devices are wanted; what is empty does not matter.

    q: text in name, address, a label, or what the device says of itself and its ports. matchers: held against the
    labels of the configuration, and `device`, `profile`, `vendor`, `state`. order: one of `ORDERS` or a label's name.
    backward: the last one first.
    """

    state: str = ""
    vendor: str = ""
    profile: str = ""
    q: str = ""
    matchers: tuple[Matcher, ...] = ()
    order: str = "state"
    backward: bool = False

    def found_in(self, rows: Iterable[DeviceRow], words_of: WordsOf, vendor_of: VendorOf) -> list[DeviceRow]:
        """Return the devices that are wanted, in the order asked for.

        Args:
            rows: the worst first, which is the order they come in where none is asked for.
            words_of: what a device and its parts are called, in small letters.
            vendor_of: who made a device, empty where nobody knows.
        """
        found = list(rows)
        for wants in self._conditions(words_of, vendor_of):
            found = [row for row in found if wants(row)]
        if self.order != "state":
            found = self._sorted(found, vendor_of)
        if self.backward:
            found.reverse()
        return found

    def _conditions(self, words_of: WordsOf, vendor_of: VendorOf) -> Iterator[Callable[[DeviceRow], bool]]:
        """Yield what a device must meet, what is quickly asked first."""
        if self.state:
            yield lambda row: row.state == self.state
        if self.profile:
            yield lambda row: row.status.profile == self.profile
        if self.vendor:
            vendor = self.vendor.casefold()
            yield lambda row: vendor in vendor_of(row.status.device.name).casefold()
        if self.matchers and _OWN.isdisjoint(matcher.label for matcher in self.matchers):
            yield lambda row: all_hold(self.matchers, row.status.device.labels)
        elif self.matchers:
            yield lambda row: all_hold(self.matchers, _labels_of(row, vendor_of))
        if self.q:
            sought = spelled(self.q)
            yield lambda row: _is_meant(sought, row.status, words_of)

    def _sorted(self, rows: Sequence[DeviceRow], vendor_of: VendorOf) -> list[DeviceRow]:
        by_place = self._places_of(rows, vendor_of)
        return [rows[number] for number in sorted(range(len(rows)), key=by_place.__getitem__)]

    def _places_of(self, rows: Sequence[DeviceRow], vendor_of: VendorOf) -> list[int]:
        if self.order == "name":
            return BY_NAME.of([row.status.device.name for row in rows])
        if self.order == "address":
            return _BY_ADDRESS.of([(row.status.device.address, row.status.device.port) for row in rows])
        if self.order == "profile":
            return _BY_PROFILE.of([row.status.profile for row in rows])
        if self.order == "vendor":
            return _BY_TEXT.of([vendor_of(row.status.device.name) for row in rows])
        return _BY_TEXT.of([row.status.device.labels.get(self.order, "") for row in rows])


def _is_meant(sought: str, status: DeviceStatus | DeviceSign, words_of: WordsOf) -> bool:
    return sought in words_of(status.device) or sought in status.sys_name.casefold()


def spelled(text: str) -> str:
    """Return text as it is looked for: in small letters, a hardware address as NetWatch writes them."""
    small = text.strip().casefold()
    if _MAC.fullmatch(small) is None:
        return small
    return bytes.fromhex(re.sub("[:.-]", "", small)).hex(":")


def _address_place(place: tuple[str, int]) -> tuple[object, ...]:
    """Sort key: addresses by their number, IPv4 first, names of hosts last; then by port."""
    address, port = place
    try:
        known = ip_address(address.partition("%")[0])
    except ValueError:
        return 9, 0, address, port
    return known.version, int(known), address, port


def label_names(rows: Iterable[DeviceRow], most: int) -> list[str]:
    """Return the names of the labels that devices have, so many at most."""
    return sorted({name for row in rows for name in row.status.device.labels})[:most]


def _named_first(text: str) -> tuple[object, ...]:
    return not text, natural(text)


def _labels_of(row: DeviceRow, vendor_of: VendorOf) -> Mapping[str, str]:
    status = row.status
    name = status.device.name
    own = {"device": name, "profile": status.profile, "state": row.state, "vendor": vendor_of(name)}
    return {**own, **status.device.labels}


_BY_ADDRESS: Final = Places(_address_place)
_BY_PROFILE: Final = Places[str](lambda text: (not text, text))
_BY_TEXT: Final = Places(_named_first)
