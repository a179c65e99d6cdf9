"""Why does it fire, why does it not, and who was told: the first sentence of the answer, and the lines after it."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from netwatch.alerts import (
    FlapPolicy,
    Maintenance,
    MaintenanceWindow,
    Parents,
    Policy,
    RouteSettings,
    Topology,
    build_route,
)
from netwatch.engine import (
    Engine,
    Explanation,
    History,
    LiveEngine,
    OnPaper,
    Question,
    explanation_from,
    explanation_of,
    flat_explanation,
)
from netwatch.engine.explain.story import Story
from netwatch.engine.explain.verdict import Case, verdict_on
from netwatch.model import (
    REACHABILITY,
    SCALARS,
    ColumnKind,
    Event,
    Oid,
    OutboxEntry,
    OutboxState,
    ReadingGap,
    RowSet,
    Silence,
    TableReading,
    TableSchema,
    Tag,
    Transaction,
    TrapEvent,
    Varbind,
)
from netwatch.model import parse_matchers as matchers
from netwatch.notify import EmailSettings, Mailer, ReceiverSettings, SmtpSettings
from netwatch.rules import parse_rule_book, parse_rules
from netwatch.store import MemoryStore

START = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
PORTS = TableSchema(
    name="ports", columns={"load": ColumnKind.GAUGE, "state": ColumnKind.ENUM}, labels=("ifName",),
    enums={"state": {1: "up", 2: "down"}},
)  # fmt: skip
RULES = """
rules:
  - {alert: DeviceDown, expr: up == 0, labels: {severity: critical}}
  - {alert: PortBusy, expr: load > 90 and state == 'up', for: 5m, keep_firing_for: 2m}
"""
RULES = parse_rules(RULES, "rules.yaml", {"reachability": REACHABILITY, "ports": PORTS})
ROWS = RowSet(
    index=("7", "8"), keys=("ifName=Gi1/0/7", "ifName=Gi1/0/8"), labels={"ifName": ("Gi1/0/7", "Gi1/0/8")}
)  # fmt: skip
ROUTE = {
    "receiver": "noc", "group_wait": "30s", "group_interval": "5m",
    "routes": [{"matchers": ['severity="critical"'], "receiver": "boss"}],
}  # fmt: skip


NAMES = ("noc", "boss")
RECEIVERS = [ReceiverSettings(name=name, email=EmailSettings(to=[f"{name}@example.net"])) for name in NAMES]
LINK_RULE = """
rules:
  - alert: LinkDown
    on_trap: 1.3.6.1.4.1.99.1
    expr: reason == 2
    varbinds: {reason: 1.3.6.1.4.1.99.2}
"""


class House:
    """An engine, its store and its history, with a clock that the test turns."""

    def __init__(self, policy: Policy | None = None, store: MemoryStore | None = None) -> None:
        self.now, self.store = START, store or MemoryStore()
        numbers = itertools.count(1)
        self.history = History(RULES)
        self.flapping = policy.flapping if policy is not None else None
        self.route = build_route(RouteSettings.model_validate(ROUTE))
        self.engine = Engine(
            rules=RULES, route=self.route, device_labels={"r1": {}, "sw1": {"site": "hq"}}, ledger=self.store,
            mailer=Mailer(SmtpSettings.model_validate({"from": "NetWatch <nw@example.net>"}), RECEIVERS),
            policy=policy, history=self.history, clock=lambda: self.now,
            new_id=lambda: f"id{next(numbers)}",
        )  # fmt: skip

    def later(self, seconds: float) -> None:
        end = self.now + timedelta(seconds=seconds)
        due = self.engine.flush_due(self.now)
        while due is not None and due <= end:
            self.now = max(due, self.now)
            due = self.engine.flush_due(self.now)
        self.now = end

    def up(self, value: int, device: str = "sw1") -> None:
        self.engine.take_reading(
            TableReading(device=device, table="reachability", at=self.now, rows=SCALARS, columns={"up": [value]})
        )

    def load(self, *loads: float | None, state: int = 1) -> None:
        columns = {"load": list(loads), "state": [state] * len(loads)}
        self.engine.take_reading(
            TableReading(device="sw1", table="ports", at=self.now, rows=ROWS, columns=columns)
        )  # fmt: skip

    async def attempt(self, state: OutboxState, reply: str) -> None:
        """Have every mail that waits tried, with this end."""
        for entry in await self.store.claim_due(self.now, timedelta(seconds=60), 100):
            sent_at = self.now if state is OutboxState.SENT else None
            again = self.now + timedelta(seconds=20)
            tried = replace(
                entry, state=state, lease_until=None, last_reply=f"mail.example.net {reply}", sent_at=sent_at,
                last_tried_at=self.now, attempts=1, not_before=again,
            )  # fmt: skip
            details = {"attempt": "1", "relay": "mail.example.net", "phase": "rcpt", "reply": reply}
            event = Event(
                at=self.now, kind="delivery", text=f"mail to {entry.recipient}: {reply}", entry_id=entry.id,
                details=details,
            )  # fmt: skip
            await self.store.record(tried, [event])

    async def ask(
        self, rule: str, instance: str = "", at: datetime | None = None, device: str = "sw1"
    ) -> Explanation:
        live = LiveEngine(
            self.engine.desk, self.history, rules=RULES, devices=("r1", "sw1"), route=self.route,
            flapping=self.flapping, now=lambda: self.now,
        )  # fmt: skip
        return await explanation_of(self.store, Question(rule=rule, device=device, instance=instance, at=at), live)


@pytest.fixture
def build():
    houses: list[House] = []

    async def put_up(policy: Policy | None = None, store: MemoryStore | None = None, now: datetime = START) -> House:
        house = House(policy, store)
        house.now = now
        await house.store.start()
        await house.engine.start()
        houses.append(house)
        return house

    return put_up


@pytest.fixture
async def house(build):
    return await build()


def kinds(answer: Explanation) -> list[str]:
    return [line.kind for line in answer.lines]


def lines(answer: Explanation, kind: str) -> list[str]:
    return [line.text for line in answer.lines if line.kind == kind]


async def test_it_fires_and_somebody_was_told(house):
    house.later(131)
    house.up(0)
    house.later(30)
    await house.attempt(OutboxState.SENT, "250 2.0.0 queued")

    answer = await house.ask("DeviceDown")

    assert answer.verdict == "It fires since 10:02:11, and boss@example.net was told at 10:02:41."
    assert (answer.found, answer.state) == (True, "firing")


async def test_every_decision_has_its_line_in_the_order_of_time(house):
    house.up(0)
    house.later(30)
    await house.attempt(OutboxState.SENT, "250 2.0.0 queued")

    answer = await house.ask("DeviceDown")

    assert kinds(answer)[:2] == ["rule", "route"]
    assert lines(answer, "rule") == ["DeviceDown: up == 0"]
    assert lines(answer, "route") == [
        'the root > route 1 (severity="critical") tells boss, in the group boss{device="sw1"}'
    ]
    fired = next(line for line in answer.lines if line.kind == "alert")
    assert fired.details["shown"] == "up = 0"
    assert lines(answer, "notify") == ["mail to boss@example.net for receiver boss: 1 new; 1 fire now"]
    assert lines(answer, "mail") == ['mail to boss@example.net for receiver boss: "[DOWN] sw1 DeviceDown", sent']
    tried = next(line for line in answer.lines if line.kind == "attempt")
    assert (tried.details["relay"], tried.details["phase"], tried.details["reply"]) == (
        "mail.example.net", "rcpt", "250 2.0.0 queued",
    )  # fmt: skip
    times = [line.at for line in answer.lines if line.at is not None]
    assert times == sorted(times)


async def test_it_fires_and_the_group_still_gathers(house):
    house.up(0)
    house.later(10)

    answer = await house.ask("DeviceDown")

    assert answer.verdict == ("It fires since 10:00:00, and nobody is told: its group gathers until 10:00:30.")


async def test_it_fires_and_the_mail_waits_for_a_server_that_does_not_want_it_yet(house):
    house.up(0)
    house.later(30)
    await house.attempt(OutboxState.DEFERRED, "450 4.2.0 greylisted")

    assert (await house.ask("DeviceDown")).verdict == (
        "It fires since 10:00:00, and boss@example.net could not be told yet, next try at 10:00:50 "
        "(mail.example.net 450 4.2.0 greylisted)."
    )


async def test_it_fires_and_the_mail_was_refused(house):
    house.up(0)
    house.later(30)
    await house.attempt(OutboxState.DEAD, "550 5.1.1 no such user")

    assert "the mail to boss@example.net will not arrive (mail.example.net 550 5.1.1 no such user)" in (
        (await house.ask("DeviceDown")).verdict
    )


async def test_it_fires_and_nobody_is_told_since_it_is_silenced(house):
    silence = Silence(
        id="s1", matchers=('device="sw1"',), starts_at=START, ends_at=START + timedelta(hours=2),
        created_by="anna", comment="core upgrade", updated_at=START,
    )  # fmt: skip
    await house.engine.put_silence(silence)
    house.up(0)
    house.later(60)

    answer = await house.ask("DeviceDown")

    assert answer.verdict.startswith("It fires since 10:00:00, and nobody is told: silenced by anna until")
    assert "core upgrade" in answer.verdict
    assert lines(answer, "silence") == ["silenced by anna until 12:00:00: core upgrade"]
    assert any(text.startswith("held back: silenced by anna") for text in lines(answer, "mute"))


async def test_it_fires_and_nobody_is_told_since_what_is_above_is_down(build):
    house = await build(Policy(topology=Topology({"sw1": Parents(names=("r1",))})))
    house.up(0, "r1")
    house.up(0)
    house.later(60)

    answer = await house.ask("DeviceDown")

    assert answer.verdict == (
        "It fires since 10:00:00, and nobody is told: r1 is down, and sw1 is only reached through it."
    )


async def test_it_does_not_fire_in_maintenance(build):
    window = MaintenanceWindow(
        name="core upgrade", mode="skip", matchers=matchers('device="sw1"'),
        begins=START, ends=START + timedelta(hours=1),
    )  # fmt: skip
    house = await build(Policy(maintenance=Maintenance((window,), Topology({}))))
    house.up(0)

    answer = await house.ask("DeviceDown")

    assert answer.verdict.startswith("It does not fire: readings of the device are not held against rules now, ")
    assert "core upgrade" in answer.verdict


async def test_somebody_has_it_in_hand(house):
    house.up(0)
    house.later(30)
    await house.attempt(OutboxState.SENT, "250 ok")
    await house.engine.acknowledge([house.engine.desk.alerts()[0].id], "anna", "on my way")

    answer = await house.ask("DeviceDown")

    assert answer.verdict == (
        "It fires since 10:00:00, and boss@example.net was told at 10:00:30. "
        "anna acknowledged it at 10:00:30: on my way."
    )
    assert lines(answer, "ack") == ["acknowledged by anna: on my way"]


async def test_it_is_over_and_the_end_was_told(house):
    house.up(0)
    house.later(30)
    await house.attempt(OutboxState.SENT, "250 ok")
    house.up(1)
    house.later(300)
    await house.attempt(OutboxState.SENT, "250 ok")

    answer = await house.ask("DeviceDown")

    assert answer.verdict == (
        "It does not fire: its expression is false (up = 1, not 0). "
        "It fired from 10:00:00 to 10:00:30 (30s), and boss@example.net was told at 10:00:30. "
        "Of its end boss@example.net was told at 10:05:30."
    )
    assert answer.state == "resolved"


async def test_it_ended_before_anybody_had_to_be_told(house):
    house.up(0)
    house.later(10)
    house.up(1)
    house.later(60)

    assert "It fired from 10:00:00 to 10:00:10 (10s), and nobody was told: it ended before a mail was due." in (
        (await house.ask("DeviceDown")).verdict
    )


async def test_the_end_of_what_comes_and_goes_is_foreseen_when_it_will_be(build):
    calm = FlapPolicy(starts=2, within=timedelta(minutes=30), calm=timedelta(minutes=15))
    house = await build(Policy(flapping=calm))
    for value in (0, 1, 0):
        house.up(value)
        house.later(60)
    house.up(1)
    house.later(60)

    answer = await house.ask("DeviceDown")

    assert "Since 10:03:00 the expression is no longer true; it resolves if that lasts 15m" in answer.verdict
    assert "comes and goes" in answer.verdict
    ends = next(line for line in answer.lines if line.text.startswith("it resolves"))
    assert ends.at == START + timedelta(minutes=18)


async def test_who_was_told_is_not_denied_once_the_mails_are_no_longer_kept(house):
    house.up(0)
    house.later(30)
    await house.attempt(OutboxState.SENT, "250 ok")
    house.later(3610)
    await house.store.prune(house.now)

    fires = (await house.ask("DeviceDown")).verdict
    house.up(1)
    house.later(300)
    await house.attempt(OutboxState.SENT, "250 ok")
    over = (await house.ask("DeviceDown")).verdict

    assert (
        fires == "It fires since 10:00:00, and receiver boss counts as told since 10:00:30; no mail of that is kept."
    )
    assert "and the mails of that time are no longer kept. Of its end boss@example.net was told" in over


async def test_it_does_not_fire_yet(house):
    house.load(95, 10)
    house.later(130)
    house.load(95, 10)

    answer = await house.ask("PortBusy", "Gi1/0/7")

    assert answer.verdict == (
        "It does not fire yet: the expression is true since 10:00:00, for 2m10s of the 5m it must last; "
        "it fires if that lasts until 10:05:00."
    )
    assert ("it fires, if the expression stays true") in lines(answer, "next")


async def test_it_did_not_fire_since_it_did_not_last(house):
    house.load(95, 10)
    house.later(130)
    house.load(80, 10)

    answer = await house.ask("PortBusy", "Gi1/0/7")

    assert answer.verdict == (
        "It did not fire: the expression was true for 2m10s of the 5m it must last; it was reset at 10:02:10: "
        "the expression is no longer true. Now its expression is false (load = 80, not > 90)."
    )
    dropped = [line for line in answer.lines if line.text.startswith("dropped:")]
    assert dropped[0].details["shown"] == "load = 80, not > 90 and state = up"


async def test_it_never_fired_and_says_which_condition_does_not_hold(house):
    house.load(95, 10, state=2)

    answer = await house.ask("PortBusy", "ifName=Gi1/0/7")

    assert answer.verdict == (
        "It does not fire: its expression is false (state = down, not up); as far as the log goes it never did."
    )
    assert lines(answer, "reading") == [
        "the newest reading: the expression is false, load = 95 > 90 and state = down, not up"
    ]


async def test_a_missing_value_makes_it_unknown(house):
    house.load(None, 10)

    assert (await house.ask("PortBusy", "Gi1/0/7")).verdict.startswith(
        "It does not fire: it is unknown whether it should, since a value is missing (load = unknown > 90)"
    )


async def test_what_cannot_be_read_cannot_fire(house):
    house.engine.take_gap(ReadingGap(device="sw1", table="ports", at=house.now, reason="no answer in 8 s"))

    answer = await house.ask("PortBusy")

    assert answer.verdict.startswith("It does not fire: table ports cannot be read since 10:00:00, no answer in 8 s")
    assert lines(answer, "device") == ["table ports cannot be read: no answer in 8 s"]


async def test_what_was_at_another_time_is_told_of_that_time(house):
    house.up(0)
    house.later(30)
    await house.attempt(OutboxState.SENT, "250 ok")
    house.up(1)
    house.later(3600)
    house.up(1)

    then = await house.ask("DeviceDown", at=START + timedelta(seconds=10))
    before = await house.ask("DeviceDown", at=START - timedelta(seconds=10))

    assert then.verdict.startswith("It fired from 10:00:00 to 10:00:30 (30s), and boss@example.net was told at")
    assert before.verdict.startswith("It did not fire: nothing is in the log of that time")


@pytest.mark.parametrize(("rule", "device", "instance", "words", "suggestions"), [
    ("DeviceDwn", "sw1", "", "There is no rule DeviceDwn; did you mean DeviceDown?", ("DeviceDown",)),
    ("DeviceDown", "sw9", "", "There is no device sw9; did you mean sw1?", ("sw1",)),
    ("PortBusy", "sw1", "Gi1/0/70", "sw1 has no row Gi1/0/70 for this rule; did you mean ifName=Gi1/0/7", None),
    ("PortBusy", "sw1", "", "2 rows of the device have this rule; say which: ifName=Gi1/0/7, ifName=Gi1/0/8.",
     ("ifName=Gi1/0/7", "ifName=Gi1/0/8")),
    ("Qqq", "sw1", "", "There is no rule Qqq; `netwatch rules` lists those there are.", ()),
])  # fmt: skip
async def test_what_is_not_there_is_said_with_what_may_have_been_meant(
    house, rule, device, instance, words, suggestions
):
    house.load(1, 2)

    answer = await house.ask(rule, instance, device=device)

    assert answer.verdict.startswith(words)
    assert not answer.found
    assert suggestions is None or answer.suggestions == suggestions


@pytest.mark.parametrize("instance", ["ifName=Gi1/0/7", "Gi1/0/7", 'ifName="Gi1/0/7"', " Gi1/0/7 "])
async def test_a_row_is_found_by_its_key_by_labels_or_by_one_labels_text(house, instance):
    house.load(1, 2)

    assert (await house.ask("PortBusy", instance)).instance == "ifName=Gi1/0/7"


async def test_the_only_row_that_fires_is_meant_where_none_is_named(house):
    house.load(95, 2)

    assert (await house.ask("PortBusy")).instance == "ifName=Gi1/0/7"


async def test_without_an_agent_the_log_and_the_configuration_answer(house):
    house.up(0)
    house.later(30)
    await house.attempt(OutboxState.SENT, "250 ok")
    paper = OnPaper(rules=RULES, devices=("sw1",), route=house.route, now=lambda: house.now)

    answer = await explanation_of(house.store, Question(rule="DeviceDown", device="sw1"), paper)

    assert answer.verdict == "It fires since 10:00:00, and boss@example.net was told at 10:00:30."
    assert "route" in kinds(answer)


async def test_of_a_silence_made_later_it_says_who_was_told_before(house):
    house.up(0)
    house.later(30)
    await house.attempt(OutboxState.SENT, "250 ok")
    silence = Silence(
        id="s1", matchers=('device="sw1"',), starts_at=house.now, ends_at=house.now + timedelta(hours=2),
        created_by="anna", comment="known", updated_at=house.now,
    )  # fmt: skip
    await house.engine.put_silence(silence)
    house.later(10)

    assert (await house.ask("DeviceDown")).verdict.startswith(
        "It fires since 10:00:00, and boss@example.net was told at 10:00:30; since then it is held back: silenced by"
    )


async def test_what_was_told_after_a_restart_is_not_said_to_be_held_back_since(build):
    house = await build()
    silence = Silence(
        id="s1", matchers=('device="sw1"',), starts_at=START, ends_at=START + timedelta(minutes=10),
        created_by="anna", comment="core upgrade", updated_at=START,
    )  # fmt: skip
    await house.engine.put_silence(silence)
    house.up(0)
    house.later(60)
    await house.engine.stop()
    after_the_silence = START + timedelta(minutes=20)  # whose end nobody saw
    again = await build(store=house.store, now=after_the_silence)
    again.later(600)
    await again.attempt(OutboxState.SENT, "250 ok")

    told = (await again.ask("DeviceDown", at=again.now)).verdict

    assert told == "It fires since 10:00:00, and boss@example.net was told at 10:30:00."


async def test_a_mail_that_another_tells_is_told_by_that(house):
    house.up(0)
    house.later(30)
    (mail,) = await house.store.outbox()
    digest = replace(mail, id="digest", subject="[DIGEST] 40 alerts", alert_ids=(), message_id="<digest@x>")
    await house.store.commit(Transaction(entries=(digest,)))
    told = replace(mail, id="told", state=OutboxState.DIGESTED, told_by="digest", message_id="<told@x>")
    story = Story(at=house.now, alert=house.engine.desk.alerts()[0], earlier=(), events=(), entries=(told,))

    def verdict(*tellers: OutboxEntry) -> str:
        live = OnPaper(rules=RULES, devices=("sw1",), route=house.route)
        case = Case(
            story=replace(story, tellers=tellers), live=live, rule=RULES[0], device="sw1", instance="", past=False
        )
        return verdict_on(case)

    sent = replace(digest, state=OutboxState.SENT, sent_at=house.now)
    assert verdict() == "It fires since 10:00:00, and boss@example.net is to be told in a digest."
    assert verdict(sent) == "It fires since 10:00:00, and boss@example.net was told in a digest at 10:00:30."


async def test_a_trap_rule_is_explained_by_the_traps_that_came(build):
    house = await build()
    rule = parse_rule_book(LINK_RULE, "traps.yaml", {}).trap_rules[0]
    engine = Engine(
        rules=[], trap_rules=[rule], route=house.route, device_labels={"sw1": {}}, ledger=house.store,
        mailer=Mailer(SmtpSettings.model_validate({"from": "NetWatch <nw@example.net>"}), RECEIVERS),
        clock=lambda: house.now, new_id=lambda: "t1",
    )  # fmt: skip
    await engine.start()
    live = LiveEngine(
        engine.desk, house.history, rules=[rule], devices=("sw1",), route=house.route, now=lambda: house.now
    )  # fmt: skip

    async def ask() -> Explanation:
        return await explanation_of(house.store, Question(rule="LinkDown", device="sw1"), live)

    async def hear(reason: int) -> None:
        await engine.take_trap(
            TrapEvent(
                at=house.now, source="192.0.2.1", device="sw1", version="2c", trap_oid=Oid.parse("1.3.6.1.4.1.99.1"),
                varbinds=(Varbind(oid=Oid.parse("1.3.6.1.4.1.99.2.0"), tag=Tag.INTEGER, value=reason),),
            )
        )  # fmt: skip

    assert lines(await ask(), "trap") == ["the log has no trap of the device that it looks at"]
    await hear(1)
    quiet = await ask()
    house.now += timedelta(seconds=10)
    await hear(2)
    loud = await ask()
    await engine.stop()

    assert quiet.verdict.startswith("It does not fire: the last trap it looks at, at 10:00:00, means nothing to it")
    assert "reason = 1, not 2" in quiet.verdict
    assert loud.verdict.startswith("It fires since 10:00:10, and nobody is told: its group gathers until")
    fired = next(line for line in loud.lines if line.kind == "alert")
    assert (fired.details["matched"], fired.details["shown"]) == ("on_trap: 1.3.6.1.4.1.99.1", "reason = 2")


async def test_an_answer_survives_the_way_through_json(house):
    house.up(0)
    house.later(30)
    answer = await house.ask("DeviceDown")

    assert explanation_from(flat_explanation(answer)) == replace(answer, lines=answer.lines)
    with pytest.raises(ValueError, match="no explanation"):
        explanation_from({"rule": "x"})


async def test_of_what_is_gone_is_said_since_when_with_which_value_and_what_ends_it(house):
    for load in (95.0, 95.0):
        house.load(load, 10.0)
        house.later(300)
    house.load(95.0, 10.0)
    one = RowSet(index=("8",), keys=("ifName=Gi1/0/8",), labels={"ifName": ("Gi1/0/8",)})
    for _ in range(2):
        house.later(60)
        house.engine.take_reading(
            TableReading(
                device="sw1", table="ports", at=house.now, rows=one, columns={"load": [10.0], "state": [1]}
            )
        )  # fmt: skip
    gone_at = house.now

    answer = await house.ask("PortBusy", "Gi1/0/7")

    assert answer.state == "gone"
    assert f"no longer there since {gone_at:%H:%M:%S}, with 95.0 as its last value" in answer.verdict
    assert "that is not health" in answer.verdict
    assert f"taken as removed at {gone_at + timedelta(days=1):%Y-%m-%d %H:%M:%S}" in answer.verdict
    assert "netwatch forget" in answer.verdict
    assert "it is taken as removed, if it is not seen before" in [line.text for line in answer.lines]
