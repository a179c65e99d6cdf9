"""What went wrong in an HTTP exchange, in words."""

from __future__ import annotations

import errno

import httpx
import pytest

from netwatch.oauth import http_words


@pytest.mark.parametrize(("exc", "words"), [
    (httpx.ReadTimeout("s3cret"), "no answer within 1.5 s"),
    (httpx.RemoteProtocolError("s3cret"), "the server closed the connection or answered what is no HTTP"),
    (httpx.ReadError("s3cret"), "the server cannot be reached or closed the connection"),
    (httpx.InvalidURL("s3cret"), "it could not be sent (InvalidURL)"),
])  # fmt: skip
def test_each_failure_has_its_words_and_none_of_the_librarys(exc, words):
    assert http_words(exc, 1.5) == words


def test_what_the_system_said_is_told_from_below_the_librarys_own():
    exc = httpx.ConnectError("All connection attempts failed")
    exc.__cause__ = OSError(errno.EHOSTUNREACH, "Connect call failed")

    assert http_words(exc, 1.5) == "No route to host"
