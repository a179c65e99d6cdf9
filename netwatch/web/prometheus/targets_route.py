"""/sd/prometheus: the devices as targets, as Prometheus' http_sd_configs want them.

A target is NetWatch itself, asked for one device: `instance` is the device and its labels are the target's, so that
boards and rules that go by `instance` work. With `module` the targets are those of /snmp instead.
May import: netwatch.web. Called by: netwatch.web.app.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse

from netwatch.model import DeviceStatus
from netwatch.web.routes import METHODS, head_of_a_stream
from netwatch.web.views import Views

OF_SNMP = ("module", "auth", "snmp_context", "strict")
"""Parameters that are handed on to /snmp."""


AT_ONCE = 100
"""Devices written between two turns of the event loop."""


def targets_router(views: Views) -> APIRouter:
    """Return the route."""
    router = APIRouter(include_in_schema=False, default_response_class=Response)

    @router.api_route("/sd/prometheus", methods=METHODS)
    async def targets(request: Request) -> Response:
        headers = {"Content-Type": "application/json"}
        if request.method == "HEAD":
            return head_of_a_stream(headers)
        how = {f"__param_{name}": text for name in OF_SNMP if (text := request.query_params.get(name, ""))}
        pieces = _pieces(views.devices(), request.headers.get("host", ""), request.url.scheme, how)
        return StreamingResponse(pieces, headers=headers)

    return router


async def _pieces(
    statuses: Sequence[DeviceStatus], where: str, scheme: str, how: Mapping[str, str]
) -> AsyncIterator[str]:
    """Yield the list in pieces."""
    yield "["
    for first in range(0, len(statuses), AT_ONCE):
        listed = [
            json.dumps({"targets": [where], "labels": {"__scheme__": scheme, **labels_of(status, how)}})
            for status in statuses[first : first + AT_ONCE]
        ]
        yield ("," if first else "") + ",".join(listed)
        await asyncio.sleep(0)
    yield "]"


def labels_of(status: DeviceStatus, snmp: Mapping[str, str]) -> dict[str, str]:
    """Return the labels of one target; those that begin with `__` are for relabelling, and end there."""
    device = status.device
    own = (
        {"__metrics_path__": "/snmp", "__param_target": device.name, **snmp}
        if snmp
        else {"__metrics_path__": "/metrics", "__param_device": device.name}
    )
    known = {
        "address": device.address, "port": str(device.port), "profile": status.profile, "sys_name": status.sys_name,
        "sys_object_id": status.sys_object_id, "credential": device.credential.name,
    }  # fmt: skip
    return {
        **device.labels, "instance": device.name, "device": device.name, **own,
        **{f"__meta_netwatch_{name}": text for name, text in known.items() if text},
    }  # fmt: skip
