"""The question why an alert is as it is, and the answer: one sentence first, then the life of the alert in lines.

May import: netwatch.model. Called by: netwatch.engine.explain; web and cli, which show answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, get_args

Unclear = Literal["", "rule", "device", "instance"]
"""Which part of a question could not be understood."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Why is this rule's alert on this device as it is, or was at an instant?

    instance: the row's key (`ifName=Gi1/0/7`), labels of it (`ifName=Gi1/0/7,ifAlias=up`), or the text of one label
    alone (`Gi1/0/7`). at: None for now.
    """

    rule: str
    device: str
    instance: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing that was, or is, so.

    at: when; None for what is not about an instant, such as the rule itself.
    kind: `rule`, `route`, `reading`, `now`, `next`; of what lies behind the kinds of events: `alert`, `gap`, `trap`,
    `mute`, `silence`, `ack`, `answer`, `notify`, `mail`, `attempt`, `device`.
    """

    at: datetime | None = None
    kind: str
    text: str
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """The answer.

    at: the instant it is about. found: rule, device and row are known. state: of the alert then; `inactive` where
    none was. verdict: the sentence people want first.
    suggestions: what else may have been meant, in place of the rule, device or instance that `unclear` names.
    """

    rule: str
    device: str
    instance: str
    at: datetime
    verdict: str
    found: bool = True
    state: str = "inactive"
    alert_id: str = ""
    suggestions: tuple[str, ...] = ()
    unclear: Unclear = ""
    lines: tuple[Line, ...] = ()


def flat_explanation(answer: Explanation) -> dict[str, Any]:
    """Return the answer as an object that JSON can hold; instants as RFC 3339."""
    return {
        "rule": answer.rule, "device": answer.device, "instance": answer.instance, "at": _written(answer.at),
        "found": answer.found, "state": answer.state, "alert_id": answer.alert_id, "verdict": answer.verdict,
        "suggestions": list(answer.suggestions), "unclear": answer.unclear,
        "lines": [
            {"at": _written(line.at), "kind": line.kind, "text": line.text, "details": dict(line.details)}
            for line in answer.lines
        ],
    }  # fmt: skip


def explanation_from(flat: Mapping[str, Any]) -> Explanation:
    """Return the answer that `flat_explanation` wrote.

    Raises:
        ValueError: that is no such answer.
    """
    try:
        lines = tuple(
            Line(
                at=None if line["at"] is None else datetime.fromisoformat(line["at"]), kind=str(line["kind"]),
                text=str(line["text"]), details={str(name): str(text) for name, text in line["details"].items()},
            )
            for line in flat["lines"]
        )  # fmt: skip
        return Explanation(
            rule=str(flat["rule"]), device=str(flat["device"]), instance=str(flat["instance"]),
            at=datetime.fromisoformat(flat["at"]), found=bool(flat["found"]), state=str(flat["state"]),
            alert_id=str(flat["alert_id"]), verdict=str(flat["verdict"]),
            suggestions=tuple(map(str, flat["suggestions"])), unclear=_UNCLEAR[flat.get("unclear", "")], lines=lines,
        )  # fmt: skip
    except (KeyError, TypeError, AttributeError) as exc:
        raise ValueError(f"this is no explanation: {exc}") from exc


_UNCLEAR: Mapping[str, Unclear] = {part: part for part in get_args(Unclear)}


def _written(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
