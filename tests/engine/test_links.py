"""Links in mails: what is signed is read back, what is foreign, changed or over is refused in words."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.engine import LinkSigner, LinkToken
from netwatch.errors import LinkError
from netwatch.model import Memory

NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
WEEK = timedelta(days=7)
THREAD = "0f8c2f6d3c6a4f5e9b1d7a2c4e6f8091"
SIGNER = LinkSigner(b"k" * 32)


def test_a_link_says_what_may_be_done_to_which_incident_and_in_whose_name():
    token = SIGNER.sign("silence", THREAD, "anna@example.net", NOW + WEEK)

    assert SIGNER.verify(token, NOW) == LinkToken(
        action="silence", thread_id=THREAD, recipient="anna@example.net", expires_at=NOW + WEEK
    )


@given(thread=st.text(max_size=60), recipient=st.text(max_size=100), action=st.sampled_from(["ack", "silence"]))
def test_whatever_is_signed_is_read_back_and_stands_in_a_url_as_it_is(thread, recipient, action):
    token = SIGNER.sign(action, thread, recipient, NOW + WEEK)
    link = SIGNER.verify(token, NOW)

    assert re.fullmatch(r"[A-Za-z0-9_-]+", token)
    assert (link.action, link.thread_id, link.recipient) == (action, thread, recipient)


def test_a_usual_link_is_short_enough_for_a_line_of_a_mail():
    token = SIGNER.sign("ack", THREAD, "operations@example.net", NOW + WEEK)

    assert len(f"https://netwatch.example.net/act/{token}") <= 150


def test_a_link_that_is_over_says_since_when():
    token = SIGNER.sign("ack", THREAD, "anna@example.net", NOW)

    with pytest.raises(LinkError, match="this link ended on 2026-11-28 at 12:00 UTC"):
        SIGNER.verify(token, NOW)


def test_the_links_of_another_netwatch_are_refused():
    token = LinkSigner(b"x" * 32).sign("ack", THREAD, "anna@example.net", NOW + WEEK)

    with pytest.raises(LinkError, match="not made by this NetWatch"):
        SIGNER.verify(token, NOW)


def test_a_link_with_any_letter_changed_or_cut_off_is_refused():
    token = SIGNER.sign("ack", THREAD, "anna@example.net", NOW + WEEK)

    for at in range(len(token)):
        other = "A" if token[at] != "A" else "B"
        for broken in (token[:at] + other + token[at + 1 :], token[:at], token + "="):
            with pytest.raises(LinkError):
                SIGNER.verify(broken, NOW)


@given(junk=st.one_of(st.text(max_size=80), st.text(alphabet="ABCabc019-_=", max_size=80)))
def test_text_that_is_no_link_is_refused_and_breaks_nothing(junk):
    with pytest.raises(LinkError):
        SIGNER.verify(junk, NOW)


def test_the_key_outlives_a_restart():
    before, after = LinkSigner(), LinkSigner()
    token = before.sign("ack", THREAD, "anna@example.net", NOW + WEEK)

    assert after.restore([before.to_remember()])
    assert after.verify(token, NOW).recipient == "anna@example.net"


@pytest.mark.parametrize("text", [None, "", "{", "12", '"zz"', '"00"', "[]"])
def test_a_key_that_cannot_be_read_is_not_taken(text):
    signer = LinkSigner()
    own = signer.to_remember()

    assert not signer.restore([Memory(scope="links", key="key", text=text)])
    assert not signer.restore([])
    assert signer.to_remember() == own
