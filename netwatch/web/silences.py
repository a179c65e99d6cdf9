"""What every list of silences needs: what a silence holds back, and the order silences stand in.

A quiet room: `now` is an argument.
May import: netwatch.alerts, netwatch.model, netwatch.web. Called by: pages, api, alertmanager.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from netwatch.model import Matcher, Silence, SilenceState
from netwatch.web.matcher_text import read_matchers

STATES = (SilenceState.ACTIVE, SilenceState.PENDING, SilenceState.EXPIRED)
"""The order of the lists."""


def matchers_of(silence: Silence) -> tuple[Matcher, ...]:
    """Return the matchers of a silence."""
    return _read(silence.matchers)


@lru_cache(maxsize=1024)
def _read(texts: tuple[str, ...]) -> tuple[Matcher, ...]:
    return tuple(matcher for text in texts for matcher in read_matchers(text))


def silence_order(silence: Silence, now: datetime) -> tuple[int, float]:
    """Sort key: active by their end, those to come by their start, those over by their end, the last first."""
    state = silence.state(now)
    at = silence.starts_at if state is SilenceState.PENDING else silence.ends_at
    return STATES.index(state), -at.timestamp() if state is SilenceState.EXPIRED else at.timestamp()
