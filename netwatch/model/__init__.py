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
        Standing,
    )
    from netwatch.model.clock_step import FORESEEN, ClockStep, moved_alert, moved_entry, moved_group
    from netwatch.model.concepts import CONCEPTS, LINKS, QUANTITIES, STATES, WITH_HISTORY, Concept
    from netwatch.model.device import (
        NO_CREDENTIAL,
        AuthProtocol,
        Credential,
        Device,
        DeviceFacts,
        DeviceSign,
        DeviceStatus,
        DiscoveredDevice,
        DiscoveryState,
        LinkEnd,
        Method,
        Neighbour,
        PrivacyProtocol,
        Version,
    )
    from netwatch.model.duration import Duration, format_duration, parse_duration
    from netwatch.model.fault import Fault, where_of
    from netwatch.model.files.kept import (
        cache_directory,
        checked,
        from_checked,
        keep_newest,
        write_private,
        write_whole,
    )
    from netwatch.model.files.patient import bytes_of, is_file, is_folder, is_there, refuse_what_is_no_file
    from netwatch.model.files.shipped import BUILTIN, shipped_directory
    from netwatch.model.ids import new_id, new_uuid
    from netwatch.model.matchers import Matcher, all_hold, matcher_text, parse_matchers
    from netwatch.model.names import NUMBERS, ObjectNames, plain_text, trap_name, value_text
    from netwatch.model.network_trouble import network_words
    from netwatch.model.news import Elsewhere, News, key_text, news_of
    from netwatch.model.octets import text_of, what_was_given
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
    from netwatch.model.pattern import bounded_finder, bounded_groups, bounded_matcher, bounded_search
    from netwatch.model.quantities import SYMBOLS, measured, quantity_of, symbol_of
    from netwatch.model.reading import (
        NO_DOUBTS,
        NOTHING_AGED,
        SCALARS,
        Availability,
        Column,
        Doubts,
        Past,
        ReadingGap,
        RowSet,
        Stretch,
        TableReading,
        alike,
        quantile,
    )
    from netwatch.model.schema import OWN_NAME, REACHABILITY, SELF, SYSTEM, ColumnKind, TableSchema
    from netwatch.model.settings import Section
    from netwatch.model.severity import USUAL, USUAL_SEVERITIES, Grade, Severities, severity_meant
    from netwatch.model.silence import Silence, SilenceState
    from netwatch.model.stumbling import kind_and_place, unforeseen
    from netwatch.model.text import cleaned, cleaned_lines
    from netwatch.model.transaction import Composition, Memory, Transaction
    from netwatch.model.trap import RefusedSender, TrapEvent, UnmatchedTraps
    from netwatch.model.trap_kind import KindObject, Said, TrapKind
    from netwatch.model.urls import UrlText, is_loopback, parse_url
    from netwatch.model.values import Missing, Tag, Value, Varbind, type_name
    from netwatch.model.yaml.file import YamlFile, parse_yaml, read_yaml
    from netwatch.model.yaml.problem import InvalidFile, KeyPath, Problem, dotted, shortened
    from netwatch.model.yaml.reader import YamlReader
    from netwatch.model.yaml.tree import plain
else:
    __getattr__, __dir__ = lazy_door(__name__)

__all__ = [
    "bounded_finder", "bounded_groups", "bounded_matcher", "bounded_search",
    "Matcher", "all_hold", "matcher_text", "parse_matchers",
    "NUMBERS", "ObjectNames", "plain_text", "trap_name", "value_text", "text_of", "what_was_given",
    "cleaned", "cleaned_lines",
    "Oid", "Missing", "Tag", "Value", "Varbind", "type_name",
    "AuthProtocol", "PrivacyProtocol", "Version", "Credential", "NO_CREDENTIAL",
    "Method", "Device", "DeviceFacts", "DeviceSign", "DeviceStatus",
    "Doubts", "NO_DOUBTS", "NOTHING_AGED", "Column", "RowSet", "SCALARS", "TableReading", "alike", "ReadingGap",
    "TrapEvent", "RefusedSender", "UnmatchedTraps", "TrapKind", "KindObject", "Said",
    "CONCEPTS", "STATES", "LINKS", "QUANTITIES", "WITH_HISTORY", "Concept",
    "Past", "Availability", "Stretch", "quantile", "SYMBOLS", "measured", "quantity_of", "symbol_of",
    "DiscoveredDevice", "DiscoveryState",
    "ColumnKind", "TableSchema", "REACHABILITY", "SELF", "SYSTEM", "OWN_NAME", "Section",
    "ALIVE", "ENDED", "STANDING", "Alert", "AlertGroup", "AlertKey", "AlertState", "Event",
    "Notification", "Standing",
    "Grade", "Severities", "USUAL", "USUAL_SEVERITIES", "severity_meant",
    "Muting", "MuteKind", "HeldBack", "Curve", "Silence", "SilenceState",
    "OutboxEntry", "OutboxKind", "OutboxState", "UNSENT", "DROPPED_BY_HAND", "Account", "Supersession", "Composition",
    "News", "Elsewhere", "news_of", "key_text",
    "Memory", "Transaction", "ClockStep", "FORESEEN", "moved_alert", "moved_entry", "moved_group",
    "Duration", "format_duration", "parse_duration", "BUILTIN", "shipped_directory",
    "LinkEnd", "Neighbour", "Fault", "where_of", "new_id", "new_uuid",
    "cache_directory", "checked", "from_checked", "keep_newest", "write_private", "write_whole",
    "UrlText", "parse_url", "is_loopback", "network_words",
    "InvalidFile", "KeyPath", "Problem", "YamlFile", "YamlReader", "dotted", "parse_yaml", "plain", "read_yaml",
    "unforeseen", "kind_and_place", "shortened",
    "bytes_of", "is_file", "is_folder", "is_there", "refuse_what_is_no_file",
]  # fmt: skip
