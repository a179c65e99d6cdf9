"""The decoders of answers: the compiled ones where they could be built and nobody minds, else their twins in `hot`.

May import: netwatch.compiled, netwatch.model. Called by: plan, readers and walk of the fast lane, endpoint, v3.
"""

from __future__ import annotations

from typing import Final

from netwatch.compiled import is_usable
from netwatch.model import Missing
from netwatch.snmp.codec import hot

IS_COMPILED: Final = is_usable()
"""Nothing needs to be predicted then (see `layout` and `shape`): reading costs less than that."""

if IS_COMPILED:
    from netwatch.compiled.wire import adopt, decode_rows, decode_values, open_response

    adopt(
        hot.OddHeader, hot.decode_values, hot.decode_rows, hot.odd_value, hot.odd_row,
        (Missing.NO_SUCH_OBJECT, Missing.NO_SUCH_INSTANCE, Missing.END_OF_MIB_VIEW),
    )  # fmt: skip
else:
    from netwatch.snmp.codec.hot import decode_rows, decode_values, open_response

__all__ = ["IS_COMPILED", "decode_rows", "decode_values", "open_response"]
