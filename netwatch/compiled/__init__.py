"""The compiled part: what NetWatch spends most of its life in, in C, where it could be built. All of it is optional.

`pip install` compiles it where a C compiler and Python's headers are (on Debian `gcc` and `python3-dev`); where
they are not, and where `NETWATCH_PURE=1` is set while it is built or while it runs, everything is done by the Python
twins, with the same results and more CPU time. Which one runs is said by the label `wire` of `netwatch_build_info`.

wire.c: the twin of `netwatch/snmp/codec/hot.py`, a batch of datagrams in one system call, which request each
answers, and one datagram out; wire.pyi says what it gives. columns.c: rates of a whole column, whether it holds
numbers alone, and such as a block of 64-bit numbers. datagrams.c: a question to many addresses. build_hook.py
compiles all.
`netwatch/snmp/codec/decoders.py` and `netwatch/snmp/fast/datagrams.py` choose between C and Python.
Every function here has a twin in Python which stays, is tested the same, and reads whatever is out of the ordinary:
a fault in C is a crash or worse, so C holds little, checks every octet it reads, and knows no odd case. Who changes
one twin changes the other; `tests/compiled/` holds them to the same, under sanitizers too. After a change of C:
`pip install --no-deps -e .`

May import: nothing. Called by: netwatch.snmp, netwatch.polling, netwatch.ping, netwatch.discovery; app asks which one
runs.
"""

from __future__ import annotations

import os
from functools import cache
from importlib import import_module
from importlib.util import find_spec

CONTRACT = 5
"""What all must say they are (contract.h); one of older sources is left alone until NetWatch is installed again."""
SWITCH = "NETWATCH_PURE"
_PARTS = ("netwatch.compiled.wire", "netwatch.compiled.columns", "netwatch.compiled.datagrams")


def is_wanted() -> bool:
    """Return whether the environment leaves the compiled part on; NETWATCH_PURE=1 turns it off."""
    return os.environ.get(SWITCH, "") in ("", "0")


@cache
def is_usable() -> bool:
    """Return whether all of the compiled part is here, of these sources' contract, and wanted. Loads it."""
    try:
        return is_wanted() and all(import_module(part).CONTRACT == CONTRACT for part in _PARTS)
    except (ImportError, AttributeError):
        return False


def in_words() -> str:
    """Return `compiled` or `pure`, for metrics."""
    return "compiled" if is_usable() else "pure"


def why() -> str:
    """Return which one runs, and why it is Python where it is."""
    if is_usable():
        return "compiled"
    if not is_wanted():
        return f"pure Python, as {SWITCH} says"
    if not any(map(find_spec, _PARTS)):
        return "pure Python, no compiled part was built"
    return "pure Python, the compiled part is of another version: install NetWatch again"
