"""What is said of a trial, and what to do, by what was seen."""

from __future__ import annotations

import pytest

from netwatch.cli.configuration.init.answers import Login, Target, Unfit, read_relay, read_target, read_url
from netwatch.cli.configuration.init.words import of_device, of_relay, of_silence
from netwatch.discovery import FirstLook, Host
from netwatch.notify import Phase, RelayDiagnosis
from netwatch.notify.smtp.session import Step

TARGET = Target(address="sw1.example.net")
COMMUNITY, USER = Login(), Login(version="3", user="netwatch")


def look(trouble="no answer", **host):
    return FirstLook(host=Host(**{"address": "192.0.2.1", **host}), own_address="192.0.2.99", trouble=trouble)


@pytest.mark.parametrize(
    ("seen", "login", "said"),
    [
        (look(address=""), COMMUNITY, "no name server knows 'sw1.example.net'"),
        (look(closed=True, pinged=True), COMMUNITY, "nothing listens on its UDP port 161"),
        (look(engine_id="80"), COMMUNITY, "Agents say nothing to a wrong community"),
        (look("unknown user", engine_id="80"), USER, "does not take the user 'netwatch': unknown user"),
        (look(pinged=True), COMMUNITY, "let 192.0.2.99 in"),
        (look(), COMMUNITY, "nothing answers at 192.0.2.1, neither ping nor SNMP"),
    ],
)
def test_a_silence_is_told_by_what_else_answers(seen, login, said):
    assert said in of_silence(seen, TARGET, login)


@pytest.mark.parametrize(
    ("seen", "may_be", "said"),
    [
        (look(address=""), False, "no name server"),
        (look(closed=True), False, "Turn its SNMP agent on"),
        (look(engine_id="80", pinged=True), True, "has an SNMP agent on UDP port 161 and answers ping"),
        (look(pinged=True), True, "answers ping. Whether it speaks SNMP"),
        (look(), True, "says nothing yet"),
    ],
)
def test_a_device_that_may_be_there_is_gone_on_with(seen, may_be, said):
    stands, words = of_device(seen, TARGET)

    assert (stands, said in words) == (may_be, True)


@pytest.mark.parametrize(
    ("phase", "text", "said"),
    [
        (Phase.CONNECT, "connection refused", "Does a firewall stand between?"),
        (Phase.MAIL, "530 5.7.0 Authentication required", "It wants a login: write USER@HOST:PORT"),
        (Phase.MAIL, "550 no such sender", "--from"),
        (Phase.RCPT, "554 Relay access denied", "let it know this machine as one that may send"),
        (Phase.DATA, "451 later", "who runs it knows"),
    ],
)
def test_what_a_relay_said_is_quoted_with_what_to_do(phase, text, said):
    step = Step(phase=phase, ok=False, text=text, took_seconds=0.1)

    words = of_relay(RelayDiagnosis(relay="mail:25", steps=(step,), accepted=False), "noc@example.net", "")

    assert text in words
    assert said in words


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("mail.example.net", ("", "mail.example.net", None)),
        ("mail.example.net:587", ("", "mail.example.net", 587)),
        ("me@mail.example.net", ("me", "mail.example.net", None)),
        ("me@example.net@mail.example.net:465", ("me@example.net", "mail.example.net", 465)),
        ("[2001:db8::1]:25", ("", "2001:db8::1", 25)),
        ("2001:db8::1", ("", "2001:db8::1", None)),
    ],
)
def test_a_relay_is_read_as_people_write_it(typed, read):
    assert read_relay(typed) == read


@pytest.mark.parametrize(
    ("read", "typed"),
    [
        (read_relay, ""), (read_relay, "mail:0"), (read_relay, "mail:99999999999999999999"), (read_relay, "a b"),
        (read_relay, "mail:x"), (read_target, "1.2.3"), (read_target, "sw1:70000"), (read_target, "tcp:sw1"),
        (read_url, "netwatch.example.net"), (read_url, "http://"), (read_url, "http://x:y/"), (read_url, "http://[/"),
    ],
)  # fmt: skip
def test_what_is_no_answer_is_refused_in_words(read, typed):
    with pytest.raises(Unfit) as refused:
        read(typed)

    assert len(str(refused.value)) > 10
