"""Silences: what a person may ask for, which alerts it covers, and what mails say of it. Alertmanager's semantics.

A quiet room: no clock, no socket, no database.
May import: netwatch.model. Called by: netwatch.engine; web, cli and mail links through it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from netwatch.model import Matcher, MuteKind, Muting, Silence, SilenceState, all_hold, parse_matchers

MAX_MATCHERS = 100
MAX_AUTHOR = 200
MAX_COMMENT = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledSilence:
    """A silence with its matchers read."""

    silence: Silence
    matchers: tuple[Matcher, ...]

    def covers(self, labels: Mapping[str, str]) -> bool:
        """Return whether an alert with these labels meets every matcher, whatever the time."""
        return all_hold(self.matchers, labels)


def compile_silence(silence: Silence) -> CompiledSilence:
    """Read the matchers of a silence.

    Raises:
        ValueError: one of them is no matcher; says what is wrong.
    """
    return CompiledSilence(silence=silence, matchers=_read(silence.matchers))


def checked_silence(
    *,
    matchers: Sequence[str],
    starts_at: datetime,
    ends_at: datetime,
    created_by: str,
    comment: str,
    now: datetime,
    new_id: Callable[[], str],
    replacing: Silence | None = None,
) -> Silence:
    """Return the silence somebody asks for; one that begins in the past begins now.

    With `replacing` it keeps that one's id where the change cannot rewrite what was: a new end, author or comment of
    an active silence, anything but the matchers of one that has not begun. Otherwise it is a new one, and the caller
    expires the old one if it has not expired by itself.

    Raises:
        ValueError: it cannot be had; says why.
    """
    _check(_read(matchers), starts_at, ends_at, created_by, comment, now)
    keeps = replacing is not None and _may_become(replacing, matchers, starts_at, now)
    if keeps and replacing is not None:
        begins = replacing.starts_at if replacing.state(now) is SilenceState.ACTIVE else starts_at
        identifier = replacing.id
    else:
        begins, identifier = max(starts_at, now), new_id()
    return Silence(
        id=identifier, matchers=tuple(matchers), starts_at=begins, ends_at=ends_at, created_by=created_by.strip(),
        comment=comment.strip(), updated_at=now,
    )  # fmt: skip


def expired_silence(silence: Silence, now: datetime) -> Silence:
    """Return the silence as over at `now`; one that is over already stays as it is."""
    if silence.state(now) is SilenceState.EXPIRED:
        return silence
    return replace(silence, starts_at=min(silence.starts_at, now), ends_at=now, updated_at=now)


def silence_muting(silences: Iterable[CompiledSilence], labels: Mapping[str, str], now: datetime) -> Muting | None:
    """Return why an alert with these labels is silenced, by the silence that lasts longest; None where it is not."""
    last: Silence | None = None
    for compiled in silences:
        silence = compiled.silence
        later = last is None or silence.ends_at > last.ends_at
        if later and silence.starts_at <= now < silence.ends_at and compiled.covers(labels):
            last = silence
    if last is None:
        return None
    until = f"{last.ends_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    words = f"silenced by {_one_line(last.created_by)} until {until}: {_one_line(last.comment)}"
    return Muting(kind=MuteKind.SILENCED, reason=words, until=last.ends_at, by=last.id)


class Silences:
    """Many silences and who they cover, for many alerts: those that name one exact value are found by it."""

    def __init__(self, silences: Iterable[CompiledSilence]) -> None:
        """Sort them; what they are at an instant is asked for at that instant."""
        self._by_value: dict[tuple[str, str], list[CompiledSilence]] = {}
        self._others: list[CompiledSilence] = []
        for compiled in silences:
            exact = next((one for one in compiled.matchers if _is_exact(one)), None)
            if exact is None:
                self._others.append(compiled)
            else:
                self._by_value.setdefault((exact.label, exact.text), []).append(compiled)
        self._labels = frozenset(label for label, _ in self._by_value)

    def muting_of(self, labels: Mapping[str, str], now: datetime) -> Muting | None:
        """Return the same as `silence_muting` of them all."""
        found = list(self._others)
        for label in self._labels:
            found += self._by_value.get((label, labels.get(label, "")), ())
        return silence_muting(found, labels, now) if found else None


def _is_exact(matcher: Matcher) -> bool:
    return matcher.matches is None and not matcher.negated


def _read(matchers: Sequence[str]) -> tuple[Matcher, ...]:
    read: list[Matcher] = []
    for text in matchers:
        found = parse_matchers(text)
        if len(found) > 1:
            raise ValueError(f"{text!r} is more than one matcher; give each by itself")
        read += found
    return tuple(read)


def _check(
    matchers: Sequence[Matcher], starts_at: datetime, ends_at: datetime, created_by: str, comment: str, now: datetime
) -> None:
    if not matchers:
        raise ValueError("a silence needs at least one matcher")
    if len(matchers) > MAX_MATCHERS:
        raise ValueError(f"a silence has at most {MAX_MATCHERS} matchers")
    if all(not matcher.negated and matcher.holds({}) for matcher in matchers):
        raise ValueError("at least one matcher must not match empty text: this would silence everything")
    if ends_at <= starts_at:
        raise ValueError("a silence must end after it starts")
    if ends_at <= now:
        raise ValueError("a silence must end in the future")
    if not created_by.strip() or len(created_by) > MAX_AUTHOR:
        raise ValueError(f"a silence needs an author, of at most {MAX_AUTHOR} characters")
    if not comment.strip() or len(comment) > MAX_COMMENT:
        raise ValueError(f"a silence needs a comment, of at most {MAX_COMMENT} characters")


def _may_become(before: Silence, matchers: Sequence[str], starts_at: datetime, now: datetime) -> bool:
    """Return whether the change leaves the past as it was, so that the id may stay."""
    if _essence(before.matchers) != _essence(matchers):
        return False
    state = before.state(now)
    if state is SilenceState.ACTIVE:  # clients send whole seconds or milliseconds back
        return int(starts_at.timestamp()) == int(before.starts_at.timestamp())
    return state is SilenceState.PENDING and starts_at >= now


def _essence(matchers: Sequence[str]) -> list[tuple[str, str, bool, bool]]:
    """Return what matchers say, however they are written and in whatever order."""
    return sorted((one.label, one.text, one.negated, one.matches is not None) for one in _read(matchers))


def _one_line(text: str) -> str:
    return " ".join(text.split())
