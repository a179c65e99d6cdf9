"""What a piece of work costs of the processor, whatever the tests before it left in memory.

A cycle collection that falls into the work would look through all that the whole process holds, which takes long late
in a run of all tests; so what is there beforehand is left out of collections meanwhile.
"""

from __future__ import annotations

import gc
import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass
class Cost:
    """Seconds of the processor; infinite until the work is done."""

    seconds: float = math.inf


@contextmanager
def spent(clock: Callable[[], float] = time.thread_time) -> Iterator[Cost]:
    """Measure what is done inside: of this thread, or with `time.process_time` of all threads."""
    cost = Cost()
    gc.freeze()
    began = clock()
    try:
        yield cost
    finally:
        cost.seconds = clock() - began
        gc.unfreeze()
