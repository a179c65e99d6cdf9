"""Annotations: Jinja2 templates, cut down to what puts a value into a sentence.

`{{ name }}`, `{% if %}`, filters and simple arithmetic; no loops, no calls. A template sees the alert's labels by
name, `labels` (all of them), `device`, `alertname`, `value` and `threshold`. Device text is hostile, so labels lose
control characters and line ends before they get in, and what comes out is cut to a length.

A quiet room: no clock, no socket, no database.
May import: netwatch.formulas, netwatch.model, netwatch.rules.filters.
Called by: compiling, rule, traps.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError, nodes
from jinja2.exceptions import SecurityError
from jinja2.meta import find_undeclared_variables
from jinja2.sandbox import SandboxedEnvironment

from netwatch.formulas import did_you_mean
from netwatch.model import cleaned, cleaned_lines
from netwatch.rules.filters import FILTERS, shown

MAX_TEMPLATE = 4000
MAX_OUTPUT = 2000
GIVEN = ("device", "alertname", "severity", "instance", "value", "threshold", "labels")

_ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.Filter, nodes.If, nodes.CondExpr,
    nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Getattr, nodes.Getitem, nodes.Neg, nodes.Pos,
    nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.Concat, nodes.Test,
)  # fmt: skip


class _Sandbox(SandboxedEnvironment):
    """Jinja2's sandbox, with multiplication kept to numbers; a text is not repeated."""

    intercepted_binops = frozenset({"*"})

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Multiply two numbers."""
        if not isinstance(left, int | float) or not isinstance(right, int | float):
            raise SecurityError("only numbers can be multiplied")
        return left * right


def _sandbox(**options: Any) -> _Sandbox:
    # Plain text: whoever makes HTML of it escapes it there.
    sandbox = _Sandbox(finalize=shown, **options)
    sandbox.filters = dict(FILTERS)
    sandbox.tests = {name: test for name, test in sandbox.tests.items() if name in ("defined", "none", "number")}
    return sandbox


_LENIENT = _sandbox()
_STRICT = _sandbox(undefined=StrictUndefined)


class _AnyLabel(dict[str, str]):
    """Stands for `labels` in the trial run: a device may have labels that no rule knows of."""

    def __missing__(self, key: str) -> str:
        return "x"


def compile_template(text: str, known: Iterable[str], numbers: Mapping[str, int] = MappingProxyType({})) -> Template:
    """Return the template; `known` are the labels it may name beside what is always given, `numbers` counts.

    Raises:
        ValueError: it is no template, names something unknown, or fails on ordinary values; says why.
    """
    if len(text) > MAX_TEMPLATE:
        raise ValueError(f"the template is longer than {MAX_TEMPLATE} characters")
    names = {*known, *numbers, *GIVEN}
    try:
        tree = _STRICT.parse(text)
        for node in tree.find_all(nodes.Node):
            if not isinstance(node, _ALLOWED):
                raise ValueError(f"{type(node).__name__} is not known in annotations")
        for name in sorted(find_undeclared_variables(tree) - names):
            raise ValueError(f"nothing is called {name} here{did_you_mean(name, names)}")
        for value in (0.5, "down", None):
            _STRICT.from_string(text).render(_trial(names, value) | dict(numbers))
        return _LENIENT.from_string(text)
    except (TemplateError, ArithmeticError, TypeError, RecursionError, MemoryError) as exc:
        message = getattr(exc, "message", None) or str(exc)
        raise ValueError(f"the template does not work: {message}") from exc


def names_wanted(text: str) -> set[str]:
    """Return the names a template reads; none where it is no template, which `compile_template` says."""
    try:
        return find_undeclared_variables(_STRICT.parse(text))
    except (TemplateError, RecursionError):
        return set()


def render_template(template: Template, labels: Mapping[str, str], given: Mapping[str, float | str | None]) -> str:
    """Return the text for people; a template that fails after all says so instead of hiding the alert."""
    clean = {name: cleaned(text) for name, text in labels.items()}
    values = {name: cleaned(value) if isinstance(value, str) else value for name, value in given.items()}
    try:
        text = template.render({**clean, **values, "labels": clean})
    except (TemplateError, ArithmeticError, TypeError, ValueError) as exc:
        text = f"(annotation could not be rendered: {exc})"
    return cleaned_lines(text).strip()[:MAX_OUTPUT]


def _trial(names: Iterable[str], value: float | str | None) -> dict[str, Any]:
    return {**dict.fromkeys(names, "x"), "value": value, "threshold": value, "labels": _AnyLabel()}
