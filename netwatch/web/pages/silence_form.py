"""The form by which people make and change silences: what stands in its fields, and what it orders.

A quiet room: `now` is an argument.
May import: netwatch.model, netwatch.web. Called by: netwatch.web.pages.silences.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from netwatch.model import Matcher, Silence, SilenceState
from netwatch.web.actions import ActionRefused, SilenceOrder
from netwatch.web.matcher_text import read_matchers
from netwatch.web.pages.moments import parse_moment

USUAL_LENGTH = "2h"
MOST_MATCHERS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceForm:
    """The fields as text; `replacing` is the silence that is changed. `matchers` has one a line."""

    matchers: str = ""
    starts: str = ""
    ends: str = USUAL_LENGTH
    author: str = ""
    comment: str = ""
    replacing: str = ""

    @classmethod
    def of_fields(cls, fields: Mapping[str, Sequence[str]]) -> SilenceForm:
        """Return what was sent; a field that is not there is empty."""
        names = ("matchers", "starts", "ends", "author", "comment", "replacing")
        return cls(**{name: fields[name][0] if name in fields else "" for name in names})

    @classmethod
    def of_silence(cls, silence: Silence, now: datetime) -> SilenceForm:
        """Return the fields of a silence that is to be changed, or, where it is over, made once more."""
        state = silence.state(now)
        return cls(
            matchers="\n".join(silence.matchers),
            starts=_minute(silence.starts_at) if state is SilenceState.PENDING else "",
            ends=USUAL_LENGTH if state is SilenceState.EXPIRED else _minute(silence.ends_at),
            author=silence.created_by,
            comment=silence.comment,
            replacing="" if state is SilenceState.EXPIRED else silence.id,
        )

    def read_matchers(self) -> tuple[Matcher, ...]:
        """Return the matchers.

        Raises:
            ActionRefused: a line is none, or there is none at all.
        """
        lines = [line.strip() for line in self.matchers.splitlines() if line.strip()]
        if len(lines) > MOST_MATCHERS:
            raise ActionRefused(f"a silence has at most {MOST_MATCHERS} matchers")
        try:
            found = tuple(matcher for line in lines for matcher in read_matchers(line))
        except ValueError as exc:
            raise ActionRefused(str(exc)) from exc
        if not found:
            raise ActionRefused("a silence needs at least one matcher, as what covers everything hides everything")
        return found

    def order(self, before: Silence | None, now: datetime) -> SilenceOrder:
        """Return what is ordered; an active silence that is changed keeps its beginning.

        Raises:
            ActionRefused: a field cannot be understood.
        """
        running = before is not None and before.state(now) is SilenceState.ACTIVE
        try:
            starts = parse_moment(self.starts, now) if self.starts.strip() else now
            ends = parse_moment(self.ends, now)
        except ValueError as exc:
            raise ActionRefused(str(exc)) from exc
        return SilenceOrder(
            matchers=tuple(map(str, self.read_matchers())),
            starts_at=before.starts_at if before is not None and running else starts,
            ends_at=ends,
            created_by=self.author,
            comment=self.comment,
            replacing=self.replacing,
        )


def _minute(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M}"
