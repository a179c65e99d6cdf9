"""The compiled part: what NetWatch spends most of its life in, in C, where it could be built. All of it is optional.

`pip install` compiles `wire.c` where a C compiler and Python's headers are (on Debian `gcc` and `python3-dev`); where
they are not, and where `NETWATCH_PURE=1` is set while it is built or while it runs, everything is done by the Python
twins, with the same results and more CPU time. Which one runs is said by the label `wire` of `netwatch_build_info`.

wire.c: the twin of `netwatch/snmp/codec/hot.py`, and a batch of datagrams in one system call; wire.pyi says what it
gives. build_hook.py compiles it.
Every function here has a twin in Python which stays, is tested the same, and reads whatever is out of the ordinary:
a fault in C is a crash or worse, so C holds little, checks every octet it reads, and knows no odd case.

May import: nothing. Called by: netwatch.snmp; app asks which one runs.
"""

from __future__ import annotations

import os
from functools import cache
from importlib import import_module
from importlib.util import find_spec

CONTRACT = 2
"""What wire.c must say it is; one built of older sources is left alone until NetWatch is installed again."""
SWITCH = "NETWATCH_PURE"
_WIRE = "netwatch.compiled.wire"


def is_wanted() -> bool:
    """Return whether the environment leaves the compiled part on; NETWATCH_PURE=1 turns it off."""
    return os.environ.get(SWITCH, "") in ("", "0")


@cache
def is_usable() -> bool:
    """Return whether the compiled part is here, of these sources' contract, and wanted. Loads it."""
    try:
        return is_wanted() and import_module(_WIRE).CONTRACT == CONTRACT
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
    if find_spec(_WIRE) is None:
        return "pure Python, no compiled part was built"
    return "pure Python, the compiled part is of another version: install NetWatch again"
