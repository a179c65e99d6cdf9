"""Rules over days read the history: beside the loop, over a restart, and as of then when they are tested back."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default

import pytest

from netwatch.app import App
from netwatch.app.hindsight import AnsweredAtOnce, HistoryQuestions
from netwatch.config import load_settings
from netwatch.engine import Question, explanation_of
from netwatch.history import HistoryReader
from netwatch.model import CONCEPTS, RowSet, TableReading
from netwatch.rules import TableMemory, evaluate, evidence_of, parse_rules
from netwatch.simulator import SmtpSink
from tests.history.kept import written
from tests.patience import PATIENCE_SECONDS
from tests.rules.test_hindsight import question

SCHEMA = {"storage": CONCEPTS["storage"].schema}
ROWS = RowSet(index=("1",), keys=("disk",), labels={"storage": ("disk",)})
HOUR, STEP = timedelta(hours=1), timedelta(minutes=20)
END = datetime(2026, 3, 20, 8, tzinfo=UTC)
RULE = """
rules:
  - alert: MuchMore
    expr: storage_used_bytes > 2 * avg_over(storage_used_bytes, '2d')
    labels: {severity: warning}
"""


def reading(at, used):
    columns = {"storage_used_bytes": [used], "storage_size_bytes": [1000]}
    return TableReading(device="sw1", table="storage", at=at, rows=ROWS, columns=columns)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    path = tmp_path_factory.mktemp("history") / "history.db"
    written(path, (reading(END - 60 * HOUR + n * STEP, 100) for n in range(180))).close()
    return path


async def judged(hindsight, at, used, *, until):
    """Hold readings against the rule until it says something, as its answer comes when it comes."""
    (rule,) = parse_rules(RULE, "rules.yaml", SCHEMA)
    memory = TableMemory("sw1", "storage", hindsight=hindsight)
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            verdicts = evaluate(rule, reading(at, used), memory)
            told = evidence_of(verdicts, 0)["avg_over(storage_used_bytes, '2d')"]
            if until(told):
                return verdicts.broken[0], told
            await asyncio.sleep(0.01)


async def test_a_rule_over_days_knows_them_at_its_first_reading_after_a_restart(path):
    questions = HistoryQuestions(path)

    first = evaluate(parse_rules(RULE, "rules.yaml", SCHEMA)[0], reading(END, 300),
                     TableMemory("sw1", "storage", hindsight=questions))  # fmt: skip
    broken, told = await judged(questions, END, 300, until=lambda told: "unknown" not in told)
    await questions.stop()

    assert list(first.broken) == [None]  # nobody waited for the answer
    assert (broken, told) == (True, "100")


async def test_of_a_history_that_is_too_young_the_rule_raises_nothing_and_says_why(path):
    questions = HistoryQuestions(path)

    broken, told = await judged(questions, END - 40 * HOUR, 300, until=lambda told: "known for" in told)
    await questions.stop()

    assert broken is None
    assert told == "unknown: not enough history yet: it is known for 20 of the 24 hours it takes at least"


async def test_where_there_is_no_history_yet_it_waits_for_one(tmp_path):
    questions = HistoryQuestions(tmp_path / "none.db")
    asked = question("avg_over(storage_used_bytes, '2d')")

    assert questions.answer(asked, END) is None
    written(tmp_path / "none.db", (reading(END - 48 * HOUR + n * STEP, 7) for n in range(144))).close()
    async with asyncio.timeout(PATIENCE_SECONDS):
        at = END
        while (answer := questions.answer(asked, at)) is None or not answer.keys:
            at += timedelta(minutes=2)  # until when it is asked again
            await asyncio.sleep(0.01)
    await questions.stop()

    assert answer.slots[0] == [7]


def test_the_past_is_judged_by_what_was_known_then(path):
    at_once = AnsweredAtOnce(HistoryReader(path))
    asked = question("forecast(storage_used_bytes, '2d')")

    assert at_once.answer(asked, END).slots == {0: [pytest.approx(100)], 1: [pytest.approx(0)]}
    assert at_once.answer(asked, END - 55 * HOUR).known == [5]
    assert not at_once.keeps("ifXTable")


CONFIG = """
credentials: {{lab: {{version: 2c, community: public}}}}
devices: [{{name: nobody, address: 127.0.0.1, port: {snmp}, credential: lab}}]
polling: {{interval: 2s, reachability_interval: 1s, timeout: 100ms, retries: 0}}
rules: {{paths: [rules.yaml]}}
route: {{receiver: noc, group_wait: 2s}}
receivers: [{{name: noc, email: {{to: [noc@example.net]}}}}]
smtp: {{from: nw@example.net, relays: [{{host: 127.0.0.1, port: {smtp}}}]}}
web: {{listen: "127.0.0.1:{web}"}}
store: {{url: "sqlite:///netwatch.db"}}
"""
USUALLY = """
rules:
  - {alert: OnceUp, expr: "up == 0 and avg_over(up, '2d') > 0.9"}
  - {alert: NewlyUp, expr: "up == 0 and same_hour(up, '4d') > 0.9"}
"""


async def test_the_whole_agent_holds_what_is_now_against_the_days_before_it_started(tmp_path, udp_port, tcp_port):
    sink = SmtpSink()
    await sink.start()
    (tmp_path / "netwatch.yaml").write_text(CONFIG.format(snmp=udp_port, web=tcp_port, smtp=sink.port))
    (tmp_path / "rules.yaml").write_text(USUALLY)
    now = datetime.now(UTC)
    one = RowSet(index=("",), keys=("",))
    was_up = (
        TableReading(device="nobody", table="reachability", at=now - n * STEP, rows=one, columns={"up": [1]})
        for n in range(99, 0, -1)
    )
    written(tmp_path / "netwatch-history.db", was_up).close()
    app = App(load_settings(tmp_path / "netwatch.yaml"))
    await app.start()
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not (fired := await app.told())[0]:  # noqa: ASYNC110 # a thread wakes nobody
                await asyncio.sleep(0.1)
        (mail,) = await sink.wait_for(1, PATIENCE_SECONDS)
        asked = Question(rule="NewlyUp", device="nobody", instance="")
        why = (await explanation_of(app._store, asked, app._corridor.live)).verdict
        (young,) = app._corridor.live.verdicts("NewlyUp", "nobody").broken
    finally:
        await app.stop()
        await sink.stop()

    assert [alert.key.rule for alert in fired[0]] == ["OnceUp"]
    assert young is None  # one day of the two that it takes at least
    assert "not enough history yet: it is known for 1 of the 2 times it takes at least" in why
    days = {
        (now - timedelta(days=1) + by).strftime("%d %b") for by in (-HOUR, HOUR)
    }  # around midnight it may be either
    text = message_from_bytes(mail.message, policy=default)
    said = text.get_body(("plain",)).get_content()
    assert any(f"({day} " in said for day in days), said  # the chart is one of a day
    assert any(part.get_content_type() == "image/png" for part in text.walk())
