"""Annotations and label values: Jinja2 templates, cut down to what puts a value into a sentence.

`{{ name }}`, `{% if %}`, filters and simple arithmetic; no loops, no calls. A template sees the alert's labels by
name, `labels` (all of them), `device`, `alertname`, `value` and `threshold`. Device text is hostile, so labels lose
control characters and line ends before they get in, and what comes out is cut to a length.

A quiet room: no clock, no socket, no database.
May import: netwatch.formulas, netwatch.model, netwatch.rules.filters, straight.
Called by: compiling, rule, traps.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import jinja2
from jinja2 import StrictUndefined, TemplateError, nodes
from jinja2.exceptions import SecurityError
from jinja2.meta import find_undeclared_variables
from jinja2.runtime import Context
from jinja2.sandbox import SandboxedEnvironment

from netwatch.formulas import did_you_mean
from netwatch.model import cleaned, cleaned_lines
from netwatch.rules.filters import FILTERS, shown
from netwatch.rules.straight import Look, Straight, nothing, straight

MAX_TEMPLATE = 4000
MAX_OUTPUT = 2000
TEMPLATES_COMPILED = 1000
"""Compiled ones; the rules that come with NetWatch have some 260."""
MAX_LABEL = 200
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
_EMPTY = _LENIENT.from_string("")
_STRICT = _sandbox(undefined=StrictUndefined)


class _AnyLabel(dict[str, str]):
    """Stands for `labels` in the trial run: a device may have labels that no rule knows of."""

    def __missing__(self, key: str) -> str:
        return "x"


class BadTemplate(ValueError):
    """A template that cannot be used; `flaws` are what is wrong, each with its place in the text."""

    def __init__(self, flaws: Sequence[tuple[int | None, str]]) -> None:
        self.flaws = tuple(flaws)
        super().__init__("; ".join(message for _, message in flaws))


def flaws_of(exc: ValueError) -> Sequence[tuple[int | None, str]]:
    """Return what is wrong with a template, and where in its text that is known."""
    return exc.flaws if isinstance(exc, BadTemplate) else ((None, str(exc)),)


def place_of(text: str, name: str) -> int | None:
    """Return where a name stands inside the braces of a template."""
    for braces in _BRACES.finditer(text):
        found = re.search(rf"(?<![\w.'\"]){re.escape(name)}(?!\w)", braces[0])
        if found is not None:
            return braces.start() + found.start()
    return None


def prometheus_words(text: str) -> list[tuple[int, str]]:
    """Return where a template is written as Prometheus has them, and what to write instead."""
    found: dict[int, str] = {}
    for braces in _BRACES.finditer(text):
        for pattern, words in _PROMETHEUS:
            for match in pattern.finditer(braces[0]):
                found.setdefault(braces.start() + match.start(), match.expand(words))
    return sorted(found.items())


_BRACES = re.compile(r"\{[\{%].*?(?:[%\}]\}|$)", re.DOTALL)
_PROMETHEUS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\$labels\.(instance|device|job)\b"), r"$labels.\1 is Prometheus's word: write {{ device }}"),
    (re.compile(r"\$labels\.(\w+)"), r"$labels.\1 is Prometheus's word: write {{ \1 }}"),
    (re.compile(r"\$value\b"), r"$value is Prometheus's word: write {{ value }}"),
    (re.compile(r"\$externalURL\b"), r"$externalURL is Prometheus's word: mails carry the link by themselves"),
    (re.compile(r"\$externalLabels\.(\w+)"), r"$externalLabels is Prometheus's word: a label of devices is {{ \1 }}"),
    (re.compile(r"(?<!['\"])\$(\w*)"), r"$\1 is no name here: names stand without $, as {{ value }} or {{ ifName }}"),
    (re.compile(r"\{\{-?\s*\.(Labels\.)?(\w+)"), r"a name has no dot in front: write {{ \2 }}"),
    (re.compile(r"\|\s*humanizePercentage\b"), "humanizePercentage is Prometheus's: write {{ value | percent }}"),
    (re.compile(r"\|\s*humanizeDuration\b"), "humanizeDuration is Prometheus's word: write {{ value | duration }}"),
    (re.compile(r"\|\s*humanize1024\b"), "humanize1024 is Prometheus's word: write {{ value | bytes }}"),
    (re.compile(r"\|\s*humanize\b"), "humanize is Prometheus's word: write {{ value | si }}"),
    (re.compile(r"\bprintf\b"), "printf is Prometheus's word: write {{ value | round(1) }}"),
    (re.compile(r"\{\{-?\s*(?:range|with|template|define|query)\s+[^\s(]"),
     "templates of NetWatch do not ask for other values; they have the alert's labels, value and threshold"),
    (re.compile(r"\{\{-?\s*(?:if|else|end)\b"), "conditions are written {% if value %} .. {% else %} .. {% endif %}"),
)  # fmt: skip
"""What Prometheus writes in the braces of a template, and what to write here."""


class Template:
    """A template that was found good; it is compiled when somebody first wants its text."""

    __slots__ = ("_compiled", "_straight", "_text", "plain")

    def __init__(self, text: str) -> None:
        self._text = text
        self._compiled: jinja2.Template | None = None
        self._straight: Straight | None = None
        self.plain = None if is_template(text) or "{#" in text else _finished(text)

    def render_straight(self, name: Look, label: Look) -> str:
        """Return the text without Jinja2; NotImplementedError where only that can, any other where it fails."""
        if self._straight is None:
            self._straight = straight(_LENIENT.parse(self._text), _LENIENT.globals) or _not_straight
        return self._straight(name, label)

    def render(self, context: Context) -> str:
        """Return the text; what the context does not know is empty."""
        if self._compiled is None:
            self._compiled = _LENIENT.from_string(self._text)
        return "".join(self._compiled.root_render_func(context))


def compile_template(text: str, known: Iterable[str], numbers: Mapping[str, int] = MappingProxyType({})) -> Template:
    """Return the template; `known` are the labels it may name beside what is always given, `numbers` counts.

    Raises:
        ValueError: it is no template, names something unknown, or fails on ordinary values; says why.
    """
    if len(text) > MAX_TEMPLATE:
        raise ValueError(f"the template is longer than {MAX_TEMPLATE} characters")
    names, wanted = frozenset((*known, *numbers, *GIVEN)), names_wanted(text)
    told = frozenset(wanted) if wanted and wanted <= names else names  # one text of many rules is compiled once
    return _compiled(text, told, tuple(numbers.items()))


@lru_cache(maxsize=TEMPLATES_COMPILED)
def _compiled(text: str, names: frozenset[str], numbers: tuple[tuple[str, int], ...]) -> Template:
    """Do what compile_template does; a template is looked at for the check, for the rule and at every reload."""
    if advice := prometheus_words(text):
        raise BadTemplate(advice)
    try:
        tree = _parsed(text)
        for node in tree.find_all(nodes.Node):
            if not isinstance(node, _ALLOWED):
                raise ValueError(f"{type(node).__name__} is not known in templates")
        if unknown := sorted(names_wanted(text) - names):
            raise BadTemplate([
                (place_of(text, name), f"nothing is called {name} here{did_you_mean(name, names)}")
                for name in unknown
            ])  # fmt: skip
        trials = [_trial(names, value) | dict(numbers) for value in (0.5, "down", None)]
        if not _goes_straight(tree, trials):
            strict = _STRICT.from_string(tree)
            for trial in trials:
                strict.render(trial)
        return Template(text)
    except (TemplateError, ArithmeticError, TypeError, SyntaxError, RecursionError, MemoryError) as exc:
        message = getattr(exc, "message", None) or str(exc)
        raise ValueError(f"the template does not work: {message}") from exc


def _goes_straight(tree: nodes.Template, trials: Iterable[Mapping[str, Any]]) -> bool:
    """Return whether a template works without Jinja2, which then need not compile it; else Jinja2 says what is wrong.

    Everything it names is given, so that what is undefined, where the two differ, does not come up.
    """
    render = straight(tree, _STRICT.globals)
    if render is None:
        return False
    try:
        for trial in trials:
            render(trial, trial["labels"])
    except (TemplateError, ArithmeticError, TypeError, ValueError, LookupError, AttributeError, NotImplementedError):
        return False
    return True


@lru_cache(maxsize=8)
def _parsed(text: str) -> nodes.Template:
    """Return a template as a tree that nobody changes: who asks for its names has it compiled right after."""
    return _STRICT.parse(text)


@lru_cache(maxsize=TEMPLATES_COMPILED)
def names_wanted(text: str) -> frozenset[str]:
    """Return the names a template reads; none where it is no template, which `compile_template` says."""
    try:
        return frozenset(find_undeclared_variables(_parsed(text)))
    except (TemplateError, RecursionError):
        return frozenset()


def render_template(template: Template, labels: Mapping[str, str], given: Mapping[str, float | str | None]) -> str:
    """Return the text for people; a template that fails after all says so instead of hiding the alert."""
    return render_templates({"": template}, labels, given)[""]


def render_templates(
    templates: Mapping[str, Template], labels: Mapping[str, str], given: Mapping[str, float | str | None]
) -> dict[str, str]:
    """Return several texts about the same, as `render_template` writes each; what they may name is cleaned once.

    No template of ours can change what it is given, so that one context is good for all of them.
    """
    scene = _Scene(labels, given)
    return {
        name: _rendered(template, scene) if template.plain is None else template.plain
        for name, template in templates.items()
    }


class _Labels(dict[str, Any]):
    """Labels, each cleaned when somebody first asks."""

    __slots__ = ("_raw",)

    def __init__(self, raw: Mapping[str, str]) -> None:
        super().__init__()
        self._raw = raw

    def __missing__(self, name: str) -> Any:
        found = self[name] = cleaned(self._raw[name]) if name in self._raw else nothing
        return found


class _Names(dict[str, Any]):
    """What is given, each cleaned when somebody first asks, and where it is not, labels."""

    __slots__ = ("_labels", "_raw")

    def __init__(self, raw: Mapping[str, float | str | None], labels: _Labels) -> None:
        super().__init__()
        self._raw, self._labels = raw, labels

    def __missing__(self, name: str) -> Any:
        if name in self._raw:
            value = self._raw[name]
            found = cleaned(value) if isinstance(value, str) else value
        else:
            found = self._labels[name]
        self[name] = found
        return found


class _Scene:
    """What templates are given, and the same for Jinja2."""

    __slots__ = ("_context", "_given", "_labels", "labels", "names")

    def __init__(self, labels: Mapping[str, str], given: Mapping[str, float | str | None]) -> None:
        self._labels, self._given = labels, given
        self.labels = _Labels(labels)
        self.names = _Names(given, self.labels)
        self._context: Context | None = None

    @property
    def context(self) -> Context:
        """Return all of it as Jinja2 wants it."""
        if self._context is None:
            clean = {name: cleaned(text) for name, text in self._labels.items()}
            values = {
                name: cleaned(value) if isinstance(value, str) else value for name, value in self._given.items()
            }
            self._context = _EMPTY.new_context({**clean, **values, "labels": clean})
        return self._context


def _not_straight(_name: Look, _label: Look) -> str:
    raise NotImplementedError


def _rendered(template: Template, scene: _Scene) -> str:
    try:
        return _finished(template.render_straight(scene.names, scene.labels))
    except (TemplateError, ArithmeticError, TypeError, ValueError, NotImplementedError):
        pass  # Jinja2 has the word, or says why not
    try:
        text = template.render(scene.context)
    except (TemplateError, ArithmeticError, TypeError, ValueError) as exc:
        text = f"(annotation could not be rendered: {exc})"
    return _finished(text)


def _finished(text: str) -> str:
    return cleaned_lines(text).strip()[:MAX_OUTPUT]


def is_template(text: str) -> bool:
    """Return whether a text has anything to be rendered."""
    return "{{" in text or "{%" in text


def rendered_labels(
    templates: Mapping[str, Template],
    had: Mapping[str, str],
    labels: Mapping[str, str],
    given: Mapping[str, float | str | None],
) -> dict[str, str]:
    """Return label values on one line each; an alert that has labels already keeps what its begin made of them.

    A label whose text comes out empty is no label.
    """
    if had:
        return {name: had[name] for name in templates if name in had}
    texts = render_templates(templates, labels, given)
    lines = {name: cleaned(" ".join(text.split()))[:MAX_LABEL].strip() for name, text in texts.items()}
    return {name: line for name, line in lines.items() if line}


def _trial(names: Iterable[str], value: float | str | None) -> dict[str, Any]:
    return {**dict.fromkeys(names, "x"), "value": value, "threshold": value, "labels": _AnyLabel()}
