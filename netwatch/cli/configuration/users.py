"""`netwatch user`: who may sign in on the page.

A running agent sees a change within a second or so.
May import: netwatch.web, netwatch.errors. Called by: netwatch.cli.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from netwatch.cli.arguments import AsJson, ConfigOption
from netwatch.cli.config_file import settings_or_exit
from netwatch.cli.output import USAGE, fail, print_json
from netwatch.cli.places import DEFAULT_CONFIG
from netwatch.cli.screen import print_table
from netwatch.errors import ConfigError
from netwatch.web import Role, UsersFile, hashed, wrong_with, wrong_with_name

Name = Annotated[str, typer.Argument(help="The user's name.", metavar="NAME", show_default=False)]
RoleOption = Annotated[
    Role, typer.Option("--role", help="viewer: look; operator: acknowledge and silence; admin: reload too.")
]
ASK_TWICE = "Again, to be sure"

user_app = typer.Typer(help="Say who may sign in on the page, and what they may.", no_args_is_help=True)


def users_file_or_exit(config: Path) -> UsersFile:
    """Return the file that the configuration names, or leave with what to write into it."""
    file = settings_or_exit(config).web.users_file
    if not file:
        fail(f"{config} names no file of users: put `web: {{users_file: users.yaml}}` into it")
    return UsersFile(Path(file))


@user_app.command()
def add(name: Name, role: RoleOption = Role.VIEWER, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Write a user into the file of users; the password is asked for, or read from stdin without a terminal."""
    if wrong := wrong_with_name(name):
        fail(wrong, USAGE)
    file = users_file_or_exit(config)
    try:
        if name in file.people().users:
            fail(f"{name} is there already; see `netwatch user password` and `netwatch user role`")
        file.put_user(name, role, hashed(_asked_for_password()))
    except ConfigError as exc:
        fail(str(exc))
    typer.echo(f"{name} may sign in as {role}; written to {file.path}")


@user_app.command()
def password(name: Name, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Give a user another password; every session of that user ends."""
    file = users_file_or_exit(config)
    try:
        user = _found(file, name)
        file.put_user(name, user, hashed(_asked_for_password()))
    except ConfigError as exc:
        fail(str(exc))
    typer.echo(f"{name} has another password, and must sign in anew")


@user_app.command()
def role(name: Name, role: RoleOption, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Give a user another role; also one whose password stands in web.config_file, or whom a proxy asks."""
    if wrong := wrong_with_name(name):
        fail(wrong, USAGE)
    file = users_file_or_exit(config)
    try:
        file.put_user(name, role)
    except ConfigError as exc:
        fail(str(exc))
    typer.echo(f"{name} is {role}")


@user_app.command()
def remove(name: Name, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Take a user out; every session of that user ends."""
    file = users_file_or_exit(config)
    try:
        _found(file, name)
        file.remove_user(name)
    except ConfigError as exc:
        fail(str(exc))
    typer.echo(f"{name} may not sign in any more")


@user_app.command("list")
def list_(config: ConfigOption = DEFAULT_CONFIG, json: AsJson = False) -> None:
    """Print who may sign in, and what they may."""
    try:
        users = users_file_or_exit(config).people().users.values()
    except ConfigError as exc:
        fail(str(exc))
    rows = [
        {"name": user.name, "role": user.role, "password": "here" if user.hash else "elsewhere"} for user in users
    ]
    if json:
        print_json(rows)
        return
    print_table("Users", ["name", "role", "password"], [list(row.values()) for row in rows], empty="nobody yet")


def _found(file: UsersFile, name: str) -> Role:
    """Return the role of a user, or leave."""
    from netwatch.config import did_you_mean

    users = file.people().users
    if name not in users:
        fail(f"nobody is called {name!r} in {file.path}{did_you_mean(name, users)}")
    return users[name].role


def _asked_for_password() -> str:
    """Return the password that was typed without being shown, or that stands in the first line of stdin."""
    if sys.stdin.isatty():
        typed: str = typer.prompt("Password", hide_input=True, confirmation_prompt=ASK_TWICE)
    else:
        typed = sys.stdin.readline().rstrip("\r\n")
    if wrong := wrong_with(typed):
        fail(wrong, USAGE)
    return typed
