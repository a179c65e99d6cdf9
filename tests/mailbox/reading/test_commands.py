"""Plain words are commands; what could mean something else is not guessed."""

from __future__ import annotations

from datetime import time, timedelta

import pytest

from netwatch.mailbox.reading.commands import KNOWN_WORDS, command_in
from netwatch.mailbox.reading.outcome import Verb


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


@pytest.mark.parametrize(("text", "verb", "numbers", "comment"), [
    ("ack", Verb.ACK, (), ""), ("Ack.", Verb.ACK, (), ""), ("ACK!", Verb.ACK, (), ""), ("*ack*", Verb.ACK, (), ""),
    ("ack on it", Verb.ACK, (), "on it"), ("ack, on it", Verb.ACK, (), "on it"), ("ack - mine", Verb.ACK, (), "mine"),
    ("Ack: working on it.", Verb.ACK, (), "working on it"), ("acknowledged", Verb.ACK, (), ""),
    ("please ack", Verb.ACK, (), ""), ("Hi, ack", Verb.ACK, (), ""),
    ("Hello NetWatch, please ack 2", Verb.ACK, (2,), ""),
    ("Thanks! status", Verb.STATUS, (), ""),
    ("Hi all, ack", Verb.ACK, (), ""), ("NetWatch, ack", Verb.ACK, (), ""), ("/ack", Verb.ACK, (), ""),
    ("ack 1", Verb.ACK, (1,), ""), ("ack #2", Verb.ACK, (2,), ""), ("ack 1, 3", Verb.ACK, (1, 3), ""),
    ("ack 1 and 3 mine", Verb.ACK, (1, 3), "mine"), ("ack 2-4", Verb.ACK, (2, 3, 4), ""),
    ("ack alert 2 looking", Verb.ACK, (2,), "looking"), ("ack alerts 1,2", Verb.ACK, (1, 2), ""),
    ("ack all", Verb.ACK, (), ""), ("ack all of them, mine", Verb.ACK, (), "mine"),
    ("ack 2 hours until the carrier is there", Verb.ACK, (), "2 hours until the carrier is there"),
    ("ack 10:30 start", Verb.ACK, (), "10:30 start"), ("ack 3 of 5 are mine", Verb.ACK, (), "3 of 5 are mine"),
    ("unack", Verb.UNACK, (), ""), ("unack 2", Verb.UNACK, (2,), ""), ("status?", Verb.STATUS, (), ""),
    ("why", Verb.WHY, (), ""), ("Why 2?", Verb.WHY, (2,), ""), ("help", Verb.HELP, (), ""),
])  # fmt: skip
def test_a_line_is_a_command_with_numbers_and_a_comment(text, verb, numbers, comment):
    command = command_in([text])

    assert (command.verb, command.numbers, command.comment) == (verb, numbers, comment)
    assert command.text == text


@pytest.mark.parametrize(("text", "lasts", "numbers", "comment"), [
    ("silence 2h", hours(2), (), ""), ("Silence for 2 hours", hours(2), (), ""), ("silence 90m", hours(1.5), (), ""),
    ("silence 1h30m", hours(1.5), (), ""), ("silence 1 hour and 30 minutes", hours(1.5), (), ""),
    ("silence 2 h", hours(2), (), ""), ("silence 0.5h", hours(0.5), (), ""), ("mute 2h", hours(2), (), ""),
    ("silence an hour", hours(1), (), ""), ("silence half an hour", hours(0.5), (), ""),
    ("silence 2 Stunden", hours(2), (), ""), ("silence it for 2h, carrier", hours(2), (), "carrier"),
    ("silence 1,3 2h", hours(2), (1, 3), ""), ("silence 2 for 3h", hours(3), (2,), ""),
    ("silence #2 3h noise", hours(3), (2,), "noise"), ("silence 2h for alert 3", hours(2), (3,), ""),
    ("silence 3d", hours(72), (), ""),  # whether that is too long is for others to say
])  # fmt: skip
def test_a_silence_says_for_how_long(text, lasts, numbers, comment):
    command = command_in([text])

    assert command.verb is Verb.SILENCE, command.trouble
    assert (command.lasts, command.numbers, command.comment, command.until) == (lasts, numbers, comment, None)


@pytest.mark.parametrize(("text", "until", "tomorrow"), [
    ("silence until 08:00", time(8), False), ("silence until 8:00", time(8), False),
    ("silence till 8", time(8), False), ("silence until 8am", time(8), False),
    ("silence until 8 pm", time(20), False), ("silence until 8:15 p.m.", time(20, 15), False),
    ("silence until 12 am", time(0), False), ("silence until 12pm", time(12), False),
    ("silence until 0730", time(7, 30), False), ("silence until 7.30", time(7, 30), False),
    ("silence until 7h30", time(7, 30), False), ("silence until 8 Uhr", time(8), False),
    ("silence until noon", time(12), False), ("silence until midnight", time(0), False),
    ("silence until 24:00", time(0), False), ("silence until tomorrow 08:00", time(8), True),
    ("silence until 8:00 tomorrow", time(8), True),
])  # fmt: skip
def test_a_silence_says_until_when(text, until, tomorrow):
    command = command_in([text])

    assert command.verb is Verb.SILENCE, command.trouble
    assert (command.until, command.tomorrow, command.lasts, command.comment) == (until, tomorrow, None, "")


@pytest.mark.parametrize("text", [
    "silence", "silence please", "silence 2", "silence until", "silence until 25:00", "silence until 8:75",
    "silence until 13 pm", "silence is golden", "silence 0h", "silence until monday", "silence until 2026-12-01",
    "silence until 8/12", "silence until 8 December", "silence until 1st of may",
])  # fmt: skip
def test_a_silence_without_a_time_that_is_clear_is_refused_in_words(text):
    command = command_in([text])

    assert command.verb is Verb.UNKNOWN
    assert command.trouble == "it does not say for how long; write silence 2h, silence 30m or silence until 08:00"


@pytest.mark.parametrize(("text", "word"), [
    ("I take it", "I"), ("acknowledgement of receipt", "acknowledgement"), ("ack's fine", "ack"), ("ok", "ok"),
    ("ack-ack guns", "ack"), ("unsubscribe", "unsubscribe"), ("statuses", "statuses"), ("whyever", "whyever"),
])  # fmt: skip
def test_another_word_is_refused_with_the_words_that_are_known(text, word):
    command = command_in([text])

    assert command.verb is Verb.UNKNOWN
    assert command.trouble == f"it begins with {word!r}; the words known here are: {KNOWN_WORDS}"


@pytest.mark.parametrize("text", ["ack 0", "ack 3-1", "ack 1-9999"])
def test_numbers_that_cannot_be_are_refused(text):
    assert command_in([text]).verb is Verb.UNKNOWN
    assert "numbers" in command_in([text]).trouble


def test_nothing_written_is_refused_in_words():
    assert command_in([]).verb is Verb.UNKNOWN
    assert command_in([]).trouble.startswith("there are no words of your own in it")


def test_a_sentence_that_a_program_broke_goes_on_and_the_next_does_not():
    broken = ["ack the power company works on the line until seven,", "and we were told", "silence 9h"]

    assert command_in(broken).comment.endswith("seven, and we were told")
    assert command_in(["ack mine", "silence 9h"]).comment == "mine"
