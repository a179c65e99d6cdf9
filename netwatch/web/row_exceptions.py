"""What people say of single rows of a device on its page: no rule is to see a port, a sensor has other limits.

netwatch.app hands in an object that has these methods. It stands in a file of NetWatch's own, counts from the next
reading on and after every restart, and says by whom; the event log keeps it.
May import: netwatch.model, netwatch.web. Called by: netwatch.web, netwatch.app.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from netwatch.model import TableReading, measured, parse_matchers, quantity_of
from netwatch.web.actions import ActionRefused, NotThere

Part = Literal["limits", "ignore"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowException:
    """What is different for some rows; `id` names it, `rules` are those that do not see them, None for all.

    is_shown: whether rows that no rule sees are on the page. is_own: it was said on the page, and may be taken back.
    quantity: in what the values of a sensor are, empty where that is not known.
    """

    id: str
    part: Part
    match: tuple[str, ...]
    values: Mapping[str, float] = field(default_factory=dict)
    rules: tuple[str, ...] | None = None
    is_shown: bool = False
    comment: str = ""
    by: str = ""
    at: datetime | None = None
    is_own: bool = False
    quantity: str = ""

    @property
    def limit_words(self) -> Sequence[str]:
        """Return each value with what it is a limit of, and its unit."""
        return limit_words(self.values, self.quantity)

    @property
    def device(self) -> str:
        """Return the one device that it is about; empty where that may be several."""
        found = (one for text in self.match for one in parse_matchers(text))
        named = (one.text for one in found if one.label == "device" and one.matches is None and not one.negated)
        return next(named, "")

    @property
    def silences_all(self) -> bool:
        """Return whether no rule sees the rows."""
        return self.part == "ignore" and self.rules is None


def limit_words(values: Mapping[str, float], quantity: str) -> Sequence[str]:
    """Return limits in words, `high critical 60 °C`; quantity: that of the sensor, empty where nobody knows it."""
    return [
        f"{column.removeprefix('sensor_').replace('_', ' ')} {_with_unit(column, value, quantity)}"
        for column, value in values.items()
    ]


def quantity_of_row(one: RowException, reading: TableReading | None) -> str:
    """Return in what the sensor is that an exception names, by the last reading; empty where that is not clear.

    It is clear where all sensors are of one quantity that have the labels which the exception says word by word.
    """
    if reading is None:
        return ""
    exact = [
        (reading.rows.labels[matcher.label], matcher.text)
        for text in one.match for matcher in parse_matchers(text)
        if matcher.label in reading.rows.labels and matcher.matches is None and not matcher.negated
    ]  # fmt: skip
    quantities = reading.rows.labels.get("quantity", ())
    found = {
        quantity for row, quantity in enumerate(quantities) if all(texts[row] == text for texts, text in exact)
    } if exact else set()  # fmt: skip
    return found.pop() if len(found) == 1 else ""


def _with_unit(column: str, value: float, quantity: str) -> str:
    labels = {"quantity": quantity}
    if column.startswith("sensor_") and not quantity:
        return f"{measured(value)} (in the unit of the sensor)"
    return measured(value, quantity_of(column, labels))


@dataclass(frozen=True, slots=True, kw_only=True)
class RowPlace:
    """A row of a table of a device, by its key."""

    device: str
    table: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionOrder:
    """What somebody wants of a row: `values` in place of its own, or, without any, that no rule sees it.

    without: rules that are not to see it beside other limits.
    """

    place: RowPlace
    by: str
    comment: str
    values: Mapping[str, float] = field(default_factory=dict)
    without: tuple[str, ...] = ()


class RowExceptions(Protocol):
    """What the page may ask for. What is awaited is on disk when it returns."""

    def all(self) -> Sequence[RowException]:
        """Return everything that is different anywhere: of the configuration, then of the page."""

    def about(self, readings: Sequence[TableReading]) -> Mapping[tuple[str, str], Sequence[RowException]]:
        """Return what is different of rows of one device's readings, by table and key."""

    def match_of(self, place: RowPlace) -> Sequence[str]:
        """Return the matchers that mean a row.

        Raises:
            NotThere: there is no such row.
            ActionRefused: nothing tells it from another.
        """

    def knows_rule(self, name: str) -> bool:
        """Return whether a rule of this name is in force."""

    async def put(self, order: ExceptionOrder) -> RowException:
        """Have it so from now on, in place of what was said of the same row before.

        Raises:
            NotThere: there is no such row.
            ActionRefused: nobody is named, it says no reason, a value is none that can be set; or the disk is full.
        """

    async def end(self, exception_id: str, by: str) -> RowException:
        """Take back what was said, and return it.

        Raises:
            NotThere: it does not stand in the file of the page.
            ActionRefused: nobody is named, or the disk does not take it.
        """


class NoRowExceptions:
    """Stands in where nothing can be said of rows."""

    def all(self) -> Sequence[RowException]:
        """Return none."""
        return ()

    def about(self, readings: Sequence[TableReading]) -> Mapping[tuple[str, str], Sequence[RowException]]:
        """Return none."""
        return {}

    def match_of(self, place: RowPlace) -> Sequence[str]:
        """Know none."""
        raise NotThere(_NOTHING)

    def knows_rule(self, name: str) -> bool:
        """Know none."""
        return False

    async def put(self, order: ExceptionOrder) -> RowException:
        """Refuse."""
        raise ActionRefused(_NOTHING)

    async def end(self, exception_id: str, by: str) -> RowException:
        """Refuse."""
        raise NotThere(_NOTHING)


_NOTHING = "nothing can be changed here"
