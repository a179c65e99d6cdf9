"""walk: a subtree, and nothing behind it."""

from __future__ import annotations

import json

from ..conftest import COMMUNITY

SYSTEM = "1.3.6.1.2.1.1"


def flags(device) -> list[str]:
    return [f"127.0.0.1:{device.port}", "-v", "2c", "-c", COMMUNITY]


def test_a_walk_prints_the_subtree_and_nothing_behind_it(netwatch, nasty_device):
    result = netwatch("walk", *flags(nasty_device), SYSTEM, "--json")

    oids = [row["oid"] for row in json.loads(result.stdout)]
    assert result.exit_code == 0
    assert oids == [f"{SYSTEM}.{number}.0" for number in range(1, 8)]
