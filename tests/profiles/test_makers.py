"""The maker is whose enterprise number sysObjectID begins with."""

from __future__ import annotations

import pytest

from netwatch.profiles import parse_description
from netwatch.profiles.makers import maker_of


@pytest.mark.parametrize(("sys_object_id", "maker"), [
    ("1.3.6.1.4.1.9.1.1208", "Cisco"),
    (".1.3.6.1.4.1.9", "Cisco"),
    ("1.3.6.1.4.1.161.19.250.256", "Cambium Networks"),
    ("1.3.6.1.4.1.161.3", "Motorola"),
    ("1.3.6.1.4.1.2011.2.23.291", "Huawei"),
    ("1.3.6.1.4.1.8072.3.2.10", ""),
    ("1.3.6.1.4.1.32473.1", ""),
    ("1.3.6.1.2.1.33", ""),
    ("", ""),
    ("no oid", ""),
])  # fmt: skip
def test_a_maker_is_known_by_the_number_it_was_given(sys_object_id, maker):
    assert maker_of(sys_object_id) == maker
    assert parse_description("", sys_object_id).vendor == maker


def test_an_agents_own_number_is_no_makers():
    assert not any(maker_of(f"1.3.6.1.4.1.{number}.1") for number in (2021, 8072, 12325))
