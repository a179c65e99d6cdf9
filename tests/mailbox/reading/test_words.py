"""A writer's own words are found above, below and between what he quotes, and nothing else is taken for them."""

from __future__ import annotations

import pytest

from netwatch.mailbox.reading.html import html_lines
from netwatch.mailbox.reading.lines import Line, plain_lines
from netwatch.mailbox.reading.words import own_words


def own(text: str) -> str:
    return "|".join(own_words(plain_lines(text)))


ATTRIBUTIONS = (
    "On Mon, 30 Nov 2026 at 03:04, NetWatch <n@example.org> wrote:",
    "On Mon, Nov 30, 2026 at 3:04 AM NetWatch\n<n@example.org> wrote:",
    "On 30 November 2026 03:04:09 CET, NetWatch <n@example.org> wrote:",
    "Am 30.11.26 um 03:04 schrieb NetWatch:",
    "Am Mo., 30. Nov. 2026 um 03:04 Uhr schrieb NetWatch <n@example.org>:",
    "NetWatch <n@example.org> schrieb am Mo., 30. Nov. 2026, 03:04:",
    "Le lun. 30 nov. 2026 à 03:04, NetWatch <n@example.org> a écrit :",
    "El lun, 30 nov 2026 a las 3:04, NetWatch (<n@example.org>) escribió:",
    "Il giorno lun 30 nov 2026 alle ore 03:04 NetWatch <n@example.org> ha scritto:",
    "Em seg., 30 de nov. de 2026 às 03:04, NetWatch <n@example.org> escreveu:",
    "Op ma 30 nov 2026 om 03:04 schreef NetWatch <n@example.org>:",
    "Den mån 30 nov. 2026 kl 03:04 skrev NetWatch <n@example.org>:",
    "pon., 30 lis 2026 o 03:04 NetWatch <n@example.org> napisał(a):",
    "po 30. 11. 2026 v 3:04 odesílatel NetWatch <n@example.org> napsal:",
    "пн, 30 нояб. 2026 в 03:04, NetWatch <n@example.org>:",
    "30.11.2026 03:04, NetWatch пишет:",
    "2026年11月30日(月) 3:04 NetWatch <n@example.org>:",
    "NetWatch <n@example.org> 于2026年11月30日周一 03:04写道\uff1a",
    "* NetWatch <n@example.org> [2026-11-30 03:04]:",
    "NetWatch wrote on 30/11/2026 03:04:",
)
BLOCKS = (
    "-----Original Message-----\nFrom: NetWatch\nSent: 03:04\nTo: Ann\nSubject: edge1",
    "-------- Original message --------\nFrom: NetWatch\nDate: 30/11/2026\nTo: Ann",
    "________________________________\nFrom: NetWatch\nSent: 03:04\nTo: Ann\nSubject: edge1",
    "From: NetWatch\nSent: 03:04\nTo: Ann\nSubject: edge1",
    "*From:* NetWatch\n*Sent:* 03:04\n*To:* Ann\n*Subject:* edge1",
    "Von: NetWatch\nGesendet: 03:04\nAn: Ann\nBetreff: edge1",
    "De : NetWatch\nEnvoyé : 03:04\nÀ : Ann\nObjet : edge1",
    "差出人: NetWatch\n送信日時: 03:04\n宛先: Ann\n件名: edge1",
    "Begin forwarded message:\n\nFrom: NetWatch",
)


@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
def test_words_above_a_quote_are_own_and_below_it_where_there_are_none_above(attribution):
    quote = f"{attribution}\n\n> it is down\n> silence 9h\n"

    assert own(f"ack 1\n\n{quote}") == "ack 1"
    assert own(f"ack 1\n{quote}") == "ack 1"
    assert own(f"{quote}\nack 2\n\n-- \nAnn") == "ack 2"
    assert own(quote) == ""


@pytest.mark.parametrize("block", BLOCKS)
def test_what_stands_under_headers_of_an_earlier_mail_is_not_own(block):
    earlier = f"{block}\n\nsilence 9h\n"

    assert own(f"ack 1\n\n{earlier}") == "ack 1"
    assert own(f"ack 1\n{earlier}") == "ack 1"
    assert own(earlier) == ""


@pytest.mark.parametrize(("text", "words"), [
    ("ack\n-- \nAnn Noc", "ack"), ("ack\n\nSent from my iPhone", "ack"), ("\n\n\nack", "ack"),
    ("Hello,\n\nack\n\nRegards", "ack"), ("Hi NetWatch,\nack", "ack"), ("Guten Morgen,\nack", "ack"),
    ("CAUTION: This email originated from outside.\nDo not click.\n\nack", "ack"),
    ("[EXTERNAL]\n\nack", "ack"),
    ("-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nack\n-----BEGIN PGP SIGNATURE-----", "ack"),
    ("ack\nand I go there\n\nmore", "ack|and I go there"), ("[cid:image001.png]\nack", "ack"),
    ("> quoted\nack\n> more\nunack", "ack"), ("Sent from my iPhone\n\n> quoted\n\nack", "ack"), ("", ""),
    ("-- \nAnn", ""),
    ("ack: the router\nFrom: the depot it takes an hour", "ack: the router|From: the depot it takes an hour"),
])  # fmt: skip
def test_the_first_own_paragraph_counts(text, words):
    assert own(text) == words


@pytest.mark.parametrize(("page", "words"), [
    ("<p>ack</p><blockquote>status</blockquote>", "ack"), ("<blockquote>status</blockquote><p>ack</p>", "ack"),
    ("<div>ack</div><div id=appendonsend></div>status", "ack"), ("<div>ack<div id='x_divRplyFwdMsg'>status", "ack"),
    ("<style>status</style><script>why</script>ack", "ack"), ("<!-- status -->ack", "ack"),
    ("<title>why</title>ack", "ack"),
    ("ack&nbsp;2", "ack 2"), ("ack &amp; <b>bold</b>", "ack & bold"), ("&#97;&#x63;k", "ack"), ("a<wbr>ck", "ack"),
    ("<div>ack</div><div><br></div><div>On 30.11.26, 03:04, N wrote:</div><blockquote>why</blockquote>", "ack"),
    ("<blockquote><blockquote>why</blockquote></blockquote>ack", "ack"), ("1 < 2", "1 < 2"), ("<p>ack<p>more", "ack"),
    ("<div>&gt; quoted</div><div>ack</div>", "ack"),
])  # fmt: skip
def test_a_page_is_read_as_people_see_it(page, words):
    assert "|".join(own_words(html_lines(page))) == words


def test_flowed_text_is_read_as_it_was_before_it_was_broken():
    text = "ack the line is \nbroken\n> quoted \n> goes on\n-- \nAnn"

    assert plain_lines(text, flowed=True) == [
        Line("ack the line is broken"), Line("quoted goes on", 1), Line("-- "), Line("Ann"),
    ]  # fmt: skip
    assert plain_lines("a \nb", flowed=True, delsp=True) == [Line("ab")]
    assert plain_lines(" From x\n>> twice", flowed=True) == [Line("From x"), Line("twice", 2)]
