"""Walks the tables of a bridge for every VLAN where a device keeps one bridge for each, as Cisco's switches do.

They tell of another VLAN than the first only who asks with `community@VLAN`, or as a user of version 3 in the context
`vlan-VLAN`. It is the same credential, and only reads. What a VLAN tells is put behind what the device told before.
May import: netwatch.model, netwatch.snmp. Called by: netwatch.polling.device_poller, belongings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final, Protocol

from pydantic import SecretStr

from netwatch.errors import PollError
from netwatch.model import Credential, Device, Oid, Tag, Value
from netwatch.polling.clock import Clock
from netwatch.snmp import Walk, WalkedColumn

VLANS: Final = Oid.parse("1.3.6.1.4.1.9.9.46.1.3.1")
"""vtpVlanTable, which only Cisco's switches have (CISCO-VTP-MIB)."""
BRIDGES: Final = frozenset({Oid.parse("1.3.6.1.2.1.17.1.4"), Oid.parse("1.3.6.1.2.1.17.4.3")})
"""dot1dBasePortTable and dot1dTpFdbTable."""
LEARNED_IN: Final = Oid.parse("1.3.6.1.2.1.17.4.3.1.0")
"""A column of dot1dTpFdbTable that no device has: in which VLAN an address was learned, as it was asked there."""
_STATE, _TYPE = VLANS.child(1).child(2), VLANS.child(1).child(3)
_MEMBERS: Final = Oid.parse("1.3.6.1.4.1.9.9.68.1.2.2.1.2")
"""vmVlan, by port (CISCO-VLAN-MEMBERSHIP-MIB)."""
_OPERATIONAL, _ETHERNET, _FIRST = 1, 1, 1
MOST_VLANS: Final = 64
"""So many VLANs are asked in one walk; where there are more the others have their turn in the next ones."""
MOST_LISTED: Final = 8_192
MOST_SECONDS: Final = 20.0
SILENT_AT_ONCE: Final = 2
"""So many VLANs in a row that do not answer, and the rest of them is not tried."""
RESTS_SECONDS: Final = 24 * 3600.0
"""Where no VLAN at all answers, as where the agent maps its communities otherwise."""


class Walker(Protocol):
    """Walks tables of devices."""

    async def walk(
        self, device: Device, columns: Sequence[Oid], *, max_varbinds: int = ..., time_budget: timedelta = ...
    ) -> Walk:
        """Walk subtrees side by side."""


class ByVlan:
    """One table of the bridge of one device, which is walked VLAN by VLAN where `has_vlans` says that it has them."""

    def __init__(self, client: Walker, clock: Clock, has_vlans: Callable[[], bool]) -> None:
        self._client, self._clock, self._has_vlans = client, clock, has_vlans
        self._rests_until = 0.0
        self._next = 0
        self._kept: dict[int, Walk] = {}

    async def walk(
        self,
        device: Device,
        columns: Sequence[Oid],
        *,
        max_varbinds: int = 1_000_000,
        time_budget: timedelta = timedelta(seconds=60),
    ) -> Walk:
        """Walk the table as any is walked, and then the same of every VLAN.

        Raises:
            PollError: the device itself did not answer.
        """
        asked = [column for column in columns if column != LEARNED_IN]
        walk = await self._client.walk(device, asked, max_varbinds=max_varbinds, time_budget=time_budget)
        walk = _learned(walk, columns, _FIRST if self._has_vlans() and may_ask(device.credential) else None)
        if not self._has_vlans() or not may_ask(device.credential) or self._clock.monotonic() < self._rests_until:
            return walk
        try:
            vlans = await self._vlans(device)
        except PollError:
            return walk
        begin = self._next if MOST_VLANS < len(vlans) > self._next else 0
        turn = vlans[begin:][:MOST_VLANS]
        told, why = await self._asked(device, turn, asked, max_varbinds)
        told = {vlan: _learned(one, columns, vlan) for vlan, one in told.items()}
        if turn and not told:
            self._rests_until = self._clock.monotonic() + RESTS_SECONDS
        self._next = begin + MOST_VLANS
        if len(vlans) <= MOST_VLANS:
            self._kept = {}
            return merged([walk, *told.values()], why)
        self._kept = {vlan: one for vlan, one in {**self._kept, **told}.items() if vlan in vlans}
        return merged([walk, *self._kept.values()], why)

    async def _vlans(self, device: Device) -> list[int]:
        """Return the VLANs that carry anything, those first that a port is in by configuration."""
        listed = await self._client.walk(device, [_STATE, _TYPE], max_varbinds=MOST_LISTED)
        states, types = (dict(zip(one.suffixes, one.values, strict=True)) for one in listed.columns)
        active = {
            where[-1] for where, state in states.items() if state == _OPERATIONAL and types.get(where, 1) == _ETHERNET
        }
        members = await self._client.walk(device, [_MEMBERS], max_varbinds=MOST_LISTED)
        first = {vlan for column in members.columns for vlan in column.values if vlan in active}
        return sorted(active - {_FIRST}, key=lambda vlan: (vlan not in first, vlan))

    async def _asked(
        self, device: Device, vlans: Iterable[int], columns: Sequence[Oid], most: int
    ) -> tuple[Mapping[int, Walk], str]:
        """Return what VLANs tell, and why not all do; nothing where none does, which is then no reason."""
        told: dict[int, Walk] = {}
        ends_at, silent, why = self._clock.monotonic() + MOST_SECONDS, 0, ""
        for vlan in vlans:
            left = ends_at - self._clock.monotonic()
            if left <= 0:
                why = f"VLAN {vlan} and those behind it were not asked any more in {MOST_SECONDS:g} s"
                break
            try:
                told[vlan] = await self._client.walk(
                    as_of(device, vlan), columns, max_varbinds=most, time_budget=timedelta(seconds=left)
                )
            except PollError as exc:
                silent, why = silent + 1, f"VLAN {vlan}: {exc}"
                if silent >= SILENT_AT_ONCE:
                    break
            else:
                silent = 0
        return told, why if told else ""


def may_ask(credential: Credential) -> bool:
    """Return whether a credential can be asked about a VLAN: it names none already, nor a context."""
    return not credential.context and "@" not in credential.community.get_secret_value()


def as_of(device: Device, vlan: int) -> Device:
    """Return a device as it is asked about one of its VLANs."""
    credential = device.credential
    if credential.version == "3":
        credential = replace(credential, context=f"vlan-{vlan}")
    else:
        credential = replace(credential, community=SecretStr(f"{credential.community.get_secret_value()}@{vlan}"))
    return replace(device, name=f"{device.name} by VLAN", credential=credential, retries=min(device.retries, 1))


def _learned(walk: Walk, columns: Sequence[Oid], vlan: int | None) -> Walk:
    """Return a walk with the column that says in which VLAN its rows are, where that is among the columns."""
    if LEARNED_IN not in columns:
        return walk
    rows = sorted({suffix for column in walk.columns for suffix in column.suffixes}) if vlan is not None else []
    own = WalkedColumn(oid=LEARNED_IN, suffixes=rows, tags=[Tag.INTEGER] * len(rows), values=[vlan] * len(rows))
    told = iter(walk.columns)
    return replace(walk, columns=tuple(own if column == LEARNED_IN else next(told) for column in columns))


def merged(walks: Sequence[Walk], why: str = "") -> Walk:
    """Return several walks of the same columns as one; of a row that several have the first counts."""
    reasons = [one.reason for one in walks if one.partial] + [why] * bool(why)
    columns = tuple(_column(columns) for columns in zip(*(one.columns for one in walks), strict=True))
    return Walk(
        columns=columns, partial=bool(reasons), reason="; ".join(dict.fromkeys(reasons)),
        capped=any(one.capped for one in walks),
    )  # fmt: skip


def _column(parts: Sequence[WalkedColumn]) -> WalkedColumn:
    cells: dict[tuple[int, ...], tuple[int, Value]] = {}
    for part in parts:
        for suffix, tag, value in zip(part.suffixes, part.tags, part.values, strict=True):
            cells.setdefault(suffix, (tag, value))
    suffixes = sorted(cells)
    return WalkedColumn(
        oid=parts[0].oid, suffixes=suffixes, tags=[cells[one][0] for one in suffixes],
        values=[cells[one][1] for one in suffixes],
    )  # fmt: skip
