"""The story of `netwatch demo`: seven devices, what happens to them and when, and which alerts must follow.

Data and calls of the simulator; whoever runs the demo plays it beside a real NetWatch, which knows nothing of it.
The times suit a poll every 2 s, reachability every 1 s, group_wait 1 s, and rules that hold for no more than 2 s.
May import: netwatch.model, the devices of this room. Called by: cli (the demo), tests.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import Literal

from pydantic import SecretStr

from netwatch.model import Credential, Device
from netwatch.simulator.chassis import FAN, POWER_SUPPLY, Chassis, Part
from netwatch.simulator.device import SimulatedDevice
from netwatch.simulator.host import Host
from netwatch.simulator.interfaces import Port
from netwatch.simulator.network import SimulatedNetwork

POLL_INTERVAL = timedelta(seconds=2)
REACHABILITY_INTERVAL = timedelta(seconds=2)
TIMEOUT = timedelta(seconds=1)
RETRIES = 2
"""Patient enough for a busy machine, on which the simulated devices answer late: all of them share it."""

CAMPUS = Credential(name="campus", version="2c", community=SecretStr("demo-community"))
LEGACY = Credential(name="legacy", version="1", community=SecretStr("demo-legacy"))
EDGE = Credential(
    name="edge",
    version="3",
    user="netwatch",
    auth_protocol="SHA-256",
    auth_passphrase=SecretStr("demo auth passphrase"),
    privacy_protocol="AES",
    privacy_passphrase=SecretStr("demo privacy passphrase"),
)


PROVIDER = "peer=192.0.2.7,protocol=bgp"
"""What NetWatch calls core-rt1's session with the provider."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """An alert that must reach a state, and a mail that must say so; `instance` is the row's name, if it has one.

    `held back` is the contrary: an alert that must fire, and that no mail may be about. `acknowledged` is what a
    person's answer must have done.
    """

    rule: str
    device: str
    becomes: Literal["firing", "resolved", "held back", "acknowledged"]
    instance: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryStep:
    """Something that happens `at` seconds after the beginning; `says` tells people, `act` does it."""

    at: float
    says: str
    act: Callable[[SimulatedNetwork], None] = lambda _network: None
    expects: tuple[Expectation, ...] = ()


async def _at_once(_expectations: Sequence[Expectation]) -> None:
    """Wait for nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Devices and steps.

    parents: device -> what it is reached through.
    """

    network: SimulatedNetwork
    steps: tuple[StoryStep, ...]
    labels: dict[str, dict[str, str]]
    parents: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def devices(self) -> list[Device]:
        """Return the devices as NetWatch is to watch them, once the network has started and the ports are known."""
        return [
            Device(
                name=device.name,
                address=device.address,
                port=device.port,
                credential=device.credential,
                labels=self.labels.get(device.name, {}),
                depends_on=self.parents.get(device.name, ()),
                interval=POLL_INTERVAL,
                reachability_interval=REACHABILITY_INTERVAL,
                timeout=TIMEOUT,
                retries=RETRIES,
            )
            for device in self.network.devices.values()
        ]

    def expectations(self) -> tuple[Expectation, ...]:
        """Return everything that must have been mailed at the end."""
        return tuple(expectation for step in self.steps for expectation in step.expects)

    def effects_of_what_ends_with(self, step: StoryStep) -> tuple[Expectation, ...]:
        """Return all that had to follow from the faults that this step ends; nothing where it ends none."""
        ended = {replace(one, becomes="firing") for one in step.expects if one.becomes == "resolved"}
        faults = (one for one in self.steps if ended.intersection(one.expects))
        return tuple(expectation for fault in faults for expectation in fault.expects)

    async def play(
        self,
        told: Callable[[StoryStep], None],
        *,
        until_met: Callable[[Sequence[Expectation]], Awaitable[object]] = _at_once,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        """Let every step happen at its time, and tell of it; returns after the last one.

        No fault ends before `until_met` has seen what follows from it: on a busy machine the story takes longer.
        """
        began_at = clock()
        for step in self.steps:
            await sleep(max(0.0, began_at + step.at - clock()))
            due_at = clock()
            await until_met(self.effects_of_what_ends_with(step))
            began_at += clock() - due_at
            await asyncio.to_thread(self.network.do, partial(step.act, self.network))
            told(step)


def demo_story() -> Story:
    """Return the story of the demo, on devices that nobody has started yet."""
    return Story(
        network=SimulatedNetwork(list(_devices())),
        steps=tuple(_steps()),
        labels={
            "core-rt1": {"site": "hq", "role": "router"},
            "access-sw1": {"site": "hq", "role": "switch"},
            "access-sw2": {"site": "hq", "role": "switch"},
            "srv-files1": {"site": "hq", "role": "server"},
            "fw-edge1": {"site": "branch", "role": "firewall"},
            "ups-rack1": {"site": "hq", "role": "ups"},
            "branch-sw1": {"site": "branch", "role": "switch"},
        },
        parents={"branch-sw1": ("fw-edge1",)},
    )


def send_traps_to(story: Story, manager: tuple[str, int]) -> None:
    """Have every device that has a community tell of links and restarts there."""
    for device in story.network.devices.values():
        device.manager = manager if device.credential.version != "3" else None


def _devices() -> Iterator[SimulatedDevice]:
    yield SimulatedDevice(
        "core-rt1",
        CAMPUS,
        address="127.0.0.11",
        descr="Example Router 9000, simulated",
        location="Rack 1, headquarters",
        ports=[
            Port(index=1, name="Te0/0", alias="to the provider", speed=10_000_000_000, load_ratio=0.35),
            Port(index=2, name="Te0/1", alias="to access-sw1", speed=10_000_000_000, load_ratio=0.2),
            Port(index=3, name="Te0/2", alias="to access-sw2", speed=10_000_000_000, load_ratio=0.15),
            Port(index=4, name="Gi0/3", alias="management", load_ratio=0.01),
        ],
        chassis=Chassis(
            "Router 9000",
            "EX9000A1",
            [
                *(Part(name=f"Fan {number}", kind=FAN) for number in (1, 2)),
                *(
                    Part(name=f"Power supply {n}", kind=POWER_SUPPLY, model="PS-750", serial=f"EX750A{n}")
                    for n in (1, 2)
                ),
            ],
        ),
        peers={"192.0.2.7": 64500, "192.0.2.8": 64501},
    )
    for number, count in ((1, 12), (2, 8)):
        yield SimulatedDevice(
            f"access-sw{number}",
            CAMPUS,
            address=f"127.0.0.{11 + number}",
            kind=2,
            descr="Example Switch 24, simulated",
            location=f"Floor {number}, headquarters",
            ports=_access_ports(count),
        )
    yield SimulatedDevice(
        "srv-files1",
        CAMPUS,
        address="127.0.0.14",
        kind=3,
        descr="Linux srv-files1, simulated",
        location="Rack 2, headquarters",
        ports=[Port(index=2, name="eth0", alias="to access-sw1", load_ratio=0.2)],
        host=Host(),
    )
    yield SimulatedDevice(
        "fw-edge1",
        EDGE,
        address="127.0.0.15",
        kind=4,
        descr="Example Firewall, simulated, SNMPv3 only",
        location="Branch office",
        ports=[Port(index=1, name="wan1", speed=100_000_000), Port(index=2, name="lan1", load_ratio=0.02)],
    )
    yield SimulatedDevice(
        "ups-rack1",
        LEGACY,
        address="127.0.0.16",
        kind=5,
        descr="Example UPS 3000, simulated, SNMPv1 only",
        location="Rack 1, headquarters",
        ports=[Port(index=1, name="eth0", speed=100_000_000, load_ratio=0.001)],
        has_battery=True,
    )
    yield SimulatedDevice(
        "branch-sw1",
        CAMPUS,
        address="127.0.0.17",
        kind=2,
        descr="Example Switch 8, simulated",
        location="Branch office",
        ports=_access_ports(4),
    )


def _access_ports(count: int) -> Sequence[Port]:
    uplink = Port(index=count, name=f"Te0/{count}", alias="uplink", speed=10_000_000_000, load_ratio=0.2)
    return [
        *(
            Port(
                index=index, name=f"Gi0/{index}", alias=f"desk {index}", load_ratio=0.02, connected=index != count - 1
            )
            for index in range(1, count)
        ),
        uplink,
    ]


def _steps() -> Iterator[StoryStep]:
    yield StoryStep(at=0, says="Seven devices are polled every two seconds, and all is well.")
    yield _fault(
        8, "The link of desk 7 on access-sw1 goes down; the switch sends a linkDown trap.",
        lambda network: network["access-sw1"].interface_down(7), "InterfaceDown", "access-sw1", "Gi0/7",
    )  # fmt: skip
    yield _fault(
        10, "The uplink of core-rt1 to access-sw1 fills to 97 %.",
        lambda network: network["core-rt1"].saturate(2, 0.97), "InterfaceSaturated", "core-rt1", "Te0/1",
    )  # fmt: skip
    yield _fault(
        12, "Somebody starts a backup: every processor of srv-files1 is at 98 %.",
        lambda network: network["srv-files1"].cpu(98), "CpuHigh", "srv-files1",
    )  # fmt: skip
    yield _fault(
        14, "A bad cable: desk 3 on access-sw2 receives 400 broken frames in a second.",
        lambda network: network["access-sw2"].errors(3, 400), "InterfaceErrors", "access-sw2", "Gi0/3",
    )  # fmt: skip
    yield _fault(
        15, "The backup eats the memory of srv-files1, too.",
        lambda network: network["srv-files1"].memory(97), "MemoryHigh", "srv-files1", "RAM",
    )  # fmt: skip
    yield _fault(
        17, "The line to the branch office breaks: fw-edge1, asked over SNMPv3, and branch-sw1 behind it are silent.",
        _line_breaks, "DeviceDown", "fw-edge1",
        also=Expectation(rule="DeviceDown", device="branch-sw1", becomes="held back"),
    )  # fmt: skip
    yield _fault(
        19, "Desk 5 on access-sw1 throws packets away: its queue is full.",
        lambda network: network["access-sw1"].discards(5, 200), "InterfaceDiscards", "access-sw1", "Gi0/5",
    )  # fmt: skip
    yield _fault(
        20, "Fan 2 of core-rt1 stops.",
        lambda network: network["core-rt1"].part("Fan 2", works=False), "FanFailed", "core-rt1", "Fan 2",
    )  # fmt: skip
    yield _fault(
        21, "The provider's router restarts: core-rt1 loses its BGP session with it.",
        lambda network: network["core-rt1"].peer("192.0.2.7", up=False), "PeerDown", "core-rt1", PROVIDER,
    )  # fmt: skip
    yield _recovery(
        22, "The link of desk 7 on access-sw1 is back; a linkUp trap says so.",
        lambda network: network["access-sw1"].interface_up(7), "InterfaceDown", "access-sw1", "Gi0/7",
    )  # fmt: skip
    yield _fault(
        24, "ups-rack1, asked over SNMPv1, restarts.",
        lambda network: network["ups-rack1"].reboot(), "DeviceRebooted", "ups-rack1",
    )  # fmt: skip
    yield _recovery(
        26, "The uplink of core-rt1 carries its usual traffic again.",
        lambda network: network["core-rt1"].usual_load(2), "InterfaceSaturated", "core-rt1", "Te0/1",
    )  # fmt: skip
    yield _recovery(
        29, "The line to the branch office is back.",
        _line_is_back, "DeviceDown", "fw-edge1",
    )  # fmt: skip
    yield _recovery(
        30, "The BGP session with the provider is up again.",
        lambda network: network["core-rt1"].peer("192.0.2.7", up=True), "PeerDown", "core-rt1", PROVIDER,
    )  # fmt: skip
    yield _recovery(
        31, "The backup is done.", _end_of_backup, "CpuHigh", "srv-files1",
        also=Expectation(rule="MemoryHigh", device="srv-files1", becomes="resolved", instance="RAM"),
    )  # fmt: skip
    yield _recovery(
        33, "The cable of desk 3 on access-sw2 is replaced.",
        lambda network: network["access-sw2"].errors(3, 0), "InterfaceErrors", "access-sw2", "Gi0/3",
    )  # fmt: skip
    yield _recovery(
        35, "The queue of desk 5 on access-sw1 empties.",
        lambda network: network["access-sw1"].discards(5, 0), "InterfaceDiscards", "access-sw1", "Gi0/5",
    )  # fmt: skip
    yield _recovery(
        36, "Fan 2 of core-rt1 is replaced.",
        lambda network: network["core-rt1"].part("Fan 2", works=True), "FanFailed", "core-rt1", "Fan 2",
    )  # fmt: skip
    yield _fault(
        38, "The backup has filled /srv on srv-files1; nobody does anything about it.",
        lambda network: network["srv-files1"].storage(98, "/srv"), "StorageFull", "srv-files1", "/srv",
    )  # fmt: skip
    yield StoryStep(at=46, says="The story is over; one disk is still full.")


def _line_breaks(network: SimulatedNetwork) -> None:
    network["fw-edge1"].silence()
    network["branch-sw1"].silence()


def _line_is_back(network: SimulatedNetwork) -> None:
    network["fw-edge1"].recover()
    network["branch-sw1"].recover()


def _end_of_backup(network: SimulatedNetwork) -> None:
    network["srv-files1"].cpu(None)
    network["srv-files1"].memory(55)


def _fault(
    at: float,
    says: str,
    act: Callable[[SimulatedNetwork], None],
    rule: str,
    device: str,
    instance: str = "",
    also: Expectation | None = None,
) -> StoryStep:
    expected = Expectation(rule=rule, device=device, becomes="firing", instance=instance)
    return StoryStep(at=at, says=says, act=act, expects=(expected, also) if also else (expected,))


def _recovery(
    at: float,
    says: str,
    act: Callable[[SimulatedNetwork], None],
    rule: str,
    device: str,
    instance: str = "",
    also: Expectation | None = None,
) -> StoryStep:
    expected = Expectation(rule=rule, device=device, becomes="resolved", instance=instance)
    return StoryStep(at=at, says=says, act=act, expects=(expected, also) if also else (expected,))
