"""The compiling child: bounded, without network, files or programs; a file that stops it costs itself."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from netwatch.mib.child import Compiler
from tests.patience import PATIENCE_SECONDS

SMALL = "A-MIB DEFINITIONS ::= BEGIN a OBJECT IDENTIFIER ::= { iso 1 } END"

DEEDS = [
    "import socket; socket.socket()",
    "import socket; socket.getaddrinfo('localhost', 80)",
    "import subprocess; subprocess.run(['true'])",
    "import os; os.fork()",
    "import os; os.system('true')",
    "open('/tmp/never-written', 'w')",
    "import os; os.open('/tmp/never-written', os.O_CREAT | os.O_WRONLY)",
    "bytearray(4 * 2**30)",
]
HARMLESS = "open('/etc/hostname').read()"
BOUND = """
import sys
from netwatch.mib.compiler import bind

bind()
for deed in sys.argv[1:]:
    try:
        exec(deed)
        print("done")
    except (PermissionError, MemoryError):
        print("refused")
"""


def test_the_compiler_can_read_and_nothing_else():
    command = [sys.executable, "-c", BOUND, *DEEDS, HARMLESS]
    done = subprocess.run(command, timeout=PATIENCE_SECONDS, check=True, capture_output=True, text=True)

    outcomes = dict(zip([*DEEDS, HARMLESS], done.stdout.split(), strict=True))
    assert outcomes == dict.fromkeys(DEEDS, "refused") | {HARMLESS: "done"}


def test_it_compiles_text_after_text_in_one_process():
    with Compiler() as compiler:
        first = compiler.compile(SMALL)
        process = compiler._child
        second = compiler.compile(SMALL.replace("A-MIB", "B-MIB"))

        assert compiler._child is process
    assert first.final
    assert [m["name"] for answer in (first, second) for m in answer.found["modules"]] == ["A-MIB", "B-MIB"]


def test_it_is_gone_after_its_work():
    with Compiler() as compiler:
        compiler.compile(SMALL)
        assert compiler._child is not None
        pid = compiler._child.pid

    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_child_that_dies_costs_the_text_it_had_and_another_takes_over():
    with Compiler() as compiler:
        compiler.compile(SMALL)
        assert compiler._child is not None
        compiler._child.kill()

        lost = compiler.compile(SMALL)
        assert not lost.final
        assert "made the compiler stop" in lost.found["faults"][0]["message"]
        assert compiler.compile(SMALL).found["modules"][0]["name"] == "A-MIB"


def test_a_text_that_takes_too_long_is_given_up_in_time():
    text = "A-MIB DEFINITIONS ::= BEGIN\n" + "a OBJECT IDENTIFIER ::= { iso 1 }\n" * 100_000 + "END"
    begun = time.monotonic()

    with Compiler(0.5) as compiler:
        lost = compiler.compile(text)

    assert "given up" in lost.found["faults"][0]["message"]
    assert time.monotonic() - begun < 20


def test_a_compiler_that_does_not_start_says_why_once_and_costs_no_time(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "executable", "/nonexistent/python")
    with Compiler() as compiler:
        answers = [compiler.compile(SMALL) for _ in range(100)]

    assert not any(answer.final for answer in answers)
    assert "the MIB compiler does not start" in answers[99].found["faults"][0]["message"]


UNKNOWN_UID = """
import os
from netwatch.mib.compiler import answer

os.setgid(4242)
os.setuid(4242)
print(answer("A-MIB DEFINITIONS ::= BEGIN a OBJECT IDENTIFIER ::= { iso 1 } END")["modules"][0]["name"])
"""


def test_it_compiles_under_a_uid_nobody_knows():
    if os.getuid() != 0:
        pytest.skip("another uid can only be taken by root")
    environment = {name: text for name, text in os.environ.items() if name not in ("HOME", "USER", "LOGNAME")}

    done = subprocess.run(
        [sys.executable, "-c", UNKNOWN_UID],
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )

    assert done.stdout == "A-MIB\n", done.stderr
