"""What another monitor calls good and bad of a device's states, read from its definitions beside the checkout."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from tests.bench.knowing.corpus import CORPUS, Recorded

WORDS = {0: "ok", 1: "warning", 2: "critical", 3: "unknown"}
"""Their four kinds of a state, in our words."""
SAME = {"ok": ("ok",), "warning": ("warning",), "critical": ("critical",), "unknown": ("unknown", "absent")}
"""Which of our words says the same; they know no place that is empty, and call it unknown, or well."""
EMPTY_AS_WELL = "ok"

Meanings = Mapping[str, Mapping[int, str]]
"""Begin of an OID -> number -> our word."""


def read_meanings(folder: Path) -> dict[str, Meanings]:
    """Return the meanings of each definition file by its name, without those that cannot be read."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found: dict[str, Meanings] = {}
    for path in sorted(folder.glob("*.yaml")):
        try:
            definition = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506  # a safe loader
        except (yaml.YAMLError, UnicodeDecodeError):
            continue
        found[path.stem] = dict(_meanings_in(definition))
    return found


def _meanings_in(definition: Any) -> Iterator[tuple[str, dict[int, str]]]:
    part: Any = definition
    for key in ("modules", "sensors", "state", "data"):
        part = part.get(key) if isinstance(part, Mapping) else None
    for entry in part if isinstance(part, list) else ():
        states, oid = entry.get("states"), str(entry.get("num_oid") or "")
        if oid and isinstance(states, list):
            words = {one["value"]: WORDS[one["generic"]] for one in states if one.get("generic") in WORDS}
            yield oid.partition("{{")[0].strip("."), words


def meaning_of(oid: str, number: float, os: str, meanings: Mapping[str, Meanings]) -> str:
    """Return what a state means by the definitions of its operating system, or else of any; empty if by none."""
    name = oid.strip(".")
    for group in (meanings.get(os, {}), *meanings.values()):
        begins = [begin for begin in group if name == begin or name.startswith(f"{begin}.")]
        word = group[max(begins, key=len)].get(int(number)) if begins else None
        if word:
            return word
    return ""


def with_states(
    devices: Sequence[Recorded], folder: Path = CORPUS / "definitions/librenms/os_discovery"
) -> list[Recorded]:
    """Return devices that know what each of their states means."""
    meanings = read_meanings(folder)
    return [
        replace(
            device,
            states={
                sensor["oid"]: meaning_of(sensor["oid"], sensor["current"], device.os, meanings)
                for sensor in device.facts.get("sensors", ())
                if sensor["class"] == "state" and sensor["current"] is not None
            },
        )
        for device in devices
    ]


def says_the_same(theirs: str, ours: str) -> bool:
    """Return whether a state of ours is what theirs means; an empty place may be well or unknown to them."""
    return not theirs or ours in SAME[theirs] or (ours == "absent" and theirs == EMPTY_AS_WELL)
