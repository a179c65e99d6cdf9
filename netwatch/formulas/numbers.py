"""What one number, or the number in a text, is turned into: signs, decibels, digits.

Where there is no result these raise ArithmeticError, as a division by zero does, and the row is unknown.

A quiet room: no clock, no socket, no database.
May import: nothing. Called by: kleene, which lends them to compiled code.
"""

from __future__ import annotations

import math
import re
from itertools import islice
from typing import Final

WORD: Final = 2**32
"""Numbers of SNMP that have a sign question are 32 bits wide (RFC 2578, section 7.1.1 and 7.1.7)."""
_NUMBER = re.compile(r"[-+]?(?:\d{1,18}(?:\.\d{0,18})?|\.\d{1,18})(?:[eE][-+]?\d{1,2})?", re.ASCII)


def dbm(milliwatts: float) -> float:
    """Return a power in decibels over one milliwatt; no light at all has none."""
    if not milliwatts > 0:
        raise ArithmeticError("no power has no decibels")
    return 10 * math.log10(milliwatts)


def unsigned(number: float) -> float:
    """Return a 32-bit number that came negative as the large one that was meant."""
    return number + WORD if -WORD // 2 <= number < 0 else number


def signed(number: float) -> float:
    """Return a 32-bit number that came large and positive as the negative one that was meant."""
    return number - WORD if WORD // 2 <= number < WORD else number


def elapsed(uptime: float, stamp: float) -> float:
    """Return the seconds from a TimeStamp (RFC 2579) to now, both in 1/100 s of sysUpTime.

    FRR's ldpd puts the time of day there; what lies in the future is no TimeStamp.
    """
    if not 0 <= stamp <= uptime:
        raise ArithmeticError("no time of this agent's life")
    return (uptime - stamp) / 100


def number_in(text: str, which: float = 1) -> float:
    """Return the first number in a text (`45.2`, ` 4800 RPM`, `+12.06V`), or the one of that place: 1, 2, ..

    Of `5 s ( 31.1 %) 60 s ( 16.7 %)` the second is 31.1.
    """
    found = next(islice(_NUMBER.finditer(text), int(which) - 1, None), None)
    if found is None:
        raise ArithmeticError("no such number in the text")
    return float(found[0])
