"""Shares and amounts that cannot be."""

import pytest

from netwatch.polling.concepts.shares import with_believed_shares

from .conftest import table


@pytest.mark.parametrize(
    ("name", "said", "believed"),
    [
        ("cpu_busy_ratio", 0.97, 0.97),
        ("cpu_busy_ratio", 1.01, 1.0),  # rounding
        ("cpu_busy_ratio", 42949672.95, None),  # -1 as a Gauge32
        ("cpu_busy_ratio", -0.01, None),
        ("storage_used_ratio", 1.02, 1.0),
        ("storage_used_bytes", -50, None),
        ("memory_used_ratio", 42949672.95, None),
        ("pool_used_ratio", 1.2, 1.2),  # oversubscribed
        ("sensor_value", -40, -40),  # no share
    ],
)
def test_a_share_is_between_nothing_and_the_whole_and_an_amount_at_least_nothing(name, said, believed):
    columns, doubts = with_believed_shares({name: [said, None]})

    assert list(columns[name]) == [believed, None]
    assert (name in doubts) == (believed is None)


MEMORY = """\
metrics:
  - table: {OID: 1.3.6.1.4.1.32473.9.1, name: poolTable}
    symbols:
      - {OID: 1.3.6.1.4.1.32473.9.1.1.3, name: poolUsed, kind: gauge}
      - {OID: 1.3.6.1.4.1.32473.9.1.1.4, name: poolSize, kind: gauge}
    concepts: [{concept: memory, pool: "Pool {index}", memory_used_bytes: poolUsed, memory_size_bytes: poolSize}]
  - table: {OID: 1.3.6.1.4.1.32473.9.2, name: loadTable}
    symbols: [{OID: 1.3.6.1.4.1.32473.9.2.1.3, name: load, kind: gauge}]
    concepts: [{concept: cpu, cpu: "CPU {index}", scope: core, cpu_busy_ratio: load / 100}]
"""


def test_what_cannot_be_is_in_no_share_and_no_load_and_is_said(mean):
    found = mean(MEMORY)(
        table("poolTable", {"poolUsed": [40, 4294967295, 50], "poolSize": [100, 100, -7]}, {}),
        table("loadTable", {"load": [20, 4294967295]}, {}),
    )

    assert list(found["memory"].columns["memory_used_ratio"]) == [0.4, None, None]
    assert found["memory"].doubts_of(1) == {"memory_used_ratio": "4294967295% is more than there can be"}
    assert found["memory"].doubts_of(2) == {"memory_size_bytes": "-7 is less than nothing"}
    assert list(found["cpu"].columns["cpu_busy_ratio"]) == [0.2, 0.2, None]
    assert found["cpu"].rows.keys == ("cpu=all", "cpu=CPU 1", "cpu=CPU 2")
    assert [found["cpu"].doubts_of(row) != {} for row in range(3)] == [False, False, True]
