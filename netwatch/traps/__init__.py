"""Listens on UDP 162; turns a trap or inform into an event.

`TrapReceiver` is the whole of it: it hears with a thread of its own, believes whom the settings name, and hands
`TrapEvent`s to a `TrapSink` on the loop. Repeats arrive there as counts.
"""

from typing import TYPE_CHECKING

from netwatch.door import lazy_door

if TYPE_CHECKING:
    from netwatch.traps.metrics import lost as traps_lost
    from netwatch.traps.own_engine import OwnEngine
    from netwatch.traps.receiver import TrapReceiver, TrapSink
    from netwatch.traps.refusal import SCOPE as REFUSED_MEMORY
    from netwatch.traps.refusal import Refused, refused_in
    from netwatch.traps.remedies import explained
    from netwatch.traps.sender_engines import SenderEngine
    from netwatch.traps.sockets import KeptPorts
else:
    __getattr__, __dir__ = lazy_door(__name__)

__all__ = [
    "KeptPorts",
    "OwnEngine",
    "TrapReceiver",
    "TrapSink",
    "Refused",
    "SenderEngine",
    "traps_lost",
    "REFUSED_MEMORY",
    "refused_in",
    "explained",
]
