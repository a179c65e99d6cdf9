"""What mails say of where a device is."""

from __future__ import annotations

from datetime import UTC, datetime

from netwatch.app.places import places
from netwatch.metrics import Board
from netwatch.model import SCALARS, Credential, Device, TableReading
from netwatch.notify import Place

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def device(name: str, **changes: object) -> Device:
    return Device(name=name, address="192.0.2.1", credential=Credential(name="c", version="2c"), **changes)


def test_the_location_is_what_the_device_says_unless_its_label_says_it():
    board = Board()
    place_of = places([device("sw1", depends_on=("r1",)), device("sw2", labels={"location": "Rack 9"})], board)

    assert place_of("sw1") == Place(address="192.0.2.1", parents=("r1",))

    for name in ("sw1", "sw2"):
        columns = {"sysName": [b"x"], "sysLocation": [b"Rack 4, \xff"]}
        board.take_reading(TableReading(device=name, table="system", at=NOW, rows=SCALARS, columns=columns))

    assert place_of("sw1").location == "Rack 4, \ufffd"
    assert place_of("sw2").location == "Rack 9"
    assert place_of("192.0.2.77") == Place()
