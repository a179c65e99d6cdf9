"""Says of a device what its mails tell: address, labels and parents as configured, and where it says that it stands.

May import: every room below. Called by: netwatch.app.corridor, which hands it to the mailer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from netwatch.metrics import Board
from netwatch.model import Device
from netwatch.notify import Place

LOCATION = "sysLocation"


def places(devices: Sequence[Device], board: Board) -> Callable[[str], Place]:
    """Return who knows where a device is; what it says of its location may change with every poll."""
    known = {
        device.name: Place(address=device.address, labels=device.labels, parents=tuple(device.depends_on))
        for device in devices
    }

    def place_of(name: str) -> Place:
        place = known.get(name)
        if place is None:
            return Place()
        location = place.labels.get("location") or _location(board, name)
        return Place(address=place.address, labels=place.labels, parents=place.parents, location=location)

    return place_of


def _location(board: Board, device: str) -> str:
    text = board.scalar(device, LOCATION)
    return text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text or "")
