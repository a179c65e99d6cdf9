"""How far a sweep is, kept in a file so that one that was broken off goes on where it was.

May import: the files of this room. Called by: netwatch.discovery.sweep, netwatch.cli.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from netwatch.discovery.found import Host
from netwatch.discovery.ranges import Ranges


@dataclass(slots=True, kw_only=True)
class Progress:
    """What is done of a sweep. blocks: numbers of the blocks of addresses that are done. asked: addresses in them.

    others: hosts that answered and are only counted, since nothing more is wanted of them.
    """

    networks: tuple[str, ...]
    blocks: set[int] = field(default_factory=set)
    asked: int = 0
    hosts: list[Host] = field(default_factory=list, repr=False)  # asyncio.run has its result written out
    others: int = 0

    @classmethod
    def of(cls, ranges: Ranges) -> Progress:
        """Return that nothing is done yet."""
        return cls(networks=_names(ranges))

    @classmethod
    def read(cls, path: Path, ranges: Ranges) -> Progress:
        """Return how far a sweep of the same ranges came; from the start where the file tells of none."""
        try:
            kept = json.loads(path.read_text())
            if tuple(kept["networks"]) != _names(ranges):
                return cls.of(ranges)
            hosts = [Host(**{**host, "addresses": tuple(host["addresses"])}) for host in kept["hosts"]]
            return cls(
                networks=_names(ranges), blocks=set(map(int, kept["blocks"])), asked=int(kept["asked"]),
                others=int(kept.get("others", 0)),
                hosts=[host for host in hosts if host.address in ranges],
            )  # fmt: skip
        except (OSError, ValueError, KeyError, TypeError):
            return cls.of(ranges)

    def write(self, path: Path) -> None:
        """Keep it; readable by nobody else, as it says what stands where."""
        kept = {
            "networks": self.networks, "blocks": sorted(self.blocks), "asked": self.asked, "others": self.others,
            "hosts": [host._asdict() for host in self.hosts],
        }  # fmt: skip
        new = path.with_name(f"{path.name}.new")
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(kept, file)
        new.replace(path)

    def only_devices(self) -> None:
        """Keep the hosts to which a credential fits, and of the others how many they are."""
        rest = [host for host in self.hosts if host.credential]
        self.others += len(self.hosts) - len(rest)
        self.hosts = rest

    @property
    def answering(self) -> int:
        """Return how many hosts answered anything."""
        return len(self.hosts) + self.others

    def done(self, block: int, asked: int, hosts: Iterable[Host]) -> None:
        """Take in that a block of addresses is done."""
        self.blocks.add(block)
        self.asked += asked
        self.hosts += hosts


def _names(ranges: Ranges) -> tuple[str, ...]:
    return (*map(str, ranges.networks), *(f"-{network}" for network in ranges.excluded))
