"""Predicted answers: used where only values changed, dropped where anything else did, and bounded in number."""

from __future__ import annotations

from netwatch.model import Oid, Tag, Varbind
from netwatch.snmp.codec import layout
from netwatch.snmp.codec.layout import Memory
from netwatch.snmp.codec.message import encode_varbinds
from netwatch.snmp.fast.plan import encode_name

OIDS = [Oid.parse(f"1.3.6.1.2.1.2.2.1.10.{number}") for number in (1, 2, 3)]
NAMES = [encode_name(oid) for oid in OIDS]


def answer(*values: int | bytes) -> bytes:
    tags = [Tag.OCTET_STRING if isinstance(value, bytes) else Tag.COUNTER64 for value in values]
    varbinds = [Varbind(oid=oid, tag=tag, value=value) for oid, tag, value in zip(OIDS, tags, values, strict=True)]
    return encode_varbinds(varbinds)[2:]


def learned_from(data: bytes) -> Memory:
    """Return what is remembered after an answer that was another one before."""
    memory = Memory()
    for one in (data + b"\0", data):
        assert memory.read(one) is None
        memory.learn(one, NAMES, ())
    return memory


def test_an_answer_of_the_same_shape_is_read_by_prediction():
    memory = learned_from(answer(1, 2**33, b"up"))

    assert memory.read(answer(127, 2**33 + 9, b"dn")) == [127, 2**33 + 9, b"dn"]


def test_an_answer_that_comes_again_as_it_was_has_the_values_it_had():
    memory, values = Memory(), [1, 2, b"up"]
    memory.learn(answer(1, 2, b"up"), NAMES, values)

    assert memory.read(answer(1, 2, b"up")) is values
    assert memory.layout is None


def test_an_answer_that_changed_once_and_comes_again_after_that_is_known_again():
    memory, after = Memory(), [2, 2, b"up"]
    memory.learn(answer(1, 2, b"up"), NAMES, [1, 2, b"up"])
    memory.read(answer(1, 2, b"up"))

    assert memory.read(answer(2, 2, b"up")) is None
    memory.learn(answer(2, 2, b"up"), NAMES, after)

    assert memory.read(answer(2, 2, b"up")) is after


def test_what_came_to_rest_is_known_again_and_needs_its_layout_no_more():
    memory = learned_from(answer(1, 2, 3))
    for number in range(100):
        assert memory.read(answer(number, 2, 3)) == [number, 2, 3]

    for _ in range(65):
        assert memory.read(answer(100, 2, 3)) == [100, 2, 3]

    assert memory.layout is None


def test_a_value_that_grew_by_a_byte_is_not_predicted():
    memory = learned_from(answer(127, 5, 5))

    assert memory.read(answer(128, 5, 5)) is None
    assert memory.layout is None


def test_a_request_whose_answers_keep_changing_is_learned_ever_more_rarely():
    memory, learned = Memory(), 0
    for number in range(200):
        data = answer(b"x" * (number % 7), 1, 1)
        if memory.read(data) is None:
            memory.learn(data, NAMES, ())
            learned += memory.layout is not None

    assert learned < 15


def test_there_are_never_more_layouts_than_the_limit(monkeypatch):
    monkeypatch.setattr(layout, "MAX_LAYOUTS", layout.Layout.alive + 2)

    memories = [learned_from(answer(1, 2, 3)) for _ in range(5)]

    assert sum(memory.layout is not None for memory in memories) == 2
    memories[0].layout = None
    assert learned_from(answer(1, 2, 3)).layout is not None
