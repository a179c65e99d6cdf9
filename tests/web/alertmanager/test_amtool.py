"""The real amtool works against NetWatch, and says what it says of a real Alertmanager that holds the same."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from netwatch.model import MuteKind, Muting
from tests.patience import PATIENCE_SECONDS
from tests.ports import free_port

from ..desk import Desk, quiet_night
from ..house import House, alert_of

UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
Run = Callable[..., Awaitable[str]]


class Amtool:
    """amtool, pointed at one address."""

    def __init__(self, url: str, directory: Path) -> None:
        self._url, self._directory = url.rstrip("/"), directory

    async def run(self, *arguments: str, stdin: str = "") -> tuple[int, str, str]:
        program = shutil.which("amtool")
        if program is None:
            pytest.skip("amtool is not installed (Debian package: prometheus-alertmanager)")
        process = await asyncio.create_subprocess_exec(
            program, f"--alertmanager.url={self._url}", *arguments, env={"HOME": str(self._directory)},
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, err = await asyncio.wait_for(process.communicate(stdin.encode()), PATIENCE_SECONDS)
        return process.returncode or 0, out.decode(), err.decode()

    async def __call__(self, *arguments: str, stdin: str = "") -> str:
        code, out, err = await self.run(*arguments, stdin=stdin)
        assert code == 0, f"amtool {' '.join(arguments)}: {err}"
        assert "panic" not in err
        return out


@pytest.fixture
def amtool(serve, tmp_path) -> Callable[..., Amtool]:
    """`amtool(house, desk)` asks NetWatch."""

    def of(house: House, desk: Desk | None = None) -> Amtool:
        client: httpx.AsyncClient = serve(house, desk)
        return Amtool(str(client.base_url), tmp_path)

    return of


def names(table: str) -> list[str]:
    return sorted(line.split()[0] for line in table.splitlines()[1:])


async def test_alerts_are_listed_by_status_and_matchers(amtool):
    ask = amtool(*quiet_night())

    assert names(await ask("alert")) == ["Down", "Errors", "Reboot"]
    assert names(await ask("alert", "query", "--silenced")) == ["Hot"]
    assert names(await ask("alert", "query", "--inhibited")) == ["Full", "Slow"]
    assert names(await ask("alert", "query", "-a", "-s", "-i", "-u", "device=~s.*")) == ["Errors", "Hot", "Reboot"]
    assert names(await ask("alert", "query", "Down", "device=r1")) == ["Down"]
    assert names(await ask("alert", "query", "--receiver", "boss")) == ["Down"]
    assert names(await ask("alert", "query", "no such alert")) == []


async def test_alerts_are_shown_in_every_form_amtool_knows(amtool):
    ask = amtool(*quiet_night())

    extended = await ask("-o", "extended", "alert", "query", "Down")
    (alert,) = json.loads(await ask("-o", "json", "alert", "query", "Down"))

    assert 'alertname="Down" device="r1" severity="critical"' in extended
    assert "/explain?rule=Down&device=r1" in extended
    assert alert["status"]["state"] == "active"
    assert alert["fingerprint"] == "3e67c2242a45f349"


async def test_a_silence_is_added_queried_updated_and_expired(amtool):
    house = House(known_alerts=[alert_of("Down", "r1"), alert_of("Down", "r2")])
    ask = amtool(house)

    identifier = (await ask("silence", "add", "-a", "anna", "-c", "core upgrade", "-d", "2h", "device=r1")).strip()
    assert UUID.fullmatch(identifier)
    assert names(await ask("alert")) == ["Down"]
    assert identifier in await ask("silence", "query", "device=r1")
    assert (await ask("silence", "query", "-q", "--created-by", "anna")).strip() == identifier
    assert "No" not in await ask("silence", "query", "device=r9")

    updated = await ask("silence", "update", "-d", "5h", "-c", "takes longer", identifier)
    assert "takes longer" in updated
    (silence,) = json.loads(await ask("-o", "json", "silence", "query"))
    lasts = datetime.fromisoformat(silence["endsAt"]) - datetime.now(UTC)
    assert timedelta(hours=4, minutes=58) < lasts < timedelta(hours=5, minutes=1)
    assert silence["id"] == identifier

    await ask("silence", "expire", identifier)
    assert identifier not in await ask("silence", "query")
    assert identifier in await ask("silence", "query", "--expired")
    assert len(names(await ask("alert"))) == 2


async def test_silences_are_exported_and_imported(amtool, tmp_path):
    ask = amtool(House())
    for device in ("r1", "r2"):
        await ask("silence", "add", "-a", "anna", "-c", 'says "hello", äöü', f"device=~{device}.*", "severity!=info")
    kept = await ask("-o", "json", "silence", "query")
    export = tmp_path / "silences.json"
    export.write_text(kept)

    elsewhere = amtool(House())
    imported = await elsewhere("silence", "import", str(export))

    assert len(UUID.findall(imported)) == 2
    there = json.loads(await elsewhere("-o", "json", "silence", "query"))
    key = "matchers"
    assert sorted(str(one[key]) for one in there) == sorted(str(one[key]) for one in json.loads(kept))
    assert {one["comment"] for one in there} == {'says "hello", äöü'}


async def test_status_configuration_and_routes_can_be_shown_and_tested(amtool):
    ask = amtool(House())

    assert "disabled" in await ask("cluster", "show")
    assert "receiver: noc" in await ask("config", "show")
    assert 'severity="critical"' in await ask("config", "routes")
    assert (await ask("config", "routes", "test", "severity=critical")).strip() == "boss,noc"
    assert (await ask("config", "routes", "test", "severity=info")).strip() == "noc"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["silence", "add", "-a", "anna", "-c", "x", f"device=~{'a' * 1001}"], "longer than 1000 characters"),
        (["silence", "add", "-a", "anna", "-c", "x", "device=~.*"], "must not match empty text"),
        (["silence", "add", "-a", " ", "-c", "x", "device=r1"], "author"),
        (["silence", "update", "-d", "1h", "00000000-0000-0000-0000-000000000000"], ""),
        (["silence", "expire", "00000000-0000-0000-0000-000000000000"], ""),
        (["alert", "add", "alertname=Own", "device=r1"], ""),
        (["alert", "query", "--receiver", "("], "receiver"),
    ],
)
async def test_what_cannot_be_done_is_refused_and_amtool_says_so(amtool, arguments, words):
    code, _, err = await amtool(House()).run(*arguments)

    assert code != 0
    assert "panic" not in err
    assert words in err


class Alertmanager:
    """A real Alertmanager of our own with the same routes and one inhibition."""

    CONFIG = """
route: {receiver: noc, group_by: [device], routes: [
  {matchers: ['severity="critical"'], receiver: boss, continue: true}, {receiver: noc}]}
receivers: [{name: noc}, {name: boss}]
inhibit_rules: [{source_matchers: ['alertname="Down"'], target_matchers: ['severity="warning"'], equal: [device]}]
"""

    def __init__(self, directory: Path) -> None:
        self.address = f"127.0.0.1:{free_port()}"
        self._directory = directory

    async def start(self) -> None:
        program = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")
        if program is None:
            pytest.skip("alertmanager is not installed (Debian package: prometheus-alertmanager)")
        config = self._directory / "alertmanager.yml"
        config.write_text(self.CONFIG)
        self._process = await asyncio.create_subprocess_exec(
            program, f"--config.file={config}", f"--storage.path={self._directory / 'state'}",
            f"--web.listen-address={self.address}", "--cluster.listen-address=",
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        async with asyncio.timeout(PATIENCE_SECONDS), httpx.AsyncClient() as client:
            while not await self._is_ready(client):  # noqa: ASYNC110 # another process holds what we wait for
                await asyncio.sleep(0.05)

    async def _is_ready(self, client: httpx.AsyncClient) -> bool:
        try:
            return (await client.get(f"http://{self.address}/-/ready")).status_code == 200
        except httpx.TransportError:
            return False

    async def stop(self) -> None:
        self._process.terminate()
        await asyncio.wait_for(self._process.wait(), PATIENCE_SECONDS)


@pytest.fixture
async def alertmanager(tmp_path) -> AsyncIterator[Alertmanager]:
    real = Alertmanager(tmp_path)
    await real.start()
    yield real
    await real.stop()


SAME = [
    ("Down", "r1", "critical"), ("Slow", "r1", "warning"), ("Slow", "r2", "warning"), ("Hot", "sw1", "info"),
    ("Full", "nas1", "warning"),
]  # fmt: skip
QUESTIONS = [
    ["alert", "query"], ["alert", "query", "-s"], ["alert", "query", "-i"], ["alert", "query", "-a", "-s", "-i"],
    ["alert", "query", "Slow"], ["alert", "query", "-s", "device=~r.*"], ["alert", "query", "device!=r1"],
    ["alert", "query", "--receiver", "boss"], ["alert", "query", "--receiver", "no.*", "severity=~warn.*"],
    ["alert", "query", "device=~"], ["alert", "query", "site="], ["alert", "query", "site!="],
    ["alert", "query", "nothing of that name"], ["alert", "query", 'device="r1"'], ["alert", "query", "device= r1"],
    ["silence", "query"], ["silence", "query", "--expired"], ["silence", "query", "device=r2"],
    ["silence", "query", "severity=info"], ["silence", "query", "--created-by", "ben"], ["silence", "query", "Hot"],
    ["silence", "query", "--within", "90m"], ["cluster", "show"], ["config", "routes"],
    ["config", "routes", "test", "severity=critical"], ["config", "routes", "test", "severity=info"],
]  # fmt: skip
"""What amtool may be asked; each answer must be the same in every form."""


def same(text: str) -> list[str]:
    """The answer without what differs by nature: ids, times, links, and the width and order that follow from them."""
    text = UUID.sub("ID", text)
    text = re.sub(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?(Z| UTC)", "TIME", text)
    text = re.sub(r"http://[^\s\"]*/explain[^\s\"]*", "", text)
    return sorted(" ".join(line.split()) for line in text.splitlines())


def same_json(text: str) -> object:
    """The same of JSON, where what newer Alertmanagers say and this one does not is left out too."""
    found = json.loads(same(text)[0])
    for one in found if isinstance(found, list) else ():
        one.pop("generatorURL", None)
        one.get("status", {}).pop("mutedBy", None)
    return sorted(json.dumps(one, sort_keys=True) for one in found) if isinstance(found, list) else found


async def test_amtool_says_the_same_of_netwatch_and_of_an_alertmanager(amtool, alertmanager, tmp_path):
    house = House(known_alerts=[alert_of(name, device, severity=severity) for name, device, severity in SAME])
    desk = Desk(house)
    desk.held_back["Slow-r1-"] = Muting(kind=MuteKind.INHIBITED, reason="inhibited by Down on r1", by="Down-r1-")
    ours, theirs = amtool(house, desk), Amtool(f"http://{alertmanager.address}", tmp_path)
    for name, device, severity in SAME:
        labels = [f"alertname={name}", f"device={device}", f"severity={severity}"]
        await theirs("alert", "add", *labels, f"--annotation=summary={name}")

    for ask in (ours, theirs):
        await ask("silence", "add", "-a", "anna", "-c", "core upgrade", "-d", "1h", "device=r2", "severity=~warn.*")
        await ask("silence", "add", "-a", "ben", "-c", "too hot", "-d", "2h", "Hot", "severity!=critical")
        over = (await ask("silence", "add", "-a", "ben", "-c", "done", "-d", "2h", "device=nas1")).strip()
        await ask("silence", "update", "-c", "all done", over)
        await ask("silence", "expire", over)

    for question in QUESTIONS:
        for form in ("simple", "extended"):
            told = [same(await ask("-o", form, *question)) for ask in (ours, theirs)]
            assert told[0] == told[1], (question, form)
        if question[1] == "query":
            told = [same_json(await ask("-o", "json", *question)) for ask in (ours, theirs)]
            assert told[0] == told[1], question


@pytest.mark.parametrize(
    "arguments",
    [
        ["alert", "query", "{"], ["alert", "query", "device=~["], ["silence", "query", "device=~["],
        ["silence", "add", "-a", "anna", "-c", "x", "site=~|x"], ["silence", "add", "-a", "anna", "-c", "x", "site="],
        ["silence", "expire", "00000000-0000-0000-0000-000000000000"], ["silence", "expire", "no-id"],
        ["silence", "update", "-d", "1h", "00000000-0000-0000-0000-000000000000"],
        ["silence", "import", "-"], ["config", "routes", "test"],
    ],
)  # fmt: skip
async def test_netwatch_refuses_what_an_alertmanager_refuses(amtool, alertmanager, tmp_path, arguments):
    ours, theirs = amtool(House()), Amtool(f"http://{alertmanager.address}", tmp_path)

    codes = [(await ask.run(*arguments))[0] for ask in (ours, theirs)]

    assert codes[0] == codes[1]
