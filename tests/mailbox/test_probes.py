"""A probe that arrives says how long its relay's way is; one that does not says that mail gets lost there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from netwatch.mailbox.probe_settings import MailProbeSettings
from netwatch.mailbox.probes import MOST_UNDER_WAY, Probes, lost_words, slow_words
from netwatch.mailbox.reading.mail import read_mail
from netwatch.mailbox.reading.outcome import Mail

NOW = datetime(2026, 11, 30, 3, 0, tzinfo=UTC)
SETTINGS = MailProbeSettings(slow_after=timedelta(minutes=1), lost_after=timedelta(minutes=5))


def after(**span: float) -> datetime:
    return NOW + timedelta(**span)


def arriving(message_id: str, *received: str) -> Mail:
    head = "".join(f"Received: {value}\n" for value in received)
    return read_mail(f"{head}From: netwatch@example.org\nMessage-ID: {message_id}\n\nprobe\n".encode())


@pytest.fixture
def probes() -> Probes:
    return Probes(SETTINGS, ["mx1", "mx2"])


def test_a_probe_that_arrives_says_how_long_it_took_and_where(probes: Probes):
    probes.sent("mx1", "<p1@x>", NOW)
    walked = probes.took(
        arriving(
            "<p1@x>",
            "from relay by store.example.org (Postfix); Mon, 30 Nov 2026 03:00:40 +0000",
            "from netwatch by relay.example.org with ESMTP; Mon, 30 Nov 2026 04:00:01 +0100",
        ),
        after(seconds=42),
    )

    assert walked is not None
    assert (walked.relay, walked.took, walked.arrived_at) == ("mx1", timedelta(seconds=42), after(seconds=42))
    assert [(hop.by, hop.took.total_seconds()) for hop in walked.hops] == [
        ("relay.example.org", 1), ("store.example.org", 39), ("the mailbox", 2),
    ]  # fmt: skip
    assert slow_words(walked, NOW) == "the last mail through mx1 took 42 s, of it 39 s until store.example.org"


def test_a_mail_of_somebody_else_is_no_probe_and_none_arrives_twice(probes: Probes):
    probes.sent("mx1", "<p1@x>", NOW)

    assert probes.took(arriving("<p2@x>"), NOW) is None
    assert probes.took(arriving("<p1@x>"), NOW) is not None
    assert probes.took(arriving("<p1@x>"), NOW) is None


def test_a_probe_is_late_while_it_is_under_way_and_lost_when_its_time_is_over(probes: Probes):
    probes.sent("mx1", "<p1@x>", NOW)
    readable = after(hours=-1)

    assert (probes.slow(after(seconds=60)), probes.lost()) == ([], [])
    (late,) = probes.slow(after(seconds=90))
    assert slow_words(late, after(seconds=90)) == "a mail through mx1 is under way for 90 s"
    assert probes.overdue(after(minutes=5), readable_since=readable) == []
    assert probes.overdue(after(minutes=6), readable_since=readable) == ["mx1"]
    (lost,) = probes.lost()
    assert lost_words(lost) == "mx1 took a mail that never arrived"
    assert probes.slow(after(minutes=6)) == []


def test_one_that_arrives_ends_the_loss_before_it(probes: Probes):
    for number in range(2):
        probes.sent("mx1", f"<p{number}@x>", NOW)
    probes.overdue(after(minutes=6), readable_since=NOW)
    assert lost_words(probes.lost()[0]) == "mx1 took 2 mails in a row that never arrived"

    probes.sent("mx1", "<p9@x>", after(minutes=7))
    probes.took(arriving("<p9@x>"), after(minutes=8))

    assert probes.lost() == []


def test_nothing_is_lost_while_the_mailbox_cannot_be_read_nor_right_after(probes: Probes):
    probes.sent("mx1", "<p1@x>", NOW)

    assert probes.overdue(after(hours=1), readable_since=None) == []
    assert probes.overdue(after(hours=1), readable_since=after(minutes=58)) == []
    assert probes.overdue(after(hours=1), readable_since=after(minutes=54)) == ["mx1"]


def test_what_a_relay_did_not_take_is_not_waited_for(probes: Probes):
    probes.sent("mx2", "<p1@x>", NOW)
    probes.refused("mx2", "<p1@x>", "connect: refused")

    assert probes.overdue(after(hours=1), readable_since=NOW) == []
    assert [(one.relay, one.refused) for one in probes.walked()] == [("mx1", ""), ("mx2", "connect: refused")]


def test_one_that_comes_back_is_lost_at_once(probes: Probes):
    probes.sent("mx1", "<p1@x>", NOW)

    assert probes.came_back(("<other@x>",)) == ""
    assert probes.came_back(("<other@x>", "<p1@x>")) == "mx1"
    assert [one.relay for one in probes.lost()] == ["mx1"]
    assert probes.came_back(("<p1@x>",)) == ""


def test_there_is_a_bound_and_what_is_beyond_is_lost(probes: Probes):
    for number in range(MOST_UNDER_WAY + 1):
        probes.sent("mx1", f"<p{number}@x>", NOW)

    assert probes.took(arriving("<p0@x>"), NOW) is None
    assert [one.lost for one in probes.lost()] == [1]


def test_a_clock_that_is_set_loses_nothing(probes: Probes):
    probes.sent("mx1", "<p1@x>", NOW)
    probes.clock_was_set(timedelta(hours=3))

    assert probes.overdue(after(hours=3, minutes=4), readable_since=NOW) == []
    walked = probes.took(arriving("<p1@x>"), after(hours=3, seconds=5))
    assert walked is not None
    assert walked.took == timedelta(seconds=5)


def test_what_is_slow_must_be_sooner_than_what_is_lost():
    with pytest.raises(ValidationError, match="slow_after must be shorter than lost_after"):
        MailProbeSettings(slow_after=timedelta(minutes=5), lost_after=timedelta(minutes=5))


@pytest.mark.parametrize(
    "received", ["", "by", "from a by b; no date", "by b; Mon, 99 Foo 2026", "x" * 5_000, ";;;;"]
)
def test_headers_that_say_no_time_are_passed_over(probes: Probes, received: str):
    probes.sent("mx1", "<p1@x>", NOW)
    walked = probes.took(arriving("<p1@x>", received), after(seconds=3))

    assert walked is not None
    assert [(hop.by, hop.took.total_seconds()) for hop in walked.hops] == [("the mailbox", 3)]
