"""Which alerts on recordings are true and which are false, as somebody judged them, with the reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import yaml

from tests.bench.knowing.drill import Raised

VERDICTS = {"right": True, "wrong": False}
KEYS = {"rule", "recording", "row", "verdict", "reason"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """A judgement on alerts; each pattern is a shell's, `row` is held against the row's key and against the words."""

    rule: str
    recording: str
    is_true: bool
    reason: str
    row: str = "*"

    def is_about(self, alert: Raised) -> bool:
        """Return whether an alert is one of those."""
        return (
            fnmatchcase(alert.rule, self.rule)
            and fnmatchcase(alert.device, self.recording)
            and (fnmatchcase(alert.row, self.row) or fnmatchcase(alert.words, self.row))
        )


def read_opinions(path: Path) -> list[Opinion]:
    """Read the list.

    Raises:
        ValueError: an entry lacks a reason or has a key that means nothing.
    """
    entries: list[dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8")) or []
    opinions = []
    for number, entry in enumerate(entries, start=1):
        if not set(entry) <= KEYS or not entry.get("reason") or entry.get("verdict") not in VERDICTS:
            raise ValueError(
                f"{path.name}, entry {number}: it has rule, recording, row, verdict (right, wrong) and reason"
            )
        opinions.append(
            Opinion(
                rule=str(entry.get("rule", "*")), recording=str(entry.get("recording", "*")),
                row=str(entry.get("row", "*")), is_true=VERDICTS[entry["verdict"]], reason=str(entry["reason"]),
            )
        )  # fmt: skip
    return opinions


def opinion_on(alert: Raised, opinions: Sequence[Opinion]) -> Opinion | None:
    """Return the first judgement on an alert, None where nobody has judged it."""
    return next((opinion for opinion in opinions if opinion.is_about(alert)), None)
