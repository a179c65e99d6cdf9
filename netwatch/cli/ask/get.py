"""`netwatch get`: exact instances of a device.

May import: netwatch.snmp, by way of client. Called by: netwatch.cli.
"""

from __future__ import annotations

from typing import Annotated

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

Oids = Annotated[
    list[str], typer.Argument(help="OIDs, in numbers or as IF-MIB::ifDescr.3.", metavar="OID...", show_default=False)
]


def get(
    device: DeviceName, oids: Oids, v: SnmpVersion = None, c: Community = None, l: Level = None, u: User = None,  # noqa: E741 - net-snmp's own letters
    a: Auth = None, auth_pass: AuthPass = None, x: Priv = None, priv_pass: PrivPass = None, n: Context = None,
    t: Timeout = None, r: Retries = None, m: MibModules = None, dirs: MibDirs = None, o: OutputFlags = None,
    config: ConfigPath = None, json: AsJson = False,
) -> None:  # fmt: skip
    """Ask a device for exact instances, as snmpget does."""
    flags = Flags(version=v, community=c, level=l, user=u, auth=a, auth_pass=auth_pass, priv=x, priv_pass=priv_pass,
                  context=n, timeout=t, retries=r)  # fmt: skip
    target = find_device(device, config, flags)
    words = Words(oids, config, m, dirs, o)
    names = [words.oid(text) for text in oids]
    words.show(asked(lambda client: client.get(target, names)), json=json)
