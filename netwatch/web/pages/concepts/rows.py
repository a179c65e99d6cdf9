"""One row of a concept's reading, asked for by the names of its labels and columns.

A quiet room. May import: netwatch.model, netwatch.web. Called by: columns, sections.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from netwatch.model import CONCEPTS, TableReading, measured, quantity_of
from netwatch.web.words import plain_value

RANKS = {"critical": 0, "down": 0, "warning": 1, "unknown": 2, "ok": 3, "up": 3, "disabled": 4, "absent": 5, "": 3}
"""How states stand below each other; what somebody wished, and places with nothing in them, come last."""
_BIGGEST = 1e300


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a reading; a column it does not have is like one without a value."""

    reading: TableReading
    number: int

    def label(self, name: str) -> str:
        """Return a label, empty where there is none."""
        texts = self.reading.rows.labels.get(name)
        return texts[self.number] if texts is not None else ""

    def value(self, column: str) -> float | None:
        """Return a number, None where there is none that can be shown."""
        value = self._raw(column)
        if not isinstance(value, int | float) or abs(value) > _BIGGEST:  # of NaN too nothing is true
            return None
        return value if math.isfinite(value) else None

    def measured(self, column: str) -> str:
        """Return a number with its unit, empty where there is none."""
        value = self.value(column)
        return "" if value is None else measured(value, quantity_of(column, {"quantity": self.label("quantity")}))

    def word(self, column: str) -> str:
        """Return an enumeration's word, empty where there is no value; a number it does not name as it is."""
        value = self._raw(column)
        names = CONCEPTS[self.reading.table].enums[column]
        return names.get(value, str(value)) if isinstance(value, int) else ""

    def text(self, column: str) -> str:
        """Return a text."""
        value = plain_value(self._raw(column))
        return "" if value is None else str(value)

    def doubt(self, *columns: str) -> str:
        """Return why one of these columns is not believed, empty where all are."""
        doubts = self.reading.doubts
        return next(
            (doubts[name][self.number] for name in columns if name in doubts and self.number in doubts[name]), ""
        )

    def _raw(self, column: str) -> object:
        values = self.reading.columns.get(column, ())
        return values[self.number] if self.number < len(values) else None
