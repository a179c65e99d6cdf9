"""Who guesses waits; who does not, does not, whatever others try."""

from __future__ import annotations

import pytest

from netwatch.web.users.slowing import (
    FREE_TRIES_OF_A_NAME,
    GUESSED_LATELY_SECONDS,
    GUESSED_OF_A_NAME,
    MOST_KEPT,
    Slowing,
)

KNOWN = ("anna", "bert")


class Watch:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def slowing(watch: Watch) -> Slowing:
    return Slowing(watch)


@pytest.mark.parametrize("name", ["anna", "nobody"])
def test_after_some_wrong_passwords_of_a_name_the_next_waits_ever_longer_and_never_for_long(slowing, watch, name):
    waits = []
    for number in range(FREE_TRIES_OF_A_NAME + 8):
        slowing.note_wrong(name, f"192.0.2.{number}", KNOWN)
        waits.append(slowing.wait(name, "198.51.100.1"))

    assert waits == [0, 0, 0, 0, 1, 2, 4, 8, 16, 30, 30, 30, 30]
    watch.now += 30
    assert slowing.wait(name, "198.51.100.1") == 0


def test_who_tries_many_names_from_one_address_waits_and_others_do_not(slowing):
    for number in range(26):
        slowing.note_wrong(f"nobody{number}", "192.0.2.1", KNOWN)

    assert slowing.wait("anna", "192.0.2.1") == 60
    assert slowing.wait("anna", "192.0.2.2") == 0


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8::1", "2001:db8::ffff:1", True),  # of one network of 64 bits
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("unix", "unix", True),
    ],
)
def test_an_address_is_what_one_machine_can_have(slowing, one, other, same):
    for number in range(30):
        slowing.note_wrong(f"nobody{number}", one, KNOWN)

    assert (slowing.wait("anna", other) > 0) is same


def test_a_guesser_elsewhere_does_not_lock_out_who_signed_in_before(slowing):
    slowing.note_right("anna", "192.0.2.1")
    for number in range(50):
        slowing.note_wrong("anna", f"198.51.100.{number}", KNOWN)

    assert slowing.wait("anna", "192.0.2.1") == 0
    assert slowing.wait("anna", "198.51.100.200") > 0
    for _ in range(10):
        slowing.note_wrong("anna", "192.0.2.1", KNOWN)
    assert slowing.wait("anna", "192.0.2.1") > 0


def test_who_has_one_password_cannot_guess_others_the_faster(slowing):
    for number in range(30):
        slowing.note_wrong(f"nobody{number}", "192.0.2.1", KNOWN)
        slowing.note_right("anna", "192.0.2.1")

    assert slowing.wait("bert", "192.0.2.1") == 60


def test_what_is_kept_is_bounded_and_a_name_there_is_is_not_forgotten_for_others(slowing):
    for _ in range(10):
        slowing.note_wrong("anna", "192.0.2.1", KNOWN)
    for number in range(MOST_KEPT + 500):
        slowing.note_wrong(f"nobody{number}", f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", KNOWN)
        slowing.note_right(f"somebody{number}", "192.0.2.1")

    assert len(slowing) <= 3 * MOST_KEPT + len(KNOWN)
    assert slowing.wait("anna", "203.0.113.1") > 0


def test_after_a_calm_hour_all_is_forgotten(slowing, watch):
    for _ in range(10):
        slowing.note_wrong("anna", "192.0.2.1", KNOWN)
    watch.now += 3600
    slowing.note_wrong("anna", "192.0.2.1", KNOWN)

    assert slowing.wait("anna", "192.0.2.1") == 0


def test_of_passwords_that_are_guessed_names_and_addresses_are_said_once_and_till_ten_minutes_after_the_last(
    slowing, watch
):
    for number in range(12):
        slowing.note_wrong("anna", f"192.0.2.{number}", KNOWN)
    for number in range(31):
        slowing.note_wrong(f"my secret {number}", "2001:db8::7", KNOWN)
    slowing.note_wrong("bert", "192.0.2.200", KNOWN)

    assert slowing.guessed() == [
        "31 wrong passwords in a row from 2001:db8::/64", "12 wrong passwords of anna in a row"
    ]  # fmt: skip
    watch.now += GUESSED_LATELY_SECONDS - 1
    assert len(slowing.guessed()) == 2
    watch.now += 1
    assert slowing.guessed() == []


def test_whoever_slips_some_times_at_home_and_then_knows_it_is_no_guesser(slowing):
    slowing.note_right("anna", "192.0.2.1")
    for _ in range(GUESSED_OF_A_NAME):
        slowing.note_wrong("anna", "192.0.2.1", KNOWN)

    assert slowing.guessed() == []


def test_of_a_million_guesses_no_more_is_kept_than_the_bound(slowing):
    for number in range(MOST_KEPT * 3):
        slowing.note_wrong(f"nobody{number}", f"10.{number >> 8 & 255}.{number & 255}.1", KNOWN)

    assert len(slowing) <= MOST_KEPT * 2 + len(KNOWN)
    assert slowing.guessed() == []
