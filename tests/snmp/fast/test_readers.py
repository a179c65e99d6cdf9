"""What is made of the answer to a GET, with the compiled decoder and with what pure Python remembers of answers."""

from __future__ import annotations

import pytest

from netwatch.errors import FastLaneRefused
from netwatch.model import Missing, Oid, Tag, Varbind
from netwatch.snmp.codec.layout import Memory
from netwatch.snmp.codec.message import encode_varbinds
from netwatch.snmp.fast.plan import GetRequest, encode_name
from netwatch.snmp.fast.readers import Values

OIDS = [Oid.parse(f"1.3.6.1.2.1.2.2.1.10.{number}") for number in (1, 2, 3)]
IDENTITY = b"\x02\x01\x01\x04\x06public"


def answer(*values: int | bytes | Missing) -> bytes:
    kinds = {bytes: Tag.OCTET_STRING, Missing: Tag.NO_SUCH_INSTANCE, int: Tag.COUNTER64}
    return b"head" + encode_varbinds(
        [Varbind(oid=oid, tag=kinds[type(value)], value=value) for oid, value in zip(OIDS, values, strict=False)]
    )


@pytest.mark.parametrize("memory", [None, Memory()], ids=["read anew each time", "predicted from the last"])
def test_answers_that_stand_move_and_change_their_shape_are_read_alike(memory):
    request = GetRequest(IDENTITY, [encode_name(oid) for oid in OIDS])
    request.memory = memory
    for values in ([1, 2, b"up"], [1, 2, b"up"], [3, 2, b"up"], [4, 2, b"up"], [5, 300, b"down"], [5, 2], [5, 2, 3]):
        data = answer(*values)

        assert list(Values().read(data + b"behind", 6, len(data), request)) == values
    gone = answer(1, Missing.NO_SUCH_INSTANCE, 3)
    assert list(Values().read(gone, 6, len(gone), request)) == [1, Missing.NO_SUCH_INSTANCE, 3]


@pytest.mark.parametrize("memory", [None, Memory()], ids=["read anew each time", "predicted from the last"])
def test_an_answer_to_another_question_is_refused(memory):
    request = GetRequest(IDENTITY, [encode_name(oid) for oid in OIDS[:1]])
    request.memory = memory
    data = answer(1, 2)

    with pytest.raises(FastLaneRefused, match="more varbinds than asked for"):
        Values().read(data, 6, len(data), request)
