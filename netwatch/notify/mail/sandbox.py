"""Runs templates that people write without letting them do anything but write: Jinja2 cut down, and bounded.

No calls, no assignments, no other files, no attributes but those of plain values; loops go through what is given and
are counted, over the whole mail; what is written is counted too. HTML is escaped.
A quiet room.
May import: netwatch.errors, netwatch.rules. Called by: netwatch.notify.mail.wordings, config.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Literal

from jinja2 import Template, TemplateError, TemplateSyntaxError, Undefined, nodes, pass_context
from jinja2.exceptions import SecurityError
from jinja2.meta import find_undeclared_variables
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from netwatch.errors import TemplateFailed
from netwatch.rules import FILTERS

Part = Literal["subject", "text", "html"]
PARTS: tuple[Part, ...] = ("subject", "text", "html")

MAX_STEPS = 2_000
"""Rounds of all loops of a mail together."""
MAX_OUTPUT: Mapping[Part, int] = {"subject": 1_000, "text": 100_000, "html": 200_000}
MAX_JOINED = 20_000

_ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.Filter, nodes.If, nodes.CondExpr,
    nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Getattr, nodes.Getitem, nodes.Neg, nodes.Pos,
    nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.Concat, nodes.Test, nodes.For, nodes.Tuple, nodes.Slice,
)  # fmt: skip
_STEPS = "_steps"
_FAILS = (
    TemplateError,
    ArithmeticError,
    TypeError,
    ValueError,
    LookupError,
    AttributeError,
    RecursionError,
    MemoryError,
)


def compiled(source: str, name: str, part: Part, known: Collection[str], undefined: type[Undefined]) -> Template:
    """Return the template; `known` are the names it may use, `name` is what errors call it.

    Raises:
        TemplateFailed: it is none, or uses what is not allowed or not known.
    """
    try:
        return _compiled(_sandbox(part, undefined), source, name, known)
    except TemplateSyntaxError as exc:
        raise TemplateFailed(f"the template does not work: {exc.message}", exc.lineno) from exc
    except _FAILS as exc:
        raise TemplateFailed(f"the template does not work: {exc}") from exc


def _compiled(sandbox: _Sandbox, source: str, file: str, known: Collection[str]) -> Template:
    tree = sandbox.parse(source)
    for node in tree.find_all(nodes.Node):
        if not isinstance(node, _ALLOWED) or (isinstance(node, nodes.For) and node.recursive):
            raise TemplateFailed(f"{type(node).__name__} is not known in mail templates", node.lineno)
    _refuse_unknown(tree, known)
    for loop in tree.find_all(nodes.For):
        loop.iter = nodes.Filter(loop.iter, _STEPS, [], [], None, None, lineno=loop.lineno)
    tree.set_environment(sandbox)
    code = sandbox.compile(tree, file, file)
    return Template.from_code(sandbox, code, {})


def _refuse_unknown(tree: nodes.Template, known: Collection[str]) -> None:
    for name in sorted(find_undeclared_variables(tree) - set(known)):
        line = next((node.lineno for node in tree.find_all(nodes.Name) if node.name == name), 0)
        near = get_close_matches(name, known, 1)
        raise TemplateFailed(f"nothing is called {name} here" + (f"; did you mean {near[0]}?" if near else ""), line)


def rendered(template: Template, given: Mapping[str, Any], part: Part) -> str:
    """Return what a template writes.

    Raises:
        TemplateFailed: it cannot, or writes nothing, or too much.
    """
    pieces, length = [], 0
    try:
        for piece in template.generate({**given, _STEPS: [MAX_STEPS]}):
            pieces.append(piece)
            length += len(piece)
            if length > MAX_OUTPUT[part]:
                raise TemplateFailed(f"the template writes more than {MAX_OUTPUT[part]:,} characters")
    except _FAILS as exc:
        raise TemplateFailed(f"the template does not work: {exc}", _line_of(exc, template)) from exc
    text = "".join(pieces)
    if not text.strip():
        raise TemplateFailed("the template writes nothing")
    return text


def _line_of(exc: BaseException, template: Template) -> int:
    """Return the line of the template that an error came from."""
    line, trace = 0, exc.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == template.filename:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


class _Sandbox(ImmutableSandboxedEnvironment):
    """Jinja2's sandbox without globals, and with multiplication kept to numbers."""

    intercepted_binops = frozenset({"*"})

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Multiply two numbers; a text is not repeated."""
        if not isinstance(left, int | float) or not isinstance(right, int | float):
            raise SecurityError("only numbers can be multiplied")
        return left * right


def _sandbox(part: Part, undefined: type[Undefined]) -> _Sandbox:
    sandbox = _Sandbox(
        autoescape=part == "html", undefined=undefined, finalize=_written, trim_blocks=True, lstrip_blocks=True
    )
    sandbox.filters = {**FILTERS, "join": _join, "items": _items, "length": len, "first": _first, _STEPS: _in_steps}
    sandbox.tests = {name: sandbox.tests[name] for name in ("defined", "none", "number", "string")}
    sandbox.globals = {}
    return sandbox


def _written(value: Any) -> Any:
    """Let only what is meant for people be written: no object of ours, no function."""
    if value is None:
        return ""
    if isinstance(value, bool | int | str | Undefined):
        return value
    if isinstance(value, float):
        return FILTERS["round"](value, 4).rstrip("0").rstrip(".")
    raise SecurityError("only texts and numbers can be written; go through lists with a loop, or join them")


@pass_context
def _in_steps(context: Context, many: Any) -> Iterator[Any]:
    """Yield what a loop goes through, while the mail has steps left."""
    if isinstance(many, str) or not isinstance(many, Sequence | Mapping):
        raise SecurityError("a loop goes through a list")
    left = context[_STEPS]
    for one in many:
        left[0] -= 1
        if left[0] < 0:
            raise SecurityError(f"the loops go on for more than {MAX_STEPS} rounds")
        yield one


def _join(many: Any, between: Any = "") -> str:
    if isinstance(many, str) or not isinstance(many, Sequence):
        raise SecurityError("join takes a list")
    texts = [_plain(one) for one in many]
    if sum(map(len, texts)) + len(texts) * len(_plain(between)) > MAX_JOINED:
        raise SecurityError(f"join makes more than {MAX_JOINED} characters")
    return _plain(between).join(texts)


def _plain(value: Any) -> str:
    """Return a value as text that is escaped again where that is due."""
    written = _written(value)
    return str(written.unescape()) if isinstance(written, Markup) else str(written)


def _items(mapping: Any) -> tuple[tuple[str, Any], ...]:
    if not isinstance(mapping, Mapping):
        raise SecurityError("items takes names and values, such as labels")
    return tuple(mapping.items())


def _first(many: Any) -> Any:
    return next(iter(many), None)
