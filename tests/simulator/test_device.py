"""A simulated device holds what its kind has, and every fault shows where a real one would."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from netwatch.model import Credential, Oid, Value
from netwatch.simulator import Host, Port, SimulatedDevice
from netwatch.simulator.tree import Leaf

CREDENTIAL = Credential(name="c", version="2c", community=SecretStr("public"))
UPTIME = "1.3.6.1.2.1.1.3.0"
OPER, LAST_CHANGE, IN_ERRORS, OUT_DISCARDS, OUT_OCTETS, OUT_OCTETS_32 = (
    f"1.3.6.1.2.1.{rest}.1" for rest in ("2.2.1.8", "2.2.1.9", "2.2.1.14", "2.2.1.19", "31.1.1.1.10", "2.2.1.16")
)
CPU, STORAGE_SIZE, STORAGE_USED = "1.3.6.1.2.1.25.3.3.1.2", "1.3.6.1.2.1.25.2.3.1.5", "1.3.6.1.2.1.25.2.3.1.6"


class Clock:
    """Seconds that pass when told."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def device(clock) -> SimulatedDevice:
    ports = [Port(index=1, name="Gi0/1", alias="uplink", speed=10_000_000_000, load_ratio=0.5)]
    return SimulatedDevice("sw1", CREDENTIAL, ports=ports, host=Host(), has_battery=True, clock=clock)


def read(device: SimulatedDevice, oid: str) -> Value:
    leaf = device.tree.get(Oid.parse(oid))
    assert isinstance(leaf, Leaf), oid
    return leaf.read()


def test_uptime_and_octets_move_with_the_clock(device, clock):
    before, ticks = read(device, OUT_OCTETS), read(device, UPTIME)
    clock.seconds += 40  # a whole turn of the wobble

    assert read(device, UPTIME) == ticks + 4000
    assert read(device, OUT_OCTETS) - before == pytest.approx(0.5 * 10e9 / 8 * 40, rel=1e-6)
    assert read(device, OUT_OCTETS_32) == read(device, OUT_OCTETS) % 2**32


def test_an_interface_that_goes_down_says_so_and_carries_nothing(device, clock):
    device.interface_down(1)
    clock.seconds += 10
    stopped = read(device, OUT_OCTETS)
    clock.seconds += 10

    assert read(device, OPER) == 2
    assert read(device, LAST_CHANGE) == read(device, UPTIME) - 2000
    assert read(device, OUT_OCTETS) == stopped

    device.interface_up(1)
    clock.seconds += 10
    assert read(device, OPER) == 1
    assert read(device, OUT_OCTETS) > stopped


def test_saturation_errors_and_discards_have_the_rate_they_were_given(device, clock):
    device.saturate(1, 0.97)
    device.errors(1, 250)
    device.discards(1, 40)
    before = read(device, OUT_OCTETS)
    clock.seconds += 7

    assert (read(device, OUT_OCTETS) - before) * 8 / 7 == pytest.approx(0.97 * 10e9)
    assert (read(device, IN_ERRORS), read(device, OUT_DISCARDS)) == (1750, 280)

    device.errors(1, 0)
    clock.seconds += 7
    assert read(device, IN_ERRORS) == 1750


def test_a_reboot_counts_everything_from_zero_and_answers_again(device, clock):
    device.errors(1, 10)
    device.silence()
    clock.seconds += 100
    device.reboot()

    assert (read(device, UPTIME), read(device, OUT_OCTETS), read(device, IN_ERRORS)) == (0, 0, 0)
    assert not device.manners.silent
    assert device.restarts == 1


def test_processors_memory_and_disks_are_filled_at_will(device):
    device.cpu(97)
    device.memory(95)
    device.storage(98.5, "/srv")

    assert read(device, f"{CPU}.196608") == read(device, f"{CPU}.196611") == 97
    for index, percent in ((1, 95), (31, 42), (32, 98.5)):
        used, size = read(device, f"{STORAGE_USED}.{index}"), read(device, f"{STORAGE_SIZE}.{index}")
        assert used / size * 100 == pytest.approx(percent, abs=0.01)

    device.cpu(None)
    assert read(device, f"{CPU}.196608") < 50


def test_a_battery_runs_down_without_mains(device, clock):
    assert device.power is not None
    device.power.mains_fail()
    clock.seconds += 40 * 60

    assert read(device, "1.3.6.1.2.1.33.1.4.1.0") == 5
    assert read(device, "1.3.6.1.2.1.33.1.2.3.0") == 2
    assert read(device, "1.3.6.1.2.1.33.1.2.1.0") == 3

    device.power.mains_return()
    assert read(device, "1.3.6.1.2.1.33.1.4.1.0") == 3


def test_what_a_device_has_not_cannot_fail():
    plain = SimulatedDevice("ap1", CREDENTIAL)

    with pytest.raises(ValueError, match="ap1 has no processors"):
        plain.cpu(90)
    with pytest.raises(KeyError):
        plain.interface_down(1)


def test_a_recording_replaces_what_is_there_and_its_uptime_moves(device, clock, tmp_path):
    path = tmp_path / "box.snmprec"
    path.write_text("1.3.6.1.2.1.1.3.0|67|5\n1.3.6.1.2.1.1.1.0|4|a real box\njunk\n")

    assert len(device.load_recording(path)) == 1
    before = read(device, UPTIME)
    clock.seconds += 1
    assert read(device, UPTIME) == before + 100
    assert read(device, "1.3.6.1.2.1.1.1.0") == b"a real box"
