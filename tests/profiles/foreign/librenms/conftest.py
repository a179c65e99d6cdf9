from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from netwatch.model import CONCEPTS, Credential, Device, Oid
from netwatch.polling import PollingSettings, poll_once
from netwatch.profiles import ProfileLibrary, load_library
from netwatch.profiles.foreign.definitions import Foreign
from netwatch.snmp import Snmp
from tests.odd_agent import OddAgent
from tests.patience import PATIENCE_SECONDS

NAMES = {
    "PROBE-MIB::probeName": "1.3.6.1.4.1.32473.9.1.1.2",
    "PROBE-MIB::probeHigh": "1.3.6.1.4.1.32473.9.1.1.5",
    "PROBE-MIB::rackName": "1.3.6.1.4.1.32473.8.1.1.2",
    "PROBE-MIB::memTotal": "1.3.6.1.4.1.32473.7.1",
    "PROBE-MIB::memFree": "1.3.6.1.4.1.32473.7.2",
    "PROBE-MIB::serial.0": "1.3.6.1.4.1.32473.7.3.0",
    "PROBE-MIB::signature.0": "1.3.6.1.4.1.32473.7.9.0",
}
SIGNS = """
os: probeos
text: Probe
discovery:
    - sysObjectID: .1.3.6.1.4.1.32473.1
"""


def resolve(text: str) -> Oid:
    return Oid.parse(NAMES.get(text, text))


@pytest.fixture(scope="session")
def shipped() -> ProfileLibrary:
    """The shipped profiles, which no file of LibreNMS's changes."""
    return load_library()


@pytest.fixture
def library_of(tmp_path: Path, shipped: ProfileLibrary):
    """Return a library with a folder of files, by name without `.yaml`; a discovery named `probeos` has its signs."""

    def made(**files: str):
        files.setdefault("signs", SIGNS)
        for number, (name, text) in enumerate(files.items()):
            folder = tmp_path / str(number)
            folder.mkdir(exist_ok=True)
            (folder / f"{name}.yaml").write_text(text)
        foreign = Foreign(resolve)
        for path in sorted(tmp_path.rglob("*.yaml")):
            assert foreign.take(path)
        profiles = {name: shipped.named(name) for name in shipped.names()}
        return ProfileLibrary(profiles, foreign.problems, shipped.names(), shipped.catalogue, foreign)

    return made


@pytest.fixture
def rows_of(library_of):
    """Return the rows of a concept, by their first label, of a device with some cells and one discovery file."""

    async def polled(discovery: str, cells: Sequence[str], concept: str) -> dict[str, dict[str, Any]]:
        client = Snmp(PollingSettings())
        await client.start()
        group = "1.3.6.1.2.1.1"
        system = [f"{group}.1.0|4|Probe 7 v2.5", f"{group}.2.0|6|1.3.6.1.4.1.32473.1.4", f"{group}.3.0|67|99"]
        with OddAgent([*system, *cells]) as agent:
            device = Device(
                name="probe", address="127.0.0.1", port=agent.port, timeout=timedelta(seconds=PATIENCE_SECONDS),
                credential=Credential(name="c", version="2c", community=SecretStr("public")),
            )  # fmt: skip
            try:
                _, readings = await poll_once(device, library_of(probeos=discovery), client)
            finally:
                await client.stop()
        found = [one for one in readings if one.table == concept]
        label, words = CONCEPTS[concept].labels[0], CONCEPTS[concept].enums
        return {
            one.rows.labels_of(row)[label]: {
                **one.rows.labels_of(row),
                **{
                    name: words[name].get(column[row], column[row]) if name in words else column[row]
                    for name, column in one.columns.items()
                    if column[row] is not None
                },
            }
            for one in found
            for row in range(len(one.rows.index))
        }

    return lambda *said: asyncio.run(polled(*said))
