"""How grave an alert is: the words of `severities`, from what can wait to what cannot.

A quiet room. May import: nothing. Called by: alerts (what may not wait, what an incident is called after), config.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Grade = Literal["critical", "warning", "info"]

USUAL = "warning"
"""The severity of a rule that sets none."""
_SAME_AS = {
    "page": "critical", "emergency": "critical", "disaster": "critical", "fatal": "critical", "high": "critical",
    "major": "critical", "alert": "critical", "error": "critical", "err": "critical",
    "warn": "warning", "minor": "warning", "average": "warning",
    "informational": "info", "information": "info", "notice": "info", "none": "info", "debug": "info",
}  # fmt: skip
"""What other monitors call them; a word that is listed in `severities` means itself."""


@dataclass(frozen=True, slots=True)
class Severities:
    """The order of severities, the least grave first."""

    names: tuple[str, ...] = ("info", "warning", "critical")

    def meant_by(self, word: str) -> str | None:
        """Return the listed severity that others call so; None where nobody does."""
        for name in (word.lower(), _SAME_AS.get(word.lower(), "")):
            if name in self.names:
                return name
        return None

    def rank(self, severity: str) -> int:
        """Return its place in the order; a word that is not in it counts as what others mean by it, or as usual."""
        word = severity.lower()
        for name in (severity, word, _SAME_AS.get(word, USUAL), USUAL):
            if name in self.names:
                return self.names.index(name)
        return len(self.names) // 2

    def grade(self, severity: str) -> Grade:
        """Return how grave it is in the three degrees that colours tell: the first, the last, and those between."""
        place = self.rank(severity)
        return "critical" if place == len(self.names) - 1 else "warning" if place else "info"


def severity_meant(word: str, order: Severities) -> str | None:
    """Return the severity that a word of somebody else's means, None where nobody knows it."""
    lower = word.lower()
    return next((name for name in (word, lower, _SAME_AS.get(lower, "")) if name in order.names), None)


USUAL_SEVERITIES = Severities()
