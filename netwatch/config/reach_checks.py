"""Who can be reached, and who can reach: addresses that two devices have, and a page that is open to everybody.

May import: netwatch.web, netwatch.model. Called by: checks.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from netwatch.config.parts import Tree
from netwatch.config.tree import EACH, found, text_of, texts
from netwatch.errors import ConfigError
from netwatch.model import KeyPath, Problem, YamlFile
from netwatch.polling.settings import DefaultSettings
from netwatch.web import parse_listen, read_people, read_web_config


def reach_checks(file: YamlFile, tree: Tree) -> Iterator[Problem]:
    """Yield a warning for each address that two devices have, and an error for a page that everybody may use."""
    yield from _shared_addresses(file, tree)
    yield from _open_page(file, tree)
    yield from _nobody_yet(file, tree)


def _shared_addresses(file: YamlFile, tree: Tree) -> Iterator[Problem]:
    defaults = tree.get("defaults")
    usual = _port(defaults) or DefaultSettings().port
    first: dict[tuple[str, int], KeyPath] = {}
    for path, address in texts(tree, "devices", EACH, "address"):
        device = tree["devices"][path[1]]
        where = _plainly(address), _port(device) or usual
        if first.setdefault(where, path) is path:
            continue
        line, _ = file.position(first[where])
        other = text_of(tree["devices"][first[where][1]], "name") or "another device"
        said = (
            f"is the address of {other!r} too, in line {line}: one device asked twice, and its traps are {other!r}'s"
        )
        yield file.problem(path, said, severity="warning")


def _plainly(address: str) -> str:
    """Return an address in one spelling."""
    try:
        return ip_address(address).compressed
    except ValueError:
        return address.casefold().rstrip(".")


def _port(part: Any) -> int | None:
    port = part.get("port") if isinstance(part, dict) else None
    return port if isinstance(port, int) else None


def _open_page(file: YamlFile, tree: Tree) -> Iterator[Problem]:
    """Refuse a page that everybody reaches, and where everybody may do what only its people should."""
    if any(value is True for _, value in found(tree, "web", "read_only")) or _asks_who(tree):
        return
    for path, listen in texts(tree, "web", "listen"):
        try:
            is_public = not parse_listen(listen).is_loopback
        except ValueError:  # which is said elsewhere
            return
        if is_public:
            said = (
                "whoever reaches this address may silence, acknowledge and reload, since nobody signs in here: set "
                "users_file: users.yaml and run `netwatch user add NAME --role admin`, or set read_only: true, or "
                "listen on 127.0.0.1 and let a proxy in front ask who it is"
            )
            yield file.problem(path, said)


def _asks_who(tree: Tree) -> bool:
    """Return whether the page knows who asks; a file that is wrong in itself is spoken of elsewhere."""
    if any(texts(tree, "web", "users_file")) or any(value for _, value in found(tree, "web", "trusted_proxy")):
        return True
    for _, name in texts(tree, "web", "config_file"):
        try:
            return bool(read_web_config(Path(name)).users)
        except ConfigError:
            return True
    return False


def _nobody_yet(file: YamlFile, tree: Tree) -> Iterator[Problem]:
    """Hint at a file of users with nobody in it, where nobody else is named either."""
    if any(found(tree, "web", "trusted_proxy")) or any(texts(tree, "web", "config_file")):
        return
    for path, name in texts(tree, "web", "users_file"):
        try:
            people = read_people(Path(name))
        except ConfigError:
            continue
        if not people.users:
            said = "nobody can sign in yet: run `netwatch user add NAME --role admin`"
            yield file.problem(path, said, severity="warning")
