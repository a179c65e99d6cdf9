"""Builds what answers /snmp, where the configuration names files of snmp_exporter.

May import: netwatch.config, netwatch.exporter, netwatch.snmp, netwatch.model. Called by: netwatch.app.app.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence

from netwatch.config import Settings
from netwatch.errors import PollError
from netwatch.exporter import Exporter, Targets, environment_of_process, read_definitions
from netwatch.model import Device
from netwatch.snmp import Snmp

LOOKUP_SECONDS = 5.0


def build_exporter(settings: Settings, devices: Sequence[Device]) -> Exporter | None:
    """Return the exporter, None where no file is named.

    Raises:
        InvalidFile: a file cannot be used; lists everything that is wrong, with its line.
    """
    part = settings.exporter
    if not part.snmp_yml:
        return None
    environment = environment_of_process() if part.expand_environment_variables else None
    definitions = read_definitions(settings.snmp_yml_paths(), environment=environment)
    targets = Targets(devices, part.allow, resolve)
    return Exporter(definitions, targets, Snmp(settings.polling), wrap=part.wrap_large_counters)


async def resolve(name: str) -> Sequence[str]:
    """Look a name up.

    Raises:
        PollError: it is not known, or nobody says in time.
    """
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(LOOKUP_SECONDS):
            found = await loop.getaddrinfo(name, None, type=socket.SOCK_DGRAM)
    except TimeoutError:
        raise PollError(f"cannot look up {name!r}: no answer") from None
    except (OSError, UnicodeError) as exc:
        words = exc.strerror if isinstance(exc, OSError) and exc.strerror else str(exc)
        raise PollError(f"cannot look up {name!r}: {words}") from exc
    return tuple(dict.fromkeys(str(address[0]).partition("%")[0] for *_, address in found))
