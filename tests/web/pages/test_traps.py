"""The page of traps."""

from __future__ import annotations

from ..house import House, trap_of
from .seen import Seen


async def test_traps_are_shown_in_names_on_the_overview_and_a_page_of_their_own(serve):
    client = serve(House(heard=[trap_of(b"Gi1/0/3", count=41, inform=True, relay="192.0.2.99")]))

    overview, page = Seen((await client.get("/")).text).text, Seen((await client.get("/traps")).text).text

    assert "core-sw1 IF-MIB::linkDown 41 times" in " ".join(overview.split())
    for text in ("core-sw1", "192.0.2.1", "IF-MIB::linkDown", "v2c, inform, through 192.0.2.99", "Gi1/0/3", "41"):
        assert text in page


async def test_traps_can_be_found_by_device_and_by_address(serve):
    client = serve(House(heard=[trap_of(b"one"), trap_of(b"two", device="", source="2001:db8::7")]))

    async def found(q: str) -> set[str]:
        page = (await client.get("/traps", params={"q": q})).text
        return {text for text in ("one", "two") if f" {text}</div>" in page}

    assert await found("") == {"one", "two"}
    assert await found("core-sw1") == {"one"}
    assert await found("2001:db8::7") == {"two"}
    assert await found("nobody") == set()
