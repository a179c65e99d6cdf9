"""A real net-snmp agent takes what is set, or the refusal is told in the standard's word and in ours."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from netwatch.errors import PollError, RequestTimedOut
from netwatch.model import Credential, Device, Oid, Tag, Varbind
from netwatch.snmp import GeneralEngine, SetRefused, set_varbinds
from tests.patience import PATIENCE_SECONDS

SYSTEM = Oid.parse("1.3.6.1.2.1.1")
SYS_NAME, SYS_LOCATION, SYS_SERVICES = (SYSTEM.child(number, 0) for number in (5, 6, 7))
WRITABLE = "rwcommunity private\ncreateUser writer SHA-256 authpass-w AES privpass-w\nrwuser writer priv"
COMMUNITY = {"version": "2c", "community": SecretStr("private")}
WRITER = {
    "version": "3", "user": "writer", "auth_protocol": "SHA-256", "auth_passphrase": SecretStr("authpass-w"),
    "privacy_protocol": "AES", "privacy_passphrase": SecretStr("privpass-w"),
}  # fmt: skip


@pytest.fixture
async def engine() -> AsyncIterator[GeneralEngine]:
    engine = GeneralEngine()
    await engine.start()
    yield engine
    await engine.stop()


def box(port: int, **credential: Any) -> Device:
    return Device(
        name="box", address="127.0.0.1", port=port, credential=Credential(name="write", **credential),
        timeout=timedelta(seconds=PATIENCE_SECONDS), retries=1,
    )  # fmt: skip


def text(oid: Oid, value: bytes) -> Varbind:
    return Varbind(oid=oid, tag=Tag.OCTET_STRING, value=value)


@pytest.mark.parametrize("credential", [{**COMMUNITY, "version": "1"}, COMMUNITY, WRITER], ids=["v1", "v2c", "v3"])
async def test_what_is_set_can_be_read(snmpd, engine, credential):
    device = box(snmpd(WRITABLE).port, **credential)

    await set_varbinds(engine, device, [text(SYS_LOCATION, b"rack 7")])

    assert [varbind.value for varbind in await engine.get(device, [SYS_LOCATION])] == [b"rack 7"]


async def test_a_refusal_names_the_object_and_its_reason_and_nothing_is_changed(snmpd, engine):
    device = box(snmpd(WRITABLE).port, **COMMUNITY)

    with pytest.raises(
        SetRefused, match=r"refuses 1\.3\.6\.1\.2\.1\.1\.5\.0: notWritable \(the object can only"
    ) as no:
        await set_varbinds(engine, device, [text(SYS_LOCATION, b"rack 8"), text(SYS_NAME, b"other")])

    assert (no.value.status, no.value.oid) == ("notWritable", SYS_NAME)
    assert (await engine.get(device, [SYS_LOCATION]))[0].value != b"rack 8"


@pytest.mark.parametrize(("credential", "varbind", "status"), [
    (COMMUNITY, Varbind(oid=SYS_LOCATION, tag=Tag.INTEGER, value=1), "wrongType"),
    (COMMUNITY, text(SYS_LOCATION, b"x" * 300), "wrongLength"),
    ({**COMMUNITY, "community": SecretStr("public")}, text(SYS_LOCATION, b"x"), "noAccess"),
    ({**COMMUNITY, "version": "1"}, text(SYS_NAME, b"x"), "noSuchName"),
    (COMMUNITY, text(SYSTEM.child(99, 0), b"x"), "notWritable"),
])  # fmt: skip
async def test_refusals_have_the_standards_word(snmpd, engine, credential, varbind, status):
    with pytest.raises(SetRefused) as refused:
        await set_varbinds(engine, box(snmpd(WRITABLE).port, **credential), [varbind])

    assert refused.value.status == status


async def test_a_user_who_may_only_read_is_refused(snmpd, engine):
    reader = {"version": "3", "user": "sha", "auth_protocol": "SHA", "auth_passphrase": SecretStr("authpass-sha")}

    with pytest.raises(PollError, match="noAccess"):
        await set_varbinds(engine, box(snmpd(WRITABLE).port, **reader), [text(SYS_LOCATION, b"x")])


async def test_silence_is_not_taken_for_success(engine, udp_port):
    device = Device(
        name="gone", address="127.0.0.1", port=udp_port, credential=Credential(name="write", **COMMUNITY),
        timeout=timedelta(seconds=0.05), retries=1,
    )  # fmt: skip

    with pytest.raises(RequestTimedOut, match="no answer to 2 requests"):
        await set_varbinds(engine, device, [text(SYS_LOCATION, b"x")])


async def test_a_value_that_cannot_be_encoded_is_never_sent(engine, udp_port):
    with pytest.raises(ValueError, match="does not fit"):
        await set_varbinds(
            engine, box(udp_port, **COMMUNITY), [Varbind(oid=SYS_SERVICES, tag=Tag.INTEGER, value=2**40)]
        )
