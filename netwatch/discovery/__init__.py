"""Finds devices in ranges of addresses, with what they may be asked with, and proposes configuration.

It gives nothing away: ICMP and the engine discovery of SNMP version 3 first, a credential only to hosts that
answered.
Nothing is written here without being told to, and nothing that vanished is ever taken away.
"""

from typing import TYPE_CHECKING

from netwatch.door import lazy_door

if TYPE_CHECKING:
    from netwatch.discovery.choosing import entry_of
    from netwatch.discovery.findings import Findings, read_findings
    from netwatch.discovery.found import FoundDevice, Host
    from netwatch.discovery.known import known_addresses
    from netwatch.discovery.listed import Listed, listed_entries, parsed
    from netwatch.discovery.local import local_networks
    from netwatch.discovery.looking import FirstLook, first_look, who_is_there
    from netwatch.discovery.netbox import devices_of_netbox
    from netwatch.discovery.patch import Patch, patched
    from netwatch.discovery.patrol import Files, Patrol
    from netwatch.discovery.progress import Progress
    from netwatch.discovery.proposal import proposed, proposed_of_listed, scalar
    from netwatch.discovery.ranges import Ranges, parse_ranges
    from netwatch.discovery.sameness import devices_of, free_name
    from netwatch.discovery.settings import DiscoverySettings
    from netwatch.discovery.sweep import Sweep
    from netwatch.discovery.taken import entry_text, read_taken
else:
    __getattr__, __dir__ = lazy_door(__name__)

__all__ = [
    "DiscoverySettings", "Files", "Findings", "FirstLook", "FoundDevice", "Host", "Listed", "Patch", "Patrol",
    "Progress", "Ranges", "Sweep", "devices_of", "devices_of_netbox", "entry_of", "entry_text", "first_look",
    "free_name", "known_addresses", "listed_entries", "local_networks", "parse_ranges", "parsed", "patched",
    "proposed", "proposed_of_listed", "read_findings", "read_taken", "scalar", "who_is_there",
]  # fmt: skip
