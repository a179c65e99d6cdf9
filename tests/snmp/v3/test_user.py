"""A user at one device: what goes out can be opened, what comes in is believed only where it must be."""

from __future__ import annotations

import random
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from netwatch.errors import FastLaneRefused
from netwatch.model import Credential, Oid, Tag, Varbind
from netwatch.snmp.codec.message import Pdu, PduKind, null_varbinds
from netwatch.snmp.fast.plan import NO_ERROR, encode_name, encode_request, null_varbind
from netwatch.snmp.v3.engine import Engine
from netwatch.snmp.v3.envelope import Again, CredentialRefused
from netwatch.snmp.v3.keys import NO_KEYS, keys_at
from netwatch.snmp.v3.message import Flag, ScopedPdu, decode_header, decode_scoped, encode_context, encode_scoped
from netwatch.snmp.v3.seal import seal, unseal
from netwatch.snmp.v3.user import User

ENGINE_ID, OTHER_ENGINE_ID = b"\x80\x00\x1f\x88\x04engine", b"\x80\x00\x1f\x88\x04another"
BOOTS, TIME, NOW = 7, 1000, 50.0
MSG_ID = 0x12345678
OIDS = [Oid((1, 3, 6, 1, 2, 1, 2, 2, 1, 10, number)) for number in range(1, 20)]
ANSWERED = tuple(Varbind(oid=oid, tag=Tag.COUNTER32, value=oid[-1] * 1000) for oid in OIDS)
PAIRS = [
    (None, None), ("MD5", None), ("SHA", "DES"), ("SHA-224", "AES"), ("SHA-256", "AES"), ("SHA-384", "AES-192"),
    ("SHA-512", "AES-256"), ("SHA", "AES-256-C"),
]  # fmt: skip
TIME_REPORT, ENGINE_REPORT = Oid.parse("1.3.6.1.6.3.15.1.1.2.0"), Oid.parse("1.3.6.1.6.3.15.1.1.4.0")
USER_REPORT = Oid.parse("1.3.6.1.6.3.15.1.1.3.0")


def credential(auth="SHA-256", privacy="AES", **more) -> Credential:
    return Credential(
        **{
            "name": "core", "version": "3", "user": "netwatch", "auth_protocol": auth, "privacy_protocol": privacy,
            "auth_passphrase": SecretStr("auth-passphrase"), "privacy_passphrase": SecretStr("privacy-passphrase"),
            **more,
        }
    )  # fmt: skip


def user(one: Credential | None = None) -> User:
    made = User(one or credential())
    made.meet(Engine(ENGINE_ID, BOOTS, TIME, NOW))
    return made


def response(**more) -> Pdu:
    return Pdu(**{"kind": PduKind.RESPONSE, "request_id": MSG_ID, "varbinds": ANSWERED, **more})


def report(oid: Oid) -> Pdu:
    return Pdu(kind=PduKind.REPORT, request_id=0, varbinds=(Varbind(oid=oid, tag=Tag.COUNTER32, value=1),))


def answer(one: User, pdu: Pdu | None = None, **more) -> bytes:
    """A message of the engine, with whatever is said to be different."""
    engine_id = more.pop("engine_id", ENGINE_ID)
    scoped = ScopedPdu(
        context_engine_id=more.pop("context_engine_id", engine_id),
        context_name=more.pop("context_name", b""),
        pdu=pdu or response(),
    )
    fields = {
        "msg_id": MSG_ID, "flags": one.level, "engine_id": engine_id, "boots": BOOTS, "time": TIME, "user": one.name,
        "keys": keys_at(one.credential, engine_id), **more,
    }  # fmt: skip
    return seal(encode_scoped(scoped), **fields)


def read(outcome) -> Pdu:
    scoped, _, _, status, index = outcome
    return replace(decode_scoped(scoped).pdu, error_status=status, error_index=index)


def request(context: bytes) -> tuple[bytes, bytes]:
    names = [encode_name(oid) for oid in OIDS]
    return encode_request(context, PduKind.GET, NO_ERROR, b"".join(null_varbind(name[2:]) for name in names))


@pytest.mark.parametrize("pair", PAIRS)
def test_a_request_is_opened_by_the_slow_twin(pair):
    one = user(credential(*pair, context="vlan-7"))
    head, tail = request(one.context)

    data = one.wrap(head, MSG_ID.to_bytes(4), tail, NOW + 10)
    header = decode_header(data)
    scoped = decode_scoped(unseal(data, header, keys_at(one.credential, ENGINE_ID)))

    assert (header.engine_id, header.boots, header.time, header.user) == (ENGINE_ID, BOOTS, TIME + 10, b"netwatch")
    assert (header.msg_id, header.flags) == (MSG_ID.to_bytes(4), one.level | Flag.REPORTABLE)
    assert (scoped.context_engine_id, scoped.context_name) == (ENGINE_ID, b"vlan-7")
    assert scoped.pdu == Pdu(kind=PduKind.GET, request_id=MSG_ID, varbinds=null_varbinds(OIDS))


@pytest.mark.parametrize("size", [0, 1, 4, 19])
def test_requests_of_every_length_are_well_formed(size):
    for pair in PAIRS:
        one = user(credential(*pair))
        names = [encode_name(oid) for oid in OIDS[:size]]
        head, tail = encode_request(
            one.context, PduKind.GET, NO_ERROR, b"".join(null_varbind(name[2:]) for name in names)
        )
        data = one.wrap(head, MSG_ID.to_bytes(4), tail, NOW)
        assert len(decode_scoped(unseal(data, decode_header(data), one.keys)).pdu.varbinds) == size


def test_the_engines_time_goes_on_in_requests():
    one = user()
    head, tail = request(one.context)

    times = [decode_header(one.wrap(head, MSG_ID.to_bytes(4), tail, NOW + later)).time for later in (0, 0.5, 1, 200)]

    assert times == [TIME, TIME, TIME + 1, TIME + 200]


@pytest.mark.parametrize("pair", PAIRS)
def test_an_answer_is_read_and_the_next_one_too(pair):
    one = user(credential(*pair))

    for time in (TIME, TIME + 1, TIME + 1):
        assert read(one.open(answer(one, time=time), NOW)) == response()
    assert read(one.open(answer(one, response(error_status=2, error_index=3)), NOW)).error_index == 3
    assert read(one.open(answer(one, response(varbinds=ANSWERED[:1])), NOW)).varbinds == ANSWERED[:1]


def test_an_answer_in_another_shape_is_read_all_the_same():
    one = user()
    scoped = encode_scoped(ScopedPdu(context_engine_id=ENGINE_ID, pdu=response()))
    padded = b"\x30\x84" + (len(scoped) - 4).to_bytes(4) + scoped[4:]
    data = seal(
        padded, msg_id=MSG_ID, flags=3, engine_id=ENGINE_ID, boots=BOOTS, time=TIME, user=b"netwatch", keys=one.keys
    )

    assert read(one.open(data, NOW)) == response()
    assert read(one.open(data + b"junk", NOW)) == response()


FORGED = [
    ({"flags": 0}, "wrong_level"),
    ({"flags": 1}, "wrong_level"),
    ({"user": b"somebody"}, "wrong_engine"),
    ({"engine_id": OTHER_ENGINE_ID}, "wrong_engine"),
    ({"keys": keys_at(credential(auth_passphrase=SecretStr("a guess, no more")), ENGINE_ID)}, "wrong_digest"),
    ({"keys": keys_at(credential(auth="SHA-512"), ENGINE_ID)}, "wrong_digest"),
    ({"boots": BOOTS - 1}, "not_in_time_window"),
    ({"time": TIME - 151}, "not_in_time_window"),
    ({"context_name": b"vlan-1"}, "wrong_request"),
    ({"context_engine_id": OTHER_ENGINE_ID}, "wrong_request"),
    ({"pdu": response(request_id=MSG_ID + 1)}, "wrong_request"),
    ({"pdu": response(kind=PduKind.GET)}, "wrong_pdu"),
    ({"pdu": response(kind=PduKind.TRAP_V2)}, "wrong_pdu"),
    ({"pdu": report(TIME_REPORT), "flags": 0}, "unsigned_report"),
    ({"pdu": report(Oid.parse("1.3.6.1.6.3.12.1.5.0")), "flags": 0}, "unsigned_report"),
    (
        {"pdu": report(TIME_REPORT), "boots": 1, "keys": keys_at(credential(auth="SHA-512"), ENGINE_ID)},
        "wrong_digest",
    ),
]


@pytest.mark.parametrize(("forged", "reason"), FORGED)
@pytest.mark.parametrize("warm", [False, True])
def test_what_is_forged_is_refused_and_changes_nothing(forged, reason, warm):
    one = user()
    if warm:
        one.open(answer(one), NOW)

    with pytest.raises(FastLaneRefused) as refused:
        one.open(answer(one, **forged), NOW)

    assert refused.value.reason == reason
    assert (one.engine.engine_id, one.engine.boots, one.engine.time_at(NOW)) == (ENGINE_ID, BOOTS, TIME)
    assert read(one.open(answer(one), NOW)) == response()


@pytest.mark.parametrize("pair", [(None, None), ("SHA", None)])
def test_an_answer_on_a_higher_level_than_asked_is_refused(pair):
    one = user(credential(*pair))

    with pytest.raises(FastLaneRefused, match="wrong_level"):
        one.open(answer(one, flags=3, keys=keys_at(credential("SHA", "AES"), ENGINE_ID)), NOW)


def test_an_unsigned_answer_of_another_engine_is_refused():
    one = user(credential(None, None))

    for forged in ({"engine_id": OTHER_ENGINE_ID, "context_engine_id": ENGINE_ID}, {"user": b"somebody"}):
        with pytest.raises(FastLaneRefused, match="wrong_"):
            one.open(answer(one, **forged), NOW)


def test_a_cut_or_padded_ciphertext_is_refused():
    one = user(credential("SHA", "DES"))
    scoped = encode_scoped(ScopedPdu(context_engine_id=ENGINE_ID, pdu=response()))

    class Cutting:
        def encrypt(self, plain, clock):
            salt, ciphertext = one.keys.cryptor.encrypt(plain, clock)
            return salt, ciphertext[:-3]

    keys = replace(one.keys, cryptor=Cutting())
    data = seal(
        scoped, msg_id=MSG_ID, flags=3, engine_id=ENGINE_ID, boots=BOOTS, time=TIME, user=b"netwatch", keys=keys
    )

    with pytest.raises(FastLaneRefused, match="undecryptable"):
        one.open(data, NOW)


@given(st.integers(0, 2**32))
def test_mutations_are_refused_and_never_taken(seed):
    noise = random.Random(seed)
    one = user()
    good = answer(one)
    assert read(one.open(good, NOW)) == response()
    for _ in range(20):
        mutated = bytearray(good)
        for _ in range(noise.randint(1, 4)):
            mutated[noise.randrange(len(mutated))] = noise.randrange(256)
        data = bytes(mutated)[: noise.choice([len(good), noise.randrange(1, len(good))])]
        if data == good:
            continue
        with pytest.raises(FastLaneRefused):
            one.open(data, NOW)


@given(st.integers(0, 2**32))
def test_mutations_inside_a_good_signature_crash_nothing(seed):
    """An engine with the right keys that writes nonsense."""
    noise = random.Random(seed)
    one = user()
    scoped = bytearray(encode_scoped(ScopedPdu(context_engine_id=ENGINE_ID, pdu=response(varbinds=ANSWERED[:3]))))
    for _ in range(noise.randint(1, 4)):
        scoped[noise.randrange(len(scoped))] = noise.randrange(256)
    data = seal(
        bytes(scoped), msg_id=MSG_ID, flags=3, engine_id=ENGINE_ID, boots=BOOTS, time=TIME, user=b"netwatch",
        keys=one.keys,
    )  # fmt: skip

    with suppress(FastLaneRefused):
        one.open(data, NOW)


@pytest.mark.parametrize(
    ("boots", "time", "direction"), [(BOOTS + 1, 3, "forward"), (1, 3, "back"), (BOOTS, 5, "back")]
)
def test_a_signed_report_sets_the_clock_even_back(boots, time, direction, counted):
    one = user()
    one.news = False

    outcome = one.open(answer(one, report(TIME_REPORT), boots=boots, time=time, flags=Flag.AUTH), NOW)

    assert outcome == Again(words="not in time window")
    assert (one.engine.boots, one.engine.time_at(NOW)) == (boots, time)
    assert one.news is (boots != BOOTS)
    assert counted("netwatch_snmp_v3_clock_steps_total", direction=direction) == 1
    head, tail = request(one.context)
    assert decode_header(one.wrap(head, MSG_ID.to_bytes(4), tail, NOW)).boots == boots
    assert read(one.open(answer(one, boots=boots, time=time), NOW)) == response()


def test_another_engine_is_believed_and_requests_are_turned_to_it():
    one = user()
    head, tail = request(one.context)
    one.wrap(head, MSG_ID.to_bytes(4), tail, NOW)

    outcome = one.open(
        answer(one, report(ENGINE_REPORT), engine_id=OTHER_ENGINE_ID, boots=1, time=2, flags=0, keys=NO_KEYS), NOW
    )
    data = one.wrap(head, MSG_ID.to_bytes(4), tail, NOW)

    assert outcome == Again(words="engine id not found")
    scoped = decode_scoped(unseal(data, decode_header(data), keys_at(one.credential, OTHER_ENGINE_ID)))
    assert scoped.context_engine_id == OTHER_ENGINE_ID
    assert scoped.pdu.varbinds == null_varbinds(OIDS)
    assert one.context == encode_context(OTHER_ENGINE_ID, b"")


@pytest.mark.parametrize(
    ("oid", "engine_id", "words"),
    [
        (USER_REPORT, ENGINE_ID, "unknown user"),
        (ENGINE_REPORT, ENGINE_ID, "engine id not found"),
        (ENGINE_REPORT, b"", "engine id not found"),
    ],
)
def test_a_report_that_nothing_can_be_done_about_is_final(oid, engine_id, words, counted):
    one = user()

    outcome = one.open(answer(one, report(oid), engine_id=engine_id, flags=0, keys=NO_KEYS), NOW)

    assert isinstance(outcome, CredentialRefused)
    assert str(outcome) == outcome.reason == words
    assert one.engine.engine_id == ENGINE_ID


def test_an_engine_id_beyond_the_standard_is_for_the_general_engine():
    one = user()

    outcome = one.open(answer(one, report(ENGINE_REPORT), engine_id=b"odd", flags=0, keys=NO_KEYS), NOW)

    assert isinstance(outcome, FastLaneRefused)
    assert outcome.reason == "odd_engine_id"


def test_no_secret_is_in_the_words_of_a_user():
    one = user()

    assert "passphrase" not in f"{one!r}{one.keys!r}{one.keys.signer!r}{one.keys.cryptor!r}"


def test_the_context_is_that_of_the_engine_that_answers_or_of_the_one_a_credential_names():
    other = user(credential(context="vrf", context_engine=OTHER_ENGINE_ID))

    assert user(credential(context="vrf")).context == encode_context(ENGINE_ID, b"vrf")
    assert other.context == encode_context(OTHER_ENGINE_ID, b"vrf")
