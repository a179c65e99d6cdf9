"""The child process that compiles MIB text to facts: bounded in memory and time, without network, files or programs.

`python -m netwatch.mib.compiler` reads requests on stdin and writes one answer per request on stdout, each a line
of JSON: `{"text": ..., "seconds": ...}` in, `{"modules": [...], "faults": [...]}` out. A text that takes more CPU
time than its request grants ends the process, by a signal that nothing can hold back.
May import: netwatch.mib.syntax.grammar. Called by: netwatch.mib.child, as a program.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal
import sys

from netwatch.mib.syntax.grammar import read_modules

MAX_MEMORY_BYTES = 1536 * 2**20
READY = "ready\n"
"""What the parent waits for: from then on silence is a file's fault, not the compiler's."""
FORBIDDEN = ("socket.", "subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.system", "ctypes.", "shutil.")


def main() -> None:
    """Answer requests until stdin ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    bind()
    answers.write(READY)
    answers.flush()
    for line in sys.stdin.buffer:
        request = json.loads(line)
        signal.setitimer(signal.ITIMER_PROF, request["seconds"])
        said = json.dumps(answer(request["text"]))
        signal.setitimer(signal.ITIMER_PROF, 0)
        answers.write(said + "\n")
        answers.flush()


def answer(text: str) -> dict[str, object]:
    """Return what a text holds; an answer always, whatever the text."""
    try:
        modules, faults = read_modules(text)
    except MemoryError:
        return {"modules": [], "faults": [_unreadable("needs more memory than a MIB file may take")]}
    except Exception as exc:  # noqa: BLE001 - a library under hostile input; the other files go on
        return {"modules": [], "faults": [_unreadable(f"could not be compiled ({type(exc).__name__})")]}
    return {"modules": modules, "faults": faults}


def _unreadable(message: str) -> dict[str, object]:
    return {"line": 1, "name": "", "message": message, "severity": "error"}


def bind() -> None:
    """Take from this process what compiling does not need: memory without end, files, network, programs."""
    for limit, value in (
        (resource.RLIMIT_AS, MAX_MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(limit, (value, value))
    sys.addaudithook(_refuse)


def _refuse(event: str, arguments: tuple[object, ...]) -> None:
    if (event == "open" and _writes(arguments)) or event.startswith(FORBIDDEN):
        raise PermissionError(f"the MIB compiler does not need {event}")


def _writes(arguments: tuple[object, ...]) -> bool:
    _, mode, flags = arguments
    by_mode = isinstance(mode, str) and any(letter in mode for letter in "wax+")
    return by_mode or (isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT) != 0)


if __name__ == "__main__":
    main()
