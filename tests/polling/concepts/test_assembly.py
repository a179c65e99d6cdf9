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
