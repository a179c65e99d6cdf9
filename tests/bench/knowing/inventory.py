"""What a device is: version, model, serial number, and those of its parts."""

from __future__ import annotations

from netwatch.model import Oid
from tests.bench.knowing.corpus import Objects, Recorded, cells_under
from tests.bench.knowing.polled import Polled
from tests.bench.knowing.verdicts import MISSING, RIGHT, Verdict, counted, normalised, outcome_of, texts_agree

ENTITY_SERIAL = Oid.parse("1.3.6.1.2.1.47.1.1.1.1.11")
ENTITY_MODEL = Oid.parse("1.3.6.1.2.1.47.1.1.1.1.13")

NAMELESS = ("", "n/a", "none")
"""What stands there where a part has no such number."""


def identity(device: Recorded, _objects: Objects, polled: Polled) -> list[Verdict]:
    """Return whether version, model and serial number are known, of those that somebody knows."""
    rows = polled.of("identity")
    verdicts = []
    for theirs, ours in (("version", "version"), ("hardware", "model"), ("serial", "serial")):
        wanted = str(device.identity.get(theirs) or "").strip()
        if not wanted:
            continue
        said = [row.text(ours) for row in rows if row.text(ours)]
        is_right = any(texts_agree(wanted, text) for text in said)
        verdicts.append(
            Verdict(
                figure=ours,
                outcome=outcome_of(found=bool(said), right=is_right),
                wanted=wanted,
                found="; ".join(said),
            )
        )
    return verdicts


def components(_device: Recorded, objects: Objects, polled: Polled) -> list[Verdict]:
    """Return which serial numbers and models of the device's own entPhysicalTable are known."""
    rows = polled.of("component")
    verdicts: list[Verdict] = []
    for figure, column, label in (
        ("ENTITY serials", ENTITY_SERIAL, "serial"),
        ("ENTITY models", ENTITY_MODEL, "model"),
    ):
        wanted = [
            text for value in cells_under(objects, column).values() if (text := printable(value)) not in NAMELESS
        ]
        said = [text for row in rows if (text := normalised(row.text(label)))]
        verdicts += [
            Verdict(figure=figure, outcome=RIGHT if is_there else MISSING, wanted=text)
            for text, is_there in zip(wanted, counted(wanted, said), strict=True)
        ]
    return verdicts


def printable(value: object) -> str:
    """Return a text of a recording as texts are compared, empty where it is none."""
    return normalised(value.decode("utf-8", "replace")) if isinstance(value, bytes) else ""
