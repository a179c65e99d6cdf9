"""Collects the series of one scrape by name and writes them in Prometheus' text format 0.0.4.

A quiet room. May import: netwatch.model. Called by: samples, scraping.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from netwatch.errors import NetWatchError
from netwatch.exporter.labels import Rows, escaped

Number = int | float


class Refused(NetWatchError):
    """What came of a device makes no answer that Prometheus could take; snmp_exporter gives none either."""


@dataclass(slots=True)
class Family:
    """The series of one name; each chunk begins with a line feed."""

    name: str
    kind: str
    help: str
    chunks: list[bytes] = field(default_factory=list)
    repeats: bool = False
    """Whether two of its series may be the same."""


def number_text(value: Number) -> str:
    """Write a number."""
    if isinstance(value, int) or math.isfinite(value):
        return repr(value)
    return "NaN" if math.isnan(value) else "+Inf" if value > 0 else "-Inf"


class Families:
    """The families of one answer.

    strict: what snmp_exporter cannot answer raises Refused; otherwise the first that was said counts.
    """

    def __init__(self, *, strict: bool) -> None:
        self.strict = strict
        self._families: dict[str, Family] = {}

    def add_rows(self, name: str, kind: str, help_text: str, rows: Rows, values: Sequence[Number]) -> None:
        """Add a series for each row; integers go in at once."""
        if not values:
            return
        family = self._family(name, kind, help_text)
        family.repeats = family.repeats or bool(family.chunks) or rows.repeats
        try:
            total = sum(values)
            plain = math.isfinite(total)
        except OverflowError:
            plain = False
        if plain:
            template = rows.whole_template if type(total) is int else rows.template
            family.chunks.append(template.replace(b"\n", b"\n" + name.encode()) % tuple(values))
        else:
            self.add_lines(name, kind, help_text, rows.lines, values)

    def add_lines(
        self, name: str, kind: str, help_text: str, labels: Sequence[str], values: Sequence[Number]
    ) -> None:
        """Add a series for each text of labels."""
        if not labels:
            return
        family = self._family(name, kind, help_text)
        family.repeats = family.repeats or bool(family.chunks) or len(set(labels)) < len(labels)
        lines = [f"\n{name}{one} {number_text(value)}" for one, value in zip(labels, values, strict=True)]
        family.chunks.append("".join(lines).encode())

    def _family(self, name: str, kind: str, help_text: str) -> Family:
        family = self._families.get(name)
        if family is None:
            family = self._families[name] = Family(name, kind, help_text)
        elif self.strict and (family.kind, family.help) != (kind, help_text):
            raise Refused(
                f'* collected metric {name} has help "{help_text}" and type {kind} but should have '
                f'"{family.help}" and {family.kind}'
            )
        return family

    def text(self) -> list[bytes]:
        """Return everything, family by family in the order of their names.

        Raises:
            Refused: a series is there twice, and nothing may be left out.
        """
        pieces = []
        for name in sorted(self._families):
            family = self._families[name]
            head = f"# HELP {name} {_help_text(family.help)}\n# TYPE {name} {family.kind}".encode()
            pieces += [head, *(self._once(family) if family.repeats else family.chunks), b"\n"]
        return pieces

    def _once(self, family: Family) -> list[bytes]:
        """Return each series once, the first that came."""
        seen: dict[bytes, bytes] = {}
        for line in b"".join(family.chunks).split(b"\n")[1:]:
            series, _, _ = line.rpartition(b" ")
            if series in seen and self.strict:
                said = series.decode()
                raise Refused(f"* collected metric {said} was collected before with the same name and label values")
            seen.setdefault(series, line)
        return [b"".join([b"\n" + line for line in seen.values()])]


def _help_text(text: str) -> str:
    return escaped(text).replace(r"\"", '"')
