"""`netwatch table DEVICE TABLE`: a whole SNMP table, with its index spelled out and its values as their types say.

May import: netwatch.mib, netwatch.snmp, netwatch.model. Called by: netwatch.cli.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from netwatch.cli.arguments import AsJson
from netwatch.cli.ask.client import asked
from netwatch.cli.ask.targets import (
    Auth,
    AuthPass,
    Community,
    ConfigPath,
    Context,
    DeviceName,
    Flags,
    Level,
    Priv,
    PrivPass,
    Retries,
    SnmpVersion,
    Timeout,
    User,
    find_device,
)
from netwatch.cli.names.flags import MibDirs, MibModules, index_for, oid_or_exit
from netwatch.cli.output import USAGE, fail, print_json
from netwatch.model import Oid

if TYPE_CHECKING:
    from netwatch.mib import MibIndex, MibObject
    from netwatch.snmp import Walk

TableName = Annotated[str, typer.Argument(help="A table, such as ifTable.", metavar="TABLE", show_default=False)]


def table(
    device: DeviceName, name: TableName, v: SnmpVersion = None, c: Community = None, l: Level = None,  # noqa: E741 - net-snmp's own letters
    u: User = None, a: Auth = None, auth_pass: AuthPass = None, x: Priv = None, priv_pass: PrivPass = None,
    n: Context = None, t: Timeout = None, r: Retries = None, m: MibModules = None, dirs: MibDirs = None,
    config: ConfigPath = None, json: AsJson = False,
) -> None:  # fmt: skip
    """Read a whole table of a device, its index spelled out and its values as their types say."""
    flags = Flags(version=v, community=c, level=l, user=u, auth=a, auth_pass=auth_pass, priv=x, priv_pass=priv_pass,
                  context=n, timeout=t, retries=r)  # fmt: skip
    target = find_device(device, config, flags)
    index = index_for(config, dirs, m)
    columns = _columns(index, name)
    walked = asked(lambda client: client.walk(target, [column.oid for column in columns]))
    rows = table_rows(index, columns, walked)
    if json:
        print_json([{"device": target.name} | row for row in rows])
    else:
        from netwatch.cli.screen import print_table  # as below: not for TAB, which loads this file as well

        heads = list(dict.fromkeys(head for row in rows for head in row))
        print_table(
            f"{target.name} {name}", heads, [[row.get(head) for head in heads] for row in rows], empty="no rows"
        )
    if walked.partial:
        fail(f"the walk of {device} is not whole: {walked.reason}")


def _columns(index: MibIndex, name: str) -> list[MibObject]:
    """Return the readable columns of a table, named by the table, its row or its OID."""
    from netwatch.mib import ObjectKind

    obj, suffix = index.object_at(oid_or_exit(index, name))
    if obj is not None and obj.kind is ObjectKind.TABLE:
        obj = next(iter(index.children_of(obj.oid)), None)
    if obj is None or suffix or obj.kind is not ObjectKind.ROW:
        fail(f"{name} is no table", USAGE)
    return [column for column in index.children_of(obj.oid) if column.access != "not-accessible"]


def table_rows(index: MibIndex, columns: Sequence[MibObject], walked: Walk) -> list[dict[str, str]]:
    """Return the rows of a walk in the order of their index: index objects first, then the columns the device has."""
    rows: dict[tuple[int, ...], dict[str, str]] = {}
    for column, found in zip(columns, walked.columns, strict=True):
        for suffix, value in zip(found.suffixes, found.values, strict=True):
            row = rows.get(suffix)
            if row is None:
                row = rows[suffix] = index.decode_index(column, suffix) or {"index": str(Oid(suffix))}
            row[column.name] = index.format(column.oid.join(suffix), value)
    return [rows[suffix] for suffix in sorted(rows)]
