"""Mails that were broken on purpose: samples, changed as a hostile sender or a bad program might change them.

As a program it reads so many of them: `python -m tests.mailbox.mutations 1000000`, with a second number as the seed.
"""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from netwatch.mailbox.reading.mail import read_mail
from netwatch.mailbox.reading.outcome import Unreadable

SAMPLES = sorted(Path(__file__).parent.glob("*/*.eml"))
PIECES = (
    b"\0", b"\r", b"\n", b"\r\n", b"\n\n", b"--", b"=", b"=3D", b"=\n", b"<", b">", b"<!--", b"<style>",
    b"<blockquote>", b"&#", b"&#99999999999;", b"&#xD800;", b"\xff", b"\xfe\xff", b"\xc3", b"\x1b$B", b'"',
    b"(", b")", b"@", b":", b";", b",", b"%", b"=?utf-8?b?", b"=?x?q?=?=", b"?=", b"charset=zip",
    b"charset=utf-7", b"charset=idna", b"boundary=", b'boundary=""',
    b"Content-Type: multipart/mixed; boundary=a\n\n--a\n", b"Content-Type: message/rfc822\n\n",
    b"From: x@y.example\n", b"Content-Transfer-Encoding: base64\n", b"nw-" + b"a" * 44, b"silence 99999999h",
    b"ack 1-99999", b"until 99:99", b"Authentication-Results: mx.example.org; dkim=pass header.d=",
    b"i=99999999;", b"> " * 50, b"A" * 5_000, b" " * 500, b"Final-Recipient: rfc822;", b"Status: 5.",
    b"\xe2\x80\xae", b"\xf0\x9f\x92\xa5", b"9" * 5_000,
)  # fmt: skip


def cut(mail: bytes, chance: random.Random) -> bytes:
    """Return the mail up to somewhere."""
    return mail[: chance.randrange(len(mail) + 1)]


def flipped(mail: bytes, chance: random.Random) -> bytes:
    """Return the mail with some octets changed."""
    octets = bytearray(mail or b"x")
    for _ in range(chance.randint(1, 30)):
        octets[chance.randrange(len(octets))] = chance.randrange(256)
    return bytes(octets)


def with_a_piece(mail: bytes, chance: random.Random) -> bytes:
    """Return the mail with something in it that means something."""
    at = chance.randrange(len(mail) + 1)
    return mail[:at] + chance.choice(PIECES) * chance.choice((1, 1, 1, 2, 40)) + mail[at:]


def without_a_piece(mail: bytes, chance: random.Random) -> bytes:
    """Return the mail without some of it."""
    at = chance.randrange(len(mail) + 1)
    return mail[:at] + mail[at + chance.randint(1, 400) :]


def with_a_line_twice(mail: bytes, chance: random.Random) -> bytes:
    """Return the mail with a line somewhere else too."""
    lines = mail.split(b"\n")
    lines.insert(chance.randrange(len(lines) + 1), chance.choice(lines))
    return b"\n".join(lines)


def spliced(mail: bytes, chance: random.Random, other: bytes = b"") -> bytes:
    """Return the beginning of one mail and the end of another."""
    return cut(mail, chance) + other[chance.randrange(len(other) + 1) :]


WAYS: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    cut, flipped, with_a_piece, with_a_piece, without_a_piece, with_a_line_twice,
)  # fmt: skip


def mutated(samples: Sequence[bytes], chance: random.Random) -> bytes:
    """Return one of the samples, changed in one to four ways."""
    mail = chance.choice(samples)
    if chance.random() < 0.2:
        mail = spliced(mail, chance, chance.choice(samples))
    for _ in range(chance.randint(1, 4)):
        mail = chance.choice(WAYS)(mail, chance)
    return mail


def main(count: int, seed: int) -> None:
    """Read so many mutated mails; tell what they were, and the slowest."""
    samples = [path.read_bytes() for path in SAMPLES]
    chance, what, slowest = random.Random(seed), Counter[str](), 0.0
    for number in range(count):
        mail = mutated(samples, chance)
        began = time.process_time()
        said = read_mail(mail, authserv_id="mx.example.org").said
        slowest = max(slowest, time.process_time() - began)
        what[type(said).__name__] += 1
        if isinstance(said, Unreadable) and said.failed:
            what["FAILED"] += 1
            sys.stdout.write(f"number {number} of seed {seed}: {said.reason}\n")
    sys.stdout.write(f"{count} mails: {dict(what)}; the slowest took {slowest * 1e3:.1f} ms of CPU\n")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0)
