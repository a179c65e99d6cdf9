"""What a mail costs to read: the samples that people's programs write, one with pictures of 2 MB, a bounce.

Run it: `python tests/bench/bench_mail_reading.py`. CPU time of this process, the best of some rounds;
a mail must cost no more than 3 ms.
"""

from __future__ import annotations

import base64
import time
from pathlib import Path

from netwatch.mailbox.reading.mail import read_mail

ROUNDS, AT_ONCE = 5, 20
MOST_MS = 3.0
MAILS = sorted((Path(__file__).parents[1] / "mailbox").glob("*/*.eml"))


def milliseconds(octets: bytes) -> float:
    """Return the milliseconds of CPU that reading it takes."""
    figures = []
    for _ in range(ROUNDS):
        began = time.process_time()
        for _ in range(AT_ONCE):
            read_mail(octets, authserv_id="mx.example.org")
        figures.append((time.process_time() - began) / AT_ONCE * 1e3)
    return min(figures)


def with_pictures() -> bytes:
    """Return an answer from a phone with a picture of 2 MB, which comes before the words."""
    picture = base64.encodebytes(bytes(range(256)) * 5_000)
    return (
        b"From: ann@example.net\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: image/jpeg\n"
        b"Content-Disposition: inline\nContent-Transfer-Encoding: base64\n\n" + picture + b"\n--b\n\nack\n--b--\n"
    )


def main() -> None:
    """Print what the samples cost, and the dearest of them."""
    costs = {path.stem: milliseconds(path.read_bytes()) for path in MAILS}
    dearest = max(costs, key=costs.__getitem__)
    print()
    mean = sum(costs.values()) / len(costs)
    print(f"{len(costs)} samples: {mean:.2f} ms on average, at most {costs[dearest]:.2f} ms ({dearest})")
    pictures = milliseconds(with_pictures())
    print(f"an answer behind a picture of 2 MB: {pictures:.2f} ms")
    most = max(*costs.values(), pictures)
    print(f"at most {most:.2f} ms, wanted <= {MOST_MS:.0f} ms: {'held' if most <= MOST_MS else 'BROKEN'}")


if __name__ == "__main__":
    main()
