"""A question to many addresses in few system calls: in C what it is in Python, whatever the system and peers do."""

from __future__ import annotations

import errno
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from array import array

import pytest

from netwatch.compiled import datagram_twins as python
from netwatch.compiled import is_usable
from netwatch.compiled.datagram_twins import IN_A_RUN, NOTHING, Question, Run, Sign
from tests.compiled import datagram_junk
from tests.compiled.sanitizers import JUNK, outcome_of
from tests.compiled.twins import needs_compiled
from tests.patience import PATIENCE_SECONDS

WAYS = [
    pytest.param((python.send_in_python, python.take_answers_in_python, python.take_refusals_in_python), id="python")
]
if is_usable():
    from netwatch.compiled import datagrams

    WAYS.append(
        pytest.param((datagrams.send_run, datagrams.take_answers, datagrams.take_refusals), id="compiled")
    )  # fmt: skip
both = pytest.mark.parametrize("way", WAYS)
QUESTION = Question(bytes(16), ((4, 8), (12, 4)))
SIGN = Sign(((0, bytes(4)),), ((4, 8), (12, 4)))
HOST = socket.inet_aton("127.0.0.1")


def run_of(*addresses):
    return Run(b"".join(addresses), array("d", [NOTHING] * len(addresses)), array("d", [0.0] * len(addresses)))


@pytest.fixture
def asker():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as udp:
        udp.bind(("127.0.0.1", 0))
        udp.setsockopt(socket.IPPROTO_IP, 11, 1)
        yield udp


@pytest.fixture
def listener():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.bind(("127.0.0.1", 0))
        udp.settimeout(PATIENCE_SECONDS)
        yield udp


def everybody(run):
    return array("H", range(len(run.came)))


@both
def test_a_question_comes_with_its_number_and_its_answer_is_noted_once(way, asker, listener):
    send, take, _ = way
    run, port = run_of(HOST, HOST), listener.getsockname()[1]

    assert send(asker, QUESTION, 5, run, everybody(run), 1, 9, port, 0) == (1, 0)
    datagram, sender = listener.recvfrom(100)
    number = 5 * IN_A_RUN + 1
    assert datagram == bytes(4) + number.to_bytes(8) + number.to_bytes(4)
    for _ in range(2):
        listener.sendto(datagram, sender)
    listener.sendto(datagram[:11] + b"\x09" + datagram[12:], sender)
    seen, ends_at = [0, 0, 0, 0], time.monotonic() + PATIENCE_SECONDS
    while seen[0] < 3 and time.monotonic() < ends_at:
        select.select([asker], [], [], PATIENCE_SECONDS)
        seen = [sum(pair) for pair in zip(seen, take(asker, SIGN, {5: run}, 9), strict=True)]

    assert seen == [3, 1, 1, 1]
    assert run.came[0] == NOTHING
    assert 0.0 < run.came[1] < PATIENCE_SECONDS


@both
def test_who_says_that_nothing_listens_is_noted_and_what_is_sent_next_is_not_lost_for_it(way, asker, listener):
    send, _, refusals = way
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as nobody:
        nobody.bind(("127.0.0.1", 0))
        closed = nobody.getsockname()[1]
    run = run_of(*(socket.inet_aton(f"127.0.0.{number}") for number in range(1, 30)))

    assert send(asker, QUESTION, 1, run, everybody(run), 0, 100, closed, 0) == (29, 0)
    ends_at = time.monotonic() + PATIENCE_SECONDS
    while NOTHING in run.came and time.monotonic() < ends_at:
        select.select([], [], [asker], 0.01)
        refusals(asker, SIGN._replace(places=SIGN.places[:1]), {1: run}, 100)

    assert list(run.came) == [0.0] * 29


@both
def test_nobody_is_sent_nothing_and_a_whole_run_all_at_once(way, asker, listener):
    send, take, refusals = way
    nobody, everyone = run_of(), run_of(*[HOST] * IN_A_RUN)
    port = listener.getsockname()[1]

    assert send(asker, QUESTION, 1, nobody, everybody(nobody), 0, 100, port, 0) == (0, 0)
    assert send(asker, QUESTION, 1, everyone, everybody(everyone), 0, 2**40, port, 0) == (IN_A_RUN, 0)
    assert all(everyone.sent)
    assert take(asker, SIGN, {}, 10) == refusals(asker, SIGN, {}, 0) == (0, 0, 0, 0)


@both
def test_what_is_longer_than_a_run_or_no_part_of_it_is_refused(way, asker):
    send, _, _ = way
    run = run_of(HOST)
    for which, begin, most in ((array("H", [1]), 0, 1), (array("H", [0]), 2, 1), (array("H", [0]), -1, 1)):
        with pytest.raises(ValueError, match=r"no part of the run|no such address"):
            send(asker, QUESTION, 1, run, which, begin, most, 9, 0)


@both
def test_a_socket_that_is_closed_is_said_to_be(way, asker):
    send, take, refusals = way
    run = run_of(HOST)
    asker.close()

    for work in (take, refusals):
        with pytest.raises(OSError, match="Bad file descriptor"):
            work(asker, SIGN, {}, 9)
    try:
        assert send(asker, QUESTION, 1, run, everybody(run), 0, 9, 9, 0) == (0, errno.EBADF)
    except OSError as exc:
        assert exc.errno == errno.EBADF  # noqa: PT017  # either says so


@both
def test_no_way_there_is_the_errno_of_the_first_that_cannot_leave(way, asker):
    send, _, _ = way
    run = run_of(HOST, socket.inet_aton("255.255.255.255"), HOST)  # to all of the link takes a permission of its own

    assert send(asker, QUESTION, 1, run, everybody(run), 0, 9, 9, 0) == (1, errno.EACCES)
    assert send(asker, QUESTION, 1, run, everybody(run), 2, 9, 9, 0) == (1, 0)


@both
def test_signals_and_other_threads_come_in_between(way, asker, listener):
    send, take, refusals = way
    run, port, stop, turns = run_of(*[HOST] * IN_A_RUN), listener.getsockname()[1], threading.Event(), [0]
    rung: list[int] = []

    def turn():
        while not stop.is_set():
            turns[0] += 1
            refusals(asker, SIGN, {}, 64)

    before = signal.signal(signal.SIGALRM, lambda *_: rung.append(1))
    other = threading.Thread(target=turn)
    other.start()
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
        ends_at = time.monotonic() + PATIENCE_SECONDS
        rounds = 0
        while (len(rung) < 5 or turns[0] < 5 or rounds < 10) and time.monotonic() < ends_at:
            assert send(asker, QUESTION, 1, run, everybody(run), 0, IN_A_RUN, port, 0) == (IN_A_RUN, 0)
            take(asker, SIGN, {1: run}, 64)
            rounds += 1
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        stop.set()
        other.join()
        signal.signal(signal.SIGALRM, before)
    assert len(rung) >= 5
    assert turns[0] >= 5


NO_MEMORY = """
import resource, socket
from array import array
from netwatch.compiled.datagrams import send_run, take_answers
from netwatch.compiled.datagram_twins import NOTHING, Question, Run, Sign
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
run = Run(bytes([127, 0, 0, 1]) * 1024, array("d", [NOTHING] * 1024), array("d", [0.0] * 1024))
which, kept, said = array("H", range(1024)), [], set()
question, sign = Question(bytes(12), ((4, 8),)), Sign((), ((4, 8),))
resource.setrlimit(resource.RLIMIT_AS, (2**28, 2**28))
try:
    for size in (2**20, 2**16, 2**12):  # take what there is, down to less than a call needs
        while True:
            kept.append(bytes(size))
except MemoryError:
    pass
for _ in range(50):
    try:
        said.add(send_run(udp, question, 1, run, which, 0, 1024, 9, 0)[1] in (0, 12))
        said.add(take_answers(udp, sign, {1: run}, 10)[0] <= 10)
    except MemoryError:
        said.add(True)
kept.clear()
print(said, send_run(udp, question, 1, run, which, 0, 1024, 9, 0))
"""


@needs_compiled
def test_without_memory_it_says_so_and_goes_on_when_there_is_some():
    done = subprocess.run(
        [sys.executable, "-c", NO_MEMORY], capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS
    )

    assert (done.stdout, done.returncode) == ("{True} (1024, 0)\n", 0), done.stderr[-2000:]


@needs_compiled
def test_odd_questions_and_answers_are_what_they_are_to_python():
    assert list(datagram_junk.disagreements(datagrams, 400, seed=20261130)) == []


@needs_compiled
def test_nothing_beyond_a_datagram_is_read_and_nothing_undefined_done(tmp_path):
    count = JUNK // 8

    outcome = outcome_of("datagrams", "tests.compiled.datagram_junk", 7, tmp_path, count)

    assert outcome == (0, f"{count} odd datagrams: the same\n", "")
