from __future__ import annotations

import pytest


def test_a_pool_of_memory_is_told_by_its_size_and_what_is_free(rows_of):
    text = """
modules:
    mempools:
        data:
            - {total: PROBE-MIB::memTotal, free: PROBE-MIB::memFree, precision: 1024, descr: Main}
"""
    row = rows_of(text, ["1.3.6.1.4.1.32473.7.1.0|2|4000", "1.3.6.1.4.1.32473.7.2.0|2|1000"], "memory")["Main"]
    assert (row["memory_used_bytes"], row["memory_size_bytes"]) == (3000 * 1024, 4000 * 1024)
    assert row["memory_used_ratio"] == 0.75


@pytest.mark.parametrize(("precision", "busy"), [("1", 0.3), ("10", 0.03), ("-1", 0.7)])
def test_a_processor_is_busy_by_its_precision_which_is_negative_where_it_says_how_idle_it_is(
    rows_of, precision, busy
):
    text = f"""
modules:
    processors:
        data:
            - {{oid: x, num_oid: '.1.3.6.1.4.1.32473.7.5.{{{{ $index }}}}', descr: CPU, precision: {precision}}}
"""
    row = rows_of(text, ["1.3.6.1.4.1.32473.7.5.0|2|30"], "cpu")["CPU"]
    assert row["cpu_busy_ratio"] == pytest.approx(busy)
