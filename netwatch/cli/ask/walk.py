"""`netwatch walk`: a subtree of a device.

May import: netwatch.snmp, netwatch.model. Called by: netwatch.cli.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
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
from netwatch.cli.names.flags import MibDirs, MibModules, OutputFlags
from netwatch.cli.names.words import Words
from netwatch.cli.output import JsonList, fail
from netwatch.model import Device, Oid, Varbind

if TYPE_CHECKING:
    from netwatch.snmp import SnmpClient, Walk

INTERNET = "1.3.6.1.2.1"
MOST_VARBINDS = 1_000_000
AT_ONCE = 2_000
"""Varbinds held at a time: a device of any size is walked in the same memory."""

Most = Annotated[int, typer.Option("--max", help="After how many varbinds to stop.", metavar="NUMBER", min=1)]


def walk(
    device: DeviceName, oid: Annotated[str, typer.Argument(help="The subtree.")] = INTERNET, v: SnmpVersion = None,
    c: Community = None, l: Level = None, u: User = None, a: Auth = None, auth_pass: AuthPass = None,  # noqa: E741
    x: Priv = None, priv_pass: PrivPass = None, n: Context = None, t: Timeout = None, r: Retries = None,
    m: MibModules = None, dirs: MibDirs = None, o: OutputFlags = None, config: ConfigPath = None,
    most: Most = MOST_VARBINDS, json: AsJson = False,
) -> None:  # fmt: skip
    """Walk a subtree of a device, as snmpbulkwalk does; exit 1 where it could not be walked whole."""
    flags = Flags(version=v, community=c, level=l, user=u, auth=a, auth_pass=auth_pass, priv=x, priv_pass=priv_pass,
                  context=n, timeout=t, retries=r)  # fmt: skip
    target = find_device(device, config, flags)
    words = Words([oid], config, m, dirs, o)
    root = words.oid(oid)
    document = JsonList() if json else None

    async def show(client: SnmpClient) -> str:
        reason = ""
        async for piece in pieces(client, target, root, most):
            words.show_more(walked_varbinds(piece), document)
            reason = reason or piece.reason
        return reason

    try:
        reason = asked(show)
    except typer.Exit:
        if document is not None and not document.is_empty:
            document.end()
        raise
    if document is not None:
        document.end()
    if reason:
        fail(f"the walk of {device} is not whole: {reason}")


async def pieces(client: SnmpClient, device: Device, root: Oid, most: int) -> AsyncIterator[Walk]:
    """Walk a subtree piece by piece; the last piece says why the walk is not whole, where it is not.

    Raises:
        RequestTimedOut: the device does not answer, or not any more.
    """
    left, after = most, None
    while True:
        piece = await client.walk(device, [root], max_varbinds=min(left, AT_ONCE), after=after)
        [column] = piece.columns
        left -= len(column.values)
        last = root.join(column.suffixes[-1]) if column.suffixes else None
        is_on = piece.capped and last is not None and (after is None or after < root.join(column.suffixes[0]))
        if piece.capped and not is_on:
            piece = replace(piece, reason=f"the device goes back behind {after or root}")
        elif piece.capped and left <= 0:
            piece = replace(piece, reason=f"it has more than {most:,} varbinds; --max {most * 10} reads on")
            is_on = False
        elif piece.capped:
            piece = replace(piece, partial=False, reason="")
        yield piece
        if not is_on:
            return
        after = last


def walked_varbinds(walked: Walk) -> Iterator[Varbind]:
    """Yield a walk's columns, in the order walked."""
    for column in walked.columns:
        for suffix, tag, value in zip(column.suffixes, column.tags, column.values, strict=True):
            yield Varbind(oid=column.oid.join(suffix), tag=tag, value=value)
