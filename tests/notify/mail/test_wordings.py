"""Mails in an operator's own words, which can neither do harm nor keep an alert back."""

from __future__ import annotations

import email
import email.policy
from dataclasses import replace
from pathlib import Path

import pytest

from netwatch.errors import TemplateFailed
from netwatch.model import InvalidFile
from netwatch.notify import (
    EmailSettings,
    Letterhead,
    Mailer,
    MailTemplateSettings,
    ReceiverSettings,
    SmtpSettings,
    Wording,
    compose,
    load_wordings,
    metrics,
    template_problems,
)
from netwatch.notify.mail.samples import HOSTILE, sample_notifications
from netwatch.notify.mail.wordings import load_template

SAMPLES = sample_notifications()
TEXT = """\
{{ headline }}: {{ subject }} ({{ receiver }})
{% for problem in firing %}
* {{ problem.title }} [{{ problem.labels.ifAlias }}] {{ problem.value | bits }}
{% for name, value in problem.labels | items %}
  {{ name }}={{ value }}
{% endfor %}
{% else %}
nothing is wrong any more
{% endfor %}
{{ notes | join(" / ") }}
"""


@pytest.fixture
def write(tmp_path):
    def write(text: str, name: str = "template.j2") -> Path:
        file = tmp_path / name
        file.write_text(text, "utf-8")
        return file

    return write


def mail_of(notification, **parts):
    wording = Wording(**{part: load_template(file, part) for part, file in parts.items()})
    letterhead = Letterhead(sender="NetWatch <netwatch@example.net>")
    composition = compose(notification, recipients=["noc@example.net"], letterhead=letterhead, wording=wording)
    mail = email.message_from_bytes(composition.entries[0].message, policy=email.policy.default)
    return mail, composition


def body(mail, kind="plain"):
    return mail.get_body((kind,)).get_content().replace("\r\n", "\n")


def test_a_receiver_may_have_words_of_its_own(write):
    mail, composition = mail_of(
        SAMPLES["value"], subject=write("[{{ headline }}] {{ subject }} @site"), text=write(TEXT, "text.j2"),
        html=write("<b>{{ lead }}</b>{% for one in firing %}<img src='{{ one.chart }}'>{% endfor %}", "html.j2"),
    )  # fmt: skip

    assert str(mail["Subject"]) == composition.entries[0].subject == (
        "[WARN] core-sw1 Te1/1/1 carries 9.21 Gb/s @site"
    )  # fmt: skip
    assert "* Te1/1/1 on core-sw1 carries 9.21 Gb/s [ring east] 9.2 Gbit\n  severity=warning\n" in body(mail)
    assert body(mail, "html").startswith("<b>Since 2026-11-23")
    assert "cid:chart1." in body(mail, "html")
    assert composition.events == ()


def test_parts_without_a_template_are_worded_as_shipped(write):
    mail, _ = mail_of(SAMPLES["down"], subject=write("[{{ headline }}] {{ subject }}"))

    assert body(mail).startswith("DOWN: Gi1/0/7 on core-sw1 is down\n")


def test_what_a_device_says_is_escaped_in_html_and_is_no_template(write):
    html = "{{ lead }}{% for one in firing %}{{ one.title }} {{ one.labels | items | length }}{% endfor %}"
    mail, _ = mail_of(
        SAMPLES["hostile"], html=write(html + "{{ notes | join('<br>') }}"),
        subject=write("[{{ word }}] {{ subject }}", "subject.j2"),
    )  # fmt: skip

    assert "<b>" not in body(mail, "html")
    assert "<img" not in body(mail, "html")
    assert "{{ 7 * 7 }}" in body(mail, "html")
    assert mail["X-Other"] is None


@pytest.mark.parametrize(
    ("template", "line", "why"),
    [
        ("a\n{{ x", 2, "end of print statement"),
        ("a\n\n{{ headlin }}", 3, "nothing is called headlin here; did you mean headline?"),
        ("{% for p in firing %}\n{{ p.titel }}\n{% endfor %}", 2, "has no attribute 'titel'"),
        ("{% set x = 1 %}", 1, "Assign is not known in mail templates"),
        ("{% include 'other' %}", 1, "Include is not known in mail templates"),
        ("{% macro m() %}{% endmacro %}", 1, "Macro is not known in mail templates"),
        ("\n{{ lead.upper() }}", 2, "Call is not known in mail templates"),
        ("{{ range(10) }}", 1, "is not known in mail templates"),
        ("{{ lead.__doc__ }}", 1, "access to attribute '__doc__' of 'str' object is unsafe"),
        ("{{ lead['__doc__'] }}", 1, "unsafe"),
        ("{{ lead.upper }}", 1, "only texts and numbers can be written"),
        ("{{ firing }}", 1, "only texts and numbers can be written"),
        ("{{ 'x' * 3 }}", 1, "only numbers can be multiplied"),
        ("{{ lead | reverse }}", 1, "No filter named 'reverse'"),
        ("{{ lead | safe }}", 1, "No filter named 'safe'"),
        ("{% for c in lead %}{{ c }}{% endfor %}", 1, "a loop goes through a list"),
        ("{{ held_back | join(held_back | join(lead)) }}{{ 1 / 0 }}", 1, "division by zero"),
        ("{% if false %}x{% endif %}", 0, "the template writes nothing"),
        ("x" * 33_000, 0, "the template is longer than 32,000 characters"),
        ("a\nb\x07c", 2, "the template holds a control character"),
    ],
)
def test_what_does_not_work_is_said_with_its_place(template, line, why, write):
    (problem,) = template_problems(write(template), "text")

    assert why in problem.message
    assert problem.line == max(line, 1)
    assert problem.file.endswith("template.j2")


def test_loops_are_bounded_over_the_whole_mail(write):
    nested = "{% for one in firing %}" + "{% for a in one.facts %}" * 4 + "x" + "{% endfor %}" * 5 + "y"

    (problem,) = template_problems(write(nested), "text")

    assert "the loops go on for more than 2000 rounds" in problem.message


def test_what_is_joined_and_written_is_bounded(write):
    many = "{{ (" + "lead, " * 300 + "lead) | join(" + "lead ~ " * 50 + "lead) }}"

    (problem,) = template_problems(write(many), "text")
    (other,) = template_problems(write("{{ lead ~ lead }}" * 1_500), "subject")

    assert "join makes more than 20000 characters" in problem.message
    assert "the template writes more than 1,000 characters" in other.message


def test_a_subject_that_would_tear_an_incident_apart_is_warned_of(write):
    (problem,) = template_problems(write("{{ word }} {{ subject }}"), "subject")

    assert problem.severity == "warning"
    assert "different subjects outside [brackets]" in problem.message
    assert template_problems(write("[{{ word }}] {{ subject }}"), "subject") == []


def test_a_template_that_fails_after_all_is_replaced_by_ours_counted_and_said(write):
    file = write("{{ lead }}\n{% if sequence > 90 %}{{ 1 / 0 }}{% endif %}")
    count = metrics.TEMPLATE_FAILURES.labels("text")
    before = count._value.get()

    mail, composition = mail_of(replace(SAMPLES["down"], sequence=99), text=file)

    assert body(mail).startswith("DOWN: Gi1/0/7 on core-sw1 is down\n")
    assert count._value.get() == before + 2  # the mail, and the one for where earlier ones never left
    (event,) = composition.events
    assert event.kind == "notify"
    assert event.text.endswith(
        "template.j2:2: the template does not work: division by zero; the mail is worded as NetWatch does"
    )


def test_a_label_that_an_alert_does_not_have_is_empty(write):
    mail, composition = mail_of(
        SAMPLES["down"], text=write("x{% for one in firing %}{{ one.labels.nowhere }}{% endfor %}x")
    )

    assert body(mail).strip() == "xx"
    assert composition.events == ()


def test_every_sample_can_be_worded(write):
    template = load_template(write(TEXT), "text")

    assert template.part == "text"
    assert HOSTILE not in TEXT


def test_the_mailer_words_each_receivers_mails_its_own_way(write):
    files = MailTemplateSettings(subject=str(write("[{{ headline }}] for noc: {{ subject }}")))
    receivers = [
        ReceiverSettings(name="noc", email=EmailSettings(to=["noc@example.net"], templates=files)),
        ReceiverSettings(name="boss", email=EmailSettings(to=["boss@example.net"])),
    ]
    mailer = Mailer(SmtpSettings(), receivers, wordings=load_wordings(receivers))
    for_boss = replace(SAMPLES["down"], group=replace(SAMPLES["down"].group, receiver="boss"))

    subjects = [mailer.compose(one).entries[0].subject for one in (SAMPLES["down"], for_boss)]

    assert subjects == [
        "[DOWN] for noc: Gi1/0/7 on core-sw1 is down", "[DOWN] Gi1/0/7 on core-sw1 is down",
    ]  # fmt: skip


def test_a_template_that_is_not_there_stops_the_start(tmp_path):
    files = MailTemplateSettings(html=str(tmp_path / "gone.j2"))
    receiver = ReceiverSettings(name="noc", email=EmailSettings(to=["noc@example.net"], templates=files))

    with pytest.raises(InvalidFile, match=r"gone\.j2:1:1: the template cannot be read"):
        load_wordings([receiver])


def test_a_failure_knows_its_line():
    assert TemplateFailed("x").line == 0
