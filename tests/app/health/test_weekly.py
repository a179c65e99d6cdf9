"""The weekly report: due once a week, worked out from the history, mailed through the outbox."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from netwatch.app.health.weekly import build_weekly, due_week, weekly_of
from netwatch.app.post_office import PostOffice
from netwatch.config import Settings
from netwatch.history import HistoryReader
from netwatch.model import RowSet, TableReading
from netwatch.simulator import SmtpSink
from netwatch.store import MemoryStore
from tests.history.kept import written
from tests.patience import PATIENCE_SECONDS

BERLIN = ZoneInfo("Europe/Berlin")
END = datetime(2026, 3, 9, 7, tzinfo=UTC)
ONE = RowSet(index=("",), keys=("",))
PORTS = RowSet(
    index=("1", "2"), keys=("ifName=Gi1", "ifName=Gi2"),
    labels={"ifName": ("Gi1", "Gi2"), "ifAlias": ("to the core", "")},
)  # fmt: skip
STEP = timedelta(minutes=10)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(("now", "last", "due"), [
    ("2026-03-02 07:00", "2026-02-23", "2026-03-02"),   # a Monday, eight o'clock in Berlin
    ("2026-03-02 06:59", "2026-02-23", None),
    ("2026-03-08 23:00", "2026-03-02", None),
    ("2026-03-05 12:00", "2026-02-23", "2026-03-02"),   # after an absence: late, and once
    ("2026-03-05 12:00", "2026-03-02", None),
    ("2026-03-30 06:00", "2026-03-23", "2026-03-30"),   # summer time
    ("2026-02-20 12:00", "2026-03-02", None),           # the clock was set back
])  # fmt: skip
def test_it_is_due_once_a_week_from_its_hour_on(now, last, due):
    found = due_week(at(now), time(8), BERLIN, date.fromisoformat(last), weekday=0)

    assert found == (date.fromisoformat(due) if due else None)


def a_week() -> Iterator[TableReading]:
    """sw1 is away for a whole day and its uplink is full most of the time, sw2 is always there."""
    start = END - timedelta(days=7)
    for number in range(int(timedelta(days=7) / STEP)):
        now = start + number * STEP
        away = 0 if 144 <= number < 288 else 1
        for device, up in (("sw1", away), ("sw2", 1)):
            yield TableReading(device=device, table="reachability", at=now, rows=ONE, columns={"up": [up]})
        full = 0.9 if number % 10 else 0.99
        columns = {"interface_utilization_ratio": [full, 0.1]}
        yield TableReading(device="sw1", table="interface", at=now, rows=PORTS, columns=columns)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("week")
    written(folder / "netwatch-history.db", a_week()).close()
    return folder


def test_it_says_who_was_away_and_what_is_full(folder):
    found = weekly_of(HistoryReader(folder / "netwatch-history.db"), ["sw1", "sw2", "sw3"], END)

    assert [(one.device, round(one.ratio, 3)) for one in found.devices] == [("sw1", 0.857), ("sw2", 1.0)]
    assert [one.away for one in found.devices] == [timedelta(days=1), timedelta(0)]
    assert [(one.port, one.alias, round(one.tail, 2), round(one.highest, 2)) for one in found.ports] == [
        ("Gi1", "to the core", 0.99, 0.99), ("Gi2", "", 0.1, 0.1),
    ]  # fmt: skip


def test_a_device_that_is_asked_more_rarely_while_it_is_away_looks_no_better_for_it(tmp_path):
    start = END - timedelta(hours=4)
    asked = [start + number * timedelta(seconds=10) for number in range(2 * 360)]
    asked += [start + timedelta(hours=2) + number * timedelta(minutes=20) for number in range(6)]
    file = tmp_path / "h.db"
    written(file, (
        TableReading(device="sw1", table="reachability", at=now, rows=ONE,
                     columns={"up": [int(now < start + timedelta(hours=2))]})
        for now in asked
    )).close()  # fmt: skip

    (found,) = weekly_of(HistoryReader(file), ["sw1"], END).devices

    assert (round(found.ratio, 2), found.away) == (0.5, timedelta(hours=2))


def test_of_the_time_in_which_netwatch_did_not_run_nothing_is_said(tmp_path):
    readings = [
        TableReading(device="sw1", table="reachability", at=END - ago, rows=ONE, columns={"up": [up]})
        for ago, up in ((timedelta(days=3), 0), (timedelta(hours=3), 1), (timedelta(hours=2), 1),
                        (timedelta(hours=1), 1))
    ]  # fmt: skip
    written(tmp_path / "h.db", readings).close()

    (found,) = weekly_of(HistoryReader(tmp_path / "h.db"), ["sw1"], END).devices

    assert (found.ratio, found.away) == (0.75, timedelta(hours=1))


def test_without_a_history_it_says_so_instead_of_nothing(tmp_path):
    found = weekly_of(HistoryReader(tmp_path / "none.db"), ["sw1"], END)

    assert "there is no history in" in found.trouble
    assert found.ratio is None


def settings(folder, port: int = 9, **history: object) -> Settings:
    return Settings.model_validate(
        {
            "receivers": [{"name": "noc", "email": {"to": ["noc@example.net"]}}],
            "smtp": {"from": "nw@example.net", "relays": [{"host": "127.0.0.1", "port": port}]},
            "store": {"url": f"sqlite:///{folder}/netwatch.db"},
            "history": history,
        }
    )


def test_nobody_is_mailed_who_did_not_ask(folder):
    store = MemoryStore()
    wanted = {"weekly_report": {"receiver": "noc"}}

    assert build_weekly(settings(folder), store=store, devices=["sw1"], clock=lambda: END) is None
    assert build_weekly(settings(folder, enabled=False, **wanted), store=store, devices=[], clock=lambda: END) is None


async def test_it_goes_through_the_outbox_to_a_mail_server_and_comes_once(folder):
    sink, store, now = SmtpSink(), MemoryStore(), END - timedelta(hours=1)
    await sink.start()
    asked = settings(folder, sink.port, weekly_report={"receiver": "noc", "day": "monday", "at": "07:00"})
    await store.start()
    office = PostOffice(store, asked, lambda: now)
    await office.mails.start()
    mail = build_weekly(asked, store=store, devices=["sw1", "sw2"], clock=lambda: now)
    assert mail is not None
    await mail.start()
    await mail.look()
    now = END
    for _ in range(3):
        await mail.look()
    office.mails.wake()
    (received,) = await sink.wait_for(1, PATIENCE_SECONDS)
    await office.mails.stop()
    await store.stop()
    await sink.stop()

    assert received.subject == "[WEEK] NetWatch: 92.86 % available, 2 devices"
    assert "sw1: 85.7" in received.text
    assert "sw1 Gi1 (to the core): 99 %, highest 99 %" in received.text
    assert received.parsed()["Auto-Submitted"] == "auto-generated"
    assert len(await store.outbox()) == 1
