"""Many targets, scraped again and again and at the same time: nothing is mixed up, and nothing piles up.

Usually 100 targets, four times; NETWATCH_TARGETS=1000 NETWATCH_ROUNDS=20 for the whole of it.
"""

from __future__ import annotations

import asyncio
import gc
import ipaddress
import os
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import yaml

from netwatch.exporter import Exporter, Targets, read_definitions
from netwatch.model import Missing, Oid, Tag, Varbind
from netwatch.polling import PollingSettings
from netwatch.snmp import Pdu, PduKind, Snmp, decode_message, encode_message
from tests.snmp_exporter import series_of

TARGETS = int(os.environ.get("NETWATCH_TARGETS", "100"))
ROUNDS = int(os.environ.get("NETWATCH_ROUNDS", "4"))
AT_ONCE = 50
IP_PKTINFO = 8
"""Linux has it; this Python has no name for it."""
COLUMN = Oid.parse("1.3.6.1.4.1.32473.7")
ROWS = (1, 2, 3)
CONTENT = {
    "auths": {"public_v2": {"community": "public", "version": 2}},
    "modules": {
        "whose": {
            "walk": [str(COLUMN)],
            "metrics": [
                {"name": "whoseAddress", "oid": str(COLUMN), "type": "gauge", "help": "x",
                 "indexes": [{"labelname": "row", "type": "gauge"}]},
            ],
        },
    },
}  # fmt: skip


async def test_every_target_has_its_own_series_however_many_are_scraped_at_once_and_nothing_piles_up(tmp_path):
    exporter = exporter_of(tmp_path)
    await exporter.start()
    turns = asyncio.Semaphore(AT_ONCE)

    async def is_whole(target: ipaddress.IPv4Address, port: int) -> bool:
        async with turns:
            answer = await exporter.scrape({"target": [f"{target}:{port}"], "module": ["whose"]})
        series = series_of(answer.body.decode())
        return all(series.get(f'whoseAddress{{row="{row}"}}') == int(target) * 10 + row for row in ROWS)

    first = ipaddress.IPv4Address("127.9.0.0")
    counts = []
    with agents() as port:
        for _ in range(ROUNDS):
            found = await asyncio.gather(*(is_whole(first + number, port) for number in range(TARGETS)))
            assert found == [True] * TARGETS
            gc.collect()
            counts.append(len(gc.get_objects()))
    await exporter.stop()

    # What a scrape leaves behind piles up in every round; what grows in one round only is somebody else's.
    assert min(after - before for before, after in pairwise(counts[1:])) < TARGETS / 2


def exporter_of(folder: Path) -> Exporter:
    (folder / "snmp.yml").write_text(yaml.dump(CONTENT))

    async def nobody(name: str) -> Sequence[str]:
        return []

    targets = Targets([], [ipaddress.ip_network("127.0.0.0/8")], nobody)
    return Exporter(read_definitions([folder / "snmp.yml"]), targets, Snmp(PollingSettings()))


@contextmanager
def agents() -> Iterator[int]:
    """An agent at every address of this machine, whose rows say which address was asked."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as heard:
        heard.setsockopt(socket.IPPROTO_IP, IP_PKTINFO, 1)
        heard.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        heard.bind(("", 0))
        thread = threading.Thread(target=_answer, args=(heard,))
        thread.start()
        try:
            yield heard.getsockname()[1]
        finally:
            _wake(heard)
            thread.join()


def _wake(heard: socket.socket) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ending:
        ending.sendto(b"", ("127.0.0.1", heard.getsockname()[1]))


def _answer(heard: socket.socket) -> None:
    while True:
        data, ancillary, _, asker = heard.recvmsg(4096, 64)
        if not data:
            return
        there = int.from_bytes(ancillary[0][2][8:12])  # in_pktinfo: the address that was asked
        reply = (socket.IPPROTO_IP, IP_PKTINFO, ancillary[0][2][:4] + ancillary[0][2][8:12] + bytes(4))
        heard.sendmsg([_reply(data, there)], [reply], 0, asker)


def _reply(data: bytes, there: int) -> bytes:
    message = decode_message(data)
    asked = message.pdu
    assert isinstance(asked, Pdu)
    held = {COLUMN.child(row): there * 10 + row for row in ROWS}
    found: list[Varbind] = []
    for one in asked.varbinds:
        following = [oid for oid in held if oid > one.oid][: max(1, asked.error_index)]
        found += [Varbind(oid=oid, tag=Tag.COUNTER64, value=held[oid]) for oid in following]
        if not following:
            found.append(Varbind(oid=one.oid, tag=Tag.END_OF_MIB_VIEW, value=Missing.END_OF_MIB_VIEW))
    pdu = replace(asked, kind=PduKind.RESPONSE, error_status=0, error_index=0, varbinds=tuple(found))
    return encode_message(replace(message, pdu=pdu))
