"""ICMP echo: one socket per family for all addresses; what came of the last packets of each.

When an address is asked, and what follows from its silence, is said by whoever asks: polling beside SNMP, discovery
before anything else.
"""

from typing import TYPE_CHECKING

from netwatch.door import lazy_door

if TYPE_CHECKING:
    from netwatch.ping.metrics import count_packets, count_strays
    from netwatch.ping.pinger import Echo, Pinger
    from netwatch.ping.pulse import Pulse
    from netwatch.ping.settings import ReachabilitySettings
    from netwatch.ping.sockets import EchoSocket, open_socket
else:
    __getattr__, __dir__ = lazy_door(__name__)

__all__ = [
    "Echo", "EchoSocket", "Pinger", "Pulse", "ReachabilitySettings", "count_packets", "count_strays", "open_socket",
]  # fmt: skip
