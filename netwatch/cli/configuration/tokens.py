"""`netwatch token`: what programs show in the place of a name and a password.

May import: netwatch.web, netwatch.errors. Called by: netwatch.cli.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from netwatch.cli.arguments import AsJson, ConfigOption
from netwatch.cli.configuration.users import RoleOption, users_file_or_exit
from netwatch.cli.output import USAGE, fail, print_json, rfc3339
from netwatch.cli.places import DEFAULT_CONFIG
from netwatch.cli.screen import print_table
from netwatch.errors import ConfigError
from netwatch.model import parse_duration
from netwatch.web import Role, new_token, wrong_with_name

For = Annotated[str, typer.Option("--for", help="How long it is valid: 90d, 1y; never: without an end.")]
TokenId = Annotated[
    str, typer.Argument(help="The token's id, as `list` prints it.", metavar="ID", show_default=False)
]
TokenName = Annotated[str, typer.Argument(help="What it is for: prometheus.", metavar="NAME", show_default=False)]

token_app = typer.Typer(help="Make, list and revoke tokens, by which programs may ask and act.", no_args_is_help=True)


@token_app.command()
def create(
    name: TokenName, role: RoleOption = Role.VIEWER, valid_for: For = "90d", config: ConfigOption = DEFAULT_CONFIG
) -> None:
    """Make a token and print it, once: only its hash is kept."""
    if wrong := wrong_with_name(name):
        fail(wrong, USAGE)
    expires_at = _end_of(valid_for)
    token_id, token, hashed = new_token()
    try:
        users_file_or_exit(config).put_token(token_id, name, role, hashed, expires_at)
    except ConfigError as exc:
        fail(str(exc))
    until = f"until {expires_at:%Y-%m-%d %H:%M} UTC" if expires_at else "without an end"
    typer.echo(f"# {name}, {role}, {until}; it is not shown again", err=True)
    typer.echo(token)


@token_app.command("list")
def list_(config: ConfigOption = DEFAULT_CONFIG, json: AsJson = False) -> None:
    """Print the tokens there are; none can be printed itself."""
    try:
        tokens = users_file_or_exit(config).people().tokens.values()
    except ConfigError as exc:
        fail(str(exc))
    now = datetime.now(UTC)
    rows = [
        {
            "id": one.id, "name": one.name, "role": one.role, "expires": rfc3339(one.expires_at) or "never",
            "state": "ended" if one.expires_at is not None and one.expires_at <= now else "valid",
        }
        for one in tokens
    ]  # fmt: skip
    if json:
        print_json(rows)
        return
    columns = ["id", "name", "role", "expires", "state"]
    print_table("Tokens", columns, [list(row.values()) for row in rows], empty="no tokens yet")


@token_app.command()
def revoke(token_id: TokenId, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Take a token out: who shows it is refused within a second or so."""
    file = users_file_or_exit(config)
    try:
        gone = file.remove_token(token_id)
    except ConfigError as exc:
        fail(str(exc))
    if not gone:
        fail(f"no token has the id {token_id!r}; see `netwatch token list`")
    typer.echo(f"{token_id} is revoked")


def _end_of(text: str) -> datetime | None:
    if text == "never":
        return None
    try:
        return datetime.now(UTC) + parse_duration(text)
    except (ValueError, OverflowError) as exc:
        fail(f"--for: {exc}", USAGE)
