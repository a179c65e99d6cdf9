"""What was said on the page of single rows: kept in a file beside the database, obeyed from the next reading on.

Nothing else needs to be read again for it, so the running agent takes it up in place; its next start finds it in the
file, which the configuration is read with. Satisfies the Protocol `web.RowExceptions`.
May import: every room below. Called by: netwatch.app.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from netwatch.app.definitions import Definitions
from netwatch.app.pages.actions import LONGEST_COMMENT, clean_text, named
from netwatch.config import Settings
from netwatch.errors import ConfigError
from netwatch.model import CONCEPTS, Event, TableReading
from netwatch.rules import (
    MOST_OWN,
    IgnoreSettings,
    LimitSettings,
    Rule,
    TrapRule,
    columns_of_limits,
    matchers_of_row,
    own_id,
    read_own,
    write_own,
)
from netwatch.web import ActionRefused, ExceptionOrder, NotThere, RowException, RowPlace, limit_words

KIND = "exception"
Tree = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What is asked of the agent: the newest readings of a device, a poll out of turn, a line in the event log."""

    readings: Callable[[str], Sequence[TableReading]]
    poll_now: Callable[[str], None]
    tell: Callable[[Event], None]
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)


class OwnRowExceptions:
    """The entries of the configuration, and those of the file."""

    def __init__(self, settings: Settings, definitions: Definitions, around: Surroundings) -> None:
        self._file, self._around = settings.exceptions_file(), around
        self._applied = definitions.exceptions
        self._columns = columns_of_limits(definitions.library.schema(), definitions.book.rules)
        every: tuple[Rule | TrapRule, ...] = (*definitions.book.rules, *definitions.book.trap_rules)
        self._rules = {rule.alertname or rule.name for rule in every}
        self._limits = [one for n, one in enumerate(settings.limits) if not settings.is_own("limits", n)]
        self._ignores = [one for n, one in enumerate(settings.ignore) if not settings.is_own("ignore", n)]
        self._own_limits = [one for n, one in enumerate(settings.limits) if settings.is_own("limits", n)]
        self._own_ignores = [one for n, one in enumerate(settings.ignore) if settings.is_own("ignore", n)]
        self._turn = asyncio.Lock()
        self._known = self._list()

    def all(self) -> Sequence[RowException]:
        """Return everything that is different anywhere."""
        return self._known

    def about(self, readings: Sequence[TableReading]) -> Mapping[tuple[str, str], Sequence[RowException]]:
        """Return what is different of rows of one device's readings, by table and key."""
        found: dict[tuple[str, str], list[RowException]] = {}
        if not readings:
            return found
        for one in self._known:
            if not self._applied.may_be_about(readings[0].device, one.match):
                continue
            for reading in readings:
                if one.part == "limits" and not one.values.keys() & self._columns.get(reading.table, set()):
                    continue
                for row in self._applied.where(one.match, reading):
                    found.setdefault((reading.table, reading.rows.keys[row]), []).append(one)
        return found

    def match_of(self, place: RowPlace) -> Sequence[str]:
        """Return the matchers that mean a row."""
        reading, row = self._row(place)
        try:
            return matchers_of_row(reading, row)
        except ValueError as exc:
            raise ActionRefused(f"{_name(reading, row)}: {exc}") from exc

    def knows_rule(self, name: str) -> bool:
        """Return whether a rule of this name is in force."""
        return name in self._rules

    async def put(self, order: ExceptionOrder) -> RowException:
        """Have it so from now on."""
        by, comment = named(order.by), clean_text(order.comment)
        if not comment or len(comment) > LONGEST_COMMENT:
            raise ActionRefused(f"say why, in at most {LONGEST_COMMENT:,} characters")
        reading, row = self._row(order.place)
        self._check(order, reading)
        match, now = list(self.match_of(order.place)), self._around.clock()
        said = {"comment": comment, "by": by, "at": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}
        name, part = _name(reading, row), "limits" if order.values else "ignore"

        def change(tree: Tree) -> None:
            _take_out(tree, part, match)
            if order.values:
                tree["limits"].append({"match": match, **order.values, **said})
                if order.without:
                    tree["ignore"].append({"match": match, "rules": list(order.without), **said})
            else:
                tree["ignore"].append({"match": match, "shown": True, **said})
            if any(len(entries) > MOST_OWN for entries in tree.values()):
                raise ActionRefused(f"{MOST_OWN:,} entries are the most; take some back, or use the configuration")

        await self._change(change)
        what = (
            f"gave {name} other limits ({_written(order.values, reading, row)})"
            if order.values
            else f"ignores {name} from now on"
        )
        self._tell(f"{by} {what}: {comment}", order.place, match, now)
        wanted = own_id(part, match)
        return next(one for one in self._known if one.id == wanted and one.is_own)

    async def end(self, exception_id: str, by: str) -> RowException:
        """Take back what was said."""
        who = named(by)
        found = next((one for one in self._known if one.id == exception_id and one.is_own), None)
        if found is None:
            raise NotThere("this was not said on the page, or was taken back")
        await self._change(lambda tree: _take_out(tree, found.part, list(found.match)))
        what = "the limits" if found.part == "limits" else "that rules do not see it"
        text = f"{who} took back {what}, said by {found.by or 'somebody'}: {', '.join(found.match)}"
        place = RowPlace(device=found.device, table="", key="")
        self._tell(text, place, list(found.match), self._around.clock())
        return found

    def _row(self, place: RowPlace) -> tuple[TableReading, int]:
        reading = next((one for one in self._around.readings(place.device) if one.table == place.table), None)
        if reading is None or place.key not in reading.rows.keys:
            raise NotThere("the device has no such row now")
        return reading, reading.rows.keys.index(place.key)

    def _check(self, order: ExceptionOrder, reading: TableReading) -> None:
        for column, value in order.values.items():
            if column not in self._columns.get(reading.table, ()) or not math.isfinite(value):
                raise ActionRefused(f"{column} cannot be set to {value}")
        if unknown := [name for name in order.without if name not in self._rules]:
            raise ActionRefused(f"there is no rule {unknown[0]}")

    async def _change(self, change: Callable[[Tree], None]) -> None:
        """Read the file, change it and write it, one after the other; then obey it."""
        async with self._turn:
            try:
                tree = await asyncio.to_thread(read_own, self._file)
                change(tree)
                limits = [LimitSettings.model_validate(one) for one in tree["limits"]]
                ignores = [IgnoreSettings.model_validate(one) for one in tree["ignore"]]
                await asyncio.to_thread(write_own, self._file, tree)
            except (OSError, ConfigError, ValueError) as exc:
                words = exc.strerror if isinstance(exc, OSError) and exc.strerror else exc
                raise ActionRefused(f"{self._file} cannot be changed: {words}") from exc
            self._own_limits, self._own_ignores = limits, ignores
            self._known = self._list()
            self._applied.renew([*self._limits, *limits], [*self._ignores, *ignores])

    def _list(self) -> list[RowException]:
        return [
            *(_exception("limits", one) for one in self._limits),
            *(_exception("ignore", one) for one in self._ignores),
            *(replace(_exception("limits", one), is_own=True) for one in self._own_limits),
            *(replace(_exception("ignore", one), is_own=True) for one in self._own_ignores),
        ]  # fmt: skip

    def _tell(self, text: str, place: RowPlace, match: Sequence[str], now: datetime) -> None:
        details = {"match": ", ".join(match), "file": str(self._file)}
        self._around.tell(
            Event(at=now, kind=KIND, text=text, device=place.device, instance=place.key, details=details)
        )
        if place.device:
            self._around.poll_now(place.device)


def _take_out(tree: Tree, part: str, match: list[str]) -> None:
    """Take out what was said of a row; with its limits goes that a rule was not to see it beside them."""
    is_limit = part == "limits"
    if is_limit:
        tree["limits"] = [one for one in tree["limits"] if one.get("match") != match]
    tree["ignore"] = [
        one for one in tree["ignore"] if one.get("match") != match or (one.get("rules") is not None) is not is_limit
    ]


def _exception(part: str, one: LimitSettings | IgnoreSettings) -> RowException:
    is_ignore = isinstance(one, IgnoreSettings)
    rules = tuple(one.rules) if isinstance(one, IgnoreSettings) and one.rules is not None else None
    return RowException(
        id=own_id(part, one.match, rules), part="ignore" if is_ignore else "limits", match=tuple(one.match),
        values=one.values if isinstance(one, LimitSettings) else {}, rules=rules,
        is_shown=isinstance(one, IgnoreSettings) and one.shown, comment=one.comment, by=one.by, at=one.at,
    )  # fmt: skip


def _name(reading: TableReading, row: int) -> str:
    """Return what people call a row."""
    concept = CONCEPTS.get(reading.table)
    names = ("ifName", *(concept.labels if concept is not None else reading.rows.labels))
    texts = (reading.rows.labels[name][row] for name in names if name in reading.rows.labels)
    return next((text for text in texts if text), reading.rows.keys[row])


def _written(values: Mapping[str, float], reading: TableReading, row: int) -> str:
    quantities = reading.rows.labels.get("quantity")
    return ", ".join(limit_words(values, quantities[row] if quantities is not None else ""))
