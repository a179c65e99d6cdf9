"""What is taken out of a value before it is one."""

from __future__ import annotations

import pytest

from netwatch.model import Value
from netwatch.profiles import Edit, edited, edited_text


@pytest.mark.parametrize(
    ("edit", "given", "wanted"),
    [
        (Edit(pattern=r"(\d+)%", is_number=True), b"74% of maximum", 74.0),
        (Edit(pattern=r"60 Secs.*?([\d.]+)", is_number=True), b"5 Secs ( 1.2%) 60 Secs ( 7.5%)", 7.5),
        (Edit(pattern=r"(\d+)%", is_number=True), b"unknown", None),
        (Edit(pattern=r"(\w+)", is_number=True), b"many", None),
        (Edit(pattern=r"Version ([0-9.]+)"), b"Acme OS Version 4.2.1 (c) Acme", b"4.2.1"),
        (Edit(pattern="AcmeOS", value="Acme OS"), b"an AcmeOS switch", b"Acme OS"),
        (Edit(pattern=r"SN: (\w+) PN: (\w+)", value="$2/${1}"), b"SN: 17 PN: x4", b"x4/17"),
        (Edit(pattern="AcmeOS", value="$3"), b"AcmeOS", b""),
        (Edit(words={"no": "0", "yes": "1"}, is_number=True), b"yes", 1.0),
        (Edit(words={"3": "2"}, is_number=True), 3, 2.0),
        (Edit(words={"3": "2"}, is_number=True), 4, 4.0),
        (Edit(placement=3), b"0010", 1),
        (Edit(placement=4), b"0010", 0),
        (Edit(placement=5), b"0010", None),
        (Edit(placement=1), b"on", None),
        (Edit(placement=1), b"", None),
        (Edit(form="mac_address"), bytes.fromhex("001b210a0b0c"), b"00:1b:21:0a:0b:0c"),
        (Edit(pattern="(.)"), None, None),
        (Edit(pattern="(.)"), b"", None),
    ],
)
def test_a_value_becomes_what_the_profile_makes_of_it(edit: Edit, given: Value, wanted: Value) -> None:
    assert edited(edit, given) == wanted


def test_what_becomes_nothing_is_an_empty_label() -> None:
    assert edited_text(Edit(pattern="a(b)"), b"xaby") == "b"
    assert edited_text(Edit(pattern="a(b)"), b"xyz") == ""
