"""How long a relay in trouble is left alone."""

from __future__ import annotations

import pytest

from netwatch.notify import Pace, Phase
from netwatch.notify.smtp.relays import backoff


@pytest.mark.parametrize(("failures", "seconds"), [(1, 5), (2, 10), (3, 20), (4, 40), (5, 60), (6, 60), (10_000, 60)])
def test_probes_come_after_5_seconds_and_then_more_seldom_to_one_a_minute(failures, seconds):
    assert backoff(failures, Phase.CONNECT, Pace()).total_seconds() == seconds


@pytest.mark.parametrize(("failures", "minutes"), [(1, 1), (2, 2), (3, 4), (4, 8), (5, 15), (10_000, 15)])
def test_a_refused_login_is_repeated_so_seldom_that_no_account_is_locked(failures, minutes):
    assert backoff(failures, Phase.AUTH, Pace()).total_seconds() == minutes * 60
