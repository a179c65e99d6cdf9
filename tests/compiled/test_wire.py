"""The compiled wire reads what its Python twin reads, refuses what that refuses, and never reads beyond an answer."""

from __future__ import annotations

import gc
import random
import socket
import sys
from types import SimpleNamespace

import pytest

from netwatch.model import Missing, Oid, Tag, Varbind
from netwatch.snmp.codec import hot
from netwatch.snmp.codec.message import encode_varbinds
from netwatch.snmp.fast import datagrams
from netwatch.snmp.fast.datagrams import match_in_python
from netwatch.snmp.fast.plan import encode_name
from netwatch.snmp.fast.walk_columns import Column
from tests.compiled import junk
from tests.compiled.sanitizers import JUNK, outcome_of
from tests.compiled.twins import COMPILED, needs_compiled
from tests.patience import PATIENCE_SECONDS

NAMES = [Oid.parse(f"1.3.6.1.2.1.2.2.1.2.{number}") for number in (1, 2, 3)]

pytestmark = needs_compiled


def answer(*values: bytes | int) -> bytes:
    kinds = [Tag.OCTET_STRING if isinstance(value, bytes) else Tag.GAUGE32 for value in values]
    varbinds = [
        Varbind(oid=oid, tag=kind, value=value) for oid, kind, value in zip(NAMES, kinds, values, strict=True)
    ]
    return encode_varbinds(varbinds)[2:]


def read(data: bytes) -> list[object]:
    return COMPILED.decode_values(data, 0, len(data), [encode_name(oid) for oid in NAMES])


def test_garbled_answers_are_read_as_python_reads_them():
    assert list(junk.disagreements(COMPILED, 1500, seed=20261130)) == []


def test_no_octet_beyond_an_answer_is_read_and_nothing_undefined_done(tmp_path):
    outcome = outcome_of("wire", "tests.compiled.junk", 7, tmp_path)

    assert outcome == (0, f"{JUNK} garbled answers, five readings of each: the same\n", "")


def test_an_address_that_is_none_of_numbers_is_left_to_python():
    assert junk.odd_addresses_taken(COMPILED) == []


@pytest.mark.parametrize("send", [datagrams.send, datagrams.send_in_python])
@pytest.mark.parametrize(("family", "host"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")])
def test_a_datagram_goes_out_as_it_is_or_says_why_not(send, family, host):
    with socket.socket(family, socket.SOCK_DGRAM) as here, socket.socket(family, socket.SOCK_DGRAM) as there:
        here.setblocking(False)
        there.settimeout(PATIENCE_SECONDS)
        there.bind((host, 0))

        send(here, b"a datagram", there.getsockname())

        assert there.recvfrom(100)[0] == b"a datagram"
        with pytest.raises(OSError, match="too long"):
            send(here, bytes(66_000), there.getsockname())
        with pytest.raises(OverflowError, match="port"):
            send(here, b"", (host, 70_000))
        here.close()
        with pytest.raises(OSError, match="descriptor"):
            send(here, b"", there.getsockname())


def test_an_answer_belongs_to_the_request_whose_id_address_and_community_it_has():
    rng = random.Random(3)
    answer = junk.Answer(rng)
    peer = SimpleNamespace(identity=junk.IDENTITY, address=junk.SOURCE)
    exchange = SimpleNamespace(peer=peer)
    pending = {answer.request_id: exchange}

    found = COMPILED.match(pending, answer.whole, junk.SOURCE)

    assert found is not None
    assert found == match_in_python(pending, answer.whole, junk.SOURCE)
    assert found[0] is exchange
    assert answer.whole[found[3] : found[4]] == answer.varbinds
    peer.identity = junk.IDENTITY[:-1] + b"C"
    assert COMPILED.match(pending, answer.whole, junk.SOURCE) is None


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (({}, b"octets"), TypeError),
        (([], b"octets", ("192.0.2.1", 161)), TypeError),
        (({}, "text", ("192.0.2.1", 161)), TypeError),
    ],
)
def test_a_match_with_what_is_none_is_an_error(arguments, error):
    with pytest.raises(error):
        COMPILED.match(*arguments)


def test_what_a_match_looks_at_is_let_go_of_again():
    answer = junk.Answer(random.Random(4))
    peer = SimpleNamespace(identity=junk.IDENTITY, address=junk.SOURCE)
    pending = {answer.request_id: SimpleNamespace(peer=peer)}
    kept = [peer, peer.identity, peer.address, answer.whole, pending[answer.request_id]]
    before = [sys.getrefcount(one) for one in kept]

    for _ in range(1000):
        COMPILED.match(pending, answer.whole, junk.SOURCE)

    assert [sys.getrefcount(one) for one in kept] == before


def test_a_text_or_a_speed_that_comes_again_is_the_object_that_it_was():
    first, second = read(answer(b"GigabitEthernet1/0/1", 10**9, 7)), read(answer(b"GigabitEthernet1/0/1", 10**9, 7))

    assert first == second == [b"GigabitEthernet1/0/1", 10**9, 7]
    assert all(one is other for one, other in zip(first, second, strict=True))


def test_texts_without_end_are_not_all_kept():
    seen = [read(answer(b"%020d" % number, 1, 1))[0] for number in range(20_000)]
    mine_alone = sys.getrefcount(COMPILED.decode_values(answer(b"x" * 40, 1, 1), 0, 0, []))

    kept = sum(sys.getrefcount(seen[number]) > mine_alone + 1 for number in range(20_000))

    assert 0 < kept <= 8192


def test_the_three_exceptions_of_a_varbind_are_pythons_own():
    kinds = list(zip(NAMES, (Tag.NO_SUCH_OBJECT, Tag.NO_SUCH_INSTANCE, Tag.END_OF_MIB_VIEW), Missing, strict=True))
    data = encode_varbinds([Varbind(oid=oid, tag=kind, value=missing) for oid, kind, missing in kinds])[2:]

    assert read(data) == list(Missing)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ((), TypeError),
        (("text", 0, 4, []), TypeError),
        ((b"octets", "0", 4, []), TypeError),
        ((b"octets", 0, 7, []), ValueError),
        ((b"octets", -1, 3, []), ValueError),
        ((b"octets", 5, 3, []), ValueError),
        ((b"octets", 0, 6, None), TypeError),
    ],
)
def test_arguments_that_are_none_are_refused(arguments, error):
    for function in (COMPILED.decode_values, COMPILED.decode_rows):
        with pytest.raises(error):
            function(*arguments)


@pytest.mark.parametrize(
    ("target", "error"),
    [
        ("no tuple", TypeError),
        ((b"\x06\x03\x2b\x06", 6, 7, b"\x2b\x06", 0, print, print), TypeError),
        ((b"\x06\x03\x2b\x06", 60, 61, b"\x2b\x06", 0, print, print, print), ValueError),
        ((b"\x06\x03\x2b\x06", 6, 6, b"\x2b\x06", 0, print, print, print), ValueError),
        ((b"\x06\x03\x2b\x06", 6, 7, b"\x2b\x06" * 90, 0, print, print, print), ValueError),
    ],
)
def test_a_column_whose_places_lie_is_refused(target, error):
    with pytest.raises(error):
        COMPILED.decode_rows(b"0" * 200, 0, 200, [target])


def test_what_a_callers_list_raises_is_raised_and_nothing_leaks():
    def full(_item: object) -> None:
        raise MemoryError("no more")

    data = answer(b"one", 2, 3)
    target = (*Column(Oid(NAMES[0][:-1])).target(0, 1)[:5], full, full, full)
    before = sys.getrefcount(data)
    for _ in range(50):
        with pytest.raises(MemoryError, match="no more"):
            COMPILED.decode_rows(data, 0, len(data), [target])
    gc.collect()

    assert sys.getrefcount(data) == before


def test_a_question_about_an_odd_value_that_answers_nonsense_is_an_error_and_no_endless_loop():
    data = answer(b"x" * 200, 1, 1)
    names = [encode_name(oid) for oid in NAMES]
    missing = tuple(Missing)
    COMPILED.adopt(
        hot.OddHeader, hot.decode_values, hot.decode_rows, lambda *_: (0, 0), lambda *_: (False, 0), missing
    )
    try:
        with pytest.raises(ValueError, match="odd value"):
            COMPILED.decode_values(data, 0, len(data), names)
    finally:
        COMPILED.adopt(hot.OddHeader, hot.decode_values, hot.decode_rows, hot.odd_value, hot.odd_row, missing)
