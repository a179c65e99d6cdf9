"""The SNMP engines that v3 traps come from: whose they are, their clocks, and what they have sent before.

A trap's engine is its sender's (RFC 3414, section 1.5.1), so nobody can ask it anything back: what is known of its
clock only ever comes from its own signed messages and from polling. Quiet: instants come in.
May import: netwatch.model, netwatch.snmp. Called by: netwatch.traps.front_door, netwatch.traps.receiver.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from netwatch.model import Memory
from netwatch.snmp import Engine, Header
from netwatch.traps.metrics import ENGINES
from netwatch.traps.own_engine import SCOPE
from netwatch.traps.refusal import NotAccepted

MAX_ENGINES = 8192
SIGNATURES_REMEMBERED = 65_536
_KEY = "engine "


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderEngine:
    """An engine that has sent a signed message, for the page: whose it is, and where from it was heard last."""

    engine_id: str
    device: str
    source: str
    boots: int
    last_at: datetime


class _Sender:
    """One engine's clock; `floor` is the least time a message of these boots may have without being an old one."""

    __slots__ = ("clock", "floor", "seen")

    def __init__(self, clock: Engine, floor: int, seen: SenderEngine) -> None:
        self.clock = clock
        self.floor = floor
        self.seen = seen


class SenderEngines:
    """Every engine heard of."""

    def __init__(self, memories: Iterable[Memory] = (), now: float = 0.0) -> None:
        self._senders: dict[bytes, _Sender] = {}
        self._signatures: OrderedDict[tuple[bytes, bytes], int] = OrderedDict()
        self._polled: dict[str, Engine] = {}
        self._devices: dict[bytes, frozenset[str]] = {}
        self._set_back: dict[bytes, int] = {}
        self._news: dict[bytes, None] = {}
        for memory in memories:
            self._recall(memory, now)

    def __len__(self) -> int:
        return len(self._senders)

    def meet(self, device: str, clock: Engine, *, just_now: bool) -> None:
        """Learn from polling which engine a device has; callable from another thread than the rest.

        Polling asks, and knows from a signed answer that is not an old one: `just_now` it may set a clock back.
        """
        engine_id, former = clock.engine_id, self.engine_of(device)
        if former != engine_id:
            self._devices[former] = self._devices.get(former, frozenset()) - {device}
        self._devices[engine_id] = self._devices.get(engine_id, frozenset()) | {device}
        self._polled[device] = clock
        known = self._senders.get(engine_id)
        if just_now and known is not None and clock.boots < known.clock.boots:
            self._set_back[engine_id] = clock.boots

    def owners(self, engine_id: bytes) -> frozenset[str]:
        """Return the devices that have an engine: as polling knows, or as it was first heard."""
        polled = self._devices.get(engine_id)
        if polled:
            return polled
        known = self._senders.get(engine_id)
        return frozenset((known.seen.device,)) if known and known.seen.device else frozenset()

    def engine_of(self, device: str) -> bytes:
        """Return the engine ID that polling knows of a device, empty where it knows none."""
        clock = self._polled.get(device)
        return clock.engine_id if clock else b""

    def is_known(self, engine_id: bytes) -> bool:
        """Return whether an engine is known from polling or from before."""
        return engine_id in self._senders or bool(self._devices.get(engine_id))

    def hear(self, header: Header, signature: bytes, seen: SenderEngine, now: float) -> None:
        """Judge the clock of a message whose signature was right, and learn from it.

        Raises:
            NotAccepted: it is of an older life of its sender, too old, or was here before.
        """
        engine_id, boots, time = header.engine_id, header.boots, header.time
        sender = self._senders.get(engine_id) or self._new(header, seen, now)
        clock = sender.clock
        if self._set_back.get(engine_id) == boots:
            clock.set(boots, time, now)  # it forgot its boots, as polling has seen
            sender.floor = 0
            del self._set_back[engine_id]
        before = clock.boots
        if boots < before:
            raise NotAccepted("v3_older_boots", f"engine {engine_id.hex()}")
        if not clock.hear(boots, time, now):
            raise NotAccepted("v3_outside_window", f"engine {engine_id.hex()}")
        if boots > before:
            sender.floor = 0
        if time < sender.floor or (engine_id, signature) in self._signatures:
            raise NotAccepted("v3_replayed", f"engine {engine_id.hex()}")
        self._remember_signature(engine_id, signature, time)
        sender.seen = seen
        self._senders[engine_id] = self._senders.pop(engine_id)
        self._news[engine_id] = None

    def _new(self, header: Header, seen: SenderEngine, now: float) -> _Sender:
        while len(self._senders) >= MAX_ENGINES:
            gone = next(iter(self._senders))
            del self._senders[gone]
            self._news[gone] = None
        sender = _Sender(Engine(header.engine_id, header.boots, header.time, now), 0, seen)
        for polled in self._polled_clocks(header.engine_id):
            if polled.boots >= sender.clock.boots:
                sender.clock.set(polled.boots, polled.time_at(now), now)
        self._senders[header.engine_id] = sender
        return sender

    def _polled_clocks(self, engine_id: bytes) -> list[Engine]:
        """Return the clocks of the devices that have this engine; several where one is a clone of the other."""
        clocks = [self._polled.get(device) for device in self._devices.get(engine_id, ())]
        found = [clock for clock in clocks if clock is not None and clock.engine_id == engine_id]
        return sorted(found, key=lambda clock: clock.boots)

    def _remember_signature(self, engine_id: bytes, signature: bytes, time: int) -> None:
        """Remember a message; where there are too many, nothing as old as the forgotten is taken any more."""
        while len(self._signatures) >= SIGNATURES_REMEMBERED:
            (old_engine, _), old_time = self._signatures.popitem(last=False)
            if old_engine in self._senders:
                sender = self._senders[old_engine]
                sender.floor = max(sender.floor, min(old_time + 1, sender.clock.latest))
        self._signatures[engine_id, signature] = time

    # -- over a restart -----------------------------------------------------------------------------------------

    def take_memories(self) -> list[Memory]:
        """Return what is to be kept of those heard since this was last asked."""
        if not self._news:
            return []
        ENGINES.set(len(self._senders))
        news, self._news = self._news, {}
        return [Memory(scope=SCOPE, key=_KEY + one.hex(), text=self._text_of(one)) for one in news]

    def _text_of(self, engine_id: bytes) -> str | None:
        sender = self._senders.get(engine_id)
        if sender is None:
            return None
        seen = sender.seen
        return json.dumps(
            {
                "boots": sender.clock.boots, "time": sender.clock.latest, "device": seen.device,
                "source": seen.source, "last_at": seen.last_at.isoformat(),
            }
        )  # fmt: skip

    def _recall(self, memory: Memory, now: float) -> None:
        """Take in a memory; its clock stood still meanwhile as far as we know, and what it sent before is old."""
        if memory.scope != SCOPE or not memory.key.startswith(_KEY) or memory.text is None:
            return
        try:
            engine_id, facts = bytes.fromhex(memory.key.removeprefix(_KEY)), json.loads(memory.text)
            boots, time = int(facts["boots"]), int(facts["time"])
            seen = SenderEngine(
                engine_id=engine_id.hex(), device=str(facts["device"]), source=str(facts["source"]), boots=boots,
                last_at=datetime.fromisoformat(facts["last_at"]),
            )  # fmt: skip
        except (ValueError, KeyError, TypeError):
            return
        self._senders[engine_id] = _Sender(Engine(engine_id, boots, time, now), time + 1, seen)

    def heard(self) -> tuple[SenderEngine, ...]:
        """Return the engines, newest first; safe to ask from another thread."""
        return tuple(
            replace(sender.seen, boots=sender.clock.boots) for sender in reversed(self._senders.copy().values())
        )
