"""Numbers have units on every page: the rule itself, and the pages of a bad night held against it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ..house import bad_night
from .seen import PAGES
from .units import bare_numbers


@pytest.mark.parametrize(
    ("page", "bare"),
    [
        ("<table><tr><th>Value</th></tr><tr><td>942 M</td></tr></table>", [("Value", "942 M")]),
        (
            "<table><tr><th>A</th><th>Load</th></tr><tr><td>x</td><td> 7 </td></tr></table>",
            [("Load", "7")],
        ),
        ("<table><tr><td data-label='Limit'>-0.5</td></tr></table>", [("Limit", "-0.5")]),
        ("<dl><dt>Battery</dt><dd>100</dd></dl>", [("Battery", "100")]),
        ("<table><tr><th>Times</th></tr><tr><td>1,204</td></tr></table>", []),  # counted
        ("<table><tr><th>VLAN</th></tr><tr><td>20</td></tr></table>", []),  # a name
        ("<table><tr><th>Value</th></tr><tr><td>942 <small>Mb/s</small></td></tr></table>", []),
        ("<table><tr><th>Address</th></tr><tr><td>192.0.2.1</td></tr></table>", []),
        ("<dl><dt>Up for</dt><dd><time>12 d 4 h</time></dd></dl>", []),
        ("<details id=raw><table><tr><th>ifMtu</th></tr><tr><td>1500</td></tr></table></details>", []),
        ("<details id=raw><dl><dt>ifTableLastChange</dt><dd>0</dd></dl></details>", [("ifTableLastChange", "0")]),
    ],
)
def test_a_number_needs_a_unit_or_a_noun(page, bare):
    assert bare_numbers(page) == bare


async def test_no_page_of_a_bad_night_has_a_bare_number(serve):
    house = bad_night()
    house.known_alerts = [
        replace(alert, annotations={**alert.annotations, "unit": "bits_per_second"}) for alert in house.known_alerts
    ]
    for readings in house.tables.values():  # of what a sensor counts its name is the noun
        readings[:] = [one for one in readings if one.table != "sensor"]
    client = serve(house)

    found = {path: bare_numbers((await client.get(path)).text) for path in PAGES if not path.startswith("/docs")}

    assert {path: bare for path, bare in found.items() if bare} == {}
