"""Finds devices in ranges of addresses, with what they may be asked with, and proposes configuration.

It gives nothing away: ICMP and the engine discovery of SNMP version 3 first, a credential only to hosts that
answered.
Nothing is written here without being told to, and nothing that vanished is ever taken away.
"""

from typing import TYPE_CHECKING

from netwatch.door import lazy_door

if TYPE_CHECKING:
    from netwatch.discovery.found import FoundDevice, Host
    from netwatch.discovery.listed import Listed, listed_entries, parsed
    from netwatch.discovery.local import local_networks
    from netwatch.discovery.looking import FirstLook, first_look, who_is_there
    from netwatch.discovery.netbox import devices_of_netbox
    from netwatch.discovery.patch import Patch, patched
    from netwatch.discovery.progress import Progress
    from netwatch.discovery.proposal import proposed, proposed_of_listed, scalar
    from netwatch.discovery.ranges import Ranges, parse_ranges
    from netwatch.discovery.sameness import devices_of, free_name
    from netwatch.discovery.settings import DiscoverySettings
    from netwatch.discovery.sweep import Sweep
else:
    __getattr__, __dir__ = lazy_door(__name__)

__all__ = [
    "DiscoverySettings", "FirstLook", "FoundDevice", "Host", "Listed", "Patch", "Progress", "Ranges", "Sweep",
    "devices_of", "devices_of_netbox", "first_look", "free_name", "listed_entries", "local_networks", "parse_ranges",
    "parsed", "patched", "proposed", "proposed_of_listed", "scalar", "who_is_there",
]  # fmt: skip
