"""/sd/prometheus: what Prometheus is told to scrape."""

from __future__ import annotations

from dataclasses import replace

from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families

from netwatch.web.prometheus.targets_route import AT_ONCE

from ..house import bad_night


async def test_every_device_is_a_target_whose_instance_is_its_name(serve):
    house = bad_night()
    client = serve(house)

    answer = await client.get("/sd/prometheus")

    assert answer.headers["content-type"] == "application/json"
    targets = answer.json()
    assert [one["labels"]["instance"] for one in targets] == [status.device.name for status in house.statuses]
    first, device = targets[0]["labels"], house.statuses[0].device
    assert targets[0]["targets"] == [f"{client.base_url.host}:{client.base_url.port}"]
    assert (first["device"], first["__param_device"], first["__metrics_path__"]) == (
        device.name, device.name, "/metrics",
    )  # fmt: skip
    assert first["__meta_netwatch_address"] == device.address
    assert {name: first[name] for name in device.labels} == dict(device.labels)
    assert "s3cret-community" not in answer.text


async def test_many_devices_are_one_list_and_head_has_none_of_it(serve):
    house = bad_night()
    one = house.statuses[0]
    house.statuses = [replace(one, device=replace(one.device, name=f"sw{n}")) for n in range(2 * AT_ONCE + 1)]
    client = serve(house)

    answer = await client.get("/sd/prometheus")

    assert [target["labels"]["device"] for target in answer.json()] == [f"sw{n}" for n in range(2 * AT_ONCE + 1)]
    assert (await client.head("/sd/prometheus")).content == b""


async def test_with_a_module_the_targets_are_those_of_snmp(serve):
    client = serve(bad_night())

    labels = (await client.get("/sd/prometheus?module=if_mib&auth=public_v2")).json()[0]["labels"]

    assert (labels["__metrics_path__"], labels["__param_target"]) == ("/snmp", labels["instance"])
    assert (labels["__param_module"], labels["__param_auth"]) == ("if_mib", "public_v2")


async def test_metrics_of_one_device_have_neither_its_name_nor_what_is_netwatchs_own(serve):
    house = bad_night()
    client = serve(house)
    name = next(device for device, readings in house.tables.items() if readings)

    alone = (await client.get(f"/metrics?device={name}")).text
    whole = (await client.get("/metrics")).text

    families = list(text_string_to_metric_families(alone))
    samples = [sample for family in families for sample in family.samples]
    assert all("device" not in sample.labels for sample in samples)
    assert not any(family.name.startswith("netwatch_http") for family in families)
    own = {
        sample.name for family in REGISTRY.collect() for sample in family.samples
    }  # of whatever ran in this process
    of_device = [
        line for line in whole.splitlines() if f'{{device="{name}"' in line and line.partition("{")[0] not in own
    ]
    assert len(samples) == len(of_device) > 10


async def test_metrics_of_a_device_that_is_not_there_are_a_404(serve):
    client = serve(bad_night())

    assert (await client.get("/metrics?device=gone")).status_code == 404
