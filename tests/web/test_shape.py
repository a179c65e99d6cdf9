"""What a request may look like before anybody reads it."""

from __future__ import annotations

import pytest

from netwatch.web.shape import in_origin_form, what_is_wrong


def scope_of(target: bytes, *headers: tuple[bytes, bytes], version: str = "1.1") -> dict[str, object]:
    path, _, query = target.partition(b"?")
    return {
        "type": "http", "method": "GET", "http_version": version, "raw_path": path, "path": path.decode(),
        "query_string": query, "headers": [(b"host", b"localhost"), *headers],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("target", "path", "host"),
    [
        (b"http://netwatch:10916/metrics", "/metrics", b"netwatch:10916"),
        (b"HTTP://netwatch", "/", b"netwatch"),
        (b"https://evil.example.com/devices/a%20b?q=1", "/devices/a b", b"evil.example.com"),
        (b"/metrics", "/metrics", b"localhost"),
        (b"/explain?rule=http://x/", "/explain", b"localhost"),
        (b"http:///metrics", "/metrics", b""),
    ],
)
def test_an_address_in_the_target_is_the_host(target, path, host):
    scope = in_origin_form(scope_of(target))

    assert scope["path"] == path
    assert [value for name, value in scope["headers"] if name == b"host"] == [host]


@pytest.mark.parametrize(
    ("target", "status", "words"),
    [
        (b"/devices/100%", 400, "lone %"),
        (b"/x?q=%zz", 400, "lone % stands in the query"),
        (b"/x?q=%00", 400, "NUL"),
        (b"/%ED%A0%80", 400, "UTF-8"),
        (b"/x?q=%ff", 400, "UTF-8"),
        (b"localhost:443", 400, "ask for a path"),
        (b"*", 400, "ask for a path"),
        (b"/" + b"x" * 20_000, 414, "16 KiB"),
        (b"/metrics?a=%25&b=%E2%98%83", 0, ""),
    ],
)
def test_a_target_that_cannot_be_read_is_refused_in_words(target, status, words):
    found, said = what_is_wrong(scope_of(target))

    assert found == status
    assert words in said


@pytest.mark.parametrize(
    ("headers", "version", "status"),
    [
        ([(b"content-length", b"5"), (b"transfer-encoding", b"chunked")], "1.1", 400),
        ([(b"transfer-encoding", b"chunked")], "1.0", 400),
        ([(b"transfer-encoding", b"chunked")], "1.1", 0),
        ([(b"content-length", b"5")], "1.0", 0),
        ([(b"x", b"y")] * 101, "1.1", 431),
        ([(b"x", b"y" * 40_000)], "1.1", 431),
    ],
)
def test_a_body_whose_end_can_be_read_in_two_ways_and_a_bomb_of_headers_are_refused(headers, version, status):
    assert what_is_wrong(scope_of(b"/", *headers, version=version))[0] == status
