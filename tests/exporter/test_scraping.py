"""/snmp answers as snmp_exporter does, and a little better where that gives no answer."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest
from pydantic import SecretStr

from netwatch.exporter import Answer, Exporter, Targets, read_definitions
from netwatch.model import Credential, Device, Oid, Tag, Varbind
from netwatch.polling import PollingSettings
from netwatch.simulator import SimulatedDevice, SimulatedNetwork
from netwatch.snmp import Pdu, PduKind, Snmp, decode_message, encode_message
from netwatch.snmp.metrics import wire
from tests.patience import PATIENCE_SECONDS
from tests.snmp_exporter import series_of

from .conftest import Ask


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


async def test_scrapes_that_overlap_count_each_their_own_packets(scraped):
    ask, _ = scraped
    await ask(module="kinds,if_mib")  # from now on it is known which columns there are
    alone = {name: await packets_of(ask, name) for name in ("kinds", "if_mib")}
    before = wire.requests

    together = await asyncio.gather(*(packets_of(ask, name) for name in ("kinds", "if_mib") * 3))

    assert together == [alone["kinds"], alone["if_mib"]] * 3
    assert sum(together) == wire.requests - before


async def packets_of(ask: Ask, module: str) -> float:
    return figure(await ask(module=module), f'snmp_scrape_packets_sent{{module="{module}"}}')


def figure(answer: Answer, series: str) -> float:
    lines = dict(line.rsplit(" ", 1) for line in answer.body.decode().splitlines() if not line.startswith("#"))
    return float(lines[series])


async def test_what_is_sent_again_is_counted_as_sent_and_as_sent_again(scraped, udp_port):
    ask, _ = scraped
    with quiet_socket(udp_port) as heard:
        answering = asyncio.create_task(
            ask(seconds=PATIENCE_SECONDS, target=f"127.0.0.1:{udp_port}", module="impatient_get")
        )
        first, asker = await asyncio.get_running_loop().sock_recvfrom(heard, 4096)
        second, _ = await asyncio.get_running_loop().sock_recvfrom(heard, 4096)
        heard.sendto(answered(second), asker)
        answer = await answering

    assert first != second
    assert figure(answer, 'snmp_scrape_packets_sent{module="impatient_get"}') == 2
    assert figure(answer, 'snmp_scrape_packets_retried{module="impatient_get"}') == 1


async def test_modules_of_one_question_are_asked_side_by_side(scraped, udp_port):
    ask, _ = scraped
    with quiet_socket(udp_port) as heard:
        answering = asyncio.create_task(ask(seconds=1.0, target=f"127.0.0.1:{udp_port}", module="instance,kinds"))
        async with asyncio.timeout(PATIENCE_SECONDS):
            asked = {
                (await asyncio.get_running_loop().sock_recvfrom(heard, 4096))[0].count(OWN_BYTES) for _ in range(2)
            }
        answer = await answering

    assert asked == {0, 1}  # neither was answered when the other was asked
    assert answer.status == 500


async def test_a_closed_port_is_no_matter_of_time_outs(scraped, udp_port):
    ask, _ = scraped

    began = time.monotonic()
    answer = await ask(target=f"127.0.0.1:{udp_port}", module="if_mib,kinds")

    assert time.monotonic() - began < 15  # time-outs would take 20 s
    assert answer.status == 500
    assert answer.body.decode().count(f"connection refused: nothing listens on UDP port {udp_port}") == 2


OWN_BYTES = bytes.fromhex("2b0601040181fd5909")


@contextlib.contextmanager
def quiet_socket(port: int) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as heard:
        heard.bind(("127.0.0.1", port))
        yield heard


def answered(request: bytes) -> bytes:
    """Return the answer to a GET of one instance: its null becomes a number."""
    message = decode_message(request)
    pdu = message.pdu
    assert isinstance(pdu, Pdu)
    varbinds = tuple(Varbind(oid=one.oid, tag=Tag.TIME_TICKS, value=5) for one in pdu.varbinds)
    return encode_message(replace(message, pdu=replace(pdu, kind=PduKind.RESPONSE, varbinds=varbinds)))
