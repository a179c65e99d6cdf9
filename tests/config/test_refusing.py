"""Every place of a configuration that names a dead address is told, with whom it concerns."""

from __future__ import annotations

from datetime import UTC, datetime

from netwatch.config import dead_recipients
from netwatch.mailbox import Refusals

NOW = datetime(2026, 11, 30, 3, 5, tzinfo=UTC)
TEXT = """\
route:
  receiver: noc
  escalate: [{after: 30m, receiver: boss}]
  routes: [{match: {site: hq}, receiver: boss, fallback: [gone@example.net, noc]}]
receivers:
  - {name: noc, email: {to: ["NOC <Gone@example.net>", here@example.net]}}
  - {name: boss, email: {to: [boss@example.net, gone@example.net]}}
smtp: {from: nw@example.net, fallback_to: [gone@example.net], relays: [{host: a}]}
"""


def refusals(address: str) -> Refusals:
    return Refusals(address=address, count=4, first_at=NOW, last_at=NOW, words="550 5.1.1 no such mailbox")


def test_each_place_is_named_with_its_line_the_routes_that_lead_there_and_the_servers_words(load_text):
    loaded = load_text(TEXT)

    told = [(one.line, one.path, one.severity, one.message)
            for one in dead_recipients(loaded.file, loaded.tree, [refusals("gone@example.net")])]  # fmt: skip

    said = "gone@example.net refused 4 mails in a row since 2026-11-30: 550 5.1.1 no such mailbox"
    by_noc = "'noc' is told there by route, route.routes[0].fallback[1]"
    by_boss = "'boss' is told there by route.escalate[0], route.routes[0]"
    assert told == [
        (6, "receivers[0].email.to[0]", "warning", f"{by_noc}, but {said}"),
        (7, "receivers[1].email.to[1]", "warning", f"{by_boss}, but {said}"),
        (8, "smtp.fallback_to[0]", "warning", f"what cannot be delivered is told there, but {said}"),
        (4, "route.routes[0].fallback[0]", "warning",
         f"what route.routes[0] cannot deliver is told there, but {said}"),
    ]  # fmt: skip


def test_an_address_that_nobody_is_mailed_at_any_more_is_not_told_of(load_text):
    loaded = load_text(TEXT)

    assert not list(dead_recipients(loaded.file, loaded.tree, [refusals("left@example.net")]))
