"""The part of a configuration that says which devices there are and how they are asked.

Apart from the rest, for commands that ask a device and need no more of the house than that.
May import: the settings of polling, snmp and mib, netwatch.model. Called by: settings, inventory, inventory_loading.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Self

from pydantic import Field, PrivateAttr

from netwatch.mib.settings import MibSettings
from netwatch.model import Section
from netwatch.ping.settings import ReachabilitySettings
from netwatch.polling.settings import DefaultSettings, DeviceSettings, PollingSettings
from netwatch.snmp.settings import CredentialSettings


class InventorySettings(Section):
    """Devices, their credentials, the times they are asked with, and where names of SNMP objects come from."""

    credentials: dict[str, CredentialSettings] = Field(
        default_factory=dict, description="how devices are asked, by a name of your choice"
    )
    defaults: DefaultSettings = Field(default=DefaultSettings(), description="what devices get that say nothing else")
    devices: list[DeviceSettings] = Field(default_factory=list, description="what to watch")
    polling: PollingSettings = Field(default=PollingSettings(), description="how often to ask, how long to wait")
    reachability: ReachabilitySettings = Field(
        default=ReachabilitySettings(), description="by what a device is known to be there"
    )
    mibs: MibSettings = Field(default=MibSettings(), description="where names of SNMP objects come from")

    _base: Path = PrivateAttr(default_factory=Path.cwd)
    _origins: Mapping[str, str] = PrivateAttr(default_factory=dict)

    @property
    def base(self) -> Path:
        """Return the directory that relative paths start from: that of the configuration file."""
        return self._base

    @property
    def origins(self) -> Mapping[str, str]:
        """Return the files, by name, of the devices that do not stand in the configuration itself."""
        return self._origins

    def at(self, base: Path, origins: Mapping[str, str] | None = None) -> Self:
        """Return these settings with relative paths starting from `base`."""
        copy = self.model_copy()
        copy._base = base
        copy._origins = dict(origins or {})
        return copy

    def mib_paths(self) -> list[Path]:
        """Return the user's directories of MIB modules."""
        return [self.base / path for path in self.mibs.paths]
