"""`netwatch walk`: a subtree of a device.

May import: netwatch.snmp, netwatch.model. Called by: netwatch.cli.
"""

from __future__ import annotations

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
from netwatch.cli.output import fail
from netwatch.model import Varbind

if TYPE_CHECKING:
    from netwatch.snmp import Walk

INTERNET = "1.3.6.1.2.1"


def walk(
    device: DeviceName, oid: Annotated[str, typer.Argument(help="The subtree.")] = INTERNET, v: SnmpVersion = None,
    c: Community = None, l: Level = None, u: User = None, a: Auth = None, auth_pass: AuthPass = None,  # noqa: E741
    x: Priv = None, priv_pass: PrivPass = None, n: Context = None, t: Timeout = None, r: Retries = None,
    m: MibModules = None, dirs: MibDirs = None, o: OutputFlags = None, config: ConfigPath = None,
    json: AsJson = False,
) -> None:  # fmt: skip
    """Walk a subtree of a device, as snmpbulkwalk does; exit 1 where it could not be walked whole."""
    flags = Flags(version=v, community=c, level=l, user=u, auth=a, auth_pass=auth_pass, priv=x, priv_pass=priv_pass,
                  context=n, timeout=t, retries=r)  # fmt: skip
    target = find_device(device, config, flags)
    words = Words([oid], config, m, dirs, o)
    root = words.oid(oid)
    walked = asked(lambda client: client.walk(target, [root]))
    words.show(walked_varbinds(walked), json=json)
    if walked.partial:
        fail(f"the walk of {device} is not whole: {walked.reason}")


def walked_varbinds(walked: Walk) -> list[Varbind]:
    """Return a walk's columns as one list, in the order walked."""
    return [
        Varbind(oid=column.oid.join(suffix), tag=tag, value=value)
        for column in walked.columns
        for suffix, tag, value in zip(column.suffixes, column.tags, column.values, strict=True)
    ]
