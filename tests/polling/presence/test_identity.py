"""What a device says it is, as rules ask for it."""

from __future__ import annotations

import pytest

from netwatch.polling.presence.identity import Identity
from netwatch.profiles import Profile


@pytest.mark.parametrize(("profile_vendor", "sys_object_id", "vendor"), [
    ("acme", "1.3.6.1.4.1.9.1.1", "acme"),
    ("", "1.3.6.1.4.1.9.1.1", "cisco"),
    ("", ".1.3.6.1.4.1.2636.1.1.1.2", "juniper"),
    ("", "1.3.6.1.4.1.99999.1", ""),
    ("", "1.3.6.1.2.1", ""),
    ("", "1.3.6.1.4.1.x", ""),
    ("", "", ""),
])  # fmt: skip
def test_who_made_a_device_is_said_by_its_profile_or_its_enterprise_number(profile_vendor, sys_object_id, vendor):
    identity = Identity(profile=Profile(name="p", vendor=profile_vendor), sys_object_id=sys_object_id)

    assert identity.facts.vendor == vendor
    assert identity.facts is identity.facts
