"""translate: from names to numbers and back."""

from __future__ import annotations

SYS_NAME = "1.3.6.1.2.1.1.5.0"


def test_translate_turns_numbers_into_names_and_back(netwatch):
    assert netwatch("translate", "1.3.6.1.2.1.1.5.0").stdout == "SNMPv2-MIB::sysName.0\n"
    assert netwatch("translate", "sysName.0").stdout == f".{SYS_NAME}\n"
