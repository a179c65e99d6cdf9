"""What NetWatch learns about a device while asking: how long it takes to answer, and how much it bears at once.

Quiet: times come in as numbers. May import: nothing. Called by: the fast lane, the general engine.
"""

from __future__ import annotations

MIN_TIMEOUT_SECONDS = 0.25
"""Below this an agent that builds a table before it answers would be asked twice for nothing."""


class RoundTrip:
    """Estimates the retransmission time-out as RFC 6298 does for TCP, in seconds.

    timeout: after so long an answer is probably lost, and asking again costs less than waiting. ceiling: what the
    operator set; a device is given up for that, never for what was learned.

    Karn's rule (measure no answer to a repeated request) is met by construction: every transmission has its own
    request-id, so an answer, however late, names the transmission it belongs to and may be measured.
    """

    __slots__ = ("ceiling", "smoothed", "timeout", "variation")

    def __init__(self, ceiling: float) -> None:
        self.ceiling = ceiling
        self.smoothed = 0.0
        self.variation = 0.0
        self.timeout = ceiling

    def measure(self, sample: float) -> None:
        """Take in one round trip (RFC 6298, section 2)."""
        smoothed, variation = self.smoothed, self.variation
        if smoothed:
            variation += (abs(sample - smoothed) - variation) * 0.25
            smoothed += (sample - smoothed) * 0.125
        else:
            smoothed, variation = sample, sample / 2
        self.smoothed, self.variation = smoothed, variation
        timeout = smoothed + 4 * variation
        if timeout < MIN_TIMEOUT_SECONDS:
            timeout = MIN_TIMEOUT_SECONDS
        ceiling = self.ceiling  # min() and max() would take half the time of all this, with every datagram
        self.timeout = timeout if timeout < ceiling else ceiling

    @property
    def is_known(self) -> bool:
        """Return whether it is learned already, and shorter than what its operator set."""
        return self.timeout < self.ceiling


class BatchSize:
    """How many varbinds to ask at once: halves on trouble, doubles back after a run of good answers.

    A step up that fails at once doubles the run needed for the next, so a device with a hard limit is tried
    ever more rarely.
    """

    __slots__ = ("_good", "_needed", "_on_trial", "ceiling", "value")

    FIRST_RUN = 64
    LONGEST_RUN = 65_536

    def __init__(self, ceiling: int) -> None:
        self.ceiling = ceiling
        self.value = ceiling
        self._good = 0
        self._needed = self.FIRST_RUN
        self._on_trial = False

    def shrink(self, failed: int) -> None:
        """Learn that `failed` varbinds at once were too many."""
        if failed > self.value or self.value <= 1:
            return
        if self._on_trial:
            self._needed = min(self._needed * 2, self.LONGEST_RUN)
        self.value = max(1, min(self.value, failed) // 2)
        self._good = 0
        self._on_trial = False

    def succeed(self) -> None:
        """Learn that a request of the present size was answered."""
        if self.value >= self.ceiling:
            return
        self._good += 1
        if self._good >= self._needed:
            self.value = min(self.value * 2, self.ceiling)
            self._good = 0
            self._on_trial = True
