"""Pure: who stands at which port of which device, since when, and which of them is a device that is watched.

`NeighbourBook` takes readings of the concepts `neighbour`, `mac`, `arp`, `identity`, `address` and `interface`, and
says what follows: neighbours per device and port, the links between devices that are watched, and what is to be
remembered. It decides nothing about alerts.

May import: netwatch.model. Called by: netwatch.engine, netwatch.app, netwatch.cli.
"""

from typing import TYPE_CHECKING

from netwatch.door import lazy_door

if TYPE_CHECKING:
    from netwatch.neighbours.book import NeighbourBook
    from netwatch.neighbours.kept import NEIGHBOUR_SCOPE
else:
    __getattr__, __dir__ = lazy_door(__name__)

__all__ = ["NeighbourBook", "NEIGHBOUR_SCOPE"]
