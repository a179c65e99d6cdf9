"""Finds devices in ranges of addresses, with what they may be asked with, and proposes configuration.

It gives nothing away: ICMP and the engine discovery of SNMP version 3 first, a credential only to hosts that
answered.
Nothing is written here without being told to, and nothing that vanished is ever taken away.
"""

from typing import TYPE_CHECKING

from netwatch.door import lazy_door

if TYPE_CHECKING:
    from netwatch.discovery.found import FoundDevice, Host
    from netwatch.discovery.patch import Patch, patched
    from netwatch.discovery.progress import Progress
    from netwatch.discovery.proposal import proposed
    from netwatch.discovery.ranges import Ranges, parse_ranges
    from netwatch.discovery.sameness import devices_of
    from netwatch.discovery.settings import DiscoverySettings
    from netwatch.discovery.sweep import Sweep
else:
    __getattr__, __dir__ = lazy_door(__name__)

__all__ = [
    "DiscoverySettings", "FoundDevice", "Host", "Patch", "Progress", "Ranges", "Sweep", "devices_of", "parse_ranges",
    "patched", "proposed",
]  # fmt: skip
