"""Decides when a device is asked what it has, and says which tables are read of it.

The profile's own tables are read in any case; a sweep finds what else there is, and what need not be walked for. It
is made when NetWatch meets the device, when the device started anew or says it is another, and at the slow
discovery; NetWatch's own restart needs none.

May import: netwatch.model, netwatch.snmp, netwatch.profiles, netwatch.polling.
Called by: netwatch.polling.device_poller.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import structlog

from netwatch.errors import PollError, RequestTimedOut
from netwatch.model import Device, Memory, Oid
from netwatch.polling.budget import Patience
from netwatch.polling.clock import Clock
from netwatch.polling.faults import DeviceFaults
from netwatch.polling.metrics import SWEEP_REQUESTS, SWEEPS
from netwatch.polling.presence.by_vlan import BRIDGES, VLANS
from netwatch.polling.presence.findings import Findings, alike, description_of, recalled
from netwatch.polling.presence.identity import Identity
from netwatch.polling.presence.sweep import Sweep, Swept
from netwatch.profiles import Kit, Probe, ProfileLibrary, Questions, enterprise_of
from netwatch.snmp import SnmpClient

log = structlog.get_logger(__name__)

PRESENCE = "presence"
"""What the question what a device has fails under."""
MOST_LISTED = 3
_LLDP, _LLDP_V2 = Oid.parse("1.0.8802.1.1.2.1"), Oid.parse("1.3.111.2.802.1.1.13.1")
HEARD_BY: Final = {
    _LLDP: frozenset({_LLDP.child(3).child(7), _LLDP.child(4).child(1), _LLDP.child(4).child(2)}),
    _LLDP_V2.child(3).child(7): frozenset({_LLDP_V2.child(4).child(1), _LLDP_V2.child(4).child(2)}),
}
"""Who says who he is by LLDP hears others: their tables are read, though there was nobody yet when it was swept."""


class Belongings:
    """What one device has, as far as it was asked."""

    def __init__(
        self, device: Device, library: ProfileLibrary, client: SnmpClient, clock: Clock, memory: Memory | None = None
    ) -> None:
        self._device, self._library, self._client, self._clock = device, library, client, clock
        self._findings = recalled(memory)
        self._patience = Patience()
        self._suspects: frozenset[Probe] = frozenset()
        self._must_ask = False
        self.trouble = ""

    def ask_again(self) -> None:
        """Have the next look be a sweep, whatever is known."""
        self._must_ask = True

    @property
    def is_due(self) -> bool:
        """Return whether a sweep is to be made, or one that failed to be tried again, now."""
        return self._must_ask and self._patience.allows(self._clock.monotonic())

    async def look(self, identity: Identity, faults: DeviceFaults) -> Memory | None:
        """Sweep where there is a reason; return what is to be remembered now, None where nothing is news.

        What fails is said in `trouble`; what was known before stays known.

        Raises:
            RequestTimedOut: the device fell silent meanwhile.
        """
        self._compare(identity)
        if not self.is_due:
            return None
        if not self._questions(identity).are_worth_asking:
            self._must_ask, self._findings = False, None
            return None
        try:
            swept, makers = await self._sweep(identity)
        except PollError as exc:
            self._failed(str(exc))
        except Exception as exc:  # noqa: BLE001  # that costs what else the device has, not what its profile says
            self._failed(faults.note(PRESENCE, exc))
        else:
            faults.settle(PRESENCE)
            self._find(swept, makers, identity)
            if swept.silent_at:
                raise RequestTimedOut(swept.why)
            return None if self._findings is None else self._findings.to_memory(self._device.name)
        return None

    def kit(self, identity: Identity) -> Kit:
        """Return what to read, and what it means."""
        has = self._findings.has if self._findings else frozenset[Oid]()
        return self._library.kit_of(identity.profile, has | self._may_come)

    @property
    def _may_come(self) -> frozenset[Oid]:
        """Return the tables that were empty, or seemed so, and are read all the same."""
        has = self._findings.has if self._findings else frozenset[Oid]()
        heard = [tables for teller, tables in HEARD_BY.items() if teller in has]
        return frozenset[Oid]().union(*heard, BRIDGES if VLANS in has else ())

    @property
    def has_vlans(self) -> bool:
        """Return whether it keeps a bridge for every VLAN, and may show an empty one at first."""
        return self._findings is not None and VLANS in self._findings.has

    def absent(self, identity: Identity) -> frozenset[Oid]:
        """Return what the device was asked for and does not have, so that it need not be walked for."""
        known = self._findings
        if known is None or self._must_ask:
            return frozenset()
        absent = self._questions(identity).items - known.has - known.unsure - known.chokes
        return absent - self._may_come

    def _compare(self, identity: Identity) -> None:
        """Forget what another device had, and have it asked anew where it or our questions are others."""
        known = self._findings
        if known is not None and known.sys_object_id != identity.sys_object_id:
            self._findings = known = None
        if known is None or not known.are_of(identity, self._library.catalogue.digest):
            self._must_ask = True

    def _questions(self, identity: Identity, makers: frozenset[int] | None = None) -> Questions:
        """Return what to ask for; `makers` are those known by what the device answers, by default as remembered."""
        if makers is None:
            makers = self._findings.makers if self._findings else frozenset()
        return self._library.catalogue.asked_of(_makers(identity) | makers, identity.profile)

    async def _sweep(self, identity: Identity) -> tuple[Swept, frozenset[int]]:
        """Ask, and return with it the makers found where the device names none."""
        known = self._findings
        chokes = known.chokes if known else frozenset()
        sweep = Sweep(self._client, self._device, self._clock.monotonic, known.at_once if known else 0)
        try:
            makers = frozenset[int]()
            if not _makers(identity):
                makers = await sweep.enterprises() & self._library.catalogue.enterprises
            probes = self._questions(identity, makers).probes
            return await sweep.ask([probe for probe in probes if probe.item not in chokes], self._suspects), makers
        finally:
            SWEEP_REQUESTS.inc(sweep.requests)

    def _find(self, swept: Swept, makers: frozenset[int], identity: Identity) -> None:
        """Take in a sweep; what was found before and is not there now had rows once, and stays among what is read."""
        was, silent = self._findings, frozenset(swept.silent_at)
        proven = silent if silent <= self._suspects else frozenset()
        self._suspects = (self._suspects | silent) - proven
        chokes = (swept.chokes | {probe.item for probe in proven} | (was.chokes if was else frozenset())) - swept.has
        found = Findings(
            sys_object_id=identity.sys_object_id,
            describes=description_of(identity),
            questions=self._library.catalogue.digest,
            has=swept.has | (was.has if was else frozenset()),
            unsure=swept.unsure - chokes,
            chokes=chokes,
            at_once=swept.at_once,
            makers=makers,
        )
        self._findings = alike(found)
        if silent:
            SWEEPS.labels("silent").inc()
            self._put_off(f"it fell silent when it was asked for {_listed(swept.silent_at)}: {swept.why}")
            return
        SWEEPS.labels("partial" if swept.unsure else "done").inc()
        self._must_ask, self._suspects = False, frozenset()
        self.trouble = f"what it has is not known in full: {swept.why}" if swept.ended_early else ""
        self._patience.note(self._clock.monotonic(), worth_it=True)
        if self.trouble or chokes or swept.unsure:
            log.info(
                "what a device has is not known in full", device=self._device.name, reason=swept.why,
                unsure=len(swept.unsure), silent_at=_listed(chokes),
            )  # fmt: skip

    def _failed(self, why: str) -> None:
        SWEEPS.labels("failed").inc()
        self._put_off(why)

    def _put_off(self, why: str) -> None:
        """Try again later, and say why."""
        trouble = f"what it has beside its profile's tables could not be asked: {why}"
        if trouble != self.trouble:
            log.warning("a device could not be asked what it has", device=self._device.name, reason=why)
        self.trouble = trouble
        self._patience.note(self._clock.monotonic(), worth_it=False)


def _makers(identity: Identity) -> frozenset[int]:
    """Return the enterprise number in a device's sysObjectID."""
    try:
        number = enterprise_of(Oid.parse(identity.sys_object_id))
    except ValueError:
        return frozenset()
    return frozenset() if number is None else frozenset({number})


def _listed(things: Iterable[Probe | Oid]) -> str:
    """Return some OIDs as a text."""
    oids = sorted({thing.item if isinstance(thing, Probe) else thing for thing in things})
    more = f" and {len(oids) - MOST_LISTED} more" if len(oids) > MOST_LISTED else ""
    return ", ".join(map(str, oids[:MOST_LISTED])) + more
