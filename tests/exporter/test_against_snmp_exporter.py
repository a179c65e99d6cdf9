"""The real snmp_exporter and NetWatch give the same series for the same device.

What is different, and why, stands in docs/prometheus.md: how long a scrape took and how many packets it was, and what
is asked for without `strict=1`. Debian's package is an older release; SNMP_EXPORTER names a newer one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from netwatch.model import Oid
from tests.snmp_exporter import NAMES, PACKAGE, Peer, find_peer, for_peer, heads_of, is_old, running, series_of

from .conftest import CONTENT

ONLY_NEWER = {"kinds", "filtered"}
"""What 0.21 has no keys for."""


@pytest.fixture(scope="module")
def peer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Peer, bool]]:
    program = find_peer()
    if program is None:
        pytest.skip(f"NOT TESTED against the real snmp_exporter: none of {', '.join(NAMES)} here (Debian: {PACKAGE})")
    old = is_old(program)
    modules = {name: module for name, module in CONTENT["modules"].items() if not (old and name in ONLY_NEWER)}
    content = for_peer({"auths": CONTENT["auths"], "modules": modules}, old=old)
    with running(program, content, tmp_path_factory.mktemp("peer")) as started:
        yield started, old


@pytest.mark.parametrize("module", [name for name in CONTENT["modules"] if name != "impatient"])
async def test_every_module_gives_the_same_series_with_the_same_words(scraped, peer, module):
    (real, old), (ask, device) = peer, scraped
    if old and module in ONLY_NEWER:
        assert (await ask(module=module, strict="1")).status == 200  # that release has no say in it
        return

    status, text = await asyncio.to_thread(real.scrape, target=f"127.0.0.1:{device.port}", module=module)
    answer = await ask(module=module, strict="1")

    assert (answer.status, status) == (200, 200)
    ours = answer.body.decode()
    assert without_scrape(series_of(ours)) == without_scrape(series_of(text))
    if not old:
        assert set(series_of(ours)) == set(series_of(text))
        assert heads_of(ours) == heads_of(text)


async def test_a_walk_that_a_device_ends_with_an_error_is_no_failure_for_either(scraped, peer):
    (real, _), (ask, device) = peer, scraped
    device.broken(Oid.parse("1.3.6.1.2.1.31.1.1.1.18"))
    asked = {"target": f"127.0.0.1:{device.port}", "module": "if_mib"}

    status, text = await asyncio.to_thread(lambda: real.scrape(**asked))
    answer = await ask(**asked, strict="1")

    assert (answer.status, status) == (200, 200)
    assert without_scrape(series_of(text)).items() <= without_scrape(series_of(answer.body.decode())).items()


def without_scrape(series: dict[str, float]) -> dict[str, float]:
    return {name: value for name, value in series.items() if not name.startswith("snmp_scrape_")}


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"target": ""}, 400),
        ({"module": "gone"}, 400),
        ({"auth": "gone"}, 400),
        ({"module": "impatient", "auth": "wrong"}, 500),
    ],
)
async def test_what_cannot_be_answered_has_the_same_status(scraped, peer, parameters, expected):
    (real, old), (ask, device) = peer, scraped
    asked = {"target": f"127.0.0.1:{device.port}", "module": "if_mib", **parameters}

    assert (await ask(**asked)).status == expected
    if not (old and "auth" in parameters):  # which has no such parameter
        assert (await asyncio.to_thread(lambda: real.scrape(**asked)))[0] == expected


def test_the_older_format_is_made_of_the_same_modules():
    old = for_peer(CONTENT, old=True)

    assert old["if_mib"]["auth"] == {"community": "public"}
    assert old["if_mib"]["walk"] == CONTENT["modules"]["if_mib"]["walk"]
    assert [metric["name"] for metric in old["kinds"]["metrics"]][:2] == ["ownText", "ownBits"]
