"""Devices as the rest of the house knows them: with credential and every default filled in.

May import: netwatch.model. Called by: app, cli.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import SecretStr

from netwatch.config.inventory_settings import InventorySettings
from netwatch.model import NO_CREDENTIAL, Credential, Device, Method, is_loopback
from netwatch.polling.settings import DeviceSettings
from netwatch.snmp.settings import CommunityCredential

if TYPE_CHECKING:
    from netwatch.config.settings import Settings

NOTHING = SecretStr("")


def credential(settings: InventorySettings, name: str) -> Credential:
    """Return the credential of a name that `load_settings` has found to exist."""
    part = settings.credentials[name]
    if isinstance(part, CommunityCredential):
        return Credential(name=name, version=part.version, community=part.community)
    return Credential(
        name=name,
        version=part.version,
        user=part.user,
        auth_protocol=part.auth_protocol,
        auth_passphrase=part.auth_passphrase or NOTHING,
        privacy_protocol=part.privacy_protocol,
        privacy_passphrase=part.privacy_passphrase or NOTHING,
        context=part.context,
    )


def devices(settings: InventorySettings) -> tuple[Device, ...]:
    """Return every device, in the order of the file."""
    credentials = {name: credential(settings, name) for name in settings.credentials}
    return tuple(
        _device(settings, part, credentials.get(part.credential or settings.defaults.credential or "", NO_CREDENTIAL))
        for part in settings.devices
    )


def methods_of(settings: InventorySettings, part: DeviceSettings) -> tuple[Method, ...]:
    """Return by what a device is known to be there.

    What answers a ping to an address of loopback is this machine, which says nothing of the agent behind it; so that
    is done only where somebody says so.
    """
    usual = settings.reachability
    if part.methods is not None or "methods" in usual.model_fields_set:
        return tuple(part.methods or usual.methods)
    return tuple(one for one in usual.methods if one != "ping" or not is_loopback(part.address))


def write_credential(settings: InventorySettings, name: str) -> Credential | None:
    """Return what the device of this name is written with, None where nothing says so.

    It stands beside the devices, not in them, so that nothing that polls can ever hold it.
    """
    part = next((part for part in settings.devices if part.name == name), None)
    wanted = part and (part.write_credential or settings.defaults.write_credential)
    return credential(settings, wanted) if wanted else None


def credentials_to_try(settings: Settings) -> list[Credential]:
    """Return what discovery may try: what `discovery.credentials` lists, and never what devices are written with."""
    writing = {part.write_credential for part in settings.devices} | {settings.defaults.write_credential}
    return [credential(settings, name) for name in settings.discovery.credentials if name not in writing]


def _device(settings: InventorySettings, part: DeviceSettings, asked_with: Credential) -> Device:
    polling = settings.polling
    return Device(
        name=part.name,
        address=part.address,
        port=part.port or settings.defaults.port,
        credential=asked_with,
        labels=part.labels,
        depends_on=tuple(part.depends_on),
        needs=part.needs,
        accept_from=tuple(part.accept_from),
        profile=part.profile,
        interval=part.interval or polling.interval,
        reachability_interval=part.reachability_interval or polling.reachability_interval,
        timeout=part.timeout or polling.timeout,
        retries=polling.retries if part.retries is None else part.retries,
        methods=methods_of(settings, part),
        ping_interval=part.ping_interval or settings.reachability.ping_interval,
    )
