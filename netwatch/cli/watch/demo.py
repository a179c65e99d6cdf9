"""`netwatch demo`: the real agent beside seven simulated devices that break on cue, and a mail server that keeps all.

Nothing leaves this machine: devices, mail server and page are on 127.0.0.1, state is in a temporary directory.

May import: netwatch.app, netwatch.simulator. Called by: netwatch.cli.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.panel import Panel

from netwatch.app import App
from netwatch.cli.log import LevelOption, LogLevel, set_up_logging
from netwatch.cli.output import WRONG, fail, printable, printable_lines
from netwatch.cli.screen import out
from netwatch.cli.watch.demo_config import MAILBOX_PASSWORD, demo_config
from netwatch.config import load_settings
from netwatch.errors import NetWatchError
from netwatch.rules import Rule
from netwatch.simulator import (
    Answering,
    Expectation,
    MailboxServer,
    ReceivedMail,
    SmtpSink,
    Story,
    StoryStep,
    answer_to,
    demo_story,
    send_traps_to,
    unmet,
)

HOLD_NO_LONGER_THAN = timedelta(seconds=2)
"""The shipped rules wait minutes before they alert; nobody wants to watch that."""
PATIENCE_SECONDS = 120.0
"""For what follows from a step: seconds where the machine has little else to do, a minute where it has so much that
polls of two seconds take twelve, for some columns are asked in every fifth poll only."""
PERSON, ANSWER, READS_FOR_SECONDS = "you@example.net", "ack on my way", 1.0
"""Who answers the first mail about something down, in which words, and how long that takes."""
COLOURS = {"DOWN": "red", "WARN": "yellow", "INFO": "cyan", "OK": "green"}


def demo(
    once: Annotated[
        bool, typer.Option("--once", help="Play the story to its end; exit 0 if all mails came.")
    ] = False,
    port: Annotated[int, typer.Option(help="Port of the page; 0 for any free one.", min=0, max=65535)] = 10916,
    log_level: LevelOption = LogLevel.ERROR,
) -> None:
    """Watch seven simulated devices break and recover, and read the mails; needs no root and no network."""
    set_up_logging(log_level)
    story = demo_story()
    try:
        with story.network.run_in_thread(), tempfile.TemporaryDirectory(prefix="netwatch-demo-") as folder:
            missing = asyncio.run(_Demo(story, Path(folder), port).run(once=once))
    except (NetWatchError, OSError) as exc:
        fail(f"the demo cannot run: {exc}")
    if missing:
        fail("these mails did not come:\n" + "\n".join(f"  {sentence(one)}" for one in missing), WRONG)


def sentence(expected: Expectation) -> str:
    """Write an expectation as people say it."""
    where = f"{expected.device} {expected.instance}".strip()
    return f"{expected.rule} on {where} {expected.becomes}"


class _Demo:
    """One showing of the story."""

    def __init__(self, story: Story, folder: Path, port: int) -> None:
        self._story, self._folder, self._port = story, folder, port
        self._sink = SmtpSink(on_mail=self._take_mail)
        self._mailbox = MailboxServer("netwatch", MAILBOX_PASSWORD)
        self._chosen, self._answering = Answering(), set[asyncio.Task[None]]()
        self._began_at = time.monotonic()

    async def run(self, *, once: bool) -> list[Expectation]:
        """Play to the end, go on until Ctrl-C unless it is for once, and return what was not mailed."""
        await self._sink.start()
        await self._mailbox.start()
        config = self._folder / "netwatch.yaml"
        trap_port = _free_udp_port()
        config.write_text(demo_config(
                self._story.devices(), self._folder, self._mailbox, self._sink.port, self._port, trap_port
            )
        )  # fmt: skip
        app = App(load_settings(config), adapt=_hurried)
        await app.start()
        send_traps_to(self._story, ("127.0.0.1", trap_port))
        try:
            self._introduce(app, config)
            return await self._watch(app, once=once)
        finally:
            for answer in self._answering:
                answer.cancel()
            await app.stop()
            await self._mailbox.stop()
            await self._sink.stop()

    async def _watch(self, app: App, *, once: bool) -> list[Expectation]:
        self._began_at = time.monotonic()
        with _interruptible() as stopped:
            play = asyncio.create_task(self._play(app))
            await _first_of(play, stopped)
            if stopped.is_set():
                play.cancel()
                return []
            await play
            missing = await self._missing(app, self._story.expectations(), stopped)
            self._conclude(app, missing, once=once)
            if not await self._is_in_hand(app, stopped):
                missing.append(Expectation(rule="what was answered", device=PERSON, becomes="acknowledged"))
            if not once:
                await stopped.wait()
                return []
        return missing

    async def _play(self, app: App) -> None:
        """Play the story as soon as every device was polled once, for a fault is news only where all was well."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while any(one.last_polled_at is None for one in app.statuses()):  # a status tells nobody
            if time.monotonic() > deadline:
                break
            await asyncio.sleep(0.1)
        self._began_at = time.monotonic()
        self._chosen.begin()
        await self._story.play(self._show_step, until_met=partial(self._missing, app))

    async def _missing(
        self, app: App, expected: Sequence[Expectation], stopped: asyncio.Event | None = None
    ) -> list[Expectation]:
        """Wait until all this is mailed or held back; return what is not when it should have come long ago."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            alerts, entries = await app.told()
            missing = unmet(expected, alerts, entries, self._sink.mails)
            if not missing or (stopped is not None and stopped.is_set()) or time.monotonic() > deadline:
                return missing
            await asyncio.sleep(0.25)

    async def _is_in_hand(self, app: App, stopped: asyncio.Event) -> bool:
        """Return whether the alert whose mail was answered is in that person's hand; wait until it is."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not stopped.is_set():
            alerts, _ = await app.told()
            if any(alert.acked_by == PERSON for alert in alerts):
                return True
            if time.monotonic() > deadline:
                return False
            await asyncio.sleep(0.25)
        return True

    def _take_mail(self, mail: ReceivedMail) -> None:
        """Show a mail; the first of the story that tells of something down is answered."""
        self._show_mail(mail)
        if self._chosen.chooses(mail):
            self._answering.add(asyncio.create_task(self._answer(mail)))

    async def _answer(self, mail: ReceivedMail) -> None:
        await asyncio.sleep(READS_FOR_SECONDS)
        out.print(f"[dim]{self._clock()}[/dim]  [bold]{PERSON} answers that mail: {ANSWER}[/bold]", highlight=False)
        await self._mailbox.deliver(answer_to(mail, ANSWER, sender=f"You <{PERSON}>"))

    def _introduce(self, app: App, config: Path) -> None:
        lines = [
            f"The page:      {app.address}",
            f"Metrics:       {app.address}metrics",
            f"JSON:          {app.address}api/v1/devices",
            f"Configuration: {config}",
            "",
            f"{len(self._story.devices())} simulated devices (SNMP v1, v2c, v3) are polled by the real agent with",
            "the shipped rules; only their hold times are cut to 2 s. The mails below went through SMTP;",
            "one of them is answered with a word, which NetWatch reads from a mailbox and does.",
            "Stop with Ctrl-C.",
        ]
        out.print(Panel("\n".join(lines), title="NetWatch demo", border_style="blue", expand=False), highlight=False)

    def _show_step(self, step: StoryStep) -> None:
        out.print(f"[dim]{self._clock()}[/dim]  [bold]{escape(step.says)}[/bold]", highlight=False)

    def _show_mail(self, mail: ReceivedMail) -> None:
        words = mail.subject.partition("]")[0].strip("[").replace(",", " ").split()
        word = next((word for word in words if word in COLOURS), "")
        text = f"To: {', '.join(mail.recipients)}\n\n{mail.text.strip()}"
        title = escape(f"mail: {printable(mail.subject)}")
        panel = Panel(
            escape(printable_lines(text)), title=title, title_align="left", border_style=COLOURS.get(word, "white")
        )
        out.print(f"[dim]{self._clock()}[/dim]", panel, highlight=False)

    def _conclude(self, app: App, missing: list[Expectation], *, once: bool) -> None:
        expected = len(self._story.expectations())
        told, mails = expected - len(missing), len(self._sink.mails)
        out.print(f"\n{told} of {expected} expected changes were mailed or held back, in {mails} mails.")
        if not once:
            out.print(f"The agent goes on; look around at {app.address} and stop with Ctrl-C.", highlight=False)

    def _clock(self) -> str:
        return f"{time.monotonic() - self._began_at:5.1f} s"


def _free_udp_port() -> int:
    """Return a port that was free a moment ago; the configuration wants a number, and 162 wants root."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _hurried(rule: Rule) -> Rule:
    """Return the rule with hold times that fit a demo."""
    return replace(
        rule,
        hold_for=min(rule.hold_for, HOLD_NO_LONGER_THAN),
        keep_firing_for=min(rule.keep_firing_for, HOLD_NO_LONGER_THAN),
    )


@contextlib.contextmanager
def _interruptible() -> Iterator[asyncio.Event]:
    """Give an event that Ctrl-C and SIGTERM set."""
    stopped, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    yield stopped
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.remove_signal_handler(number)


async def _first_of(task: asyncio.Task[None], event: asyncio.Event) -> None:
    waiting = asyncio.create_task(event.wait())
    await asyncio.wait((task, waiting), return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
