"""The two text formats: which one a scraper wants, how names and texts are written in both.

A quiet room. Sources: Prometheus' exposition formats 0.0.4, OpenMetrics 1.0.
May import: netwatch.model. Called by: netwatch.metrics.
"""

from __future__ import annotations

import math
import re
from enum import Enum

from netwatch.model import ColumnKind

_NOT_IN_METRIC_NAME = re.compile(r"[^a-zA-Z0-9_:]")
_NOT_IN_LABEL_NAME = re.compile(r"[^a-zA-Z0-9_]")
_OURS = ("netwatch_", "python_", "process_")
_ESCAPES = str.maketrans({"\\": r"\\", "\n": r"\n", '"': r"\""})


class TextFormat(Enum):
    """A format and its Content-Type."""

    TEXT = "text/plain; version=0.0.4; charset=utf-8"
    OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"

    @property
    def content_type(self) -> str:
        """Return the value of the Content-Type header."""
        return self.value

    @property
    def end(self) -> bytes:
        """Return what must end the text (OpenMetrics 1.0: a text without `# EOF` was cut off)."""
        return b"# EOF\n" if self is TextFormat.OPENMETRICS else b""

    def type_word(self, kind: ColumnKind | None) -> str:
        """Return the word after `# TYPE`.

        OpenMetrics wants a counter's samples to end in `_total`; the MIB's names stay as they are, so that
        dashboards made for snmp_exporter work, and such a family is of unknown type there.
        """
        if kind is None or (kind.is_counter and self is TextFormat.OPENMETRICS):
            return "unknown" if self is TextFormat.OPENMETRICS else "untyped"
        return "counter" if kind.is_counter else "gauge"


def preferred_format(accept: str) -> TextFormat:
    """Choose by an Accept header: OpenMetrics where it is asked for by name and liked at least as much as text."""
    liking = {TextFormat.OPENMETRICS: 0.0, TextFormat.TEXT: 0.0}
    for item in accept.split(","):
        media_type, *parameters = (part.strip().lower() for part in item.split(";"))
        if media_type == "application/openmetrics-text":
            liking[TextFormat.OPENMETRICS] = max(liking[TextFormat.OPENMETRICS], _quality(parameters))
        elif media_type == "text/plain":
            liking[TextFormat.TEXT] = max(liking[TextFormat.TEXT], _quality(parameters))
    open_metrics = liking[TextFormat.OPENMETRICS]
    return TextFormat.OPENMETRICS if open_metrics and open_metrics >= liking[TextFormat.TEXT] else TextFormat.TEXT


def _quality(parameters: list[str]) -> float:
    text = next((parameter[2:] for parameter in parameters if parameter.startswith("q=")), "1")
    try:
        quality = float(text)
    except ValueError:
        return 0.0
    return quality if 0 <= quality <= 1 else 0.0


def metric_name(column: str) -> str:
    """Return a column's name as a metric name; what could be taken for one of our own gets `snmp_` before it."""
    name = _NOT_IN_METRIC_NAME.sub("_", column)
    if name.startswith(_OURS):
        return f"snmp_{name}"
    return f"_{name}" if not name or name[0].isdigit() else name


def label_name(label: str) -> str:
    """Return a row label's name as Prometheus allows it; `device` is ours, and `__` is Prometheus' own."""
    name = _NOT_IN_LABEL_NAME.sub("_", label)
    if name == "device" or name.startswith("__"):
        return f"exported_{name.lstrip('_')}"
    return f"_{name}" if not name or name[0].isdigit() else name


def escaped(text: str) -> str:
    """Return a label value or help text with backslash, line feed and quote escaped; always encodable as UTF-8."""
    if text.isascii() and '"' not in text and "\\" not in text and "\n" not in text:
        return text
    return text.translate(_ESCAPES).encode("utf-8", "replace").decode()


def number_text(value: object) -> bytes:
    """Write a number as both formats spell it; empty for what is none (missing, text, an address)."""
    if isinstance(value, int):
        return b"%d" % value
    if not isinstance(value, float):
        return b""
    if math.isfinite(value):
        return repr(value).encode()
    return b"NaN" if math.isnan(value) else b"+Inf" if value > 0 else b"-Inf"
