"""The nouns that rooms share: frozen, without behaviour that could decide anything.

May import: netwatch.errors. Called by: every room.
"""

from typing import TYPE_CHECKING

from netwatch.door import lazy_door

if TYPE_CHECKING:
    from netwatch.model.alert import (
        ALIVE,
        ENDED,
        STANDING,
        Alert,
        AlertGroup,
        AlertKey,
        AlertState,
        Curve,
        Event,
        HeldBack,
        MuteKind,
        Muting,
        Notification,
    )
    from netwatch.model.clock_step import FORESEEN, ClockStep, moved_alert, moved_entry, moved_group
    from netwatch.model.device import AuthProtocol, Credential, Device, DeviceStatus, PrivacyProtocol, Version
    from netwatch.model.duration import Duration, format_duration, parse_duration
    from netwatch.model.names import NUMBERS, ObjectNames, plain_text, trap_name
    from netwatch.model.network_trouble import network_words
    from netwatch.model.oid import Oid
    from netwatch.model.outbox import (
        DROPPED_BY_HAND,
        UNSENT,
        Account,
        OutboxEntry,
        OutboxKind,
        OutboxState,
        Supersession,
    )
    from netwatch.model.pattern import bounded_matcher
    from netwatch.model.reading import SCALARS, Column, ReadingGap, RowSet, TableReading
    from netwatch.model.schema import OWN_NAME, REACHABILITY, SELF, ColumnKind, TableSchema
    from netwatch.model.settings import Section
    from netwatch.model.severity import USUAL_SEVERITIES, Severities
    from netwatch.model.shipped import BUILTIN, shipped_directory
    from netwatch.model.silence import Silence, SilenceState
    from netwatch.model.text import cleaned, cleaned_lines
    from netwatch.model.transaction import Composition, Memory, Transaction
    from netwatch.model.trap import TrapEvent
    from netwatch.model.urls import UrlText, is_loopback, parse_url
    from netwatch.model.values import Missing, Tag, Value, Varbind
    from netwatch.model.yaml.file import YamlFile, parse_yaml, read_yaml
    from netwatch.model.yaml.problem import InvalidFile, KeyPath, Problem, dotted
    from netwatch.model.yaml.tree import plain
else:
    __getattr__, __dir__ = lazy_door(__name__)

__all__ = [
    "bounded_matcher",
    "NUMBERS", "ObjectNames", "plain_text", "trap_name", "cleaned", "cleaned_lines",
    "Oid", "Missing", "Tag", "Value", "Varbind",
    "AuthProtocol", "PrivacyProtocol", "Version", "Credential", "Device", "DeviceStatus",
    "Column", "RowSet", "SCALARS", "TableReading", "ReadingGap", "TrapEvent",
    "ColumnKind", "TableSchema", "REACHABILITY", "SELF", "OWN_NAME", "Section",
    "ALIVE", "ENDED", "STANDING", "Alert", "AlertGroup", "AlertKey", "AlertState", "Event", "Notification",
    "Severities", "USUAL_SEVERITIES", "Muting", "MuteKind", "HeldBack", "Curve", "Silence", "SilenceState",
    "OutboxEntry", "OutboxKind", "OutboxState", "UNSENT", "DROPPED_BY_HAND", "Account", "Supersession", "Composition",
    "Memory", "Transaction", "ClockStep", "FORESEEN", "moved_alert", "moved_entry", "moved_group",
    "Duration", "format_duration", "parse_duration", "BUILTIN", "shipped_directory",
    "UrlText", "parse_url", "is_loopback", "network_words",
    "InvalidFile", "KeyPath", "Problem", "YamlFile", "dotted", "parse_yaml", "plain", "read_yaml",
]  # fmt: skip
