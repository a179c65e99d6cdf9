"""The part of a configuration that says which devices there are and how they are asked.

Apart from the rest, for commands that ask a device and need no more of the house than that.
May import: the settings of polling, snmp and mib, netwatch.model. Called by: settings, inventory, inventory_loading.
"""

from __future__ import annotations

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

    @property
    def base(self) -> Path:
        """Return the directory that relative paths start from: that of the configuration file."""
        return self._base

    def at(self, base: Path) -> Self:
        """Return these settings with relative paths starting from `base`."""
        copy = self.model_copy()
        copy._base = base
        return copy

    def mib_paths(self) -> list[Path]:
        """Return the user's directories of MIB modules."""
        return [self.base / path for path in self.mibs.paths]
