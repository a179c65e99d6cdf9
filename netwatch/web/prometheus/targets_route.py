"""/sd/prometheus: the devices as targets, as Prometheus' http_sd_configs want them.

A target is NetWatch itself, asked for one device: `instance` is the device and its labels are the target's, so that
boards and rules that go by `instance` work. With `module` the targets are those of /snmp instead.
May import: netwatch.web. Called by: netwatch.web.app.
"""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from netwatch.model import DeviceStatus
from netwatch.web.routes import METHODS
from netwatch.web.views import Views

OF_SNMP = ("module", "auth", "snmp_context", "strict")
"""Parameters that are handed on to /snmp."""


def targets_router(views: Views) -> APIRouter:
    """Return the route."""
    router = APIRouter(include_in_schema=False, default_response_class=Response)

    @router.api_route("/sd/prometheus", methods=METHODS)
    async def targets(request: Request) -> Response:
        where = request.headers.get("host", "")
        scheme = request.url.scheme
        how = {f"__param_{name}": text for name in OF_SNMP if (text := request.query_params.get(name, ""))}
        return JSONResponse(
            [
                {"targets": [where], "labels": {"__scheme__": scheme, **labels_of(status, how)}}
                for status in views.devices()
            ]
        )

    return router


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
