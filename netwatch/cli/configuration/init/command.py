"""`netwatch init`: from nothing to a configuration that works.

May import: netwatch.discovery, netwatch.model. Called by: netwatch.cli.
"""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from netwatch.cli.config_file import settings_or_exit
from netwatch.cli.configuration.discover import add, look_around
from netwatch.cli.configuration.init.answers import Answers
from netwatch.cli.configuration.init.asking import Asker
from netwatch.cli.configuration.init.interview import Interview
from netwatch.cli.configuration.init.rendered import NAMES, rendered
from netwatch.cli.configuration.init.steps import next_steps
from netwatch.cli.configuration.init.writing import Refused, in_the_way, write
from netwatch.cli.output import USAGE, WRONG, fail, printable
from netwatch.cli.places import DEFAULT_CONFIG
from netwatch.discovery import local_networks, parse_ranges
from netwatch.errors import ConfigError

HERE = Path("netwatch.yaml")

Text = str | None


def _option(name: str, says: str, secret: str = "") -> object:
    """Return an option; a secret may come by an environment variable too, where no list of processes shows it."""
    return typer.Option(f"--{name}", help=says, envvar=secret or None, show_envvar=bool(secret), show_default=False)


def init(
    config: Annotated[Path, typer.Option("-c", "--config", help="The file to write.")] = HERE,
    device: Annotated[Text, _option("device", "The first device: ADDRESS[:PORT].")] = None,
    community: Annotated[
        Text, _option("community", "Its community (2c; 1 where that alone is answered).", NAMES["community"])
    ] = None,
    user: Annotated[Text, _option("user", "Instead of a community a user of version 3.")] = None,
    auth_protocol: Annotated[Text, _option("auth-protocol", "What signs; SHA-256 by default.")] = None,
    auth_passphrase: Annotated[
        Text, _option("auth-passphrase", "Passphrase for signing.", NAMES["auth_passphrase"])
    ] = None,
    privacy_protocol: Annotated[Text, _option("privacy-protocol", "What encrypts; AES by default.")] = None,
    privacy_passphrase: Annotated[
        Text, _option("privacy-passphrase", "Passphrase for encrypting.", NAMES["privacy_passphrase"])
    ] = None,
    to: Annotated[Text, _option("to", "Who is mailed.")] = None,
    relay: Annotated[Text, _option("relay", "Through which mail server: [USER@]HOST[:PORT].")] = None,
    relay_password: Annotated[Text, _option("relay-password", "Its password.", NAMES["relay_password"])] = None,
    sender: Annotated[Text, _option("from", "Whom mails come from.")] = None,
    tls: Annotated[Text, _option("tls", "none, starttls or implicit; found out by itself.")] = None,
    listen: Annotated[Text, _option("listen", "Where the page listens; 127.0.0.1:10916 by default.")] = None,
    url: Annotated[Text, _option("url", "How people reach the page, for the links in mails.")] = None,
    networks: Annotated[
        list[str] | None,
        typer.Option("--range", help="Where `netwatch discover` may look, such as 192.0.2.0/24; may be repeated."),
    ] = None,
    sweep: Annotated[
        bool, typer.Option("--sweep", help="Look there at once; without a terminal nobody asks.")
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="Ask nothing: take what the options say, and the defaults.")
    ] = False,
    keep: Annotated[bool, typer.Option("--keep", help="Take answers too that fail their trial.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Write over what is there.")] = False,
    service: Annotated[
        bool | None,
        typer.Option(
            "--service/--no-service",
            help="For the systemd unit: secrets in the file `environment`, state in /var/lib/netwatch. "
            f"By default where the file is in {DEFAULT_CONFIG.parent}.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Ask five questions, try each answer, and write a configuration that works."""
    given = {
        "device": device, "community": community, "user": user, "auth-protocol": auth_protocol,
        "auth-passphrase": auth_passphrase, "privacy-protocol": privacy_protocol,
        "privacy-passphrase": privacy_passphrase, "to": to, "relay": relay, "relay-password": relay_password,
        "from": sender, "tls": tls, "listen": listen,
        "url": url,
    }  # fmt: skip
    if user is None and community is not None:
        given["user"] = ""
    asker = Asker(given, at_terminal=sys.stdin.isatty() and not yes, keep=keep)
    as_service = config.absolute().parent == DEFAULT_CONFIG.parent if service is None else service
    _refuse_what_cannot_be_written(config)
    force = force or _may_write(asker, config, as_service)
    ranges = _checked(networks or [])
    answers = Interview(asker).held()
    ranges, sweep = _ranges(asker, ranges, sweep)
    answers = replace(answers, ranges=tuple(ranges))
    _write(asker, config, answers, as_service=as_service, force=force)
    if sweep:
        entries = look_around(settings_or_exit(config), parse_ranges(ranges))
        add(entries, config, write=False, json=False)
        if entries and asker.yes("Add these to the configuration?"):
            add(entries, config, write=True, json=False)
    asker.say(next_steps(config, answers, as_service=as_service, keep=keep))


def _refuse_what_cannot_be_written(config: Path) -> None:
    """Say it before anybody has answered a question."""
    there = next(folder for folder in config.absolute().parents if folder.exists())
    if config.is_dir() or not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        fail(f"{config} cannot be written; name another file with -c, or see who owns {there}", WRONG)


def _may_write(asker: Asker, config: Path, as_service: bool) -> bool:
    """Return whether what is there may be written over, where something is."""
    try:
        there = in_the_way(config, as_service=as_service)
    except OSError as exc:
        fail(f"{exc.filename}: {exc.strerror}", WRONG)
    if not there:
        return False
    names = ", ".join(map(str, there))
    if not asker.yes(f"{printable(names)}: there already. Write over it?"):
        fail(f"{names}: there already, and nothing is changed; with --force it is written over", WRONG)
    return True


def _checked(networks: list[str]) -> list[str]:
    try:
        return [str(one) for one in parse_ranges(networks).networks] if networks else []
    except ConfigError as exc:
        fail(str(exc), USAGE)


def _ranges(asker: Asker, ranges: list[str], sweep: bool) -> tuple[list[str], bool]:
    """Return where to look, and whether to look now: nothing is asked of a network before somebody says yes."""
    found = ranges or local_networks()
    if not asker.at_terminal:
        if sweep and not found:
            fail("--sweep finds no network that this machine stands in; name one with --range", USAGE)
        return (_checked(found) if sweep else ranges), sweep
    if not sweep and not asker.yes(f"Look for more devices, in {', '.join(found) or 'networks you name'}?"):
        return ranges, False
    while True:
        said = asker.text("range", "Where, with blanks between", " ".join(found)).replace(",", " ").split()
        try:
            return [str(one) for one in parse_ranges(said).networks], True
        except ConfigError as exc:
            asker.say(f"  {exc}")


def _write(asker: Asker, config: Path, answers: Answers, *, as_service: bool, force: bool) -> None:
    what = rendered(answers, as_service=as_service)
    try:
        write(config, what, as_service=as_service, force=force)
    except Refused as exc:
        fail(str(exc), WRONG)
    except OSError as exc:
        fail(f"{exc.filename or config}: {exc.strerror}; nothing is written there", WRONG)
    asker.say(f"{config} is written, and `netwatch check` finds nothing wrong with it.")
