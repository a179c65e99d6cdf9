"""Makes series of a column, by the type that snmp.yml gives its metric.

A quiet room. May import: netwatch.model. Called by: scraping.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from netwatch.exporter.answers import Answers, Column
from netwatch.exporter.families import Families, Number, Refused
from netwatch.exporter.labels import Labeller, Rows, type_beside
from netwatch.exporter.modules import COMBINED, TEXTS, Metric
from netwatch.exporter.texts import Numbers, number_of, text_of_value
from netwatch.exporter.times import date_and_time, ntp_time, parsed_time
from netwatch.model import Tag, Value

MANTISSA = 2**53
"""Beyond it a float does not know every number: counters go round there, as Prometheus' rates expect of a counter."""


class Sampler:
    """Writes what a device answered for one module into families."""

    def __init__(self, answers: Answers, families: Families, *, wrap: bool) -> None:
        """`wrap` has counters of 64 bits go round at 2**53."""
        self._answers, self._families, self._wrap = answers, families, wrap
        self._labeller = Labeller(answers)

    def write(self, metrics: Sequence[Metric]) -> None:
        """Write every metric that has values.

        Raises:
            Refused: something that snmp_exporter gives no answer for, where that is wanted.
        """
        for metric in metrics:
            column = self._answers.column(metric.oid)
            if column.indexes:
                self._write(metric, column)

    def _write(self, metric: Metric, column: Column) -> None:
        rows = self._labeller.rows(metric, column.indexes)
        if rows.bad and self._families.strict:
            raise Refused(f"* error for metric {metric.name}: label value is not valid UTF-8")
        writer = _WRITERS.get(metric.type)
        if writer is not None:
            writer(self, metric, column, rows)
        elif metric.extracts:
            self._extracts(metric, column, rows)
        else:
            self._texts(metric, column, rows)

    def _numbers(self, metric: Metric, column: Column, rows: Rows) -> None:
        values: Sequence[Number]
        try:
            is_whole = type(sum(column.values)) is int  # type: ignore[arg-type]  # what is no number says so
        except TypeError:
            is_whole = False
        values = column.values if is_whole else [_number(value) for value in column.values]  # type: ignore[assignment]
        if self._wrap and Tag.COUNTER64 in column.tags and max(values) >= MANTISSA:
            values = [
                int(value) % MANTISSA if tag == Tag.COUNTER64 else value
                for value, tag in zip(values, column.tags, strict=True)
            ]
        kind = "counter" if metric.type == "counter" else "gauge"
        self._families.add_rows(metric.name, kind, metric.help, rows, _scaled(metric, values))

    def _times(self, metric: Metric, column: Column, rows: Rows) -> None:
        def parsed(value: Value) -> int | None:
            return parsed_time(value, metric.datetime_pattern)

        read = _TIMES.get(metric.type, parsed)
        found = [(line, read(value)) for line, value in zip(rows.lines, column.values, strict=True)]
        lines = [line for line, value in found if value is not None]
        values = [value for _, value in found if value is not None]
        self._families.add_lines(metric.name, "gauge", metric.help, lines, _scaled(metric, values))

    def _enum_info(self, metric: Metric, column: Column, rows: Rows) -> None:
        words = [_word(metric.enum, value) for value in column.values]
        lines = rows.with_label(metric.name, words)
        text = f"{metric.help} (EnumAsInfo)"
        self._families.add_lines(f"{metric.name}_info", "gauge", text, lines, [1] * len(lines))

    def _state_set(self, metric: Metric, column: Column, rows: Rows) -> None:
        text = f"{metric.help} (EnumAsStateSet)"
        states = [_word(metric.enum, value) for value in column.values]
        numbers = [number_of(value) for value in column.values]
        lines = rows.with_label(metric.name, states)
        values: list[Number] = [1] * len(lines)
        for number, word in metric.enum.items():
            others = rows.with_label(metric.name, [word] * len(states))
            lines += [line for line, present in zip(others, numbers, strict=True) if present != number]
        values += [0] * (len(lines) - len(values))
        self._families.add_lines(metric.name, "gauge", text, lines, values)

    def _bits(self, metric: Metric, column: Column, rows: Rows) -> None:
        text = f"{metric.help} (Bits)"
        are_octets = [isinstance(value, bytes) for value in column.values]
        if not all(are_octets) and self._families.strict:
            raise Refused(f"* error for metric {metric.name}: BITS type was not a BISTRING on the wire.")
        lines: list[str] = []
        values: list[Number] = []
        for number, word in metric.enum.items():
            named = rows.with_label(metric.name, [word] * len(are_octets))
            for line, value in zip(named, column.values, strict=True):
                if isinstance(value, bytes):
                    lines.append(line)
                    values.append(_bit(value, number))
        self._families.add_lines(metric.name, "gauge", text, lines, values)

    def _texts(self, metric: Metric, column: Column, rows: Rows) -> None:
        lines = rows.lines
        if all(metric.name != name for name in rows.names):
            lines = rows.with_label(metric.name, self._said(metric, column))
        ones: Sequence[Number] = [1] * len(lines)
        self._families.add_lines(metric.name, "gauge", metric.help, lines, _scaled(metric, ones))

    def _said(self, metric: Metric, column: Column) -> list[str]:
        if metric.type not in COMBINED:
            return [text_of_value(value, metric.type) for value in column.values]
        return [
            text_of_value(value, self._type_of(metric, index))
            for index, value in zip(column.indexes, column.values, strict=True)
        ]

    def _type_of(self, metric: Metric, index: Numbers) -> str:
        return type_beside(self._answers, metric.oid, metric.type, index) or "OctetString"

    def _extracts(self, metric: Metric, column: Column, rows: Rows) -> None:
        said = self._said(metric, column)
        for suffix, ways in metric.extracts.items():
            found = [next((n for way in ways if (n := way(text)) is not None), None) for text in said]
            lines = [line for line, number in zip(rows.lines, found, strict=True) if number is not None]
            text = f"{metric.help} (regex extracted)"
            numbers = [number for number in found if number is not None]
            self._families.add_lines(metric.name + suffix, "gauge", text, lines, numbers)


_Writer = Callable[[Sampler, Metric, Column, Rows], None]
_WRITERS: Mapping[str, _Writer] = {
    **dict.fromkeys(("gauge", "counter", "Float", "Double"), Sampler._numbers),
    **dict.fromkeys(("DateAndTime", "ParseDateAndTime", "NTPTimeStamp"), Sampler._times),
    "EnumAsInfo": Sampler._enum_info, "EnumAsStateSet": Sampler._state_set, "Bits": Sampler._bits,
}  # fmt: skip
assert not TEXTS & _WRITERS.keys()  # noqa: S101  # what is neither stands in a label
_TIMES: Mapping[str, Callable[[Value], int | None]] = {"DateAndTime": date_and_time, "NTPTimeStamp": ntp_time}


def _scaled(metric: Metric, values: Sequence[Number]) -> Sequence[Number]:
    if metric.scale:
        values = [float(value) * metric.scale for value in values]
    return [value + metric.offset for value in values] if metric.offset else values


def _number(value: Value) -> Number:
    return value if isinstance(value, int | float) else 0


def _word(enum: Mapping[int, str], value: Value) -> str:
    number = number_of(value)
    return enum.get(number, str(number))


def _bit(octets: bytes, number: int) -> int:
    """Return one bit, counted from the first of the first octet."""
    return 1 if 0 <= number < len(octets) * 8 and octets[number // 8] & (128 >> number % 8) else 0
