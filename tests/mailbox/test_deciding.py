from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from netwatch.mailbox import Answered, MailboxSettings, Outcome, decide, reply_text
from netwatch.mailbox.reading.outcome import (
    Answer,
    Authentication,
    Bounce,
    Command,
    Ignored,
    IgnoredKind,
    Mail,
    ReportForm,
    Unreadable,
    Verb,
)
from netwatch.model import Alert, AlertKey, AlertState, OutboxEntry

NOW = datetime(2026, 11, 30, 2, 12, tzinfo=UTC)
SETTINGS = MailboxSettings(
    host="127.0.0.1", tls="none", username="netwatch", password="x", allow_from=["*@noc.example.net"]
)


def alert(number: int, state: AlertState = AlertState.FIRING) -> Alert:
    key = AlertKey(rule="DeviceDown", device=f"sw{number}")
    return Alert(id=f"a{number}", key=key, state=state, pending_at=NOW)


def answered(*alerts: Alert, **changed) -> Answered:
    alerts = alerts or (alert(1), alert(2))
    entry = OutboxEntry(
        id="e", message_id="<e@example.net>", envelope_sender="n@example.net", recipient="noc@example.net",
        subject="s", message=b"", created_at=NOW, not_before=NOW, thread_id="t",
        alert_ids=tuple(one.id for one in alerts),
    )  # fmt: skip
    known = {"entry": entry, "thread_id": "t", "alerts": {one.id: one for one in alerts}, "is_open": True}
    return Answered(**{**known, **changed})


def mail(said=None, *, sender: str = "noc@example.net", proven: bool = False, **command) -> Mail:
    verdict = Authentication.PASS if proven else Authentication.NONE
    said = said or Answer(command=Command(**command), authentication=verdict)
    return Mail(identity="<1@x>", said=said, sender=sender, message_id="<1@x>")


def decided(letter: Mail, to: Answered | None, settings: MailboxSettings = SETTINGS, zone=UTC):
    return decide(letter, to, settings, now=NOW, zone=zone)


def test_who_was_told_takes_the_whole_mail_in_hand():
    decision = decided(mail(verb=Verb.ACK, comment="working on it"), answered())

    assert (decision.outcome, decision.verb, decision.comment, decision.reply) == (
        Outcome.ACTED, Verb.ACK, "working on it", True,
    )  # fmt: skip
    assert [one.id for one in decision.alerts] == ["a1", "a2"]


def test_a_number_is_that_of_the_mail():
    assert [one.id for one in decided(mail(verb=Verb.ACK, numbers=(2,)), answered()).alerts] == ["a2"]


@pytest.mark.parametrize("number", [0, 3, -1])
def test_a_number_the_mail_did_not_have_does_nothing(number):
    decision = decided(mail(verb=Verb.ACK, numbers=(number,)), answered())

    assert (decision.outcome, decision.alerts) == (Outcome.REFUSED, ())
    assert f"no problem {number}" in decision.words


@pytest.mark.parametrize(("sender", "may"), [
    ("noc@example.net", True), ("NOC@Example.NET", True), ("jane@noc.example.net", True),
    ("JANE@NOC.example.net", True), ("jane@example.net", False), ("jane@evil-noc.example.net.example.org", False),
    ("jane@xnoc.example.net", False), ("", False), ("*@noc.example.net.", False),
])  # fmt: skip
def test_only_who_was_told_or_is_allowed_may_answer_and_others_are_not_replied_to(sender, may):
    decision = decided(mail(verb=Verb.ACK, sender=sender), answered())

    assert (decision.outcome is Outcome.ACTED) is may
    assert decision.reply is may


@pytest.mark.parametrize("sender", ["xjane@noc.example.net", "jane@noc.example.net"])
def test_of_a_pattern_the_star_alone_stands_for_other_letters(sender):
    settings = SETTINGS.model_copy(update={"allow_from": ["?jane@noc.example.net", "[jx]ane@noc.example.net"]})

    assert decided(mail(verb=Verb.ACK, sender=sender), answered(), settings).outcome is Outcome.REFUSED


@pytest.mark.parametrize("pattern", ["*", "*@*", "*@?*", "*@*.*", "@", "a b@c", "jane@", "jäne@example.net"])
def test_a_pattern_that_lets_in_the_world_or_nobody_is_refused(pattern):
    with pytest.raises(ValueError, match="allow_from"):
        MailboxSettings(host="127.0.0.1", tls="none", username="n", password="x", allow_from=[pattern])


@pytest.mark.parametrize("verb", [Verb.ACK, Verb.UNACK, Verb.SILENCE])
@pytest.mark.parametrize("over", [
    answered(is_open=False), answered(alert(1, AlertState.RESOLVED)), answered(alert(1), alerts={}),
])  # fmt: skip
def test_what_is_over_can_no_longer_be_acted_on(verb, over):
    decision = decided(mail(verb=verb, lasts=timedelta(hours=1), proven=True), over)

    assert decision.outcome is Outcome.REFUSED
    assert decision.words == "what the mail told of is over"
    assert decision.reply
    assert reply_text(decision, before=(), zone=None).count("othing was done") == 1


def test_why_may_be_asked_after_the_end():
    decision = decided(mail(verb=Verb.WHY), answered(alert(1, AlertState.RESOLVED), is_open=False))

    assert (decision.outcome, len(decision.alerts), decision.reply) == (Outcome.ASKED, 1, True)


def test_silence_needs_proof_of_who_sent_it():
    refused = decided(mail(verb=Verb.SILENCE, lasts=timedelta(hours=2)), answered())
    obeyed = decided(mail(verb=Verb.SILENCE, lasts=timedelta(hours=2), proven=True), answered())

    assert refused.outcome is Outcome.REFUSED
    assert "proof" in refused.words
    assert (obeyed.outcome, obeyed.until, obeyed.cut) == (Outcome.ACTED, NOW + timedelta(hours=2), False)


def test_silence_without_proof_is_obeyed_where_the_configuration_says_so():
    settings = SETTINGS.model_copy(update={"unproven_silence": True})

    decision = decided(mail(verb=Verb.SILENCE, lasts=timedelta(hours=2)), answered(), settings)

    assert decision.outcome is Outcome.ACTED


def test_a_mail_silences_for_twelve_hours_at_most():
    decision = decided(mail(verb=Verb.SILENCE, lasts=timedelta(days=3), proven=True), answered())

    assert (decision.until, decision.cut) == (NOW + timedelta(hours=12), True)


@pytest.mark.parametrize(("until", "tomorrow", "ends"), [
    (time(8), False, datetime(2026, 11, 30, 7, tzinfo=UTC)),  # it is 03:12 in Berlin
    (time(3, 12), True, None), (time(3, 0), False, None),  # tomorrow: more than twelve hours
])  # fmt: skip
def test_a_time_of_day_is_the_next_one_in_the_receivers_zone(until, tomorrow, ends):
    decision = decided(
        mail(verb=Verb.SILENCE, until=until, tomorrow=tomorrow, proven=True),
        answered(),
        zone=ZoneInfo("Europe/Berlin"),
    )

    assert decision.until == (ends or NOW + timedelta(hours=12))


@pytest.mark.parametrize(("right", "verbs"), [
    ("may_ask", (Verb.WHY, Verb.STATUS)), ("may_act", (Verb.ACK, Verb.UNACK)), ("may_silence", (Verb.SILENCE,)),
])  # fmt: skip
def test_a_tag_allows_what_it_says_and_no_more(right, verbs):
    for verb in verbs:
        command = mail(verb=verb, lasts=timedelta(hours=1), proven=True)
        assert decided(command, answered(**{right: False})).outcome is Outcome.REFUSED
        assert decided(command, answered()).outcome is not Outcome.REFUSED


@pytest.mark.parametrize(("said", "outcome"), [
    (Ignored(kind=IgnoredKind.OUT_OF_OFFICE, reason="out of office"), Outcome.IGNORED),
    (Unreadable(reason="no From"), Outcome.UNREADABLE), (Unreadable(reason="?", failed=True), Outcome.FAILED),
    (Bounce(form=ReportForm.DSN), Outcome.STRANGER),  # one about a mail of ours comes to Returns before
])  # fmt: skip
def test_what_no_person_wrote_is_never_replied_to(said, outcome):
    decision = decided(mail(said), answered())

    assert (decision.outcome, decision.reply, decision.alerts) == (outcome, False, ())


def test_a_mail_that_answers_nothing_of_ours_is_nobodys_business():
    decision = decided(mail(verb=Verb.ACK), None)

    assert (decision.outcome, decision.reply) == (Outcome.STRANGER, False)


def test_words_that_are_no_command_are_answered_with_what_would_be_one():
    decision = decided(mail(verb=Verb.UNKNOWN, trouble="it begins with 'please'"), answered())

    assert (decision.outcome, decision.words, decision.reply) == (Outcome.REFUSED, "it begins with 'please'", True)


def test_what_joined_the_incident_after_the_mail_is_not_acted_on():
    told = answered(alert(1))

    decision = decided(mail(verb=Verb.ACK), replace(told, alerts={**told.alerts, "a9": alert(9)}))

    assert [one.id for one in decision.alerts] == ["a1"]
