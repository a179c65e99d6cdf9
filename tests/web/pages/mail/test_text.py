"""A mail as text."""

from __future__ import annotations

import random

from netwatch.web.pages.mail.text import LONGEST_TEXT, text_of_mail

from ...house import mail_of


def test_a_mail_is_shown_by_its_headers_and_its_plain_part():
    shown = text_of_mail(mail_of(1, "[DOWN] café", "Something broke: café").message)

    assert dict(shown.headers)["Subject"] == "[DOWN] café"
    assert shown.text == "Something broke: café\n"
    assert shown.others == ("text/html",)


def test_the_html_part_is_never_shown():
    shown = text_of_mail(b"Subject: x\r\nContent-Type: text/html\r\n\r\n<script>alert(1)</script>\r\n")

    assert "script" not in shown.text


def test_a_very_long_mail_is_cut():
    assert len(text_of_mail(b"Subject: x\r\n\r\n" + b"y" * 500_000).text) == LONGEST_TEXT


def test_junk_is_shown_and_breaks_nothing():
    dice = random.Random(1)
    good = mail_of(1, "[DOWN] =?utf-8?q?caf=C3=A9?=").message
    for _ in range(300):
        spoilt = bytearray(good)
        for _ in range(dice.randrange(1, 20)):
            spoilt[dice.randrange(len(spoilt))] = dice.randrange(256)
        text_of_mail(bytes(spoilt))
    for junk in (
        b"",
        b"\x00" * 100,
        b"Content-Type: text/plain; charset=nonsense\r\n\r\nx",
        b"From: <\r\nTo: @\r\n\r\n",
    ):
        text_of_mail(junk)
