"""What a mail server's answer means."""

from __future__ import annotations

import pytest

from netwatch.notify.smtp.replies import Phase, Verdict, meaning_of

BEFORE_THE_RECIPIENT = (Phase.CONNECT, Phase.GREETING, Phase.EHLO, Phase.STARTTLS, Phase.AUTH, Phase.MAIL)


@pytest.mark.parametrize("phase", BEFORE_THE_RECIPIENT)
@pytest.mark.parametrize("code", [None, 421, 450, 550, 299, 700])
def test_before_a_recipient_is_named_everything_is_trouble_of_the_relay(phase, code):
    meaning = meaning_of(phase, code)

    assert meaning.verdict is Verdict.HOLD
    assert meaning.relay_in_trouble


@pytest.mark.parametrize("phase", Phase)
def test_a_421_is_trouble_of_the_relay_wherever_it_comes(phase):
    assert meaning_of(phase, 421).verdict is Verdict.HOLD


@pytest.mark.parametrize("phase", [Phase.RCPT, Phase.DATA, Phase.END_OF_DATA])
def test_a_refusal_is_final_or_not_as_its_first_digit_says_and_no_fault_of_the_relay(phase):
    assert meaning_of(phase, 450).verdict is Verdict.DEFER
    assert meaning_of(phase, 550).verdict is Verdict.DEAD
    assert not meaning_of(phase, 450).relay_in_trouble
    assert not meaning_of(phase, 550).relay_in_trouble


@pytest.mark.parametrize("phase", [Phase.RCPT, Phase.DATA])
def test_silence_before_the_final_dot_defers(phase):
    assert meaning_of(phase, None).verdict is Verdict.DEFER


def test_silence_after_the_final_dot_is_unknown():
    assert meaning_of(Phase.END_OF_DATA, None).verdict is Verdict.UNKNOWN
