"""A path that loses packets, by the kernel's netem where it has that, and by the network of the test in any case."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from datetime import timedelta

import pytest

from netwatch.discovery import Progress, Sweep, parse_ranges
from netwatch.ping.pinger import Pinger
from netwatch.polling import PollingSettings
from tests.far_network import FarNetwork, run_with_time_enough

PERCENT, ROUNDS = 20, 10
HOSTS = [f"10.9.1.{number}" for number in range(1, 41)]


def lossy_here(network: FarNetwork, seed: int = 20261130) -> None:
    """Lose a share by dice that fall alike each time."""
    dice = random.Random(seed)
    network.lose = lambda *_: dice.random() < PERCENT / 100


def lossy_kernel(network: FarNetwork) -> None:
    """Lose a share before it gets here; by other dice of ours where the kernel has no netem."""
    if not network.lose_in_kernel(PERCENT):
        lossy_here(network, seed=7)


lossy = pytest.mark.parametrize("make_lossy", [lossy_here, lossy_kernel], ids=["userspace", "netem"])


@lossy
@pytest.mark.parametrize("groups", ["0 2147483647", "1 0"], ids=["datagram socket", "raw socket"])
def test_what_is_told_to_be_lost_was_lost_and_nothing_else(make_lossy, groups):
    async def work(network, seconds):
        make_lossy(network)
        came: Counter[str] = Counter()
        lose = network.lose

        def noted(address, before):
            lost = lose(address, before)
            came[address] += not lost
            return lost

        network.lose = noted
        answered: Counter[str] = Counter()
        pinger = Pinger(seconds)
        await pinger.start()
        try:
            for _ in range(ROUNDS):
                told = [asyncio.get_running_loop().create_future() for _ in HOSTS]
                for host, one in zip(HOSTS, told, strict=True):
                    pinger.ping(host, one.set_result)
                for host, echo in zip(HOSTS, await asyncio.gather(*told), strict=True):
                    assert echo.sent
                    answered[host] += echo.round_trip_seconds is not None
        finally:
            await pinger.stop()

        assert answered == Counter({host: came[host] for host in HOSTS})
        share = 1 - answered.total() / (ROUNDS * len(HOSTS))
        assert 0.1 < share < 0.3

    run_with_time_enough(work, groups)


@lossy
def test_a_sweep_over_a_lossy_path_finds_everybody(make_lossy):
    async def work(network, seconds):
        make_lossy(network)
        network.listens = lambda *_: None
        ranges = parse_ranges(["10.9.1.0/27"])
        sweep = Sweep(ranges, [], limits=PollingSettings(), rate=2000, timeout=timedelta(seconds=seconds))
        found = await sweep.run(Progress.of(ranges))

        assert len(found.hosts) == 30

    run_with_time_enough(work)
