"""What a device was found to have, over a restart and beside others."""

from netwatch.model import Memory, Oid
from netwatch.polling.presence.findings import Findings, alike, recalled

FANS, POWER = Oid.parse("1.3.6.1.4.1.9.9.13.1.4"), Oid.parse("1.3.6.1.4.1.9.9.13.1.5")


def findings(*has):
    return Findings(
        sys_object_id="1.3.6.1.4.1.9.1.1208", describes="d", questions="q", has=frozenset(has), at_once=24
    )


def test_what_like_devices_have_is_one_object_also_after_a_restart_and_what_others_have_is_another():
    first, second = (recalled(findings(FANS, POWER).to_memory(name)) for name in ("sw1", "sw2"))
    third = recalled(findings(FANS).to_memory("sw3"))

    assert first == findings(FANS, POWER)
    assert first is second
    assert alike(findings(POWER, FANS)) is first
    assert third == findings(FANS)


def test_what_cannot_be_read_is_nothing_known_every_time():
    for text in ("", "[]", "{}", '{"object": 1}', None):
        for _ in range(2):
            assert recalled(Memory(scope="presence", key="sw1", text=text)) is None
