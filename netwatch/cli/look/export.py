"""`netwatch export`: what the history keeps, as CSV for a spreadsheet or as OpenMetrics for Prometheus to back-fill.

May import: netwatch.config, netwatch.history, netwatch.model. Called by: netwatch.cli.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any

import typer

from netwatch.cli.arguments import ConfigOption
from netwatch.cli.config_file import settings_or_exit
from netwatch.cli.moments import instant_of
from netwatch.cli.output import USAGE, fail, octets_text, rfc3339
from netwatch.cli.places import DEFAULT_CONFIG
from netwatch.errors import HistoryError
from netwatch.history import HistoryReader, Tier
from netwatch.model import CONCEPTS, Past

HEAD = ("time", "device", "table", "row", "column", "value", "lowest", "highest")


class Format(StrEnum):
    """How it is written."""

    CSV = "csv"
    OPENMETRICS = "openmetrics"


class Step(StrEnum):
    """How fine."""

    RAW = "raw"
    FIVE_MINUTES = "5m"
    HOURS = "1h"


TIERS = {Step.RAW: Tier.RAW, Step.FIVE_MINUTES: Tier.FIVE_MINUTES, Step.HOURS: Tier.HOURS}
Devices = Annotated[list[str] | None, typer.Option("--device", help="Only of this device; may be said again.")]
Tables = Annotated[
    list[str] | None, typer.Option("--table", help="Only this concept, such as interface; may be said again.")
]
Columns = Annotated[list[str] | None, typer.Option("--column", help="Only this column; may be said again.")]
Since = Annotated[str, typer.Option("--since", help="From when on: -24h, 10:02 or 2026-03-01T10:02:00Z.")]
Until = Annotated[str | None, typer.Option("--until", help="Up to when; now where it is not said.")]


def export(
    device: Devices = None,
    table: Tables = None,
    column: Columns = None,
    since: Since = "-24h",
    until: Until = None,
    step: Annotated[Step, typer.Option("--step", help="Each reading, or the mean of so much time.")] = Step.RAW,
    written: Annotated[Format, typer.Option("--format", help="How it is written.")] = Format.CSV,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Write what history keeps as CSV or OpenMetrics, also while the agent runs."""
    now = datetime.now(UTC)
    try:
        begin = instant_of(since, now)
        end = instant_of(until, now) if until else now + timedelta(seconds=1)
    except ValueError as exc:
        fail(str(exc), USAGE)
    reader = HistoryReader(settings_or_exit(config).history_path())
    write = _write_csv if written is Format.CSV else _write_openmetrics
    try:
        places = [
            one for one in reader.tables() if one[0] in (device or (one[0],)) and one[1] in (table or (one[1],))
        ]
        if not places:
            fail("the history has nothing of that; `netwatch export` alone writes all there is")
        write(_series(reader, places, column, begin, end, TIERS[step]))
        sys.stdout.flush()
    except BrokenPipeError:
        raise  # whoever reads has enough: nothing is said
    except OSError as exc:
        fail(f"what is exported cannot be written: {exc.strerror}")
    except HistoryError as exc:
        fail(str(exc))


Series = tuple[str, str, str, str, Mapping[str, str], Past]


def _series(
    reader: HistoryReader, places: list[tuple[str, str]], wanted: list[str] | None, begin: datetime, end: datetime,
    tier: Tier,
) -> Iterator[Series]:  # fmt: skip
    """Yield device, table, row, column, labels and values, all of one column one after the other."""
    shapes = {place: shape for place in places if (shape := reader.shape(*place)) is not None}
    columns = dict.fromkeys(
        (table, name) for (_, table), shape in sorted(shapes.items(), key=lambda one: one[0][::-1])
        for name in shape.columns if name[-1] not in "<>" and name in (wanted or (name,))
    )  # fmt: skip
    for table, name in columns:
        for device, _ in (place for place in shapes if place[1] == table):
            rows = reader.column(device, table, name, since=begin, until=end, tier=tier)
            for key, (labels, past) in rows.items():
                yield device, table, key, name, labels, past


def _write_csv(series: Iterator[Series]) -> None:
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(HEAD)
    for device, table, key, column, _, past in series:
        for at, low, mean, high in zip(past.times, past.lows, past.means, past.highs, strict=True):
            when = rfc3339(datetime.fromtimestamp(at / 1000, UTC))
            out.writerow((when, device, table, key, column, _plain(mean), _plain(low), _plain(high)))


def _plain(value: Any) -> str:
    """Return a value as text; what a spreadsheet would take for a formula is made harmless."""
    if value is None:
        return ""
    if isinstance(value, bytes):
        text = octets_text(value)
        return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text
    return _number(value)


def _number(value: float) -> str:
    """Return a number as exactly as it is kept: seven digits of what is not whole."""
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else f"{value:.7g}"


def _write_openmetrics(series: Iterator[Series]) -> None:
    """Write gauges with their times, a family after the other, as `promtool tsdb create-blocks-from` reads them."""
    before = ""
    for device, table, key, column, labels, past in series:
        if not past.numbers():
            continue
        family = _family(table, column)
        if family != before:
            before = family
            sys.stdout.write(f"# TYPE {family} gauge\n")
        named = {"device": device, **(labels or ({"row": key} if key else {}))}
        inside = ",".join(f'{name}="{_escaped(text)}"' for name, text in named.items())
        for at, mean in zip(past.times, past.means, strict=True):
            if isinstance(mean, int | float):
                sys.stdout.write(f"{family}{{{inside}}} {_number(mean)} {at // 1000}.{at % 1000:03d}\n")
    sys.stdout.write("# EOF\n")


def _family(table: str, column: str) -> str:
    """Return the name that a column has at /metrics: what is about a device as a whole says so."""
    return f"netwatch_{column}" if table in CONCEPTS else f"netwatch_device_{column}"


def _escaped(text: str) -> str:
    plain = text.encode("utf-8", "replace").decode()
    return plain.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
