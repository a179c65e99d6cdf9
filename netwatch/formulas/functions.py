"""The functions of the language: what each takes, and what it reads.

    rate(counter)             increase per second
    delta(column)             difference to the reading before; of a counter, its increase
    last(column)              value in the reading before
    changed(column)           whether it differs from the reading before
    absent(x)                 whether x is missing, also since the row is no longer there; the one way to a verdict
                              about missing data
    coalesce(a, b, ..)        the first of them that is not missing; any but the first may be a plain number
    abs(x)  min(a, b, ..)  max(a, b, ..)          row by row
    min(x) max(x) avg(x) sum(x) count(x)          over all rows of the table; count(condition) counts where it holds
    code(enum)                the number behind an enumeration's name
    number(text)  number(text, 2)                 the first number in a text; the second
    date(text)                the moment a text names (`Wed Jan 14 00:00:00 2026`), in seconds since 1970 UTC
    unsigned(x)  signed(x)    a 32-bit number that came with the wrong sign
    dbm(milliwatts)           a power in decibels over one milliwatt
    seconds_since(stamp)      how long ago a TimeStamp is, which counts with sysUpTime
    matches(text, 'regex')    whether the whole text matches
    limit('cpu_high', 70)     70, or what `limits` of the configuration say for the device or row
    now()                     when the reading was made, in seconds since 1970

None of them looks further back than the reading before; those that do are in remembering.

A quiet room: no clock, no socket, no database.
May import: netwatch.model, netwatch.formulas.checker, formula, frame, nodes, sources.
Called by: remembering, and the checker, which is given FUNCTIONS.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import replace

from netwatch.formulas.checker import Checker, Signature, constant_value
from netwatch.formulas.formula import Formula
from netwatch.formulas.frame import Source
from netwatch.formulas.nodes import (
    Absence,
    Arithmetic,
    Comparison,
    Function,
    Kind,
    Matching,
    Node,
    Number,
    Read,
    Words,
    Wrong,
)
from netwatch.formulas.sources import (
    Aggregate,
    Earlier,
    FirstKnown,
    Increases,
    Limit,
    Now,
    Numbers,
    Rates,
    Texts,
    Uptime,
)
from netwatch.model import ColumnKind, bounded_matcher

MAX_ARGUMENTS = 16


def _own_column(checker: Checker, node: ast.expr) -> tuple[str, ColumnKind | None] | Wrong:
    """Return a column of the table itself; only its readings follow one another."""
    found = checker.column(node)
    if not isinstance(found, Wrong) and checker.is_of_system(found[0]):
        return checker.wrong(node, f"{found[0]} is of table system; here it can only be named as it stands")
    return found


def _rate(checker: Checker, node: ast.Call, name: str) -> Node:
    found = _own_column(checker, node.args[0])
    if isinstance(found, Wrong):
        return found
    column, kind = found
    if kind is None or not kind.is_counter:
        return checker.wrong(node, f"{column} is no counter; rate() is for counters, delta() for the others")
    return Read(source=Rates(column, f"rate({column})"), offset=checker.offset(node))


def _delta(checker: Checker, node: ast.Call, name: str) -> Node:
    found = _own_column(checker, node.args[0])
    if isinstance(found, Wrong):
        return found
    column, kind = found
    offset = checker.offset(node)
    if kind is not None and kind.is_counter:
        modulus = 2**32 if kind is ColumnKind.COUNTER32 else 2**64
        return Read(source=Increases(column, f"delta({column})", modulus), offset=offset)
    if kind is not ColumnKind.GAUGE:
        return checker.wrong(node, f"{column} is no number to subtract; changed({column}) says whether it differs")
    before = Read(source=_earlier(Numbers(column)), offset=offset)
    return Arithmetic(operator="-", left=Read(source=Numbers(column), offset=offset), right=before, offset=offset)


def _last(checker: Checker, node: ast.Call, name: str) -> Node:
    found = _own_column(checker, node.args[0])
    if isinstance(found, Wrong):
        return found
    column, kind = found
    if kind is not None and kind.is_counter:
        return checker.wrong(node, f"{column} is a counter, whose value alone means nothing; use delta({column})")
    read = checker.reading_of(node.args[0], column, kind)
    if not isinstance(read.source, Numbers | Texts):
        return checker.wrong(node, f"{column} is a label; {name}() is for columns")
    return Read(source=_earlier(read.source), kind=read.kind, names=read.names, offset=checker.offset(node))


def _changed(checker: Checker, node: ast.Call, name: str) -> Node:
    found = _own_column(checker, node.args[0])
    if isinstance(found, Wrong):
        return found
    now = checker.reading_of(node.args[0], *found)
    if not isinstance(now.source, Numbers | Texts):
        return checker.wrong(node, f"{found[0]} is a label; {name}() is for columns")
    before = Read(source=_earlier(now.source), kind=now.kind, names=now.names, offset=now.offset)
    return Comparison(operator="!=", left=now, right=before, offset=checker.offset(node))


def _limit(checker: Checker, node: ast.Call, name: str) -> Node:
    named, default = checker.check(node.args[0]), checker.check(node.args[1])
    if not isinstance(named, Words) or not named.value.isidentifier():
        return checker.wrong(node.args[0], "a name in quotes is wanted here, such as 'cpu_high'")
    if named.value in checker.table.columns or named.value in checker.table.labels:
        return checker.wrong(node.args[0], f"{named.value} is a column; a limit has a name of its own")
    if isinstance(default, Wrong) or not default.is_constant or (value := constant_value(default)) is None:
        return checker.wrong(node.args[1], "a number is wanted here")
    source = Limit(named.value, value, f"limit({named.value!r}, {value:g})")
    return Read(source=source, offset=checker.offset(node))


def _now(checker: Checker, node: ast.Call, name: str) -> Node:
    return Read(source=Now(), offset=checker.offset(node))


def _absent(checker: Checker, node: ast.Call, name: str) -> Node:
    argument = node.args[0]
    if isinstance(argument, ast.Name):
        found = checker.column(argument)
        inner: Node = found if isinstance(found, Wrong) else checker.reading_of(argument, *found)
    else:
        inner = checker.check(argument)
    if isinstance(inner, Wrong):
        return inner
    if inner.is_constant:
        return checker.wrong(node, "this is never missing")
    return Absence(argument=inner, offset=checker.offset(node))


def _row_wise(checker: Checker, node: ast.Call, name: str) -> Node:
    arguments = tuple(checker.number(argument) for argument in node.args)
    if any(isinstance(argument, Wrong) for argument in arguments):
        return Wrong(offset=checker.offset(node))
    return Function(name=name, arguments=arguments, offset=checker.offset(node))


def _code(checker: Checker, node: ast.Call, name: str) -> Node:
    inner = checker.check(node.args[0], Kind.NUMBER)
    if isinstance(inner, Wrong):
        return inner
    if not isinstance(inner, Read) or inner.names is None:
        return checker.wrong(node, "this is a number already; code() is for enumerations")
    return replace(inner, names=None)


def _number_in(checker: Checker, node: ast.Call, name: str) -> Node:
    argument = checker.check(node.args[0], Kind.TEXT)
    if isinstance(argument, Wrong):
        return argument
    if argument.is_constant:
        return checker.wrong(node, "no reading can change this")
    if len(node.args) == 1:
        return Function(name=name, arguments=(argument,), offset=checker.offset(node))
    which = checker.number(node.args[1])
    if not isinstance(which, Number) or which.value not in range(1, MAX_ARGUMENTS + 1):
        return checker.wrong(
            node.args[1], f"which of the text's numbers is said by a whole number, 1 to {MAX_ARGUMENTS}"
        )
    return Function(name=name, arguments=(argument, which), offset=checker.offset(node))


def _date(checker: Checker, node: ast.Call, name: str) -> Node:
    argument = checker.check(node.args[0], Kind.TEXT)
    if isinstance(argument, Wrong):
        return argument
    if argument.is_constant:
        return checker.wrong(node, "no reading can change this")
    return Function(name=name, arguments=(argument,), offset=checker.offset(node))


def _seconds_since(checker: Checker, node: ast.Call, name: str) -> Node:
    stamp = checker.number(node.args[0])
    if isinstance(stamp, Wrong):
        return stamp
    uptime = Read(source=Uptime(), offset=checker.offset(node))
    return Function(name="elapsed", arguments=(uptime, stamp), offset=checker.offset(node))


def _matches(checker: Checker, node: ast.Call, name: str) -> Node:
    text, pattern = checker.check(node.args[0], Kind.TEXT), checker.check(node.args[1])
    if not isinstance(pattern, Words):
        return checker.wrong(node.args[1], "the pattern is a text in quotes")
    if any(ord(character) < 32 for character in pattern.value):
        return checker.wrong(node.args[1], "the pattern holds a control character; write it as r'..'")
    try:
        matcher = bounded_matcher(pattern.value)
    except ValueError as exc:
        return checker.wrong(node.args[1], str(exc))
    if isinstance(text, Wrong):
        return text
    return Matching(argument=text, pattern=pattern.value, matcher=matcher, offset=checker.offset(node))


def _aggregate(checker: Checker, node: ast.Call, name: str) -> Node:
    body = body_of(checker, node.args[0], None if name == "count" else Kind.NUMBER)
    if isinstance(body, Wrong):
        return body
    if body.scalar:
        return checker.wrong(node, f"{name}() goes over the rows of a table, and this is one value already")
    return reading(checker, node, Aggregate(name, body, f"{name}({body.text})"))


def _least_or_most(checker: Checker, node: ast.Call, name: str) -> Node:
    return (_aggregate if len(node.args) == 1 else _row_wise)(checker, node, name)


def _coalesce(checker: Checker, node: ast.Call, name: str) -> Node:
    first, *others = node.args
    bodies = [
        body_of(checker, first, Kind.NUMBER),
        *(body_of(checker, one, Kind.NUMBER, fixed=True) for one in others),
    ]
    known = tuple(body for body in bodies if isinstance(body, Formula))
    if len(known) < len(bodies):
        return Wrong(offset=checker.offset(node))
    if len({body.scalar for body in known if body.inputs}) > 1:
        return checker.wrong(node, "either all of these have one value per row, or all have one for the table")
    return reading(checker, node, FirstKnown(known, f"coalesce({', '.join(body.text for body in known)})"))


def body_of(checker: Checker, node: ast.expr, kind: Kind | None, *, fixed: bool = False) -> Formula | Wrong:
    """Return an argument compiled for itself; Wrong if it has a flaw, or depends on no reading and is not `fixed`."""
    before = len(checker.flaws)
    inner = checker.check(node, kind)
    if len(checker.flaws) > before or any(isinstance(part, Wrong) for part in inner.walk()):
        return Wrong(offset=inner.offset)
    if inner.is_constant and not fixed:
        return checker.wrong(node, "no reading can change this")
    return Formula(inner, ast.unparse(node))


def reading(checker: Checker, node: ast.Call, source: Source) -> Read:
    """Return the node that reads what a call gives."""
    return Read(source=source, offset=checker.offset(node))


def _earlier(source: Numbers | Texts) -> Earlier:
    return Earlier(source, f"last({source.key})")


FUNCTIONS: Mapping[str, Signature] = {
    "rate": Signature(usage="rate(counter)", least=1, most=1, build=_rate),
    "delta": Signature(usage="delta(column)", least=1, most=1, build=_delta),
    "last": Signature(usage="last(column)", least=1, most=1, build=_last),
    "changed": Signature(usage="changed(column)", least=1, most=1, build=_changed),
    "absent": Signature(usage="absent(column)", least=1, most=1, build=_absent),
    "abs": Signature(usage="abs(x)", least=1, most=1, build=_row_wise),
    "min": Signature(usage="min(x) or min(a, b)", least=1, most=MAX_ARGUMENTS, build=_least_or_most),
    "max": Signature(usage="max(x) or max(a, b)", least=1, most=MAX_ARGUMENTS, build=_least_or_most),
    "avg": Signature(usage="avg(x)", least=1, most=1, build=_aggregate),
    "sum": Signature(usage="sum(x)", least=1, most=1, build=_aggregate),
    "count": Signature(usage="count(x) or count(condition)", least=1, most=1, build=_aggregate),
    "coalesce": Signature(usage="coalesce(a, b)", least=2, most=MAX_ARGUMENTS, build=_coalesce),
    "limit": Signature(usage="limit('cpu_high', 70)", least=2, most=2, build=_limit),
    "code": Signature(usage="code(enumeration)", least=1, most=1, build=_code),
    "number": Signature(usage="number(text) or number(text, 2)", least=1, most=2, build=_number_in),
    "date": Signature(usage="date(text)", least=1, most=1, build=_date),
    "unsigned": Signature(usage="unsigned(x)", least=1, most=1, build=_row_wise),
    "signed": Signature(usage="signed(x)", least=1, most=1, build=_row_wise),
    "dbm": Signature(usage="dbm(milliwatts)", least=1, most=1, build=_row_wise),
    "seconds_since": Signature(usage="seconds_since(stamp)", least=1, most=1, build=_seconds_since),
    "now": Signature(usage="now()", least=0, most=0, build=_now),
    "matches": Signature(usage="matches(text, 'regex')", least=2, most=2, build=_matches),
}
