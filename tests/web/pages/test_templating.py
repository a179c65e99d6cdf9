"""Templates are compiled once in a process, whatever the number of servers that fill them."""

from __future__ import annotations

import re
import threading

import pytest
from jinja2 import Environment

from netwatch.web.pages.templating import Templates

CLOCK = re.compile(rb"<time .*?</time>")


async def test_what_one_server_compiled_serves_the_next_one_with_its_own_words(monkeypatch):
    first = Templates("9.9.8")
    first.read()

    def compiled_again(*_: object, **__: object) -> None:
        pytest.fail("a template was compiled a second time")

    monkeypatch.setattr(Environment, "compile", compiled_again)
    second = Templates("9.9.9")

    pages = [
        CLOCK.sub(b"", bytes((await one.page("error.html", title="no such page", words="look elsewhere")).body))
        for one in (first, second)
    ]
    assert pages[0] != pages[1]
    assert pages[0].replace(b"9.9.8", b"9.9.9") == pages[1]


async def test_they_are_read_when_the_first_page_is_asked_for_and_not_by_the_loop(monkeypatch):
    templates, threads = Templates("9.9.8"), set()
    read = templates.read
    monkeypatch.setattr(templates, "read", lambda: (threads.add(threading.current_thread()), read()))
    assert not threads

    await templates.page("error.html", title="no such page", words="look elsewhere")
    assert threads
    assert threading.main_thread() not in threads
    threads.clear()
    await templates.page("error.html", title="no such page", words="look elsewhere")

    assert not threads
