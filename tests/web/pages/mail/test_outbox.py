"""The pages of the outbox."""

from __future__ import annotations

from ...house import bad_night


async def test_a_mail_is_shown_as_text(serve):
    client = serve(bad_night())

    page = (await client.get("/outbox/m1")).text

    assert "<pre>Something broke.\n</pre>" in page
    assert "451 4.7.1 Greylisted, try again later" in page
    assert "Not shown: text/html" in page
