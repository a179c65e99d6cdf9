"""Datagrams that nobody would write: captured and good ones, with bytes changed, cut, doubled and lied about."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path

from .messages import pdu_of, v1, v2c, v3


def captured(corpus: Path) -> list[bytes]:
    """Return every packet of the corpus."""
    texts = [path.read_text().splitlines() for path in sorted((corpus / "packets").glob("*.hex"))]
    return [bytes.fromhex("".join(line for line in lines if not line.startswith("#"))) for lines in texts]


def own() -> list[bytes]:
    """Return good messages of every version, so that mutations get behind the community check."""
    return [v2c(), v2c(pdu_of(inform=True)), v1(), v3(), v3(flags=0), v3(pdu_of(inform=True), reportable=4)]


def mutated(seeds: Sequence[bytes], count: int, seed: int) -> Iterator[bytes]:
    """Yield `count` mutations, the same for the same seed."""
    dice = random.Random(seed)
    for _ in range(count):
        data = bytearray(dice.choice(seeds))
        for _ in range(dice.choice((1, 1, 1, 2, 3, 8))):
            _mutate(data, dice)
        yield bytes(data)


def _mutate(data: bytearray, dice: random.Random) -> None:
    at = dice.randrange(len(data) + 1)
    way = dice.randrange(6)
    if way == 0 and at < len(data):
        data[at] ^= 1 << dice.randrange(8)
    elif way == 1 and at < len(data):
        data[at] = dice.choice((0, 1, 0x7F, 0x80, 0x81, 0x82, 0x84, 0xFF))
    elif way == 2:
        del data[at:]
    elif way == 3:
        del data[at : at + dice.randrange(1, 8)]
    elif way == 4:
        data[at:at] = dice.randbytes(dice.randrange(1, 8))
    else:
        data[at:at] = data[at : at + dice.randrange(1, 40)]
