"""Builds what answers /snmp, where the configuration names files of snmp_exporter.

May import: netwatch.config, netwatch.exporter, netwatch.snmp, netwatch.model. Called by: netwatch.app.app.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from typing import Any

from netwatch.config import Settings
from netwatch.errors import PollError
from netwatch.exporter import Exporter, Targets, environment_of_process, read_definitions
from netwatch.model import Device
from netwatch.snmp import Snmp

LOOKUP_SECONDS = 5.0
LOOKUPS_AT_ONCE = 2


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
    targets = Targets(devices, part.allow, Lookups().resolve)
    return Exporter(
        definitions, targets, Snmp(settings.polling), wrap=part.wrap_large_counters, share_for=part.share_answers_for
    )


class Lookups:
    """Looks up names of targets, few at a time: a dead name server must not take all threads there are."""

    def __init__(self) -> None:
        self._turns = asyncio.Semaphore(LOOKUPS_AT_ONCE)

    async def resolve(self, name: str) -> Sequence[str]:
        """Return every address of a name.

        Raises:
            PollError: it is not known, or nobody says in time.
        """
        try:
            async with asyncio.timeout(LOOKUP_SECONDS):
                return await self._found(name)
        except TimeoutError:
            raise PollError(f"cannot look up {name!r}: no answer") from None
        except (OSError, UnicodeError) as exc:
            words = exc.strerror if isinstance(exc, OSError) and exc.strerror else str(exc)
            raise PollError(f"cannot look up {name!r}: {words}") from exc

    async def _found(self, name: str) -> Sequence[str]:
        """Wait for a turn, which is over when the thread is, and not when nobody waits any more."""
        await self._turns.acquire()
        looking = asyncio.ensure_future(asyncio.get_running_loop().getaddrinfo(name, None, type=socket.SOCK_DGRAM))
        looking.add_done_callback(self._give_back)
        found = await asyncio.shield(looking)
        return tuple(dict.fromkeys(str(address[0]).partition("%")[0] for *_, address in found))

    def _give_back(self, looking: asyncio.Future[Any]) -> None:
        self._turns.release()
        if not looking.cancelled():
            looking.exception()  # somebody has looked at it, so that it is not logged as forgotten
