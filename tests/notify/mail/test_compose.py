"""A notification becomes mails that say what is wrong and can say nothing else."""

from __future__ import annotations

import email
import email.policy
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.model import (
    Alert,
    AlertGroup,
    AlertKey,
    AlertState,
    Curve,
    HeldBack,
    MuteKind,
    Muting,
    Notification,
)
from netwatch.notify import Letterhead, compose, incident_subject, metrics
from netwatch.notify.address import parse_mailbox
from netwatch.notify.guard import faults_of
from netwatch.notify.links import Answering, Links
from netwatch.notify.mail.letter import Letter, Thread, proven
from netwatch.notify.mail.mime import Mail, plain, text_header
from netwatch.notify.mail.story import story_of

NOW = datetime(2026, 11, 23, 3, 4, 5, tzinfo=UTC)
SENDER = "NetWatch <netwatch@example.net>"
HEADERS = [
    "Date", "From", "To", "Subject", "Message-ID", "In-Reply-To", "References", "Thread-Topic", "Thread-Index",
    "List-Id", "Auto-Submitted", "X-Auto-Response-Suppress", "Importance", "MIME-Version", "Content-Type",
]  # fmt: skip


def mails_of(notification, *recipients, page="", links=None):
    letterhead = Letterhead(sender=SENDER, page=page, links=links)
    return compose(notification, recipients=recipients or ("noc@example.net",), letterhead=letterhead)


def mail_of(notification, *recipients, **more):
    return mails_of(notification, *recipients, **more).entries[0]


def parsed(entry):
    return email.message_from_bytes(entry.message, policy=email.policy.default)


def text_of(entry):
    return parsed(entry).get_body(("plain",)).get_content().replace("\r\n", "\n")


def html_of(entry):
    return parsed(entry).get_body(("html",)).get_content()


def test_every_recipient_gets_a_mail_of_his_own(make_notification):
    entries = mails_of(make_notification(), "A <a@example.net>", "b@example.net").entries

    assert [entry.recipient for entry in entries] == ["a@example.net", "b@example.net"]
    assert [str(parsed(entry)["To"]) for entry in entries] == ["A <a@example.net>", "b@example.net"]
    assert len({entry.message_id for entry in entries}) == 2
    assert all(entry.message_id.endswith("@example.net>") for entry in entries)
    assert all(entry.envelope_sender == "netwatch@example.net" for entry in entries)


def test_an_address_named_twice_gets_one_mail(make_notification):
    entries = mails_of(make_notification(), "a@example.net", "A <a@example.net>").entries

    assert [entry.recipient for entry in entries] == ["a@example.net"]


def test_headers_are_these_and_in_this_order(make_notification):
    entry = mail_of(make_notification())

    mail = parsed(entry)
    assert mail.keys() == HEADERS
    assert mail["Message-ID"] == entry.message_id
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Auto-Response-Suppress"] == "OOF, AutoReply"
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

    assert entry.subject == f"[{word}] core-sw1 Gi1/0/7 InterfaceDown"


def test_the_worst_problem_gives_the_bracket_and_comes_first(make_alert, make_notification):
    mild = make_alert(1, labels={"severity": "info"}, annotations={"summary": "something mild"})
    bad = make_alert(2, annotations={"summary": "something bad"})

    entry = mail_of(make_notification(mild, bad))

    assert entry.subject.startswith("[DOWN 2] ")
    assert text_of(entry).index("something bad") < text_of(entry).index("something mild")


def test_only_the_bracket_of_the_subject_changes_in_an_incident(make_alert, make_notification):
    over = make_alert(state=AlertState.RESOLVED, resolved_at=NOW)
    entries = [
        mail_of(make_notification()),
        mail_of(make_notification(repeat=True, sequence=2)),
        mail_of(make_notification(resolved=[over], sequence=3)),
    ]

    assert [entry.subject for entry in entries] == [
        "[DOWN] core-sw1 Gi1/0/7 InterfaceDown",
        "[STILL DOWN] core-sw1 Gi1/0/7 InterfaceDown",
        "[OK] core-sw1 Gi1/0/7 InterfaceDown",
    ]


def test_without_a_kept_subject_the_first_alert_gives_it(make_alert, make_notification):
    later = make_alert(2, rule="CpuHigh", instance="", pending_at=NOW)

    assert incident_subject(make_notification(later, make_alert(), subject="")) == "core-sw1 Gi1/0/7 InterfaceDown"
    assert incident_subject(make_notification(later, subject="")) == "core-sw1 CpuHigh"


def test_facts_come_first_what_where_how_much_since_when(make_alert, make_notification):
    alert = make_alert(value=93.25, threshold=90.0)

    lines = text_of(mail_of(make_notification(alert), page="https://netwatch.example.net/")).split("\n")

    assert lines[:8] == [
        "DOWN: core-sw1 Gi1/0/7 InterfaceDown",
        "Since 2026-11-23 03:00:05 UTC (4 min).",
        "",
        "Gi1/0/7 on core-sw1 is down",
        "  Device       core-sw1",
        "  ifName       Gi1/0/7",
        "  Value        93.25 (threshold 90)",
        "  Since        2026-11-23 03:00:05 UTC (4 min)",
    ]
    assert "How it stands now: https://netwatch.example.net/" in lines


def test_a_recovery_says_what_ended_and_how_long_it_was(make_alert, make_notification):
    over = make_alert(state=AlertState.RESOLVED, resolved_at=NOW - timedelta(seconds=20))

    text = text_of(mail_of(make_notification(resolved=[over])))

    assert "OK: core-sw1 Gi1/0/7 InterfaceDown" in text
    assert "InterfaceDown on core-sw1 Gi1/0/7" in text
    assert "ended 2026-11-23 03:03:45 UTC after 3 min 40 s" in text


def test_a_storm_is_listed_to_a_limit_and_counted_beyond_it(make_alert, make_notification):
    alerts = [make_alert(number, annotations={"summary": f"problem {number:04}"}) for number in range(1000)]

    entry = mail_of(make_notification(*alerts))

    assert "1,000 problems since" in text_of(entry)
    assert "... and 957 more" in text_of(entry)
    assert len(entry.message) < 60_000
    assert len(entry.alert_ids) == 1000


def test_every_row_names_its_incident(make_notification):
    assert [entry.thread_id for entry in mails_of(make_notification(), "a@example.net", "b@example.net").entries] == [
        "0123456789abcdef", "0123456789abcdef",
    ]  # fmt: skip


def test_the_first_mail_of_an_incident_takes_the_place_of_none(make_notification):
    assert mails_of(make_notification()).supersessions == ()


def test_a_recovery_that_overtakes_the_mail_about_the_beginning_says_that_it_began_and_ended(
    make_alert, make_notification
):
    over = make_alert(state=AlertState.RESOLVED, resolved_at=NOW - timedelta(seconds=20))

    composition = mails_of(make_notification(resolved=[over], sequence=2), "a@example.net", "b@example.net")

    assert [one.entry_id for one in composition.supersessions] == [entry.id for entry in composition.entries]
    entry, instead = composition.entries[0], composition.supersessions[0]
    assert entry.subject == instead.subject == "[OK] core-sw1 Gi1/0/7 InterfaceDown"
    mail = parsed(replace(entry, message=instead.message))
    assert mail.keys() == [name for name in HEADERS if name != "Importance"]
    assert mail["Message-ID"] == entry.message_id
    assert (
        "It began 2026-11-23 03:00:05 UTC and ended 2026-11-23 03:03:45 UTC; "
        "the mail about its beginning could not leave before."
    ) in mail.get_body(("plain",)).get_content()


def test_of_later_mails_nobody_knows_which_one_did_not_leave(make_alert, make_notification):
    (instead,) = mails_of(make_notification(make_alert(), sequence=3)).supersessions

    assert "An earlier mail about it could not leave before; this one says all there is to say." in text_of(instead)
    assert instead.subject == "[DOWN] core-sw1 Gi1/0/7 InterfaceDown"


class Signer:
    """Signs with what it was asked to."""

    def sign(self, action, thread_id, recipient, expires_at):
        return f"{action}.{thread_id}.{recipient}.{expires_at:%Y-%m-%d}"


def test_every_recipient_has_links_of_his_own_that_end_after_a_week(make_notification):
    composition = mails_of(
        make_notification(), "a@example.net", "b@example.net", page="https://netwatch.example.net/", links=Signer()
    )

    for entry, name in zip(composition.entries, "ab", strict=True):
        for said in (text_of(entry), html_of(entry)):
            for action in ("ack", "silence"):
                link = f"https://netwatch.example.net/act/{action}.0123456789abcdef.{name}@example.net.2026-11-30"
                assert link in said


def test_without_an_address_of_the_page_there_are_no_links(make_notification):
    entry = mail_of(make_notification(), links=Signer())

    assert "://" not in text_of(entry)
    assert "href" not in html_of(entry)


def test_what_somebody_has_in_hand_or_is_over_needs_no_such_links(make_alert, make_notification):
    in_hand = make_alert(acked_at=NOW, acked_by="anna", ack_comment="on my way")
    over = make_alert(state=AlertState.RESOLVED, resolved_at=NOW)

    for notification in (make_notification(in_hand), make_notification(resolved=[over])):
        assert "/act/" not in text_of(mail_of(notification, page="https://n.example", links=Signer()))


def test_an_incident_that_no_link_can_name_is_mailed_without_one(make_notification):
    class Short(Signer):
        def sign(self, *asked):
            raise ValueError("too long")

    assert "/act/" not in text_of(mail_of(make_notification(), page="https://n.example", links=Short()))


def test_a_mail_leads_to_the_device_and_to_the_reason(make_alert, make_notification):
    text = text_of(mail_of(make_notification(make_alert(device="core/sw 1")), page="https://n.example/watch/"))

    assert "https://n.example/watch/devices/core%2Fsw%201" in text
    assert (
        "https://n.example/watch/explain?rule=InterfaceDown&device=core%2Fsw%201&instance=ifName%3DGi1%2F0%2F7"
        in text
    )


CURVE = Curve(
    points=tuple((NOW - timedelta(minutes=minutes), 99.0 - minutes) for minutes in range(60, -1, -1)), threshold=90.0
)


def test_a_chart_stands_beside_the_html_and_is_said_in_words(make_alert, make_notification):
    mail = parsed(entry := mail_of(make_notification(make_alert(), curves={"1": CURVE})))

    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png",
    ]  # fmt: skip
    picture = list(mail.walk())[-1]
    assert picture.get_content().startswith(b"\x89PNG")
    assert picture.get_content_disposition() == "inline"
    assert f'src="cid:{picture["Content-ID"][1:-1]}"' in html_of(entry)
    words = "between 39 and 99, at the end 99; threshold 90 (02:04 to 03:04 UTC)"
    assert words in text_of(entry)
    assert f'alt="Chart of the last hour: {words}"' in html_of(entry)


def test_a_mail_has_three_charts_at_most(make_alert, make_notification):
    alerts = [make_alert(number) for number in range(9)]

    mail = parsed(mail_of(make_notification(*alerts, curves={alert.id: CURVE for alert in alerts})))

    assert sum(part.get_content_type() == "image/png" for part in mail.walk()) == 3


def test_a_recovery_shows_how_it_ended(make_alert, make_notification):
    over = make_alert(state=AlertState.RESOLVED, resolved_at=NOW)

    entry = mail_of(make_notification(resolved=[over], curves={"1": CURVE}))

    assert "last hour: between 39 and 99" in text_of(entry)
    assert any(part.get_content_type() == "image/png" for part in parsed(entry).walk())


def test_text_and_html_say_the_same(make_alert, make_notification):
    held = [
        HeldBack(muting=Muting(kind=MuteKind.PARENT, reason="r1 is down", by="r1"), alerts=9_999, devices=9_999),
        HeldBack(muting=Muting(kind=MuteKind.SILENCED, reason="silenced by anna until noon"), alerts=1, devices=1),
    ]
    alert = make_alert(value=93.25, threshold=90.0, acked_at=NOW, acked_by="anna", flapping=True)
    notification = make_notification(
        alert, *(make_alert(number, instance=f"ifName=Gi{number}") for number in range(2, 7)),
        resolved=[make_alert(9, state=AlertState.RESOLVED, resolved_at=NOW)],
        marks={"1": "in maintenance: core upgrade"}, held_back=tuple(held), also=(make_alert(10, rule="CpuHigh"),),
        curves={"1": CURVE}, escalation="nobody acknowledged it for 30m",
    )  # fmt: skip
    entry = mail_of(notification, page="https://n.example", links=Signer())

    html = re.sub(r'<img [^>]*alt="([^"]*)"[^>]*>', r"\1", html_of(entry))
    shown = unescape(re.sub(r"<[^>]*>", " ", html)).replace("\u00a0", " ")
    story = story_of(notification, now=NOW, links=Links(page="https://n.example"))
    facts = [text for problem in (*story.firing, *story.brief, *story.also) for text in (problem.title, problem.when)]
    facts += [fact.value for problem in story.firing for fact in problem.facts]
    for said in (*facts, *story.notes, *story.held_back, story.lead, story.headline, "core-sw1", CURVE_WORDS):
        assert said in text_of(entry)
        assert said in shown


CURVE_WORDS = "between 39 and 99"


def test_a_runbook_is_a_link_only_if_it_is_one(make_alert, make_notification):
    good = mail_of(make_notification(make_alert(annotations={"runbook_url": "https://wiki.example.net/x?y=1&z=2"})))
    bad = mail_of(make_notification(make_alert(annotations={"runbook_url": "mailto:noc@example.net"})))

    assert 'href="https://wiki.example.net/x?y=1&amp;z=2"' in html_of(good)
    assert "mailto" not in html_of(bad)
    assert "mailto" not in text_of(bad)


def test_markup_from_a_device_is_shown_and_not_obeyed(make_alert, make_notification):
    alert = make_alert(labels={"ifAlias": "<img src=x>", "severity": "critical"})

    html = html_of(mail_of(make_notification(alert)))

    assert "<img" not in html
    assert "&lt;img src=x&gt;" in html


def test_an_encoded_word_from_a_device_comes_out_broken(make_alert, make_notification):
    name = "=?utf-8?q?core?="
    alert = make_alert(device=name, annotations={"summary": f"{name} is down"})

    entry = mail_of(make_notification(alert, subject=f"{name} down"))

    assert parsed(entry).keys() == HEADERS
    assert str(parsed(entry)["Subject"]).endswith("= ?utf-8?q?core?= down")
    assert name.encode() not in entry.message


def test_a_receiver_no_longer_able_to_name_a_list_still_has_one(make_notification):
    notification = make_notification()
    odd = replace(notification, group=replace(notification.group, receiver="Büro / 24x7\r\n"))

    assert parsed(mail_of(odd))["List-Id"] == "<B-ro-24x7.netwatch.example.net>"


@pytest.mark.parametrize(
    "name", ["NOC, Zürich", 'the "night" shift', "O'Brien (NOC)", "a.b@c", "東京の当直", "back\\slash"]
)
def test_odd_names_of_recipients_are_no_reason_to_fall_back(name, make_notification):
    before = metrics.GUARDED._value.get()

    entry = mail_of(make_notification(), f"{name} <noc@example.net>")

    assert parsed(entry)["To"].addresses[0].display_name == name
    assert metrics.GUARDED._value.get() == before


def test_the_plain_variant_is_a_whole_mail():
    letter = Letter(
        origin=parse_mailbox(SENDER), recipient=parse_mailbox("Zoë <noc@example.net>"), subject="[DOWN] Zürich",
        thread=Thread(id="x", topic="Zürich", receiver="noc", opened_at=NOW, at=NOW),
        message_id="<a@b.example>", text="Zürich\n=?utf-8?q?x?=", html="<p>",
    )  # fmt: skip

    mail = letter._plain()

    assert faults_of(mail.message, [(header.name, header.value) for header in mail.headers]) == []
    assert b"To: noc@example.net\r\nSubject: [DOWN] Z?rich\r\n" in mail.message
    assert b"Z?rich\r\n? ?utf-8?q?x??" in mail.message


def test_a_mail_that_a_parser_reads_differently_is_replaced_by_the_plain_one_and_counted():
    safe = plain([text_header("Subject", "safe")], text="x")
    headers = plain([text_header("Subject", "hello")], text="x").headers
    other = Mail(headers=headers, message=b"Subject: hello\r\nX-Other: yes\r\n\r\nx\r\n")
    before = metrics.GUARDED._value.get()

    assert proven(other, instead=lambda: safe) is safe
    assert proven(safe, instead=lambda: other) is safe
    assert metrics.GUARDED._value.get() == before + 1


EVIL = st.lists(
    st.one_of(
        st.text(max_size=30),
        st.sampled_from(
            ["\r\nX-Other: yes\r\n", "\n\n",
             "\r", "\0", "=?", "?=", "=?utf-8?q?one_two?=", "\u202e",
             "\u2028", "\x85", "\ud800", "=\u200b?utf-8?b?b25l?=", "\ufeff", "</td><b>",
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
    assert "<b>" not in html_of(entry)
    assert str(parsed(entry)["Subject"]) == entry.subject
    assert metrics.GUARDED._value.get() == guarded


class _Tags:
    """Tags as the real ones look."""

    def tag(self, entry_id: str) -> str:
        return f"nw-{entry_id[:8]}"


@pytest.mark.parametrize("plus", [False, True])
def test_a_mail_that_can_be_answered_says_where_to_and_holds_its_tag(make_notification, plus):
    answering = Answering(address="answers@example.net", tags=_Tags(), plus=plus)
    letterhead = Letterhead(sender=SENDER, answering=answering)
    (entry,) = compose(make_notification(), recipients=["noc@example.net"], letterhead=letterhead).entries
    tag = f"nw-{entry.id[:8]}"

    assert str(parsed(entry)["Reply-To"]) == (f"answers+{tag}@example.net" if plus else "answers@example.net")
    assert f"[{tag}]" in text_of(entry)
    assert f"[{tag}]" in html_of(entry)


def test_several_problems_are_numbered_as_an_answer_names_them(make_notification, make_alert):
    mild = make_alert(1, labels={"severity": "warning"})
    grave = make_alert(2, labels={"severity": "critical"})
    letterhead = Letterhead(sender=SENDER, answering=Answering(address="answers@example.net", tags=_Tags()))
    told = make_notification(mild, grave)
    (entry,) = compose(told, recipients=["noc@example.net"], letterhead=letterhead).entries

    assert re.findall(r"^(\d)\. \[(\w+)\]", text_of(entry), re.MULTILINE) == [("1", "DOWN"), ("2", "WARN")]
    assert entry.alert_ids[:2] == ("2", "1")
    assert not re.search(r"^\d\. \[", text_of(mail_of(told)), re.MULTILINE)


def test_an_end_asks_for_no_answer(make_notification, make_alert):
    over = make_alert(state=AlertState.RESOLVED, resolved_at=NOW)
    letterhead = Letterhead(sender=SENDER, answering=Answering(address="answers@example.net", tags=_Tags()))
    told = make_notification(resolved=(over,))
    (entry,) = compose(told, recipients=["noc@example.net"], letterhead=letterhead).entries

    assert parsed(entry)["Reply-To"] is None
    assert "nw-" not in text_of(entry)
