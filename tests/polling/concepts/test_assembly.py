"""Rows of a concept, put together of those of several tables."""

import pytest

from .conftest import table

PEERS = """\
metrics:
  - table: {OID: 1.3.6.1.4.1.32473.9.1, name: sessionTable}
    symbols: [{OID: 1.3.6.1.4.1.32473.9.1.1.2, name: sessionState, kind: enum, enum: {1: idle, 6: established}}]
    metric_tags: [{tag: remote, column: {OID: 1.3.6.1.4.1.32473.9.1.1.3, name: remote}}]
    concepts:
      - {concept: peer, peer: "{remote}", protocol: bgp, peer_state: {sessionState: {established: up, "*": down}}%s}
"""


@pytest.mark.parametrize(
    ("more", "keys"),
    [
        ("", ("sessionTable.1", "sessionTable.2", "peer=b,protocol=bgp")),
        (", distinct: true", ("peer=a,protocol=bgp", "peer=b,protocol=bgp")),
    ],
)
def test_rows_that_are_called_the_same_are_one_where_the_profile_says_so(mean, more, keys):
    told = mean(PEERS % more)
    sessions = table("sessionTable", {"sessionState": [6, 1, 1]}, {"remote": ["a", "a", "b"]})

    assert told(sessions)["peer"].rows.keys == keys


POOLS = """\
metrics:
  - table: {OID: 1.3.6.1.4.1.32473.9.1, name: exactTable}
    symbols: [{OID: 1.3.6.1.4.1.32473.9.1.1.3, name: exactUsed, kind: gauge}]
    concepts:
      - {concept: memory, pool: RAM, instead_of: [roughTable], memory_used_bytes: exactUsed, memory_size_bytes: 100}
  - table: {OID: 1.3.6.1.4.1.32473.9.2, name: roughTable}
    symbols: [{OID: 1.3.6.1.4.1.32473.9.2.1.3, name: roughUsed, kind: gauge}]
    concepts: [{concept: memory, pool: Physical memory, memory_used_bytes: roughUsed, memory_size_bytes: 100}]
"""


def test_a_table_does_not_speak_in_place_of_a_better_one_because_that_was_not_read_once(mean):
    told = mean(POOLS)
    exact, rough = table("exactTable", {"exactUsed": [10]}, {}), table("roughTable", {"roughUsed": [98]}, {})
    told(exact, rough)

    unread = told(exact, rough, failed={"exactTable": "no answer"})["memory"]
    assert unread.rows.keys == ()
    assert unread.partial  # so that nobody takes the pool for gone

    assert told(exact, rough)["memory"].rows.keys == ("pool=RAM",)
    without = table("exactTable", {"exactUsed": []}, {}, index=[])
    assert told(without, rough)["memory"].rows.keys == ("pool=Physical memory",)  # it has none: the other one counts
