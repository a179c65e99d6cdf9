"""Runs agents one after the other, each in a fork of this process, and does to them what a test cannot from outside.

    python dying_agent.py CONFIG LOG ARMED

For each line on stdin (a name out of POINTS, or an empty line for none) it forks a `netwatch run`, writes its pid
and, when it has ended, its exit code. An agent with a point ends itself by SIGKILL the first time it comes there
while the file ARMED exists; one has clocks that the test sets. Nothing of the agent is replaced: what is wrapped here
still does what it did. The fork is there for speed: what takes longest at a start is to import everything.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import netwatch.__main__
import netwatch.cli
from netwatch.model import OutboxState
from netwatch.notify.smtp import session as smtp_session
from netwatch.store import Store

CONFIG, LOG, ARMED = (Path(argument) for argument in sys.argv[1:4])
CLOCKS = CONFIG.with_name("clocks")


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def die_here() -> None:
    if ARMED.exists():
        die()


def before_the_commit_of_a_mail() -> None:
    commit = Store.commit

    def wrapped(self, transaction):
        if transaction.entries:
            die_here()
        return commit(self, transaction)

    Store.commit = wrapped


def after_the_commit_of_a_mail() -> None:
    commit = Store.commit

    def wrapped(self, transaction):
        written = commit(self, transaction)
        if transaction.entries:
            written.add_done_callback(lambda _: die_here())
        return written

    Store.commit = wrapped


def after_the_claim() -> None:
    claim_due = Store.claim_due

    async def wrapped(self, *args, **kwargs):
        claimed = await claim_due(self, *args, **kwargs)
        if claimed:
            die_here()
        return claimed

    Store.claim_due = wrapped


def in_the_middle_of_the_content() -> None:
    stuffed = smtp_session.stuffed

    def wrapped(message):
        whole = stuffed(message)
        if not ARMED.exists():
            return whole
        asyncio.get_running_loop().call_soon(die)  # at the next pause, when this half has left and the dot has not
        return whole[: len(whole) // 2]

    smtp_session.stuffed = wrapped


def before_it_is_recorded_as_sent() -> None:
    record = Store.record

    async def wrapped(self, entry, *args, **kwargs):
        if entry.state is OutboxState.SENT:
            die_here()
        await record(self, entry, *args, **kwargs)

    Store.record = wrapped


def after_it_was_recorded_as_sent() -> None:
    record = Store.record

    async def wrapped(self, entry, *args, **kwargs):
        await record(self, entry, *args, **kwargs)
        if entry.state is OutboxState.SENT:
            die_here()

    Store.record = wrapped


def on_a_machine_whose_clocks_are_set() -> None:
    """Let the clocks of the system show what CLOCKS says: seconds ahead of the wall clock, and seconds slept."""
    wall_ns, clock_gettime_ns = time.time_ns, time.clock_gettime_ns

    def ahead() -> tuple[int, int]:
        set_by, slept = json.loads(CLOCKS.read_text())
        return int(set_by * 1e9), int(slept * 1e9)

    def clock_gettime(clock: int) -> int:
        return clock_gettime_ns(clock) + (ahead()[1] if clock == time.CLOCK_BOOTTIME else 0)

    time.time_ns = lambda: wall_ns() + sum(ahead())
    time.time = lambda: time.time_ns() / 1e9
    time.clock_gettime_ns = clock_gettime
    time.clock_gettime = lambda clock: clock_gettime(clock) / 1e9


POINTS: dict[str, Callable[[], None]] = {
    point.__name__: point
    for point in (
        before_the_commit_of_a_mail, after_the_commit_of_a_mail, after_the_claim, in_the_middle_of_the_content,
        before_it_is_recorded_as_sent, after_it_was_recorded_as_sent, on_a_machine_whose_clocks_are_set,
    )
}  # fmt: skip


def live(point: str) -> int:
    """Be an agent; return its exit code."""
    with LOG.open("ab") as log:
        for number in (sys.stdout.fileno(), sys.stderr.fileno()):
            os.dup2(log.fileno(), number)
    if point:
        POINTS[point]()
    sys.argv = ["netwatch", "run", "-c", str(CONFIG), "--log-format", "logfmt"]
    try:
        netwatch.__main__.main()
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def answer(number: int) -> None:
    os.write(1, f"{number}\n".encode())


if __name__ == "__main__":
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # a fork is heeding it at once, as a process of its own is
    while line := sys.stdin.readline():
        if (pid := os.fork()) == 0:
            code = 1
            with contextlib.suppress(BaseException):
                code = live(line.strip())
            os._exit(code)
        answer(pid)
        answer(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
