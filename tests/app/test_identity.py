"""Over restarts our SNMP engine stays the same, one boot later, and so does the key of links in mails."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from netwatch.app.identity import reborn_engine, recall_key
from netwatch.engine import LinkSigner
from netwatch.store import Store, StoreSettings

NOW = datetime(2026, 3, 1, 3, 0, tzinfo=UTC)


@pytest.fixture
async def store(tmp_path):
    opened = Store(StoreSettings(url=f"sqlite:///{tmp_path / 'netwatch.db'}"))
    await opened.start()
    yield opened
    await opened.stop()


async def test_every_start_is_one_boot_later_of_the_same_engine(store):
    first, second = await reborn_engine(store), await reborn_engine(store)

    assert second.engine_id == first.engine_id
    assert second.boots == first.boots + 1


async def test_a_link_of_a_mail_is_good_after_a_restart(store):
    before, after = LinkSigner(), LinkSigner()
    await recall_key(before, store)
    token = before.sign("ack", "thread", "noc@example.net", NOW + timedelta(days=1))

    await recall_key(after, store)

    assert after.verify(token, NOW).thread_id == "thread"
