"""What is posted: a silence as amtool posts it, and anything at all."""

from __future__ import annotations

import json
from datetime import timedelta

from hypothesis import strategies as st

from .desk import NOW

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)


def posted(**changes: object) -> dict[str, object]:
    fields: dict[str, object] = {
        "matchers": [{"name": "device", "value": "core-sw1", "isRegex": False, "isEqual": True}],
        "startsAt": NOW.isoformat(),
        "endsAt": (NOW + timedelta(days=2)).isoformat(),
        "createdBy": "anna",
        "comment": "core upgrade",
    }
    return fields | changes


def dumped(value: object) -> bytes:
    return json.dumps(value).encode("utf-8", "surrogatepass")
