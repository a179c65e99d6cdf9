"""What a rule about readings may say in a rule file, in Prometheus's words and a few more.

May import: netwatch.model. Called by: compiling, loading, traps.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints, field_validator

from netwatch.model import Duration, Section

LabelName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", max_length=100)]
AlertName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][\w:. -]*$", max_length=100)]
Matchers = Annotated[
    list[str],
    BeforeValidator(
        lambda value: [value] if isinstance(value, str) else value, json_schema_input_type=list[str] | str
    ),
]
ASKED_OF_DEVICES = ("profile", "vendor", "sysDescr", "sysObjectID", "sysName")
"""What `devices` may ask beside `device` and its labels, and only the device itself can tell."""
RESERVED_LABELS = ("device", "alertname", "instance")


def unreserved(labels: dict[str, Any]) -> dict[str, Any]:
    """Return a rule's own labels, none of which NetWatch sets itself."""
    for name in labels:
        if name in RESERVED_LABELS:
            raise ValueError(f"{name} is set by NetWatch and cannot be a rule's label")
    return labels


class RuleEntry(Section):
    """One rule. What `expr` may hold is said in docs/rules.md."""

    alert: AlertName = Field(
        description="the name of the alert; rules that share one differ in their labels, such as severity"
    )
    devices: Matchers = Field(
        default_factory=list,
        description="which devices it is meant for: matchers on device, its labels, profile, vendor, sysDescr, "
        "sysObjectID, sysName",
    )
    expr: str = Field(min_length=1, description="true where the row is broken")
    clear_expr: str | None = Field(
        default=None, min_length=1, description="true where it is well again; between the two it stays as it is"
    )
    for_: Duration = Field(
        default=timedelta(0), alias="for", ge=timedelta(0), description="how long it must be broken to fire"
    )
    keep_firing_for: Duration = Field(
        default=timedelta(0), ge=timedelta(0), description="how long it must be well to resolve"
    )
    no_data: Literal["keep", "alert", "clear"] = Field(
        default="keep", description="missing data: changes nothing, counts as broken, or counts as well"
    )
    on_gone: Literal["keep", "clear", "alert"] | None = Field(
        default=None,
        description="a row that is no longer there: the alert stands, counts as well, or is raised; "
        "by default what no_data says, else clear for storage, clients, tunnels and licenses, keep for the rest",
    )
    gone_after: Duration | None = Field(
        default=None, gt=timedelta(0), description="after how long a row that is gone is taken as removed"
    )
    labels: dict[LabelName, str] = Field(
        default_factory=dict, description="severity and whatever routes look at; templates, as annotations are"
    )
    annotations: dict[LabelName, str] = Field(
        default_factory=dict, description="templates: title, several, summary, description, unit, runbook_url"
    )
    value: str | None = Field(
        default=None, min_length=1, description="what to show as the value, if not the left side of expr"
    )
    table: str | None = Field(default=None, description="the table, where the names in expr fit several")

    _no_reserved_label = field_validator("labels")(unreserved)

    @classmethod
    def keys(cls) -> list[str]:
        """Return the keys as they are written in files."""
        return [field.alias or name for name, field in cls.model_fields.items()]
