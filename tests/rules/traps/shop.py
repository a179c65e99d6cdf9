"""Traps and rules about them, for the tests of trap rules."""

from __future__ import annotations

from datetime import UTC, datetime
from ipaddress import IPv4Address
from typing import Any

from netwatch.model import ColumnKind, InvalidFile, Oid, TableSchema, Tag, TrapEvent, Value, Varbind
from netwatch.rules import NO_MIB, MibNames, RuleBook, TrapRule, parse_rule_book

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LINK_DOWN, LINK_UP = "1.3.6.1.6.3.1.1.5.3", "1.3.6.1.6.3.1.1.5.4"
IF_INDEX, IF_DESCR, IF_ADMIN, IF_OPER = (f"1.3.6.1.2.1.2.2.1.{column}" for column in (1, 2, 7, 8))
SCHEMA = {
    "ifTable": TableSchema(
        name="ifTable", columns={"ifOperStatus": ColumnKind.ENUM}, labels=("ifIndex", "ifName", "ifAlias")
    )
}
LINK = f"""
rules:
  - alert: LinkDown
    on_trap: {LINK_DOWN}
    expr: absent(admin) or admin != 'down'
    key: [ifIndex]
    clear_on: {LINK_UP}
    labels: {{severity: warning}}
    annotations:
      summary: "{{{{ ifName | default(ifIndex) }}}} on {{{{ device }}}} lost its link, says {{{{ source }}}}"
      description: "{{{{ varbinds }}}}; {{{{ count }}}} times; it was {{{{ oper | default('not told') }}}}"
    varbinds:
      ifIndex: {IF_INDEX}
      admin: {{oid: {IF_ADMIN}, enum: {{1: up, 2: down}}}}
      oper: {{oid: {IF_OPER}, enum: {{1: up, 2: down}}}}
"""


def book(text: str, names: MibNames = NO_MIB) -> RuleBook:
    return parse_rule_book(text, "test.yaml", SCHEMA, names)


def rule(text: str = LINK, names: MibNames = NO_MIB) -> TrapRule:
    return book(text, names).trap_rules[0]


def one_line(names: MibNames = NO_MIB, **fields: Any) -> RuleBook:
    """Return the book of one rule of a few keys, `on_trap` linkDown unless given."""
    given = {"alert": "A", "on_trap": LINK_DOWN, **{key.rstrip("_"): value for key, value in fields.items()}}
    quoted = {key: f'"{value}"' if key in ("expr", "clear_expr", "value") else value for key, value in given.items()}
    return book("rules: [{" + ", ".join(f"{key}: {value}" for key, value in quoted.items()) + "}]", names)


def complaints(names: MibNames = NO_MIB, **fields: Any) -> list[str]:
    try:
        return [str(warning) for warning in one_line(names, **fields).warnings]
    except InvalidFile as exc:
        return [str(problem) for problem in exc.problems]


def varbind(oid: str, value: Value) -> Varbind:
    tags = {int: Tag.INTEGER, bytes: Tag.OCTET_STRING, Oid: Tag.OBJECT_IDENTIFIER, IPv4Address: Tag.IP_ADDRESS}
    return Varbind(oid=Oid.parse(oid), tag=tags.get(type(value), Tag.NULL), value=value)


def trap(oid: str | Oid = LINK_DOWN, *varbinds: Varbind, **fields: Any) -> TrapEvent:
    given = {"at": NOON, "source": "192.0.2.1", "device": "sw1", "version": "2c"} | fields
    return TrapEvent(trap_oid=Oid.parse(str(oid)), varbinds=varbinds, **given)


def link(oid: str = LINK_DOWN, index: int = 3, admin: int = 1, oper: int = 2, **fields: Any) -> TrapEvent:
    return trap(
        oid,
        varbind(f"{IF_INDEX}.{index}", index),
        varbind(f"{IF_ADMIN}.{index}", admin),
        varbind(f"{IF_OPER}.{index}", oper),
        **fields,
    )
