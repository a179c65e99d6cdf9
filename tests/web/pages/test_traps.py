"""The page of traps."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import typer
from typer.testing import CliRunner

from netwatch.cli.configuration.check import check
from netwatch.model import Oid, RefusedSender, UnmatchedTraps

from ..house import House, trap_of
from .seen import Seen


async def test_traps_are_shown_in_names_on_a_page_of_their_own(serve):
    client = serve(House(heard=[trap_of(b"Gi1/0/3", count=41, inform=True, relay="192.0.2.99")]))

    page = Seen((await client.get("/traps")).text).text

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


NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
CONFIG = """\
credentials: {usual: {version: 2c, community: "${env:HOME}"}}
devices: [{name: core-sw1, address: 192.0.2.1, credential: usual}]
rules: {paths: [own0.yaml, own1.yaml]}
route: {receiver: noc}
receivers: [{name: noc, email: {to: [noc@example.net]}}]
smtp: {from: netwatch@example.net, relays: [{host: mail.example.net, port: 25, tls: none}]}
"""
CHECK = typer.Typer()
CHECK.command()(check)


async def test_who_was_turned_away_is_shown_with_what_would_let_it_in(serve):
    sender = RefusedSender(
        source="192.0.2.66", device="", cause="wrong_source", words="its address is none of a device",
        remedy="traps: {allow: [192.0.2.66/32]}", detail="<b>", count=1234, first_at=NOON, last_at=NOON,
    )  # fmt: skip
    client = serve(House(turned_away=[sender]))

    page = Seen((await client.get("/traps/refused")).text).text
    (told,) = (await client.get("/api/v1/traps/refused")).json()

    for text in ("192.0.2.66", "its address is none of a device", "traps: {allow: [192.0.2.66/32]}", "<b>", "1,234"):
        assert text in page
    assert "Turned away: 1" in Seen((await client.get("/traps")).text).text
    assert (told["source"], told["count"], told["remedy"]) == (sender.source, 1234, sender.remedy)


async def test_the_kinds_that_no_rule_takes_are_shown(serve):
    kind = UnmatchedTraps(
        trap_oid=Oid.parse("1.3.6.1.6.3.1.1.5.3"), count=41, senders=("core-sw1", "192.0.2.9"), first_at=NOON,
        last_at=NOON, example=7, taken_by_any=True,
    )  # fmt: skip
    client = serve(House(of_no_rule=[kind]))

    page = Seen((await client.get("/traps/unmatched")).text).text
    (told,) = (await client.get("/api/v1/traps/unmatched")).json()

    for text in ("IF-MIB::linkDown", "core-sw1, 192.0.2.9", "41", "a rule with any tells of it"):
        assert text in page
    assert (told["trap"], told["example"], told["taken_by_any"]) == ("IF-MIB::linkDown", 7, True)


async def test_a_kind_that_no_rule_takes_leads_to_a_rule_that_check_takes(serve, tmp_path):
    trap = trap_of(b"<b>\n- alert: Owned", trap_oid=Oid.parse("1.3.6.1.4.1.32473.7.0.1"), number=7)
    kinds = [
        UnmatchedTraps(
            trap_oid=oid, count=41, senders=("core-sw1",), first_at=NOON, last_at=NOON, example=7, taken_by_any=False
        )
        for oid in (trap.trap_oid, Oid.parse("1.3.6.1.4.1.9.9.43.2.0.2"))
    ]
    client = serve(House(of_no_rule=kinds, heard=[trap]))

    links = re.findall(r'href="(/traps/rule[^"]*)"', (await client.get("/traps/unmatched")).text)
    pages = [Seen((await client.get(link)).text) for link in links]

    assert len(pages) == 2
    for number, page in enumerate(pages):
        assert page.wrong == []
        begin = page.text.index("rules:\n")
        rule = page.text[begin : page.text.index("\nPut it into a file", begin)]
        (tmp_path / f"own{number}.yaml").write_text(rule + "\n")
    (tmp_path / "netwatch.yaml").write_text(CONFIG)
    checked = CliRunner().invoke(CHECK, ["--config", str(tmp_path / "netwatch.yaml")])
    assert checked.exit_code == 0, checked.output
    assert "2 rules (2 on traps)" in checked.output
    assert "/own" not in checked.output, checked.output  # no warning is about them
    assert "netwatch traps replay 7" in pages[0].text
    assert (await client.get("/traps/rule", params={"trap": "1.3.6.1"})).status_code == 404
