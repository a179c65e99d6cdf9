"""What datagrams.c does, in Python, and the choice between the two: many like questions, and what comes of them.

A run is up to 1,024 addresses of one family that are asked one question. Each of its datagrams has a number, the
run's own times 1,024 and the place of the address, by which what comes is known to answer it.

May import: nothing. Called by: netwatch.ping, netwatch.discovery.
"""

from __future__ import annotations

import errno
import socket
import struct
import time
from array import array
from collections.abc import Mapping
from typing import Final, NamedTuple

from netwatch.compiled import is_usable

INDEX_BITS: Final = 10
IN_A_RUN: Final = 1 << INDEX_BITS
NOTHING: Final = -1.0
"""Of an address from which nothing came."""
FULL: Final = frozenset({errno.EAGAIN, errno.ENOBUFS, errno.ENOMEM})
"""This machine has no room for a datagram now; it has later."""
TRIES: Final = 4
"""What the network says of a datagram before is raised where the next one is sent, once each."""
LONGEST: Final = 512
_CLOSED: Final = frozenset({errno.EBADF, errno.ENOTSOCK})
_ANCILLARY_OCTETS: Final = 256
_MOST_PENDING: Final = 64
_SO_TIMESTAMPNS: Final = 35
_STAMP: Final = struct.Struct("=qq")
_TOLD: Final = ((0, 11), (41, 25))
_ERROR: Final = struct.Struct("=IBBBBII")
_ORIGINS: Final = (2, 3)

Places = tuple[tuple[int, int], ...]
"""Where a number stands: at which octet, and how many of its last octets."""
_Ancillary = list[tuple[int, int, bytes]]


class Question(NamedTuple):
    """How a datagram looks; up to 512 octets.

    checksum_at: of RFC 1071, over all of it; -1 for none. key: what numbers are hidden with, by exclusive or.
    """

    octets: bytes
    places: Places
    checksum_at: int = -1
    key: int = 0


class Sign(NamedTuple):
    """By what an answer is known. in_ip: whether an IPv4 header comes first.

    marks: what stands where. places: the first one is read, and the others say the same.
    """

    marks: tuple[tuple[int, bytes], ...]
    places: Places
    key: int = 0
    in_ip: bool = False


class Run(NamedTuple):
    """Whom one question goes to. addresses: packed, one after another.

    came: for each address how long its answer took in seconds, 0 for a refusal, and NOTHING. sent: when, monotonic.
    """

    addresses: bytes
    came: array[float]
    sent: array[float]


class Taken(NamedTuple):
    """What was read: how many in all; of those noted; late: nobody waits for them; foreign: no answers of ours."""

    read: int
    noted: int
    late: int
    foreign: int


def send_in_python(
    udp: socket.socket, question: Question, number: int, run: Run, which: array[int], begin: int, most: int,
    port: int, scope: int,
) -> tuple[int, int]:  # fmt: skip
    """Send the question of a run to the addresses at `which[begin:begin + most]`.

    Returns:
        How many left, and the errno of the one after those, 0 where all did; one of FULL: try it again.
    """
    octets = len(run.addresses) // len(run.came) if len(run.came) else 4
    if (
        not 0 <= begin <= len(which)
        or most < 0
        or any(index >= len(run.came) for index in which[begin : begin + most])
    ):
        raise ValueError("no part of the run")
    for done, index in enumerate(which[begin : begin + most]):
        datagram = _datagram(question, (number * IN_A_RUN + index) ^ question.key)
        packed = run.addresses[index * octets : (index + 1) * octets]
        host = socket.inet_ntop(socket.AF_INET if octets == 4 else socket.AF_INET6, packed)
        run.sent[index] = time.monotonic()
        if trouble := _sent(udp, datagram, (host, port) if octets == 4 else (host, port, 0, scope)):
            return done, trouble
    return min(most, len(which) - begin), 0


def _sent(udp: socket.socket, datagram: bytes, to: tuple[str, int] | tuple[str, int, int, int]) -> int:
    """Send it; return 0, or the errno that it cannot be sent with."""
    trouble = 0
    for _ in range(TRIES):
        try:
            udp.sendto(datagram, socket.MSG_DONTWAIT, to)
        except OSError as exc:
            trouble = exc.errno or errno.EIO
            if trouble in FULL:
                break
        else:
            return 0
    return trouble


def _datagram(question: Question, number: int) -> bytes:
    datagram = bytearray(question.octets)
    for at, octets in question.places:
        datagram[at : at + octets] = (number & (1 << 8 * octets) - 1).to_bytes(octets)
    at = question.checksum_at
    if at >= 0:
        datagram[at : at + 2] = b"\0\0"
        padded = datagram + b"\0" * (len(datagram) % 2)
        total = sum(struct.unpack(f"!{len(padded) // 2}H", padded))
        while total > 0xFFFF:
            total = (total & 0xFFFF) + (total >> 16)
        datagram[at : at + 2] = (total ^ 0xFFFF).to_bytes(2)
    return bytes(datagram)


def take_answers_in_python(udp: socket.socket, sign: Sign, runs: Mapping[int, Run], most: int) -> Taken:
    """Take what waits at a socket, at most so many, and note of each run how long answers took.

    runs: number -> run. An answer is one by its sign, and from the address that was asked with its number; the first
    one counts.

    Raises:
        OSError: the socket is closed.
    """
    return _taken(udp, sign, runs, most, of_errors=False)


def take_refusals_in_python(udp: socket.socket, sign: Sign, runs: Mapping[int, Run], most: int) -> Taken:
    """Take what waits in the queue of errors of a socket, and note of each run whose host says: nothing listens here.

    sign: of our own question, of which as much is quoted as a router likes.

    Raises:
        OSError: the socket is closed.
    """
    return _taken(udp, sign, runs, most, of_errors=True)


def _taken(udp: socket.socket, sign: Sign, runs: Mapping[int, Run], most: int, *, of_errors: bool) -> Taken:
    counts = {"noted": 0, "late": 0, "foreign": 0}
    read = pending = 0
    flags = socket.MSG_DONTWAIT | (socket.MSG_ERRQUEUE if of_errors else 0)
    while read < most and pending < _MOST_PENDING:
        try:
            data, ancillary, _, sender = udp.recvmsg(LONGEST, _ANCILLARY_OCTETS, flags)
        except BlockingIOError:
            break
        except OSError as exc:
            if exc.errno in _CLOSED:
                raise
            pending += 1
            continue
        read += 1
        is_one = not of_errors or _is_refusal(ancillary)
        number = _number_in(sign, data) if is_one else None
        counts["foreign" if number is None else _noted(runs, number, sender, ancillary, of_errors=of_errors)] += 1
    return Taken(read, **counts)


def _noted(
    runs: Mapping[int, Run], number: int, sender: tuple[str, int], ancillary: _Ancillary, *, of_errors: bool
) -> str:
    run = runs.get(number >> INDEX_BITS)
    if run is None:
        return "late"
    index = number & (IN_A_RUN - 1)
    octets = len(run.addresses) // len(run.came) if len(run.came) else 4
    if index >= len(run.came) or _packed(sender) != run.addresses[index * octets : (index + 1) * octets]:
        return "foreign"
    if run.came[index] >= 0.0:
        return "late"
    took = time.monotonic() - run.sent[index]
    run.came[index] = 0.0 if of_errors else max(min(took - _age(ancillary), took), 0.0)
    return "noted"


def _packed(sender: tuple[str, int]) -> bytes:
    if not sender:  # the queue of errors has entries of nobody
        return b""
    host = sender[0].partition("%")[0]
    return socket.inet_pton(socket.AF_INET6 if ":" in host else socket.AF_INET, host)


def _number_in(sign: Sign, data: bytes) -> int | None:
    if sign.in_ip:
        head = (data[0] & 0x0F) * 4 if data else 0
        if not 20 <= head <= len(data):
            return None
        data = data[head:]
    if any(at > len(data) or data[at : at + len(like)] != like for at, like in sign.marks):
        return None
    if any(at + octets > len(data) for at, octets in sign.places):
        return None
    number, *same = (int.from_bytes(data[at : at + octets]) for at, octets in sign.places)
    for found, (_, octets) in zip(same, sign.places[1:], strict=True):
        if found != number & (1 << 8 * octets) - 1:
            return None
    return number ^ sign.key


def _age(ancillary: _Ancillary) -> float:
    """Return for how long a message has lain in the socket, as the kernel says; 0 where it does not."""
    for level, kind, told in ancillary:
        if level == socket.SOL_SOCKET and kind == _SO_TIMESTAMPNS and len(told) >= _STAMP.size:
            seconds, nanoseconds = _STAMP.unpack_from(told)
            return time.time() - float(seconds + nanoseconds / 1e9)
    return 0.0


def _is_refusal(ancillary: _Ancillary) -> bool:
    for level, kind, told in ancillary:
        if (level, kind) in _TOLD and len(told) >= _ERROR.size:
            code, origin, *_ = _ERROR.unpack_from(told)
            return code == errno.ECONNREFUSED and origin in _ORIGINS
    return False


if is_usable():
    from netwatch.compiled.datagrams import send_run, take_answers, take_refusals
else:
    send_run, take_answers, take_refusals = send_in_python, take_answers_in_python, take_refusals_in_python

__all__ = [
    "FULL", "IN_A_RUN", "NOTHING", "Question", "Run", "Sign", "Taken", "send_in_python", "send_run",
    "take_answers", "take_answers_in_python", "take_refusals", "take_refusals_in_python",
]  # fmt: skip
