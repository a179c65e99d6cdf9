"""The whole configuration: one part per room, and the paths in it made whole.

May import: the settings of every room, netwatch.model. Called by: loading, devices, schema, app.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Self

from pydantic import Field, PrivateAttr

from netwatch.alerts.interval_settings import MaintenanceSettings, NamedIntervalsSettings
from netwatch.alerts.settings import FlappingSettings, InhibitRuleSettings, RouteSettings
from netwatch.config.inventory_settings import InventorySettings
from netwatch.config.rule_paths import rule_files_of
from netwatch.config.taken import EXCEPTIONS_FILE, beside
from netwatch.discovery.settings import DiscoverySettings
from netwatch.exporter.settings import ExporterSettings
from netwatch.history.settings import HistorySettings
from netwatch.mailbox.probe_settings import MailProbeSettings
from netwatch.mailbox.settings import MailboxSettings
from netwatch.model import USUAL_SEVERITIES, Severities
from netwatch.notify import HeartbeatSettings, ReceiverSettings, SmtpSettings
from netwatch.profiles.settings import ProfileSettings
from netwatch.rules.settings import IgnoreSettings, LimitSettings, RoleSettings, RuleSettings
from netwatch.store.settings import StoreSettings
from netwatch.traps.settings import TrapSettings
from netwatch.web.settings import WebSettings


class Settings(InventorySettings):
    """A NetWatch configuration; every part may be left out."""

    profiles: ProfileSettings = Field(default=ProfileSettings(), description="what to ask which kind of device")
    traps: TrapSettings = Field(default=TrapSettings(), description="where to hear traps, and whom to believe")
    discovery: DiscoverySettings = Field(
        default=DiscoverySettings(), description="where `netwatch discover` looks for devices"
    )
    rules: RuleSettings = Field(default=RuleSettings(), description="when something is wrong")
    limits: list[LimitSettings] = Field(
        default_factory=list, description="other values of columns for one device, port or row"
    )
    ignore: list[IgnoreSettings] = Field(
        default_factory=list, description="rows that no rule shall see, or some rules shall not"
    )
    roles: list[RoleSettings] = Field(
        default_factory=list, description="which ports matter how much, where that is not to be learned"
    )
    severities: list[str] = Field(
        default_factory=lambda: list(USUAL_SEVERITIES.names), min_length=1,
        description="what alerts may have as severity, the least grave first",
    )  # fmt: skip
    route: RouteSettings = Field(default=RouteSettings(), description="which alert goes to which receiver")
    inhibit_rules: list[InhibitRuleSettings] = Field(
        default_factory=list, description="which alerts explain others, so that nobody is told of those"
    )
    time_intervals: list[NamedIntervalsSettings] = Field(
        default_factory=list, description="times with names, for routes that are not always open"
    )
    maintenance: list[MaintenanceSettings] = Field(
        default_factory=list, description="when something is worked on, once or again and again"
    )
    flapping: FlappingSettings = Field(default=FlappingSettings(), description="what to do with what comes and goes")
    receivers: list[ReceiverSettings] = Field(default_factory=list, description="whom to tell")
    smtp: SmtpSettings = Field(default=SmtpSettings(), description="how mail leaves")
    mailbox: MailboxSettings | None = Field(
        default=None, description="where answers to mails arrive; without it nobody reads them"
    )
    mail_probe: MailProbeSettings | None = Field(
        default=None, description="whether mail arrives, and how long it takes; needs a mailbox"
    )
    heartbeat: HeartbeatSettings = Field(
        default=HeartbeatSettings(), description="how others learn that NetWatch itself lives"
    )
    web: WebSettings = Field(default=WebSettings(), description="status page, JSON API and /metrics")
    exporter: ExporterSettings = Field(
        default=ExporterSettings(), description="what /snmp answers, in the place of snmp_exporter"
    )
    store: StoreSettings = Field(default=StoreSettings(), description="where state is kept")
    history: HistorySettings = Field(
        default=HistorySettings(), description="how long readings are kept, for charts and for rules over days"
    )

    _own_begins: Mapping[str, int] = PrivateAttr(default_factory=dict)

    def with_own(self, begins: Mapping[str, int]) -> Self:
        """Return these settings, knowing from which place on entries of a part stand in a file of NetWatch's own."""
        copy = self.model_copy()
        copy._own_begins = dict(begins)
        return copy

    def is_own(self, part: str | int, number: str | int) -> bool:
        """Return whether an entry of `limits` or `ignore` stands in a file of NetWatch's own."""
        begins = self._own_begins.get(str(part))
        return begins is not None and isinstance(number, int) and number >= begins

    def severity_order(self) -> Severities:
        """Return which severity is graver than which."""
        return Severities(tuple(self.severities))

    def history_path(self) -> Path:
        """Return the file of the history, beside the database."""
        return self.store.file.with_name(f"{self.store.file.stem}-history.db")

    def discovery_file(self, name: str) -> Path:
        """Return a file of discovery's own, beside the database."""
        return beside(self.store.file, name)

    def exceptions_file(self) -> Path:
        """Return the file of what was said on the page of single rows, beside the database."""
        return beside(self.store.file, EXCEPTIONS_FILE)

    def profile_paths(self) -> list[Path]:
        """Return the user's files and directories of profiles; the shipped ones are not among them."""
        return [self.base / path for path in self.profiles.paths]

    def trap_profile_paths(self) -> list[Path]:
        """Return the user's files and directories of trap profiles."""
        return [self.base / path for path in self.traps.profiles]

    def snmp_yml_paths(self) -> list[Path]:
        """Return the user's files of snmp_exporter, with wildcards as they are written."""
        return [self.base / path for path in self.exporter.snmp_yml]

    def rule_paths(self) -> list[Path]:
        """Return every rule file once, wildcards and `builtin` resolved, in the order written.

        Where the paths name no file at all these are the shipped rules: an agent without rules watches nothing.
        """
        return rule_files_of(self.rules.paths, self.base)
