"""What went wrong with a connection, in words."""

from __future__ import annotations

import errno
import socket

import pytest

from netwatch.model import network_words


@pytest.mark.parametrize(
    ("exc", "words"),
    [
        (TimeoutError(), "no answer within 1.5 s"),
        (OSError(errno.ECONNREFUSED, "Connect call failed ('127.0.0.1', 25)"), "Connection refused"),
        (OSError(errno.EHOSTUNREACH, "Connect call failed"), "No route to host"),
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), "Name or service not known"),
        (ConnectionResetError(errno.ECONNRESET, "x"), "the server closed the connection"),
        (BrokenPipeError(errno.EPIPE, "x"), "the server closed the connection"),
        (OSError("Multiple exceptions: one, two"), "Multiple exceptions: one, two"),
    ],
)
def test_each_silence_has_its_words(exc, words):
    assert network_words(exc, 1.5) == words
