"""A notification becomes mails that say what is wrong and can say nothing else."""

from __future__ import annotations

import email
import email.policy
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.model import Alert, AlertGroup, AlertKey, AlertState, Notification
from netwatch.notify import compose, incident_subject, metrics
from netwatch.notify.address import parse_mailbox
from netwatch.notify.compose import _plain_mail, proven
from netwatch.notify.guard import faults_of
from netwatch.notify.mime import Mail, ascii_header, plain, text_header

NOW = datetime(2026, 11, 23, 3, 4, 5, tzinfo=UTC)
SENDER = "NetWatch <netwatch@example.net>"
HEADERS = [
    "Date", "From", "To", "Subject", "Message-ID", "In-Reply-To", "References", "Thread-Topic", "Thread-Index",
    "List-Id", "Auto-Submitted", "X-Auto-Response-Suppress", "Importance", "MIME-Version", "Content-Type",
]  # fmt: skip


def mail_of(notification, recipients=("noc@example.net",), **more):
    return compose(notification, recipients=recipients, sender=SENDER, **more)[0]


def parsed(entry):
    return email.message_from_bytes(entry.message, policy=email.policy.default)


def text_of(entry):
    return parsed(entry).get_body(("plain",)).get_content().replace("\r\n", "\n")


def html_of(entry):
    return parsed(entry).get_body(("html",)).get_content()


def test_every_recipient_gets_a_mail_of_his_own(make_notification):
    entries = compose(make_notification(), recipients=["A <a@example.net>", "b@example.net"], sender=SENDER)

    assert [entry.recipient for entry in entries] == ["a@example.net", "b@example.net"]
    assert [str(parsed(entry)["To"]) for entry in entries] == ["A <a@example.net>", "b@example.net"]
    assert len({entry.message_id for entry in entries}) == 2
    assert all(entry.message_id.endswith("@example.net>") for entry in entries)
    assert all(entry.envelope_sender == "netwatch@example.net" for entry in entries)


def test_an_address_named_twice_gets_one_mail(make_notification):
    entries = compose(make_notification(), recipients=["a@example.net", "A <a@example.net>"], sender=SENDER)

    assert [entry.recipient for entry in entries] == ["a@example.net"]


def test_headers_are_these_and_in_this_order(make_notification):
    entry = mail_of(make_notification())

    mail = parsed(entry)
    assert mail.keys() == HEADERS
    assert mail["Message-ID"] == entry.message_id
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Auto-Response-Suppress"] == "All"
    assert mail["List-Id"] == "<noc.netwatch.example.net>"
    assert mail["Date"].datetime == NOW


def test_all_mails_of_an_incident_refer_to_one_root_from_the_first_on(make_notification):
    first, second = mail_of(make_notification()), mail_of(make_notification(sequence=2))

    root = "<0123456789abcdef@example.net>"
    assert parsed(first)["References"] == parsed(second)["References"] == root
    assert parsed(first)["In-Reply-To"] == parsed(second)["In-Reply-To"] == root
    assert parsed(first)["Thread-Topic"] == parsed(second)["Thread-Topic"]
    assert parsed(second)["Thread-Index"].startswith(parsed(first)["Thread-Index"].rstrip("=")[:28])


@pytest.mark.parametrize(
    ("severity", "word"),
    [("critical", "DOWN"), ("page", "DOWN"), ("warning", "WARN"), ("info", "INFO"), ("whatever", "WARN")],
)
def test_the_bracket_names_the_severity(severity, word, make_alert, make_notification):
    entry = mail_of(make_notification(make_alert(labels={"severity": severity})))

    assert entry.subject == f"[{word}] core-sw1 Gi1/0/7 link"


def test_the_worst_problem_gives_the_bracket_and_comes_first(make_alert, make_notification):
    mild = make_alert(1, labels={"severity": "info"}, annotations={"summary": "something mild"})
    bad = make_alert(2, annotations={"summary": "something bad"})

    entry = mail_of(make_notification(mild, bad))

    assert entry.subject.startswith("[DOWN] ")
    assert text_of(entry).index("something bad") < text_of(entry).index("something mild")


def test_only_the_bracket_of_the_subject_changes_in_an_incident(make_alert, make_notification):
    over = make_alert(state=AlertState.RESOLVED, resolved_at=NOW)
    entries = [
        mail_of(make_notification()),
        mail_of(make_notification(repeat=True, sequence=2)),
        mail_of(make_notification(resolved=[over], sequence=3)),
    ]

    assert [entry.subject for entry in entries] == [
        "[DOWN] core-sw1 Gi1/0/7 link",
        "[STILL DOWN] core-sw1 Gi1/0/7 link",
        "[OK] core-sw1 Gi1/0/7 link",
    ]


def test_without_a_kept_subject_the_first_alert_gives_it(make_alert, make_notification):
    later = make_alert(2, rule="CpuHigh", instance="", pending_at=NOW)

    assert incident_subject(make_notification(later, make_alert(), subject="")) == "core-sw1 Gi1/0/7 InterfaceDown"
    assert incident_subject(make_notification(later, subject="")) == "core-sw1 CpuHigh"


def test_facts_come_first_what_where_how_much_since_when(make_alert, make_notification):
    alert = make_alert(value=93.25, threshold=90.0)

    lines = text_of(mail_of(make_notification(alert), external_url="https://netwatch.example.net/")).split("\n")

    assert lines[:8] == [
        "DOWN: core-sw1 Gi1/0/7 link",
        "Since 2026-11-23 03:00:05 UTC (4 min).",
        "",
        "Gi1/0/7 on core-sw1 is down",
        "  Device       core-sw1",
        "  ifName       Gi1/0/7",
        "  Value        93.25 (threshold 90)",
        "  Since        2026-11-23 03:00:05 UTC (4 min)",
    ]
    assert "Now: https://netwatch.example.net/" in lines


def test_a_recovery_says_what_ended_and_how_long_it_was(make_alert, make_notification):
    over = make_alert(state=AlertState.RESOLVED, resolved_at=NOW - timedelta(seconds=20))

    text = text_of(mail_of(make_notification(resolved=[over])))

    assert "OK: core-sw1 Gi1/0/7 link" in text
    assert "InterfaceDown on core-sw1 Gi1/0/7" in text
    assert "ended 2026-11-23 03:03:45 UTC after 3 min 40 s" in text


def test_a_storm_is_listed_to_a_limit_and_counted_beyond_it(make_alert, make_notification):
    alerts = [make_alert(number, annotations={"summary": f"problem {number:04}"}) for number in range(1000)]

    entry = mail_of(make_notification(*alerts))

    assert "1000 problems since" in text_of(entry)
    assert "... and 957 more" in text_of(entry)
    assert len(entry.message) < 60_000
    assert len(entry.alert_ids) == 1000


def test_a_runbook_is_a_link_only_if_it_is_one(make_alert, make_notification):
    good = mail_of(make_notification(make_alert(annotations={"runbook_url": "https://wiki.example.net/x?y=1&z=2"})))
    bad = mail_of(make_notification(make_alert(annotations={"runbook_url": "javascript:alert(1)"})))

    assert 'href="https://wiki.example.net/x?y=1&amp;z=2"' in html_of(good)
    assert "javascript" not in html_of(bad)
    assert "javascript" not in text_of(bad)


def test_markup_from_a_device_is_shown_and_not_obeyed(make_alert, make_notification):
    alert = make_alert(labels={"ifAlias": "<img src=x onerror=alert(1)>", "severity": "critical"})

    html = html_of(mail_of(make_notification(alert)))

    assert "<img" not in html
    assert "&lt;img src=x onerror=alert(1)&gt;" in html


def test_the_encoded_word_that_python_makes_a_header_of_is_harmless(make_alert, make_notification):
    name = "=?utf-8?q?core=0D=0ABcc:_thief=40example.net?="
    alert = make_alert(device=name, annotations={"summary": f"{name} is down"})

    entry = mail_of(make_notification(alert, subject=f"{name} down"))

    assert parsed(entry).keys() == HEADERS
    assert parsed(entry)["Bcc"] is None
    assert b"=?utf-8?q?core" not in entry.message


def test_a_receiver_no_longer_able_to_name_a_list_still_has_one(make_notification):
    notification = make_notification()
    odd = replace(notification, group=replace(notification.group, receiver="Büro / 24x7\r\n"))

    assert parsed(mail_of(odd))["List-Id"] == "<B-ro-24x7.netwatch.example.net>"


@pytest.mark.parametrize(
    "name", ["NOC, Zürich", 'the "night" shift', "O'Brien (NOC)", "a.b@c", "東京の当直", "back\\slash"]
)
def test_odd_names_of_recipients_are_no_reason_to_fall_back(name, make_notification):
    before = metrics.GUARDED._value.get()

    entry = mail_of(make_notification(), recipients=[f"{name} <noc@example.net>"])

    assert parsed(entry)["To"].addresses[0].display_name == name
    assert metrics.GUARDED._value.get() == before


def test_the_plain_variant_is_a_whole_mail():
    marks = [
        ascii_header("Message-ID", "<a@b.example>"),
        text_header("Thread-Topic", "ü"),
        ascii_header("MIME-Version", "1.0"),
    ]
    origin, recipient = parse_mailbox(SENDER), parse_mailbox("noc@example.net")

    mail = _plain_mail("[DOWN] core-sw1", origin, recipient, NOW, marks, "Zürich\n=?utf-8?q?x?=")

    assert faults_of(mail.message, [(header.name, header.value) for header in mail.headers]) == []
    assert b"Z?rich\r\n? ?utf-8?q?x??" in mail.message


def test_a_mail_that_a_parser_reads_differently_is_replaced_by_the_plain_one_and_counted():
    safe = plain([text_header("Subject", "safe")], text="x")
    headers = plain([text_header("Subject", "hello")], text="x").headers
    smuggled = Mail(headers=headers, message=b"Subject: hello\r\nBcc: thief@example.net\r\n\r\nx\r\n")
    before = metrics.GUARDED._value.get()

    assert proven(smuggled, instead=lambda: safe) is safe
    assert proven(safe, instead=lambda: smuggled) is safe
    assert metrics.GUARDED._value.get() == before + 1


EVIL = st.lists(
    st.one_of(
        st.text(max_size=30),
        st.sampled_from(
            ["\r\nBcc: thief@example.net\r\n", "\n\n",
             "\r", "\0", "=?", "?=", "=?utf-8?q?=0D=0ABcc:_x=40y?=", "\u202e",
             "\u2028", "\x85", "\ud800", "=\u200b?utf-8?b?Cg==?=", "\ufeff", "</td><script>",
             "{{ 7 * 7 }}", "\r\n.\r\n",
             "--=_netwatch_", ",", "<a@b>", '"', "\\", ";", ":", " "]
        ),
    ),
    max_size=8,
).map("".join)  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(EVIL, EVIL, EVIL, EVIL, st.integers(1, 3))
def test_no_text_from_anywhere_adds_or_ends_a_header(device, instance, alias, subject, sequence):
    alert = Alert(
        id="1",
        key=AlertKey(rule=alias, device=device, instance=instance),
        state=AlertState.FIRING,
        labels={"severity": "critical", "ifAlias": alias, instance: device},
        annotations={"summary": subject, "description": alias, "runbook_url": device},
        value=alias,
        pending_at=NOW,
    )
    group = AlertGroup(key="k", receiver=alias, labels={}, thread_id=device or "x", opened_at=NOW, subject=subject)
    guarded = metrics.GUARDED._value.get()

    entry = mail_of(Notification(group=group, at=NOW, firing=(alert,), resolved=(), sequence=sequence))

    head, _, body = entry.message.partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if not line.startswith((b" ", b"\t"))]
    assert [line.partition(b":")[0].decode() for line in lines] == HEADERS
    assert parsed(entry).keys() == HEADERS  # another parser of headers than the guard's
    independent = email.message_from_bytes(entry.message)
    assert independent.keys() == HEADERS
    assert independent["To"] == "noc@example.net"
    assert [part.get_content_type() for part in independent.get_payload()] == ["text/plain", "text/html"]
    assert entry.message.isascii()
    assert b"\n" not in entry.message.replace(b"\r\n", b"")
    assert b"\r\n.\r\n" not in body
    assert max(map(len, entry.message.split(b"\r\n"))) <= 998
    assert "<script" not in html_of(entry)
    assert str(parsed(entry)["Subject"]) == entry.subject
    assert metrics.GUARDED._value.get() == guarded
