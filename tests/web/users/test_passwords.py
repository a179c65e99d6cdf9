"""Hashes of passwords: what is one, what one costs, and that nobody learns by the time it takes who there is."""

from __future__ import annotations

import time

import pytest

from netwatch.web.users.hashing import hashed, is_argon2, matches_argon2, wrong_with
from netwatch.web.users.passwords import KNOWN_HASH, Passwords, matches
from tests.cpu import spent

from ..people import cheap

PREFIX, REST = "$argon2id$v=19$", "$c2FsdHNhbHRzYWx0c2Fsd$" + "A" * 43


def test_a_password_fits_its_own_hash_and_no_other_and_no_two_hashes_are_alike():
    one, other = hashed("correct horse"), hashed("correct horse")

    assert one != other
    assert is_argon2(one)
    assert matches("correct horse", one)
    assert not matches("correct horsf", one)
    assert matches("test", KNOWN_HASH)


@pytest.mark.parametrize("password", ["", "ü" * 100, "\ud800", "a\0b", "x" * 5000])
def test_no_text_is_too_odd_to_be_compared(password):
    assert not matches(password, cheap("right"))
    assert not matches(password, KNOWN_HASH)


def test_what_is_longer_than_is_looked_at_fits_nothing():
    assert not matches_argon2("x" * 1025, cheap("x" * 1024))
    assert matches_argon2("x" * 1024, cheap("x" * 1024))


@pytest.mark.parametrize(
    "parameters",
    ["m=262145,t=2,p=1", "m=4194304,t=2,p=1", "m=19456,t=17,p=1", "m=19456,t=2,p=17", "m=4,t=2,p=1", "m=8,t=0,p=1"],
)
def test_a_hash_that_costs_the_memory_or_the_time_of_the_machine_is_none(parameters):
    assert not is_argon2(PREFIX + parameters + REST)
    assert is_argon2(PREFIX + "m=19456,t=2,p=1" + REST)


@pytest.mark.parametrize("text", ["", "x", "$argon2i$v=19$m=8,t=1,p=1" + REST, "$argon2id$v=16$m=8,t=1,p=1" + REST])
def test_what_is_no_argon2id_is_none(text):
    assert not is_argon2(text)


async def test_a_name_that_nobody_has_takes_as_long_as_one_that_somebody_has():
    """Processor time, the least of three tries of each: what else the machine does counts for neither."""
    passwords = Passwords({"anna": hashed("one"), "bert": hashed("two")})

    async def cost(user: str) -> float:
        with spent(time.process_time) as cpu:
            await passwords.is_right(user, "wrong")
        return cpu.seconds

    known, unknown = [min([await cost(user) for _ in range(3)]) for user in ("anna", "nobody")]

    assert 0.3 < unknown / known < 3
    assert known > 0.002


@pytest.mark.parametrize(
    ("password", "right"), [("1234567", False), ("12345678", True), ("x" * 1025, False), ("tab\tin it", False)]
)
def test_a_password_is_long_enough_and_can_be_typed(password, right):
    assert (wrong_with(password) == "") is right
