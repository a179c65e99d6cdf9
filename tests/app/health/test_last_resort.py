"""Who is told, past the outbox, that the outbox cannot be written; and how often."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default as modern

from netwatch.app.health.last_resort import AGAIN_EVERY, NEWS_EVERY, LastResort
from netwatch.model import OutboxEntry
from netwatch.notify import Sent, compose_last_resort

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass
class House:
    """What the last resort asks, as a test lets it answer."""

    now: datetime = NOW
    trouble: str = ""
    firing: list[str] = field(default_factory=list)
    to: tuple[str, ...] = ("noc@example.net",)
    answers: dict[str, Sent] = field(default_factory=dict)
    mails: list[OutboxEntry] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.resort = LastResort(
            trouble=lambda: self.trouble,
            firing=lambda: self.firing,
            compose=self.compose,
            send=self.send,
            clock=lambda: self.now,
        )

    def compose(self, trouble: str, firing: Sequence[str], now: datetime) -> list[OutboxEntry]:
        return compose_last_resort(
            trouble, firing, to=self.to, sender="NetWatch <n@example.net>", now=now, new_id=lambda: "one"
        )

    async def send(self, mail: OutboxEntry) -> Sent:
        self.mails.append(mail)
        return self.answers.get(mail.recipient, Sent(accepted=True))

    async def look_for(self, span: timedelta) -> None:
        end = self.now + span
        while self.now < end:
            await self.resort.look()
            self.now += timedelta(seconds=10)


async def test_a_trouble_that_lasts_is_told_once_with_what_fires():
    house = House(trouble="/x.db: the disk is full", firing=["sw1 does not answer"])

    await house.look_for(timedelta(minutes=30))

    (mail,) = house.mails
    assert (mail.recipient, mail.subject) == (
        "noc@example.net", "[CRITICAL] NetWatch cannot write its database (sent directly, not kept)",
    )  # fmt: skip
    text = message_from_bytes(mail.message, policy=modern).get_content()
    assert "/x.db: the disk is full" in text
    assert "  * sw1 does not answer" in text


async def test_a_lock_that_somebody_held_for_a_moment_is_no_news():
    house = House(trouble="locked")
    await house.look_for(timedelta(seconds=20))
    house.trouble = ""
    await house.look_for(timedelta(seconds=20))
    house.trouble = "locked"
    await house.look_for(timedelta(seconds=20))

    assert house.mails == []


async def test_something_new_that_fires_is_told_a_quarter_of_an_hour_later_at_the_soonest():
    house = House(trouble="full", firing=["sw1 does not answer"])
    await house.look_for(timedelta(minutes=1))
    house.firing.append("sw2 does not answer")
    await house.look_for(NEWS_EVERY)

    assert [b"sw2" in mail.message for mail in house.mails] == [False, True]
    house.firing.remove("sw1 does not answer")  # what is over is no news
    await house.look_for(NEWS_EVERY)
    assert len(house.mails) == 2


async def test_what_lasts_for_hours_is_told_again():
    house = House(trouble="full")

    await house.look_for(AGAIN_EVERY + timedelta(minutes=5))

    assert len(house.mails) == 2


async def test_what_no_relay_took_is_tried_again_and_the_others_are_not_told_twice():
    house = House(trouble="full", to=("noc@example.net", "boss@example.net", "gone@example.net"))
    house.answers = {
        "boss@example.net": Sent(accepted=False, words="no connection"),
        "gone@example.net": Sent(accepted=False, for_good=True, words="550 no such user"),
    }
    await house.look_for(timedelta(minutes=2))
    house.answers.pop("boss@example.net")
    await house.look_for(timedelta(minutes=5))

    told = [mail.recipient for mail in house.mails]
    assert told.count("noc@example.net") == told.count("gone@example.net") == 1
    assert 2 <= told.count("boss@example.net") <= 4


async def test_the_next_trouble_is_told_anew():
    house = House(trouble="full")
    await house.look_for(timedelta(minutes=1))
    house.trouble = ""
    await house.look_for(timedelta(minutes=1))
    house.trouble = "read-only"
    await house.look_for(timedelta(minutes=1))

    assert [b"read-only" in mail.message for mail in house.mails] == [False, True]


def test_what_a_device_or_a_path_says_cannot_become_a_header_or_fill_a_mailbox():
    hostile = "x\r\nBcc: all@example.net\r\n\r\n" + "y" * 5000
    (mail,) = compose_last_resort(
        hostile, [hostile] * 5000, to=("noc@example.net",), sender="n@example.net", now=NOW, new_id=lambda: "one"
    )

    message = message_from_bytes(mail.message, policy=modern)
    assert message["Bcc"] is None
    assert "and 4950 more" in message.get_content()
    assert len(mail.message) < 40_000
