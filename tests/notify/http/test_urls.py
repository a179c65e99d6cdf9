"""What people see of a URL."""

from __future__ import annotations

import pytest

from netwatch.notify.http.urls import shown_url, shown_urls, without_hidden


@pytest.mark.parametrize(("text", "shown"), [
    ("https://hooks.example.net/netwatch", "https://hooks.example.net/netwatch"),
    ("http://am:9093/", "http://am:9093"),
    ("https://am.example.net/team/api/v2", "https://am.example.net/team/api/v2"),
    ("https://chat.example.net/services/T024BE7LD/B0XX/aBcD1234efgh", "https://chat.example.net/services/.../.../..."),
    ("https://chat.example.net/hooks/abcdefghijklmnopqrstuvwxyzab", "https://chat.example.net/hooks/..."),
    ("https://hooks.example.net/x?token=4711", "https://hooks.example.net/x?..."),
])  # fmt: skip
def test_what_might_be_a_token_is_not_shown(text, shown):
    assert shown_url(text) == shown


def test_urls_that_look_the_same_stay_apart():
    one, other, third = "https://proxy.example.net/am1", "https://proxy.example.net/am2", "http://am:9093"

    assert shown_urls([one, other, third, one]) == {
        "https://proxy.example.net/...": one, "https://proxy.example.net/... #2": other, "http://am:9093": third,
    }  # fmt: skip


def test_what_is_hidden_of_a_url_is_hidden_in_what_a_server_says_of_it():
    url = "https://chat.example.net/services/T024BE7LD/v1/aB%20cD1234?token=hunter22&n=1"

    said = "no /services/T024BE7LD/v1/aB%20cD1234?token=hunter22&n=1, nor aB cD1234, nor hunter22; see /v1/1"

    assert without_hidden(said, url) == "no /services/.../v1/...?..., nor ..., nor ...; see /v1/1"
