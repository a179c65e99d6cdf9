"""`netwatch outbox`: what waits, what was sent, what died and why; one row in full; rows sent again or given up.

Works beside a running agent, which notices within seconds, and without one.
May import: netwatch.store, netwatch.model, netwatch.web (to read a mail). Called by: netwatch.cli.
"""

from __future__ import annotations

import json as json_text
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Annotated

import typer

from netwatch.cli.arguments import AsJson, ConfigOption, Limit
from netwatch.cli.config_file import settings_or_exit
from netwatch.cli.look.reading import read_store
from netwatch.cli.output import USAGE, WRONG, fail, print_json, printable, printable_lines, rfc3339
from netwatch.cli.person import person
from netwatch.cli.places import DEFAULT_CONFIG
from netwatch.cli.screen import coloured, err, print_table
from netwatch.errors import StoreError
from netwatch.model import Event, OutboxEntry, OutboxKind, OutboxState
from netwatch.store import Handled, StoreReader, StoreSettings, drop_entry, retry_entry
from netwatch.web import MailText, text_of_mail

States = Annotated[
    list[OutboxState] | None, typer.Option("--state", help="Only rows in this state; may be repeated.")
]
Id = Annotated[str, typer.Argument(help="A row's id, or how it begins.", metavar="ID", show_default=False)]
Ids = Annotated[
    list[str] | None, typer.Argument(help="Ids of rows, or how they begin.", metavar="ID...", show_default=False)
]
COLOURS = {OutboxState.SENT: "green", OutboxState.DEAD: "bold red", OutboxState.QUEUED: "yellow"}
OVER = (OutboxState.SENT, OutboxState.DEAD, OutboxState.DIGESTED, OutboxState.SUPERSEDED)
MAX_EVENTS = 1000
ByHand = Callable[[StoreSettings, str, str, datetime], Handled]

outbox_app = typer.Typer(help="Show the mails and what became of them; send some again, or give them up.")


@outbox_app.callback(invoke_without_command=True)
def outbox(
    context: typer.Context,
    config: ConfigOption = DEFAULT_CONFIG,
    state: States = None,
    limit: Limit = 50,
    json: AsJson = False,
) -> None:
    """Print the mails: what waits, what was sent, what died and why."""
    if context.invoked_subcommand is None:
        list_(config, state, limit, json)
        return
    given = {name: value for name, value in context.params.items() if _was_given(context, name)}
    context.default_map = dict.fromkeys(("list", "show", "retry", "drop"), given)


def _was_given(context: typer.Context, name: str) -> bool:
    source = context.get_parameter_source(name)
    return source is not None and source.name != "DEFAULT"


@outbox_app.command("list")
def list_(
    config: ConfigOption = DEFAULT_CONFIG, state: States = None, limit: Limit = 50, json: AsJson = False
) -> None:
    """Print the rows, the newest first."""
    rows = read_store(config, lambda store: store.outbox(state or None, limit))
    if json:
        print_json([outbox_row(entry) for entry in rows])
        return
    columns = ["id", "state", "created", "recipient", "subject", "attempts", "next try", "last reply"]
    print_table("Outbox", columns, map(_cells, rows), empty="no mail yet")


@outbox_app.command()
def show(row: Id, config: ConfigOption = DEFAULT_CONFIG, json: AsJson = False) -> None:
    """Print one row in full: where it stands, every attempt, and what it says."""

    async def look(store: StoreReader) -> tuple[OutboxEntry, list[Event], list[OutboxEntry]]:
        entry = await store.outbox_entry(await _one_id(store, row))
        if entry is None:
            raise StoreError(f"{row} is in the outbox no more")
        events = await store.events(MAX_EVENTS, entry_ids=[entry.id])
        return entry, events[::-1], await store.outbox_told_by(entry.id)

    entry, events, instead_of = read_store(config, look)
    text = _text_of(entry)
    if json:
        attempts = [{"at": event.at, "text": event.text, **event.details} for event in events]
        told = [one.id for one in instead_of]
        print_json({**outbox_row(entry), "headers": dict(text.headers), "text": text.text, "events": attempts,
                    "tells_instead_of": told})  # fmt: skip
        return
    _print_facts(entry, instead_of)
    typer.echo("\nWhat happened:")
    for event in events or [Event(at=entry.created_at, kind="", text="written; nothing else yet")]:
        typer.echo(f"  {event.at.astimezone():%Y-%m-%d %H:%M:%S}  {printable(event.text)}")
    typer.echo("\nWhat it says:")
    for name, value in text.headers:
        typer.echo(f"{name}: {printable(value)}")
    typer.echo("\n" + printable_lines(text.text))
    if text.others:
        typer.echo(f"\n(and parts not shown: {', '.join(map(printable, text.others))})")


@outbox_app.command()
def retry(
    rows: Ids = None,
    config: ConfigOption = DEFAULT_CONFIG,
    all_dead: Annotated[bool, typer.Option("--all-dead", help="Every dead row that nobody dropped.")] = False,
) -> None:
    """Send rows again now; exit 1 where one of them makes no sense to send."""
    if not rows and not all_dead:
        fail("say which: ids, or --all-dead", USAGE)
    _by_hand(retry_entry, rows or [], config, all_dead=all_dead)


@outbox_app.command()
def drop(rows: Ids = None, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Give rows up: they are not sent, and no alarm tells of them; exit 1 where there was nothing to give up."""
    if not rows:
        fail("say which: ids", USAGE)
    _by_hand(drop_entry, rows, config)


def _by_hand(act: ByHand, given: Sequence[str], config: ConfigOption, *, all_dead: bool = False) -> None:
    async def whole(store: StoreReader) -> list[str]:
        ids = [await _one_id(store, row) for row in given]
        dead = await store.outbox([OutboxState.DEAD]) if all_dead else []
        return list(dict.fromkeys([*ids, *(entry.id for entry in dead if not entry.dropped_by_hand)]))

    ids = read_store(config, whole)
    store, by = settings_or_exit(config).store, printable(person())
    refused = False
    for entry_id in ids:
        try:
            handled = act(store, entry_id, by, datetime.now(UTC))
        except StoreError as exc:
            fail(str(exc))
        refused |= handled.refused
        said = f"{entry_id}: {printable(handled.words)}"
        err.print(said, markup=False, highlight=False) if handled.refused else typer.echo(said)
    if not ids:
        typer.echo("no row is dead")
    if refused:
        raise typer.Exit(WRONG)


async def _one_id(store: StoreReader, beginning: str) -> str:
    """Return the one id that begins so, or leave with the reason why there is none."""
    found = await store.outbox_ids(beginning, 5)
    if not found:
        fail(f"no row of the outbox begins with {printable(beginning)}")
    if beginning not in found and (not beginning or len(found) > 1):
        fail(f"{printable(beginning) or 'nothing'} may mean {', '.join(map(printable, found))}, ...", USAGE)
    return beginning if beginning in found else found[0]


def outbox_row(entry: OutboxEntry) -> dict[str, object]:
    """Return a row as one flat object, without its text."""
    return {
        "id": entry.id, "message_id": entry.message_id, "kind": entry.kind, "state": entry.state,
        "recipient": entry.recipient, "receiver": entry.receiver, "subject": entry.subject,
        "attempts": entry.attempts, "created_at": rfc3339(entry.created_at), "not_before": rfc3339(entry.not_before),
        "sent_at": rfc3339(entry.sent_at), "last_reply": entry.last_reply, "thread_id": entry.thread_id,
        "told_by": entry.told_by,
    }  # fmt: skip


def _cells(entry: OutboxEntry) -> list[object]:
    state = coloured(entry.state, COLOURS.get(entry.state, "yellow"))
    reply = f"told by {entry.told_by}" if entry.told_by and not entry.last_reply else entry.last_reply
    return [
        entry.id, state, entry.created_at, entry.recipient, entry.subject, entry.attempts, _next_try(entry), reply
    ]  # fmt: skip


def _next_try(entry: OutboxEntry) -> datetime | None:
    return None if entry.state in OVER else entry.not_before


def _print_facts(entry: OutboxEntry, instead_of: Sequence[OutboxEntry]) -> None:
    facts = {
        "id": entry.id, "kind": entry.kind, "recipient": entry.recipient, "receiver": entry.receiver,
        "sender": entry.envelope_sender, "subject": entry.subject, "message-id": entry.message_id,
        "state": entry.state, "created": entry.created_at, "attempts": entry.attempts,
        "last tried": entry.last_tried_at, "next try": _next_try(entry), "leased until": entry.lease_until,
        "sent": entry.sent_at, "last reply": entry.last_reply, "incident": entry.thread_id,
        "group": entry.group_key, "alerts": ", ".join(entry.alert_ids), "told by": entry.told_by,
        "tells instead of": ", ".join(one.id for one in instead_of),
    }  # fmt: skip
    for name, value in facts.items():
        if value not in (None, ""):
            words = f"{value.astimezone():%Y-%m-%d %H:%M:%S}" if isinstance(value, datetime) else str(value)
            typer.echo(f"{name + ':':<18}{printable(words)}")


def _text_of(entry: OutboxEntry) -> MailText:
    """Return what a row says: a mail as people read it, JSON indented, anything else as it is."""
    if entry.kind is OutboxKind.MAIL:
        return text_of_mail(entry.message)
    text = entry.message.decode("utf-8", "replace")
    with suppress(ValueError, RecursionError):
        text = json_text.dumps(json_text.loads(text), indent=2, ensure_ascii=False)
    return MailText(headers=(), text=text)
