"""How values were over time."""

from __future__ import annotations

import pytest

from netwatch.model import Past, quantile


@pytest.mark.parametrize(
    ("values", "share", "found"),
    [
        (range(1, 101), 0.95, 95),
        ([5], 0.95, 5),
        ([1, 2], 0.5, 1),
        ([3, 1, 2], 1.0, 3),
        ([], 0.95, None),
        ([7, 8], 0.0, 7),
    ],
)
def test_so_many_of_all_values_are_not_above_it(values, share, found):
    assert quantile(list(values), share) == found


def test_only_numbers_count():
    assert Past(means=[1, None, b"up", 2.5]).numbers() == [1, 2.5]
