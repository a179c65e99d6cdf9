"""Fetching a module from a directory or a web server the operator names."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from netwatch.mib import NotFetched, fetch

GOOD = b"GOOD-MIB DEFINITIONS ::= BEGIN\nIMPORTS root FROM ROOT-MIB;\na OBJECT IDENTIFIER ::= { root 1 }\nEND\n"


class Pages(http.server.BaseHTTPRequestHandler):
    """A small web server: pages by path, with a status each."""

    pages: dict[str, tuple[int, bytes]] = {}  # noqa: RUF012 - set by each test's server

    def do_GET(self) -> None:
        status, body = self.pages.get(self.path, (404, b""))
        self.send_response(status)
        if status in (301, 302):
            self.send_header("Location", body.decode())
            body = b""
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def web() -> Iterator[tuple[str, dict[str, tuple[int, bytes]]]]:
    """A web server on loopback: its URL, and its pages to fill."""
    pages: dict[str, tuple[int, bytes]] = {}
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), type("Here", (Pages,), {"pages": pages}))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}", pages
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_module_comes_from_a_web_server_under_its_own_name(web, tmp_path: Path):
    url, pages = web
    pages["/mibs/GOOD-MIB.txt"] = 200, GOOD

    file, imports = fetch("GOOD-MIB", f"{url}/mibs/", tmp_path)

    assert file == tmp_path / "GOOD-MIB"
    assert file.read_bytes() == GOOD
    assert imports == ("ROOT-MIB",)


def test_the_name_may_stand_anywhere_in_the_url(web, tmp_path: Path):
    url, pages = web
    pages["/get?file=GOOD-MIB.mib&x=1"] = 200, GOOD

    assert fetch("GOOD-MIB", f"{url}/get?file=@mib@&x=1", tmp_path)[0].exists()


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (404, b"", "has no GOOD-MIB"),
        (500, b"", "the server answers 500"),
        (200, b"<html>Sign in</html>", "holds no module"),
        (200, GOOD.replace(b"GOOD", b"OTHER"), "holds OTHER-MIB"),
        (200, b"\0" * 100, "is no text"),
        (200, b"x" * (9 * 2**20), "larger than 8 MiB"),
        (302, b"file:///etc/passwd", "the server answers 302"),
    ],
)
def test_what_is_not_the_module_is_not_kept(web, tmp_path: Path, status: int, body: bytes, words: str):
    url, pages = web
    pages["/GOOD-MIB"] = status, body

    with pytest.raises(NotFetched, match=words):
        fetch("GOOD-MIB", url, tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_a_server_that_is_not_there_is_told_of(tcp_port: int, tmp_path: Path):
    with pytest.raises(NotFetched, match="refused"):
        fetch("GOOD-MIB", f"http://127.0.0.1:{tcp_port}", tmp_path)


@pytest.mark.parametrize("source", ["ftp://127.0.0.1", "file:///etc", "javascript:1"])
def test_only_directories_and_the_web_are_places(source: str, tmp_path: Path):
    with pytest.raises(NotFetched, match=r"directory or an http\(s\) URL"):
        fetch("GOOD-MIB", source, tmp_path)


def test_a_file_that_is_there_stays_unless_it_shall_be_replaced(tmp_path: Path):
    source, target = tmp_path / "source", tmp_path / "target"
    source.mkdir()
    target.mkdir()
    (source / "GOOD-MIB.my").write_bytes(GOOD)
    (target / "GOOD-MIB").write_text("mine")

    with pytest.raises(NotFetched, match="already there"):
        fetch("GOOD-MIB", str(source), target)
    assert (target / "GOOD-MIB").read_text() == "mine"
    fetch("GOOD-MIB", str(source), target, replace=True)
    assert (target / "GOOD-MIB").read_bytes() == GOOD


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "a/b", "", ".", "..", "a.b", "a\n", "é"])
def test_a_name_that_is_a_path_is_refused_before_anything_is_asked(name: str, tmp_path: Path):
    with pytest.raises(NotFetched, match="no name of a module"):
        fetch(name, "/etc", tmp_path)
