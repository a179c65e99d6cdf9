"""A trap as one rule reads it, and who knows the row it is about.

May import: netwatch.rules, netwatch.model. Called by: traps, witnesses, netwatch.engine.engine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from netwatch.model import AlertKey, RowSet, TrapEvent
from netwatch.rules import Rule, TrapFacts, TrapRule, TrapVerdict


class KnownRows(Protocol):
    """Who knows the rows of polled tables."""

    def row_of(self, device: str, labels: Mapping[str, str]) -> tuple[str, Mapping[str, str]] | None:
        """Return key and labels of the row that has these labels (`ifIndex`: `7`), None where none is known."""

    def rows_of(self, device: str, table: str) -> RowSet | None:
        """Return the rows of a table as they were last read, None where it never was."""

    def is_read(self, device: str, table: str) -> bool:
        """Return whether a table is read at the moment."""


class NoRows:
    """Stands in where nothing is polled."""

    def row_of(self, device: str, labels: Mapping[str, str]) -> None:
        """Return None."""

    def rows_of(self, device: str, table: str) -> None:
        """Return None."""

    def is_read(self, device: str, table: str) -> bool:
        """Return False."""
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """Where a witness speaks: the rule about readings, and the row of its table the trap is about."""

    rule: Rule
    key: AlertKey
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A trap as one rule reads it.

    row_key: the row's own name, empty where polling knows none. seat: None where the rule stands alone.
    told_key: the key as the trap told it.
    """

    rule: TrapRule
    facts: TrapFacts
    verdict: TrapVerdict
    row_key: str
    told_key: str
    labels: Mapping[str, str]
    seat: Seat | None = None

    @property
    def event(self) -> TrapEvent:
        """Return the trap."""
        return self.facts.event
