"""Both decoders, for tests that hold them to the same: Python's, and the compiled one where it was built."""

from __future__ import annotations

from importlib import import_module

import pytest

from netwatch.compiled import is_usable, why
from netwatch.snmp.codec import decoders, hot

COMPILED = import_module("netwatch.compiled.wire") if decoders.IS_COMPILED else None
needs_compiled = pytest.mark.skipif(not is_usable(), reason=f"the wire here is {why()}")
both = pytest.mark.parametrize(
    "codec", [pytest.param(hot, id="python"), pytest.param(COMPILED, id="compiled", marks=needs_compiled)]
)
