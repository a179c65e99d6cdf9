"""What would let a sender in, in words that can be copied, and never with a secret."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pydantic import SecretStr

from netwatch.model import Credential, Device
from netwatch.traps import Refused, explained
from netwatch.traps.metrics import CAUSES

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
COMMUNITY = Credential(name="campus", version="2c", community=SecretStr("hush"))
DEVICE = Device(name="sw1", address="192.0.2.1", credential=COMMUNITY)
OURS = {"kernel", "queue_full", "storm", "not_written", "internal"}


def refused(cause: str, detail: str = "", source: str = "192.0.2.1") -> Refused:
    return Refused(source=source, cause=cause, detail=detail, count=1, first_at=NOON, last_at=NOON)


@pytest.mark.parametrize("cause", sorted({*CAUSES} - OURS))
def test_every_cause_has_words_and_a_remedy_without_the_community(cause):
    told = explained(refused(cause), DEVICE, {})

    assert told.words != "it was turned away"
    assert told.remedy
    assert "hush" not in f"{told}"


@pytest.mark.parametrize(("one", "device", "remedy"), [
    (refused("wrong_source"), None, "traps: {allow: [192.0.2.1/32]}, or a device with this address"),
    (refused("wrong_source", source="2001:db8::1"), None,
     "traps: {allow: [2001:db8::1/128]}, or a device with this address"),
    (refused("v3_unknown_user", "user bob engine 80001f"), None, "traps: {users: [core, edge]}"),
    (refused("v3_unknown_user", "user eve engine 80001f"), None,
     "credentials: {NAME: {version: 3, user: eve, ...}} and traps: {users: [NAME]}"),
    (refused("wrong_community"), DEVICE,
     "set the sender to the community of credential campus, or traps: {communities: [${env:TRAP_COMMUNITY}]} with "
     "the community that the sender is set to"),
])  # fmt: skip
def test_the_remedy_can_be_copied_into_the_configuration(one, device, remedy):
    assert explained(one, device, {"bob": ["core", "edge"]}).remedy == remedy
