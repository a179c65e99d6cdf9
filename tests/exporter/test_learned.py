"""Columns that a device has are walked side by side; what comes or goes is seen with the very next scrape."""

from __future__ import annotations

import pytest

from netwatch.exporter.learned import Learned, columns_wanted, learn
from netwatch.exporter.modules import Lookup, Metric, Module
from netwatch.model import Missing, Oid, Tag, Varbind
from tests.snmp_exporter import series_of

from .conftest import OWN


def oids(*texts: str) -> list[Oid]:
    return [Oid.parse(text) for text in texts]


A, B, C, D, E = oids("1.3.6.1.1", "1.3.6.1.2", "1.3.6.1.3", "1.3.6.1.5", "1.3.6.1.7")


def varbind(oid: str, value: int | Missing = 1) -> Varbind:
    return Varbind(oid=Oid.parse(oid), tag=Tag.INTEGER, value=value)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ([(*B, 1)], Learned(columns=(B,), probes=(A, C), ends=(B, Oid((*E[:-1], 8))))),
        ([(*A, 1), (*E, 1)], Learned(columns=(A, E), probes=(B,), ends=(Oid((*D[:-1], 6)),))),
        # what nobody wants stands between C and D, so that one question does not lead past both
        ([(*A, 1), (1, 3, 6, 1, 4, 9)],
         Learned(columns=(A,), probes=(B, D), ends=(Oid((1, 3, 6, 1, 4)), Oid((*E[:-1], 8))))),
        ([], None),
    ],
)  # fmt: skip
def test_one_question_leads_past_each_gap(names, expected):
    assert learn([A, B, C, D, E], names) == expected


def test_a_gap_is_empty_where_the_next_name_stands_behind_it():
    learned = Learned(columns=(A,), probes=(B,), ends=(D,))

    assert learned.holds([varbind("1.3.6.1.5.0")])
    assert learned.holds([varbind("1.3.6.1.2", Missing.END_OF_MIB_VIEW)])
    assert not learned.holds([varbind("1.3.6.1.3.0")])


def test_what_series_are_made_of_is_wanted_and_nothing_else():
    metric = Metric(name="a", oid=B, type="InetAddress", lookups=(Lookup(label="x", labels=("y",), oid=D),))

    module = Module(name="m", walk=(Oid.parse("1.3.6.1"),), metrics=(metric,))

    assert columns_wanted(module) == (A, B, D)
    assert columns_wanted(Module(name="m", walk=(B.child(7),), metrics=(metric,))) == ()


async def test_what_comes_into_a_gap_and_what_goes_is_seen_at_once(scraped):
    ask, device = scraped
    big, peer = Oid.parse(f"{OWN}.5.0"), Oid.parse(f"{OWN}.6.1.4.10.0.0.2")
    device.tree.remove(big)

    seen = []
    for change in (
        lambda: None,
        lambda: None,
        lambda: device.tree.put(big, Tag.COUNTER64, 7),
        lambda: device.tree.put(peer, Tag.GAUGE32, 3),
        lambda: device.tree.remove(big),
        lambda: None,
    ):
        change()
        series = series_of((await ask(module="kinds")).body.decode())
        seen.append((series.get("ownBig"), series.get('ownPeer{peer="10.0.0.2"}'), series["ownTemperature"]))

    assert seen == [(None, None, 23.5)] * 2 + [(7, None, 23.5), (7, 3, 23.5)] + [(None, 3, 23.5)] * 2
