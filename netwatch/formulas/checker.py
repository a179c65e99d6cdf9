"""Types an expression against a table: every name becomes a column, every comparison compares like with like.

Which functions may be called is the caller's choice: the checker is given them, and hands itself to the one called.

A quiet room: no clock, no socket, no database.
May import: netwatch.model, netwatch.formulas.foreign, grammar, kleene, nodes, sources.
Called by: functions, netwatch.rules.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from netwatch.formulas.foreign import advice_on_function
from netwatch.formulas.grammar import Flaw, did_you_mean, offset_of
from netwatch.formulas.kleene import MAX_EXPONENT, power
from netwatch.formulas.nodes import (
    Arithmetic,
    Choice,
    Comparison,
    Function,
    Junction,
    Kind,
    Membership,
    Negation,
    Node,
    Number,
    Read,
    Words,
    Wrong,
)
from netwatch.formulas.sources import Labels, Numbers, OfSystem, Texts
from netwatch.model import ColumnKind, TableSchema

MAX_NUMBER = 2**64
ABOUT_DEVICES = ("device", "profile", "vendor", "site", "role")
"""Names that people try in expressions, and that are no column's."""

_COMPARISONS: Mapping[type[ast.cmpop], str] = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
}  # fmt: skip
_ARITHMETIC: Mapping[type[ast.operator], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Mod: "%", ast.Pow: "**",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """A function: how it is written, how many arguments it takes, and what makes its node."""

    usage: str
    least: int
    most: int
    build: Callable[[Checker, ast.Call, str], Node]


class Checker:
    """Checks one expression; what is wrong gathers in `flaws`, and stands as Wrong in the tree."""

    def __init__(
        self,
        text: str,
        table: TableSchema,
        functions: Mapping[str, Signature],
        system: TableSchema | None = None,
    ) -> None:
        """Begin with a text; `system` are scalars of the device that may be named beside the table's columns."""
        self.text = text
        self.table = table
        self.system = system if system is not None and system.name != table.name else None
        self.functions = functions
        self.flaws: list[Flaw] = []

    def check(self, node: ast.expr, kind: Kind | None = None) -> Node:
        """Return the typed tree of `node`, complaining if it is not of the kind wanted."""
        result = self._checked(node)
        if kind is None or result.kind in (kind, Kind.WRONG):
            return result
        return self.wrong(node, f"{kind.value} is wanted here, and this is {result.kind.value}")

    def wrong(self, node: ast.expr, message: str) -> Wrong:
        """Note a flaw."""
        flaw = Flaw(offset=self.offset(node), message=message)
        if flaw not in self.flaws:
            self.flaws.append(flaw)
        return Wrong(offset=flaw.offset)

    def offset(self, node: ast.expr) -> int:
        """Return where a node stands in the text."""
        return offset_of(node, self.text)

    def column(self, node: ast.expr) -> tuple[str, ColumnKind | None] | Wrong:
        """Return name and kind of the column that `node` must be; None as kind for a label."""
        if not isinstance(node, ast.Name):
            return self.wrong(node, "a column is wanted here")
        if node.id in self.table.columns:
            return node.id, self.table.columns[node.id]
        if node.id in self.table.labels:
            return node.id, None
        if self.system is not None and node.id in self.system.columns:
            return node.id, self.system.columns[node.id]
        known = [*self.table.columns, *self.table.labels]
        if node.id in self.functions:
            return self.wrong(node, f"{node.id} is a function; write {self.functions[node.id].usage}")
        if node.id in ABOUT_DEVICES:
            return self.wrong(
                node, f"{node.id} is the device's; which devices a rule is meant for is said with `devices:`"
            )
        hint = did_you_mean(node.id, known)
        return self.wrong(node, f"table {self.table.name} has no column or label {node.id}{hint}")

    def reading_of(self, node: ast.expr, name: str, kind: ColumnKind | None) -> Read:
        """Return the node that reads a column or label as it stands."""
        offset = self.offset(node)
        names = None
        if kind is ColumnKind.ENUM:
            table = self.table if name in self.table.columns or self.system is None else self.system
            names = (table.enums or {}).get(name, {})
        if self.is_of_system(name):
            inner = Texts(name) if kind is ColumnKind.TEXT else Numbers(name)
            kind_of = Kind.TEXT if kind is ColumnKind.TEXT else Kind.NUMBER
            return Read(source=OfSystem(inner, name), kind=kind_of, names=names, offset=offset)
        if kind is None:
            return Read(source=Labels(name), kind=Kind.TEXT, offset=offset)
        if kind is ColumnKind.TEXT:
            return Read(source=Texts(name), kind=Kind.TEXT, offset=offset)
        return Read(source=Numbers(name), names=names, offset=offset)

    def is_of_system(self, name: str) -> bool:
        """Return whether a name is a scalar of the device, not of the table."""
        return name not in self.table.columns and name not in self.table.labels

    def _checked(self, node: ast.expr) -> Node:
        match node:
            case ast.Constant():
                return self._constant(node)
            case ast.Name():
                return self._name(node)
            case ast.Compare():
                return self._compare(node)
            case ast.BoolOp(op=operator, values=values):
                arguments = tuple(self.check(value, Kind.TRUTH) for value in values)
                word = "and" if isinstance(operator, ast.And) else "or"
                return Junction(operator=word, arguments=arguments, offset=self.offset(node))
            case ast.UnaryOp():
                return self._unary(node)
            case ast.BinOp():
                return self._arithmetic(node)
            case ast.Call():
                return self._call(node)
            case ast.IfExp():
                return self._choice(node)
        return self.wrong(node, "a list stands only on the right of `in`")

    def _call(self, node: ast.Call) -> Node:
        if not isinstance(node.func, ast.Name):
            return self.wrong(node, "only functions by their name can be called")
        name = node.func.id
        signature = self.functions.get(name)
        if signature is None and (advice := advice_on_function(name)) is not None:
            return self.wrong(node, advice)
        if signature is None:
            return self.wrong(node, f"there is no function {name}{did_you_mean(name, self.functions)}")
        if node.keywords or not signature.least <= len(node.args) <= signature.most:
            return self.wrong(node, f"write {signature.usage}")
        return signature.build(self, node, name)

    def _constant(self, node: ast.Constant) -> Node:
        value = node.value
        if isinstance(value, str):
            return Words(value=value, offset=self.offset(node))
        if isinstance(value, bool) or not isinstance(value, int | float):
            return self.wrong(node, f"{value!r} is neither a number nor a text")
        if not abs(value) <= MAX_NUMBER:  # the other way round NaN would pass; no float is made of the largest
            return self.wrong(node, "this number is larger than any SNMP value")
        return Number(value=value, offset=self.offset(node))

    def _name(self, node: ast.Name) -> Node:
        found = self.column(node)
        if isinstance(found, Wrong):
            return found
        name, kind = found
        if kind is not None and kind.is_counter:
            return self.wrong(
                node, f"{name} is a counter, whose value alone means nothing; use rate({name}) or delta({name})"
            )
        return self.reading_of(node, name, kind)

    def _unary(self, node: ast.UnaryOp) -> Node:
        if isinstance(node.op, ast.Not):
            return Negation(argument=self.check(node.operand, Kind.TRUTH), offset=self.offset(node))
        if isinstance(node.op, ast.Invert):
            return self.wrong(node, "~ is not known in expressions")
        argument = self.number(node.operand)
        if isinstance(node.op, ast.UAdd) or isinstance(argument, Wrong):
            return argument
        if isinstance(argument, Number):
            return replace(argument, value=-argument.value, offset=self.offset(node))
        return Function(name="negative", arguments=(argument,), offset=self.offset(node))

    def _arithmetic(self, node: ast.BinOp) -> Node:
        operator = _ARITHMETIC.get(type(node.op))
        if operator is None:
            return self.wrong(node, "of the operators only + - * / % ** are known in expressions")
        left, right = self.number(node.left), self.number(node.right)
        if isinstance(left, Wrong) or isinstance(right, Wrong):
            return Wrong(offset=self.offset(node))
        if operator == "**" and right.is_constant and not _is_small_whole(constant_value(right)):
            return self.wrong(node.right, f"an exponent is a whole number from -{MAX_EXPONENT} to {MAX_EXPONENT}")
        result = Arithmetic(operator=operator, left=left, right=right, offset=self.offset(node))
        if result.is_constant and constant_value(result) is None:
            return self.wrong(node, "this has no finite value")
        return result

    def number(self, node: ast.expr) -> Node:
        """Check what must be a number to calculate with; the number behind an enumeration's names is not."""
        result = self.check(node, Kind.NUMBER)
        if isinstance(result, Read) and result.names is not None:
            return self.wrong(node, f"{result.source.key} is an enumeration; compare it with a name or number")
        return result

    def _choice(self, node: ast.IfExp) -> Node:
        test = self.check(node.test, Kind.TRUTH)
        chosen = self.check(node.body)
        otherwise = self.check(node.orelse, None if chosen.kind is Kind.WRONG else chosen.kind)
        return Choice(test=test, chosen=chosen, otherwise=otherwise, kind=chosen.kind, offset=self.offset(node))

    def _compare(self, node: ast.Compare) -> Node:
        sides = [node.left, *node.comparators]
        pairs = zip(sides, node.ops, sides[1:], strict=False)
        links = tuple(self._link(left, operator, right, node) for left, operator, right in pairs)
        return links[0] if len(links) == 1 else Junction(operator="and", arguments=links, offset=self.offset(node))

    def _link(self, left: ast.expr, operator: ast.cmpop, right: ast.expr, whole: ast.expr) -> Node:
        if isinstance(operator, ast.In | ast.NotIn):
            found = self._membership(left, right)
            return Negation(argument=found) if isinstance(operator, ast.NotIn) else found
        if type(operator) not in _COMPARISONS:
            return self.wrong(left, "`is` is not known in expressions; use == or absent(..)")
        word = _COMPARISONS[type(operator)]
        a, b = self._alike(left, self.check(left), right, self.check(right), word)
        if Kind.WRONG in (a.kind, b.kind):
            return Wrong(offset=self.offset(left))
        result = Comparison(operator=word, left=a, right=b, offset=self.offset(left))
        if result.is_constant:
            return self.wrong(whole, "no reading can change the outcome of this comparison")
        return result

    def _alike(self, left: ast.expr, a: Node, right: ast.expr, b: Node, word: str) -> tuple[Node, Node]:
        """Return both sides with an enumeration's name turned into its number; complain if they do not compare."""
        if _names_of(a) is not None and isinstance(b, Words):
            return a, self._named(right, b, a, word)
        if _names_of(b) is not None and isinstance(a, Words):
            return self._named(left, a, b, word), b
        if Kind.WRONG in (a.kind, b.kind):
            return a, b
        if (flaw := self._never_said(left, a, b) or self._never_said(right, b, a)) is not None:
            return a, flaw
        if Kind.TRUTH in (a.kind, b.kind):
            return a, self.wrong(left, "true or false is not compared; write it alone, or with not")
        if a.kind is not b.kind:
            return a, self.wrong(left, f"{a.kind.value} cannot be compared with {b.kind.value}")
        if a.kind is Kind.TEXT and word not in ("==", "!="):
            return a, self.wrong(left, f"text has no order; {word} compares numbers")
        return a, b

    def _never_said(self, node: ast.expr, words: Node, label: Node) -> Wrong | None:
        """Complain of a text that a label never has, where it has some texts only."""
        if not isinstance(words, Words) or not isinstance(label, Read) or not isinstance(label.source, Labels):
            return None
        known = (self.table.words or {}).get(label.source.name, ())
        if not known or words.value in ("", *known):
            return None
        hint = did_you_mean(words.value, known)
        return self.wrong(node, f"{label.source.name} is never {words.value!r}{hint} ({', '.join(known)})")

    def _named(self, node: ast.expr, words: Words, enum: Node, word: str = "==") -> Node:
        names = _names_of(enum) or {}
        if word not in ("==", "!="):
            return self.wrong(node, f"{word} compares numbers; a name goes with ==, != or in")
        for number, name in names.items():
            if name == words.value:
                return Number(value=number, name=name, offset=words.offset)
        known = ", ".join(names.values()) or "no names are known"
        return self.wrong(
            node, f"{words.value!r} is not one of its values{did_you_mean(words.value, names.values())} ({known})"
        )

    def _membership(self, left: ast.expr, right: ast.expr) -> Node:
        argument = self.check(left)
        if not isinstance(right, ast.Tuple | ast.List | ast.Set) or not right.elts:
            return self.wrong(right, "in wants a list, such as in ('down', 'lowerLayerDown')")
        options = [self._option(element, argument) for element in right.elts]
        known = tuple(option for option in options if isinstance(option, Number | Words))
        if argument.kind is Kind.WRONG or len(known) < len(options):
            return Wrong(offset=self.offset(left))
        if argument.is_constant or argument.kind is Kind.TRUTH:
            return self.wrong(left, "no reading can change the outcome of this comparison")
        return Membership(argument=argument, options=known, offset=self.offset(left))

    def _option(self, node: ast.expr, argument: Node) -> Node:
        option = self.check(node)
        if isinstance(option, Words) and _names_of(argument) is not None:
            return self._named(node, option, argument)
        if option.kind is Kind.WRONG or argument.kind is Kind.WRONG:
            return option
        if (flaw := self._never_said(node, option, argument)) is not None:
            return flaw
        if not isinstance(option, Number | Words):
            return self.wrong(node, "the list after `in` holds only numbers and texts")
        if option.kind is not argument.kind:
            return self.wrong(node, f"{argument.kind.value} cannot be compared with {option.kind.value}")
        return option


def constant_value(node: Node) -> float | None:
    """Return what an arithmetic expression of numbers alone comes to; None where it has no finite value."""
    try:
        value = _calculated(node)
        return value if math.isfinite(value) else None
    except ArithmeticError:
        return None


def _calculated(node: Node) -> float:
    if isinstance(node, Number):
        return node.value
    if isinstance(node, Function):
        values = [_calculated(argument) for argument in node.arguments]
        return {"negative": lambda: -values[0], "abs": lambda: abs(values[0]),
                "min": lambda: min(values), "max": lambda: max(values)}[node.name]()  # fmt: skip
    if isinstance(node, Arithmetic):
        left, right = _calculated(node.left), _calculated(node.right)
        return {"+": lambda: left + right, "-": lambda: left - right, "*": lambda: left * right,
                "/": lambda: left / right, "%": lambda: left % right,
                "**": lambda: power(left, right)}[node.operator]()  # fmt: skip
    return 0.0


def _names_of(node: Node) -> Mapping[int, str] | None:
    return node.names if isinstance(node, Read) else None


def _is_small_whole(value: float | None) -> bool:
    return value is not None and float(value).is_integer() and abs(value) <= MAX_EXPONENT
