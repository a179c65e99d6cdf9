"""Sweeps of the agent itself: looks again and again, slowly, beside all else that it does.

One that is broken off goes on where it was. What it finds waits for somebody, or is taken where the configuration
says so; nothing that vanished is ever taken away.
May import: netwatch.model, the files of this room. Called by: netwatch.app, through the door.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from netwatch.discovery.choosing import chosen, entry_of
from netwatch.discovery.findings import Findings, read_findings, write_findings
from netwatch.discovery.known import known_addresses
from netwatch.discovery.metrics import ANSWERING, DEVICES, LAST_SWEEP_AT, PROGRESS, SWEEPS, TAKEN
from netwatch.discovery.progress import Progress
from netwatch.discovery.ranges import Ranges
from netwatch.discovery.sameness import devices_of
from netwatch.discovery.settings import DiscoverySettings
from netwatch.discovery.sweep import Sweep
from netwatch.discovery.taken import entry_text, read_taken, write_taken
from netwatch.errors import ConfigError
from netwatch.model import Credential, Device, DiscoveredDevice, DiscoveryState, unforeseen

LOOK_SECONDS = 30.0
"""How long it sleeps at most: a clock that is set, or a machine that slept, is noticed so soon."""
WRITTEN_EVERY_SECONDS = 5.0
"""A sweep that is killed does again what it did in so much time."""
TRY_AGAIN_AFTER = timedelta(minutes=10)
"""After a sweep that broke off in a way nobody foresaw, or where the interval is longer."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """Where it keeps what it took, what it found, and how far it is."""

    taken: Path
    findings: Path
    progress: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class _Few:
    """How many requests may be under way: few, since polling comes first."""

    max_in_flight: int = 50


def next_sweep_at(ended_at: datetime | None, interval: timedelta, now: datetime) -> datetime:
    """Return when to look again; one that ended in the future tells of a clock that was wrong, and counts as none."""
    return now if ended_at is None or ended_at > now else ended_at + interval


class Patrol:
    """The sweeps between `start()` and `stop()`."""

    def __init__(
        self,
        settings: DiscoverySettings,
        ranges: Ranges,
        *,
        credentials: Sequence[Credential],
        devices: Sequence[Device],
        origins: Mapping[str, str],
        usual_credential: str | None,
        port: int,
        files: Files,
        clock: Callable[[], datetime],
        took: Callable[[], None],
    ) -> None:
        """Take what to look for and where.

        `devices` are those that are watched, `origins` the files of those that do not stand in the configuration;
        `took` is called when there are more, so that it is read again.
        """
        self._settings, self._ranges, self._credentials, self._port = settings, ranges, credentials, port
        self._devices, self._origins, self._usual, self._files = devices, origins, usual_credential, files
        self._clock, self._took = clock, took
        self._findings = Findings()
        self._progress: Progress | None = None
        self._trouble = ""
        self._next_at: datetime | None = None
        self._written_at = 0.0
        self._keeping = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to look, if the configuration wants that, and drop what it has by now."""
        try:
            self._findings = await asyncio.to_thread(self._tidied)
        except (OSError, ConfigError) as exc:
            self._trouble = str(exc)
            log.warning("what sweeps found before cannot be read or written", error=str(exc))
        self._show()
        if self._settings.interval is not None and self._ranges.networks:
            self._task = asyncio.create_task(self._keep_looking(self._settings.interval), name="discovery")

    async def stop(self) -> None:
        """Break off; how far it is stands in a file."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def state(self) -> DiscoveryState:
        """Return where it stands."""
        return DiscoveryState(
            ranges=tuple(map(str, self._ranges.networks)), size=self._ranges.size,
            asked=self._progress.asked if self._progress is not None else None,
            ended_at=self._findings.ended_at, next_at=self._next_at, answering=self._findings.answering,
            words=self._findings.words, trouble=self._trouble, devices=self._findings.devices,
        )  # fmt: skip

    def news(self, now: datetime, lasting: timedelta) -> tuple[int, str]:
        """Return how many devices the last sweep found that were new, for some time; in words too."""
        told_at = self._findings.told_at
        if told_at is None or now - told_at > lasting:
            return 0, ""
        return self._findings.new, self._findings.words

    def waiting(self, addresses: Collection[str]) -> list[DiscoveredDevice]:
        """Return those of some devices, by their addresses, that wait for somebody."""
        return [one for one in self._findings.waiting if one.address in addresses]

    def entry(self, one: DiscoveredDevice) -> str:
        """Return what is written of a device that is taken, as a line of `devices`."""
        return entry_text(entry_of(one, self._usual))

    async def take(self, addresses: Collection[str]) -> list[DiscoveredDevice]:
        """Watch devices that wait, since somebody says so, and return them; those that do not wait are left out.

        Raises:
            OSError: the disk does not take it; nothing is taken.
            ConfigError: the file of those that were taken before cannot be read; nothing is taken.
        """
        async with self._keeping:
            taken = [replace(one, taken_at=self._clock()) for one in self.waiting(addresses)]
            if not taken:
                return []
            new = {one.address: one for one in taken}
            devices = tuple(new.get(one.address, one) for one in self._findings.devices)
            findings = replace(self._findings, devices=devices)
            await asyncio.to_thread(self._keep, findings, [entry_of(one, self._usual) for one in taken])
            self._findings = findings
        self._show()
        self._took()
        return taken

    def _tidied(self) -> Findings:
        """Forget what the configuration has by now, in both files; return the rest."""
        ours = {device.name for device in self._devices if device.name not in self._origins}
        entries = read_taken(self._files.taken)
        configured = _addresses(device for device in self._devices if device.name in ours)
        kept = [one for one in entries if one.get("name") not in ours and one.get("address") not in configured]
        if kept != entries:
            write_taken(self._files.taken, kept)
        names, watched = {one.get("name") for one in kept}, _addresses(self._devices)
        before = read_findings(self._files.findings)

        def still_counts(one: DiscoveredDevice) -> bool:
            if one.taken_at is not None:
                return one.name in names
            return watched.isdisjoint((one.address, *one.others))

        rest = tuple(filter(still_counts, before.devices))
        if rest != before.devices:
            write_findings(self._files.findings, replace(before, devices=rest))
        return replace(before, devices=rest)

    async def _keep_looking(self, interval: timedelta) -> None:
        while True:
            self._next_at = self._next_at or next_sweep_at(self._findings.ended_at, interval, self._clock())
            if not self._files.progress.exists():  # one that was broken off goes on at once
                await self._wait_until(self._next_at)
            try:
                await self._look()
                self._trouble, self._next_at = "", None
                SWEEPS.labels("done").inc()
            except (OSError, ConfigError) as exc:
                await self._fail(str(exc), interval)
            except Exception as exc:  # noqa: BLE001  # the next one may go well, and polling has nothing to do with it
                await self._fail(unforeseen(exc), interval)
            finally:
                self._progress = None
                PROGRESS.set(0)

    async def _fail(self, why: str, interval: timedelta) -> None:
        """Say that a sweep broke off, and wait for a while."""
        SWEEPS.labels("failed").inc()
        self._trouble, self._progress = why, None
        self._next_at = self._clock() + min(interval, TRY_AGAIN_AFTER)
        log.error("a sweep broke off", error=why)
        await self._wait_until(self._next_at)

    async def _wait_until(self, at: datetime) -> None:
        while (left := (at - self._clock()).total_seconds()) > 0:  # noqa: ASYNC110  # a clock tells nobody
            await asyncio.sleep(min(left, LOOK_SECONDS))

    async def _look(self) -> None:
        """Do one sweep, and what follows from it."""
        self._progress = await asyncio.to_thread(Progress.read, self._files.progress, self._ranges)
        sweep = Sweep(
            self._ranges, self._credentials, limits=_Few(), rate=self._settings.scheduled_rate,
            timeout=self._settings.timeout, port=self._port, tell=self._tell,
        )  # fmt: skip
        try:
            progress = await sweep.run(self._progress)
        except asyncio.CancelledError:
            with contextlib.suppress(OSError):
                self._progress.write(self._files.progress)
            raise
        known = await known_addresses(self._devices)
        devices = await asyncio.to_thread(devices_of, progress.hosts, known)
        async with self._keeping:
            choice = await asyncio.to_thread(
                chosen, devices, self._findings, auto=self._settings.auto, per_day=self._settings.auto_per_day,
                now=self._clock(), usual_credential=self._usual, answering=progress.answering,
            )  # fmt: skip
            await asyncio.to_thread(self._keep, choice.findings, choice.entries)
            self._findings = choice.findings
        self._show()
        log.info("a sweep is done", answering=progress.answering, words=choice.findings.words)
        if choice.entries:  # as soon as the findings say so: who stops it now finds both or neither
            TAKEN.inc(len(choice.entries))
            self._took()
        # Nor can it be stopped before this: a sweep that is done is none that was broken off.
        self._files.progress.unlink(missing_ok=True)

    def _keep(self, findings: Findings, entries: Sequence[Mapping[str, object]]) -> None:
        """Write what is taken first: what is told of it must be so."""
        if entries:
            new = {one["name"] for one in entries} | {one["address"] for one in entries}
            kept = [one for one in read_taken(self._files.taken) if not {one.get("name"), one.get("address")} & new]
            write_taken(self._files.taken, [*kept, *entries])
        write_findings(self._files.findings, findings)

    def _tell(self, progress: Progress) -> None:
        progress.only_devices()  # the others of a large network are too many to write down again and again
        PROGRESS.set(progress.asked / max(1, self._ranges.size))
        now = asyncio.get_running_loop().time()
        if now - self._written_at >= WRITTEN_EVERY_SECONDS:
            self._written_at = now
            progress.write(self._files.progress)

    def _show(self) -> None:
        waiting = len(self._findings.waiting)
        DEVICES.labels("waiting").set(waiting)
        DEVICES.labels("taken").set(len(self._findings.devices) - waiting)
        ANSWERING.set(self._findings.answering)
        LAST_SWEEP_AT.set(self._findings.ended_at.timestamp() if self._findings.ended_at is not None else 0)


def _addresses(devices: Iterable[Device]) -> set[object]:
    return {address for device in devices for address in (device.address, *device.accept_from)}
