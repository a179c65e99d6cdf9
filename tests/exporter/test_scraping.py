"""/snmp answers as snmp_exporter does, and a little better where that gives no answer."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest
from pydantic import SecretStr

from netwatch.exporter import Exporter, Targets, read_definitions
from netwatch.model import Credential, Device, Oid
from netwatch.polling import PollingSettings
from netwatch.simulator import SimulatedDevice, SimulatedNetwork
from netwatch.snmp import Snmp
from tests.snmp_exporter import series_of


async def test_a_module_gives_its_series_and_what_the_scrape_was_like(scraped):
    ask, device = scraped

    answer = await ask(module="if_mib")

    assert (answer.status, answer.content_type) == (200, "text/plain; version=0.0.4; charset=utf-8")
    text = answer.body.decode()
    series = series_of(text)
    ports = len(device.interfaces)
    assert sum(name.startswith("ifMtu{") for name in series) == ports
    assert "# HELP ifMtu ifMtu - 1.3.6.1.2.1.2.2.1.4\n# TYPE ifMtu gauge\n" in text
    assert "# TYPE ifInOctets counter\n" in text
    assert {name for name in series if name.startswith("snmp_scrape")} == {
        f'snmp_scrape_{what}{{module="if_mib"}}'
        for what in ("duration_seconds", "packets_retried", "packets_sent", "pdus_returned", "walk_duration_seconds")
    }


async def test_several_modules_are_one_answer(scraped):
    ask, _ = scraped

    series = series_of((await ask(module="kinds,instance")).body.decode())

    assert series["ownTemperature"] == 23.5
    assert series['ownPeer{peer="10.0.0.1"}'] == 6
    assert series["ownBig"] == 2**53 - 3
    assert "sysUpTime" in series  # walked by its full name, which has no successor


async def test_a_filter_asks_for_the_rows_that_fit(scraped):
    ask, _ = scraped

    series = series_of((await ask(module="filtered")).body.decode())

    rows = [name for name in series if name.startswith("ifMtu{")]
    assert len(rows) == 1
    assert 'ifIndex="1"' in rows[0]


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"target": ""}, "'target' parameter must be specified once"),
        ({"module": "gone"}, "Unknown module 'gone'"),
        ({"auth": "gone"}, "Unknown auth 'gone'"),
        ({"snmp_engineid": "xyz"}, "'snmp_engineid' parameter must be hexadecimal"),
        ({"target": "127.0.0.1:x"}, "error converting port number"),
    ],
)
async def test_a_question_that_makes_no_sense_is_a_400_in_snmp_exporters_words(scraped, parameters, words):
    ask, _ = scraped

    answer = await ask(**parameters)

    assert answer.status == 400
    assert words in answer.body.decode()


async def test_a_stranger_is_a_403(scraped):
    ask, _ = scraped

    assert (await ask(target="192.0.2.1")).status == 403


async def test_a_device_that_is_silent_is_a_500_within_the_time_that_prometheus_gives(scraped):
    ask, device = scraped
    device.silence()

    answer = await ask(seconds=0.3, module="kinds,if_mib")

    assert answer.status == 500
    assert answer.body.decode().startswith("An error has occurred while serving metrics:\n\nerror collecting metric ")


async def test_a_walk_that_ends_with_an_error_is_told_and_takes_no_other_module_along(scraped):
    ask, device = scraped
    device.broken(Oid.parse("1.3.6.1.2.1.2.2.1.6"))

    kind = await ask(module="if_mib,kinds")
    strict = await ask(module="if_mib,kinds", strict="1")

    series = series_of(kind.body.decode())
    assert kind.status == 200
    assert series["ownTemperature"] == 23.5
    assert series['netwatch_snmp_module_success{module="if_mib"}'] == 0
    assert strict.status == 200
    assert b"netwatch_snmp_module_success" not in strict.body


async def test_where_no_module_may_fail_silence_in_the_midst_is_a_500(scraped):
    ask, device = scraped
    await ask(module="kinds")

    device.silence()

    assert (await ask(seconds=0.3, module="kinds", strict="1")).status == 500


async def test_what_a_device_does_not_have_is_no_error(scraped):
    ask, _ = scraped

    answer = await ask(module="absent", strict="1")

    assert answer.status == 200
    assert series_of(answer.body.decode())['snmp_scrape_pdus_returned{module="absent"}'] == 0


V3 = Credential(
    name="v3", version="3", user="ann", auth_protocol="SHA-256", auth_passphrase=SecretStr("of eight letters"),
    privacy_protocol="AES", privacy_passphrase=SecretStr("and eight more"),
)  # fmt: skip
AUTHS = """
auths:
  v3: {version: 3, security_level: authPriv, username: ann, auth_protocol: SHA256, password: of eight letters,
       priv_protocol: AES, priv_password: and eight more}
modules:
  instance: {get: [1.3.6.1.2.1.1.3.0], metrics: [{name: sysUpTime, oid: 1.3.6.1.2.1.1.3, type: gauge}]}
"""


async def test_a_device_is_asked_as_an_auth_of_version_3_says_or_as_it_is_polled(tmp_path):
    (tmp_path / "snmp.yml").write_text(AUTHS)
    simulated = SimulatedDevice("core", V3)
    network = SimulatedNetwork([simulated])
    await network.start()
    device = Device(name="core", address="127.0.0.1", port=simulated.port, credential=replace(V3, name="own"))
    definitions = read_definitions([tmp_path / "snmp.yml"])
    exporter = Exporter(definitions, Targets([device], [], nobody), Snmp(PollingSettings()))
    await exporter.start()

    answers = {
        auth: await exporter.scrape({"target": ["core"], "module": ["instance"], "auth": [auth]})
        for auth in ("v3", "", "own", "another")
    }
    await exporter.stop()
    await network.stop()

    assert {auth: answer.status for auth, answer in answers.items()} == {
        "v3": 200,
        "": 200,
        "own": 200,
        "another": 400,
    }
    assert b"sysUpTime " in answers["v3"].body


async def nobody(name: str) -> Sequence[str]:
    return []


async def test_many_scrapes_at_once_do_not_mix(scraped):
    ask, _ = scraped

    answers = await asyncio.gather(*(ask(module=name) for name in ("if_mib", "kinds", "instance") * 5))

    whole = [{name for name in series_of(answer.body.decode()) if "scrape" not in name} for answer in answers]
    assert whole[:3] * 5 == whole
