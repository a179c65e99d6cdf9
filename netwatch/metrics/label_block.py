r"""The rows of one table of one device as a template: labels written and escaped once, a place for each value.

A quiet room. A row is `\n{device="..",ifName=".."} %d`; because a line feed cannot occur inside an escaped label,
replacing it puts a metric's name before every row of a column, and one `%` fills in the values. That makes one
template per table serve all its columns, at the speed of copying bytes.

May import: netwatch.model, netwatch.metrics.text_format. Called by: netwatch.metrics.families.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from types import MappingProxyType

from netwatch.metrics.text_format import escaped, label_name, number_text
from netwatch.model import RowSet

MANTISSA = 2**53
"""Beyond it a float does not know every number, and Prometheus has floats: there a counter may go round."""


class LabelBlock:
    """The template for one RowSet of one device."""

    __slots__ = ("_integers", "_parts", "device", "rows")

    def __init__(
        self,
        device: str,
        rows: RowSet,
        device_labels: Mapping[str, str] = MappingProxyType({}),
        left_out: Collection[str] = (),
    ) -> None:
        """Make the template; `device_labels` are what the configuration says of the device.

        `left_out` are labels that change while the row stays what it is, and that no series is called by.

        Without a device no label names it: Prometheus, which asks for one device alone, has its name already.
        """
        self.device = device
        self.rows = rows
        lines = (
            "\n{" + labels.replace("%", "%%") + "} %d" for labels in row_labels(device, rows, device_labels, left_out)
        )
        self._integers = "".join(lines).encode()
        self._parts: Mapping[str, LabelBlock] | None = None

    def parts(self, label: str) -> Mapping[str, LabelBlock]:
        """Return a template for each text of a label; each takes a whole column and writes its own rows of it."""
        if self._parts is None:
            rows: dict[str, list[int]] = {}
            for row, text in enumerate(self.rows.labels.get(label, ("",) * len(self.rows.index))):
                rows.setdefault(text, []).append(row)
            lines = self._integers.split(b"\n")[1:]
            self._parts = {text: _Part(self, lines, numbers) for text, numbers in rows.items()}
        return self._parts

    def lines(self, name: bytes, values: Sequence[object], *, wrap: bool = False) -> bytes:
        """Return a line per row that has a number, each with a line feed before it; `wrap` has it go round at 2**53.

        Integers and finite floats go in at once: their sum tells, at C speed, that nothing else is among them, and
        that none can be so large.
        """
        try:
            total = sum(values)  # type: ignore[arg-type]
            if type(total) is int:
                if wrap and total >= MANTISSA:
                    values = [_wrapped(value) for value in values]
                return self._integers.replace(b"\n", b"\n" + name) % tuple(values)
            if type(total) is float and math.isfinite(total):
                return self._of(name, b" %a") % tuple(values)
        except (TypeError, ValueError, OverflowError):
            pass  # something is missing, no number, or there are not as many values as rows
        return self._lines_with_holes(name, [_wrapped(value) for value in values] if wrap else values)

    def _of(self, name: bytes, place: bytes) -> bytes:
        return self._integers.replace(b" %d", place).replace(b"\n", b"\n" + name)

    def _lines_with_holes(self, name: bytes, values: Sequence[object]) -> bytes:
        row_count = self._row_count()
        texts = [number_text(value) for value in values[:row_count]]
        texts += [b""] * (row_count - len(texts))
        filled = self._of(name, b" %b") % tuple(texts)
        return b"".join([b"\n" + line for line in filled.split(b"\n") if line and line[-1:] != b" "])

    def _row_count(self) -> int:
        return len(self.rows.index)


class _Part(LabelBlock):
    """Some rows of a template; a series is called the same in a part as in the whole."""

    __slots__ = ("_numbers",)

    def __init__(self, whole: LabelBlock, lines: Sequence[bytes], numbers: Sequence[int]) -> None:
        self.device = whole.device
        self.rows = whole.rows
        self._numbers = numbers
        self._integers = b"".join([b"\n" + lines[row] for row in numbers])
        self._parts = None

    def lines(self, name: bytes, values: Sequence[object], *, wrap: bool = False) -> bytes:
        given = len(values)
        return super().lines(name, [values[row] for row in self._numbers if row < given], wrap=wrap)

    def _row_count(self) -> int:
        return len(self._numbers)


def _wrapped(value: object) -> object:
    return value % MANTISSA if isinstance(value, int) else value


def device_part(device: str, device_labels: Mapping[str, str], taken: Collection[str]) -> str:
    """Return what every series of a device begins with; a label of the row, or of ours, is not overwritten.

    Empty without a device.
    """
    if not device:
        return ""
    own = {name: text for name, text in device_labels.items() if name != "device" and name not in taken}
    return ",".join(f'{name}="{escaped(text)}"' for name, text in {"device": device, **own}.items())


def row_labels(
    device: str, rows: RowSet, device_labels: Mapping[str, str], left_out: Collection[str] = ()
) -> list[str]:
    """Return each row's label list; where the labels do not tell the rows apart, the index becomes one of them.

    A label that is empty in a row is left out there: to Prometheus both are the same series.
    """
    row_count = len(rows.index)
    shown = {label: texts for label, texts in rows.labels.items() if label not in left_out}
    taken = {*map(label_name, shown)}
    columns = [(device_part(device, device_labels, taken),) * row_count]
    seen = {"device"}
    for label, texts in shown.items():
        name = label_name(label)
        if name not in seen:
            seen.add(name)
            columns.append(tuple(f',{name}="{escaped(text)}"' if text else "" for text in texts))
    lines = ["".join(row).removeprefix(",") for row in zip(*columns, strict=True)]
    if len(set(lines)) == row_count:
        return lines
    row = "row" if "row" not in seen and "row" not in device_labels else "netwatch_row"
    return [
        f'{line},{row}="{escaped(index)}"'.removeprefix(",")
        for line, index in zip(lines, _told_apart(rows.index), strict=True)
    ]


def _told_apart(index: Sequence[str]) -> Iterator[str]:
    times = Counter[str]()
    for text in index:
        times[text] += 1
        yield text if times[text] == 1 else f"{text}#{times[text]}"
