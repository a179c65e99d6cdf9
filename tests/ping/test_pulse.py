"""Whether an address answers, confirmed by quick repeats."""

import asyncio

from netwatch.ping import Pinger, Pulse
from tests.far_network import run_with_time_enough

ADDRESS = "10.9.0.7"


def with_pulse(steps, retries=3, address=ADDRESS, disbelieves=lambda: False):
    async def work(network, timeout_seconds):
        pinger = Pinger(timeout_seconds)
        await pinger.start()
        changes = []
        pulse = Pulse(address, pinger, retries, changes.append, disbelieves)
        try:
            await steps(network, pulse, changes)
        finally:
            pulse.stop()
            await pinger.stop()

    run_with_time_enough(work)


def test_a_lost_packet_is_followed_by_others_at_once_and_one_that_is_answered_is_enough():
    async def steps(network, pulse, changes):
        network.lose = lambda _, before: before in (1, 2)
        await pulse.ask()
        await pulse.ask()

        assert network.requests[ADDRESS] == 4
        assert pulse.up is True
        assert changes == [True, False]

    with_pulse(steps)


def test_an_address_is_silent_after_retries_and_one_packets_in_a_row_and_is_then_asked_once_a_turn():
    async def steps(network, pulse, changes):
        await pulse.ask()
        network.lose = lambda *_: True
        await pulse.ask()
        assert (network.requests[ADDRESS], pulse.up) == (1 + 4, False)
        await pulse.ask()
        assert network.requests[ADDRESS] == 1 + 4 + 1
        network.lose = lambda *_: False
        await pulse.ask()
        assert pulse.up is True
        assert changes == [True, True, False, True]
        assert pulse.tally.loss_ratio == 5 / 7

    with_pulse(steps)


def test_a_turn_that_comes_while_a_packet_is_on_its_way_sends_no_second_one():
    async def steps(network, pulse, _changes):
        asking = asyncio.create_task(pulse.ask())
        await asyncio.sleep(0)
        pulse.beat()
        await asking

        assert network.requests[ADDRESS] == 1

    with_pulse(steps)


def test_what_is_lost_just_after_a_sleep_of_this_machine_means_nothing():
    async def steps(network, pulse, changes):
        network.lose = lambda *_: True
        await pulse.ask()

        assert pulse.up is None
        assert pulse.tally.loss_ratio is None

    with_pulse(steps, disbelieves=lambda: True)


def test_a_name_is_looked_up_and_one_that_is_unknown_is_said():
    async def steps(_network, pulse, _changes):
        await pulse.ask()

        assert pulse.up is None
        assert "cannot look up the address 'nobody.invalid'" in pulse.words

    with_pulse(steps, address="nobody.invalid")

    async def known(_network, pulse, _changes):
        await pulse.ask()
        assert pulse.up is True

    with_pulse(known, address="localhost")


def test_who_waits_for_an_answer_is_let_go_when_it_stops():
    async def steps(network, pulse, _changes):
        network.lose = lambda *_: True
        asking = asyncio.create_task(pulse.ask())
        await asyncio.sleep(0)
        pulse.stop()

        await asyncio.wait_for(asking, 5.0)

    with_pulse(steps)
