"""`netwatch mailbox`: what came back by mail and what became of it, with or without an agent; whether it can be read.

May import: netwatch.mailbox, netwatch.store. Called by: netwatch.cli.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from netwatch.cli.arguments import AsJson, ConfigOption, Limit
from netwatch.cli.config_file import settings_or_exit
from netwatch.cli.look.reading import read_store
from netwatch.cli.output import WRONG, fail, print_json, printable
from netwatch.cli.places import DEFAULT_CONFIG
from netwatch.errors import NetWatchError

if TYPE_CHECKING:
    from netwatch.mailbox import MailboxSettings

mailbox_app = typer.Typer(
    help="Show what came back by mail and what became of it, or try whether the mailbox can be read."
)
Refused = Annotated[bool, typer.Option("--refused", help="Only what was asked for and not done.")]


@mailbox_app.command()
def show(
    config: ConfigOption = DEFAULT_CONFIG, refused: Refused = False, limit: Limit = 50, json: AsJson = False
) -> None:
    """Print the last mails that came back, the newest first, and what became of each."""
    from netwatch.cli.screen import print_table
    from netwatch.mailbox import MAILBOX_MEMORY, Outcome, flat_record, read_records

    records = read_records(read_store(config, lambda store: store.memories(MAILBOX_MEMORY)))[::-1]
    shown = [record for record in records if not refused or record.outcome is Outcome.REFUSED][:limit]
    if json:
        print_json([flat_record(record) for record in shown])
        return
    rows = [
        [f"{record.at:%Y-%m-%d %H:%M:%S}", printable(record.sender), printable(record.verb), str(record.outcome),
         printable(record.words), record.entry_id[:8]]
        for record in shown
    ]  # fmt: skip
    print_table(
        "What came back", ["when (UTC)", "from", "asked for", "became", "why", "answers"], rows, empty="nothing yet"
    )


@mailbox_app.command("test")
def try_mailbox(config: ConfigOption = DEFAULT_CONFIG, json: AsJson = False) -> None:
    """Log in at the mailbox and look, step by step, without changing anything; exit 1 where that cannot be."""
    from netwatch.cli.screen import coloured, print_table

    settings = settings_or_exit(config).mailbox
    if settings is None:
        fail("the configuration names no mailbox")
    steps = asyncio.run(_steps(settings))
    if json:
        print_json(
            [
                {"step": step, "ok": ok, "took_seconds": round(took, 3), "answer": words}
                for step, ok, took, words in steps
            ]
        )
    else:
        rows = [
            [coloured("ok" if ok else "refused", "green" if ok else "bold red"), step, f"{took * 1000:.0f} ms", words]
            for step, ok, took, words in steps
        ]
        print_table(printable(settings.name), ["", "step", "time", "answer"], rows, empty="no answer at all")
    if not all(ok for _, ok, _, _ in steps):
        raise typer.Exit(WRONG)


async def _steps(settings: MailboxSettings) -> list[tuple[str, bool, float, str]]:
    from netwatch.mailbox import conversation
    from netwatch.oauth import TokenSource

    tokens = TokenSource(settings.oauth2) if settings.oauth2 is not None else None
    talk = conversation(settings, tokens, clock=lambda: datetime.now(UTC))
    steps: list[tuple[str, bool, float, str]] = []

    async def tried(step: str, work: Callable[[], Awaitable[str]]) -> bool:
        begun = time.perf_counter()
        try:
            words, ok = await work(), True
        except NetWatchError as exc:
            words, ok = printable(str(exc)), False
        steps.append((step, ok, time.perf_counter() - begun, words))
        return ok

    async def opened() -> str:
        await talk.open()
        return f"logged in as {printable(settings.username)}"

    async def looked() -> str:
        await talk.look("")
        return talk.words

    try:
        if await tried("log in", opened):
            await tried("look", looked)
    finally:
        await talk.close()
    return steps
