"""Our engine, and those of senders: clocks, boots, and what is kept of them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from netwatch.model import Memory
from netwatch.snmp import open_header
from netwatch.traps import sender_engines
from netwatch.traps.own_engine import KEY, SCOPE, OwnEngine
from netwatch.traps.refusal import NotAccepted
from netwatch.traps.sender_engines import SenderEngine, SenderEngines

from .messages import ENGINE, v3

SEEN = SenderEngine(
    engine_id=ENGINE.hex(), device="router", source="192.0.2.1", boots=3, last_at=datetime(2026, 1, 1, tzinfo=UTC)
)


def hear(engines: SenderEngines, *, boots: int = 3, time: int = 1000, mac: bytes = b"mac", now: float = 0.0) -> None:
    engines.hear(open_header(v3(boots=boots, time=time)), mac, SEEN, now)


def refused(engines: SenderEngines, **message) -> str:
    with pytest.raises(NotAccepted) as raised:
        hear(engines, **message)
    return raised.value.cause


@pytest.mark.parametrize(
    "kept",
    ["", "no JSON", "[]", "{}", '{"engine_id": "zz", "boots": 1}', '{"engine_id": "00", "boots": 1}',
     '{"engine_id": "80007ed905aaaaaaaaaaaaaaaaaaaaaaaa", "boots": 2147483647}'],
)  # fmt: skip
def test_an_engine_of_which_nothing_usable_was_kept_begins_anew(kept):
    engine = OwnEngine.reborn([Memory(scope=SCOPE, key=KEY, text=kept)], 0.0)

    assert engine.boots == 1
    assert engine.engine_id[:5] == bytes.fromhex("80007ed905")
    assert engine.engine_id != bytes.fromhex("80007ed905aaaaaaaaaaaaaaaaaaaaaaaa")


@pytest.mark.parametrize(
    ("boots", "time", "in_time"),
    [(1, 1000, True), (1, 850, True), (1, 1150, True), (1, 849, False), (1, 1151, False), (2, 1000, False)],
)
def test_a_message_to_us_must_be_of_our_time(boots, time, in_time):
    assert OwnEngine(b"engine", 1, 0.0).is_in_time(boots, time, 1000.0) is in_time


def test_a_clock_goes_on_between_messages():
    engines = SenderEngines()
    hear(engines, time=1000, now=0.0)

    assert refused(engines, time=1000, mac=b"late", now=151.0) == "v3_outside_window"
    hear(engines, time=1001, mac=b"of a slow clock, but newer than any", now=200.0)


def test_of_a_sender_that_is_kept_only_newer_messages_are_heard():
    engines = SenderEngines()
    hear(engines)
    again = SenderEngines(engines.take_memories(), 0.0)

    assert refused(again, time=1000, mac=b"other") == "v3_replayed"
    hear(again, time=1001)
    assert [(one.engine_id, one.device) for one in again.heard()] == [(ENGINE.hex(), "router")]


def test_a_sender_is_kept_once_for_all_it_sent_meanwhile():
    engines = SenderEngines()
    for number in range(10):
        hear(engines, mac=bytes((number,)))

    assert len(engines.take_memories()) == 1
    assert engines.take_memories() == []


def test_what_another_version_has_kept_is_not_believed():
    odd = [Memory(scope=SCOPE, key=key, text=text) for key in ("engine zz", "engine 80") for text in ("", "[]", "{}")]

    assert len(SenderEngines(odd)) == 0


def test_where_signatures_had_to_be_forgotten_nothing_as_old_is_heard(monkeypatch):
    monkeypatch.setattr(sender_engines, "SIGNATURES_REMEMBERED", 10)
    engines = SenderEngines()
    for number in range(30):
        hear(engines, time=1000 + number, mac=bytes((number,)))

    assert refused(engines, time=1005, mac=b"\x05") == "v3_replayed"
    hear(engines, time=1029, mac=b"another of the same second")


def test_engines_that_anybody_could_make_up_are_bounded(monkeypatch):
    monkeypatch.setattr(sender_engines, "MAX_ENGINES", 5)
    engines = SenderEngines()
    for number in range(20):
        engines.hear(open_header(v3(engine=ENGINE + bytes((number,)))), b"", SEEN, 0.0)

    assert len(engines) == 5
    assert sum(memory.text is None for memory in engines.take_memories()) == 15
