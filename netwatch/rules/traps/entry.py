"""What a trap rule in a rule file may say: an entry with `on_trap`.

May import: netwatch.model, netwatch.rules.entry. Called by: compiling, netwatch.rules.loading.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints, field_validator, model_validator

from netwatch.model import Duration, Section
from netwatch.rules.entry import AlertName, LabelName, Matchers, unreserved

MAX_KEYS = 8
MAX_OIDS = 32


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _spelled_out(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    return {name: {"oid": one} if isinstance(one, str | list) else one for name, one in value.items()}


def _by_text(value: Any) -> Any:
    return {str(name): one for name, one in value.items()} if isinstance(value, Mapping) else value


LabelWord = Annotated[str, StringConstraints(min_length=1, max_length=300)]
TrapName = Annotated[str, StringConstraints(min_length=1, max_length=500)]
ObjectName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]*$", max_length=100)]
TrapNames = Annotated[list[TrapName], BeforeValidator(_listed, json_schema_input_type=list[TrapName] | TrapName)]


class VarbindEntry(Section):
    """An object that no MIB module at hand names, or names otherwise; or what the kind of a trap says by itself."""

    oid: TrapNames = Field(
        default_factory=list,
        max_length=MAX_OIDS,
        description="its OID, or a name that a MIB module knows; of several, the first that the trap carries",
    )
    traps: Annotated[dict[LabelWord, TrapNames], BeforeValidator(_by_text)] = Field(
        default_factory=dict,
        description="instead of oid: words, and which of the rule's traps stand for each, such as a pair",
    )
    kind: Literal["gauge", "enum", "text"] | None = Field(
        default=None, description="what its values are; an enum where names are given, else a number"
    )
    enum: dict[int, str] = Field(default_factory=dict, description="names of an enumeration's numbers")

    @model_validator(mode="after")
    def _one_source(self) -> VarbindEntry:
        if bool(self.oid) == bool(self.traps):
            raise ValueError("oid says where the value stands, or traps which trap means which word: one of them")
        if self.traps and (self.enum or self.kind not in (None, "text")):
            raise ValueError("what traps says are words, which have no enum and no other kind")
        return self


class LabelMap(Section):
    """A label by the value of a varbind: the device says how grave it is."""

    from_: ObjectName = Field(
        alias="from", description="the varbind whose value decides; `count` is how often such a trap came"
    )
    map: Annotated[dict[str, LabelWord], BeforeValidator(_by_text)] = Field(
        min_length=1, description="from its values, as numbers or as their names, to the label's"
    )
    default: LabelWord | None = Field(
        default=None, description="what stands for every other value, and where the trap does not carry it"
    )


class TrapEntry(Section):
    """One trap rule. Varbinds are named as their MIB names them, without the module: `ifIndex`."""

    alert: AlertName = Field(
        description="the name of the alert; rules that share one differ in their labels, such as severity"
    )
    devices: Matchers = Field(
        default_factory=list,
        description="which senders it is meant for: matchers on device, its labels, profile, vendor, sysDescr, "
        "sysObjectID, sysName",
    )
    on_trap: TrapNames = Field(
        min_length=1,
        description="what begins it: name or OID; with .* behind it, everything below that OID; "
        "`any` alone: whatever no other rule takes",
    )
    expr: str | None = Field(default=None, min_length=1, description="true where this trap is meant")
    key: Annotated[
        list[ObjectName], BeforeValidator(_listed, json_schema_input_type=list[ObjectName] | ObjectName)
    ] = Field(
        default_factory=list,
        max_length=MAX_KEYS,
        description="varbinds that tell one instance from another; `trap` is the trap's own name, which is the key "
        "of a rule with `any` or .* that names none",
    )
    clear_on: TrapNames = Field(default_factory=list, description="what ends it: a trap with the same key")
    clear_expr: str | None = Field(
        default=None, min_length=1, description="true where the trap ends it; without clear_on, of the same trap"
    )
    for_: Duration = Field(
        default=timedelta(0), alias="for", ge=timedelta(0), description="how long nothing must end it to fire"
    )
    keep_firing_for: Duration = Field(
        default=timedelta(0), ge=timedelta(0), description="how long nothing must begin it again to resolve"
    )
    ttl: Duration | None = Field(
        default=None, gt=timedelta(0), description="ends by itself when no such trap came for so long"
    )
    labels: dict[LabelName, str | LabelMap] = Field(
        default_factory=dict,
        description="severity and whatever routes look at; templates, as annotations are, or {from: VARBIND, map: "
        "{VALUE: word}}",
    )
    annotations: dict[LabelName, str] = Field(
        default_factory=dict, description="templates: title, several, summary, description, unit, runbook_url"
    )
    value: str | None = Field(
        default=None, min_length=1, description="what to show as the value, if not the left side of expr"
    )
    varbinds: Annotated[
        dict[ObjectName, VarbindEntry],
        BeforeValidator(_spelled_out, json_schema_input_type=dict[ObjectName, VarbindEntry | TrapNames]),
    ] = Field(default_factory=dict, description="objects by a name of your choice: OID, and what its values are")
    confirm: bool = Field(default=True, description="whether the device is polled at once to see for ourselves")
    witness_of: AlertName | None = Field(
        default=None, description="the rule about readings whose alert this trap begins; the poll has the last word"
    )
    row: dict[ObjectName, LabelWord] = Field(
        default_factory=dict,
        description="with witness_of: what every such trap says of the row though it does not carry it: labels that "
        "find it beside the key, and states that it has by this trap",
    )

    _no_reserved_label = field_validator("labels")(unreserved)

    @classmethod
    def keys(cls) -> list[str]:
        """Return the keys as they are written in files."""
        return [field.alias or name for name, field in cls.model_fields.items()]
