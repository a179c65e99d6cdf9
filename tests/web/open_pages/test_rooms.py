"""What is told of a page is what it says, whatever letters are in it."""

from __future__ import annotations

import json

from netwatch.web.open_pages.rooms import PageKey, Room


async def test_a_title_is_told_as_people_read_it_since_a_script_takes_it_for_text():
    async def render(key):
        return (
            "<title>r&amp;d &lt;b&gt; - NetWatch</title>"
            '<link rel="icon" href="/icon?of=a&amp;by=b">'
            '<main id="main"><p>x</p></main>'
        )

    room = Room(PageKey(path="/"))
    await room.renew(render)

    told = json.loads(room.event_after(0).partition("data: ")[2])
    assert (told["title"], told["icon"]) == ("r&d <b> - NetWatch", "/icon?of=a&by=b")
