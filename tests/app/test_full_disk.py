"""The whole agent on a disk that fills up: it goes on alerting, and says what is the matter with it."""

from __future__ import annotations

from ..store.mounts import run_with_mounts

SCRIPT = """
import asyncio, json, subprocess, sys, urllib.request
from pathlib import Path
from pydantic import SecretStr
from netwatch.app import App
from netwatch.config import load_settings
from netwatch.model import Credential
from netwatch.simulator import SimulatedDevice, SimulatedNetwork, SmtpSink
from tests.patience import PATIENCE_SECONDS
from tests.ports import free_port

ROOM = Path("/mnt")
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "none", str(ROOM)], check=True)
PUBLIC = Credential(name="usual", version="2c", community=SecretStr("public"))
CONFIG = '''
credentials: {usual: {version: 2c, community: public}}
devices: [{name: sw1, address: 127.0.0.1, port: %d, credential: usual}]
polling: {interval: 2s, reachability_interval: 1s, timeout: 200ms, retries: 1}
route: {receiver: noc, group_by: [alertname], group_wait: 0s, group_interval: 1s}
receivers: [{name: noc, email: {to: [noc@example.net]}}]
smtp: {relays: [{host: 127.0.0.1, port: %d}]}
web: {listen: "127.0.0.1:%d"}
store: {url: "sqlite:////mnt/netwatch.db", reserve: 4}
'''

def fill():
    try:
        with (ROOM / "other").open("wb") as other:
            while True:
                other.write(bytes(65536))
                other.flush()
    except OSError:
        pass

async def fetched(app, path):
    def fetch():
        with urllib.request.urlopen(app.address + path, timeout=PATIENCE_SECONDS) as answer:
            return answer.status, answer.read().decode()
    return await asyncio.to_thread(fetch)

async def until(condition, what):
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await condition():
            await asyncio.sleep(0.1)
    print(what, flush=True)

async def main():
    network, sink = SimulatedNetwork([SimulatedDevice("sw1", PUBLIC)]), SmtpSink()
    await network.start()
    await sink.start()
    config = Path(sys.argv[1])
    config.write_text(CONFIG % (network["sw1"].port, sink.port, free_port()))
    app = App(load_settings(config))
    await app.start()

    async def is_up():
        return '"up":true' in (await fetched(app, "api/v1/devices"))[1].replace(" ", "")

    async def is_told(words):
        return any(words in mail.subject for mail in sink.mails)

    await until(is_up, "up")
    await asyncio.to_thread(fill)
    await network.stop()
    await until(lambda: is_told("sw1"), "the device is told of")

    async def trouble_fires():
        alerts = json.loads((await fetched(app, "api/v1/alerts"))[1])
        return any(one["rule"] == "StoreTrouble" for one in alerts)

    await until(trouble_fires, "the trouble is an alert")
    status, words = await fetched(app, "-/ready")
    assert status == 200 and "reserve" in words, (status, words)
    (ROOM / "other").unlink()

    async def all_is_well():
        return (await fetched(app, "-/ready"))[1] == "NetWatch is ready.\\n"

    await until(all_is_well, "all is well again")
    await app.stop()
    await sink.stop()

asyncio.run(main())
"""

NO_RESERVE = (
    SCRIPT.partition("async def main():")[0].replace("reserve: 4", "reserve: 0").replace("bytes(65536)", "bytes(512)")
    + """
import urllib.error
from datetime import timedelta
from netwatch.app import housekeeping
from netwatch.app.health import last_resort
housekeeping.SELF_WATCH_INTERVAL = timedelta(seconds=0.5)
last_resort.AFTER = timedelta(seconds=1)

async def main():
    network, sink = SimulatedNetwork([SimulatedDevice("sw1", PUBLIC)]), SmtpSink()
    await network.start()
    await sink.start()
    config = Path(sys.argv[1])
    config.write_text(CONFIG % (network["sw1"].port, sink.port, free_port()))
    app = App(load_settings(config))
    await app.start()

    async def is_up():
        return '"up":true' in (await fetched(app, "api/v1/devices"))[1].replace(" ", "")

    await until(is_up, "up")
    await asyncio.to_thread(fill)
    await network.stop()

    async def is_told():
        return any("sent directly" in mail.subject for mail in sink.mails)

    await until(is_told, "told past the outbox")
    (mail,) = [one for one in sink.mails if "sent directly" in one.subject]
    assert list(mail.recipients) == ["noc@example.net"], mail
    assert b"/mnt/netwatch.db" in mail.message, mail
    try:
        status, words = await fetched(app, "-/ready")
    except urllib.error.HTTPError as exc:
        status, words = exc.code, exc.read().decode()
    assert status == 503 and "the database cannot be written" in words, (status, words)
    assert "the database cannot be written" in (await fetched(app, ""))[1]
    assert 'netwatch_direct_mails_total{outcome="sent"} 1.0' in (await fetched(app, "metrics"))[1]
    (ROOM / "other").unlink()

    async def kept_ones_too():
        return any("sw1" in mail.subject for mail in sink.mails)

    await until(kept_ones_too, "what waited is told")
    assert len([one for one in sink.mails if "sent directly" in one.subject]) == 1
    await app.stop()
    await sink.stop()

asyncio.run(main())
"""
)


def test_an_agent_on_a_full_disk_still_alerts_says_so_and_recovers(tmp_path):
    said = run_with_mounts(SCRIPT, tmp_path / "netwatch.yaml")

    steps = [
        "up", "the device is told of", "the trouble is an alert", "all is well again",
    ]  # fmt: skip
    assert [line for line in said.splitlines() if line in steps] == steps


def test_where_nothing_can_be_written_any_more_a_mail_goes_out_past_the_outbox_and_it_is_not_ready(tmp_path):
    said = run_with_mounts(NO_RESERVE, tmp_path / "netwatch.yaml")

    steps = ["up", "told past the outbox", "what waited is told"]
    assert [line for line in said.splitlines() if line in steps] == steps
