"""Devices that NetWatch took by itself, read beside the configuration as if they stood in it.

The configuration wins: a name or an address that it has is left out here. What is wrong in this file is a warning,
since nobody wrote it, and it must never keep an agent from its start.
May import: netwatch.discovery, netwatch.polling, netwatch.model. Called by: loading and its kin.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from netwatch.config.tree import text_of
from netwatch.discovery import read_taken
from netwatch.errors import ConfigError
from netwatch.model import Problem, shortened
from netwatch.polling.settings import DeviceSettings
from netwatch.store.settings import StoreSettings

EXCEPTIONS_FILE = "exceptions.yaml"
"""What was said on the page of single rows."""
TAKEN_FILE, FOUND_FILE, SWEEP_FILE = "discovered.yaml", "found.json", "sweep.json"
"""What discovery keeps beside the database: what was taken by itself, what was found, how far a sweep is."""
_SQLITE = "sqlite:///"


@dataclass(slots=True, kw_only=True)
class Taken:
    """What of the file is watched: the file by the names of its devices. And what is wrong in it."""

    origins: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def taken_file(tree: Mapping[str, Any], base: Path) -> Path:
    """Return where the file is, whether the rest of the configuration is right or not."""
    return beside_database(tree, base, TAKEN_FILE)


def beside_database(tree: Mapping[str, Any], base: Path, name: str) -> Path:
    """Return a file of NetWatch's own, by a configuration that may be wrong."""
    url = text_of(tree.get("store"), "url") or StoreSettings().url
    database = base / url.removeprefix(_SQLITE)
    return beside(database if database.name else base / "none", name)


def beside(database: Path, name: str) -> Path:
    """Return a file of NetWatch's own beside its database."""
    return database.with_name(f"{database.stem}-{name}")


def add_taken(tree: dict[str, Any], path: Path) -> Taken:
    """Put the devices of the file behind those of the tree."""
    taken, there = Taken(), tree.get("devices")
    if not isinstance(there, list | None):
        return taken
    try:
        entries = read_taken(path)
    except ConfigError as exc:
        taken.problems.append(_warning(path, f"no device of it is watched: {exc}"))
        return taken
    ours = [one for one in there or [] if isinstance(one, dict)]
    names = {text_of(one, "name") for one in ours}
    addresses = {text_of(one, "address") for one in ours} | {
        at for one in ours for at in _list(one.get("accept_from"))
    }
    added = []
    for entry in entries:
        if {text_of(entry, "name")} & names - {None} or {text_of(entry, "address")} & addresses - {None}:
            continue
        if fault := _fault(entry, tree):
            taken.problems.append(_warning(path, f"{shortened(str(entry.get('name')))} is not watched: {fault}"))
            continue
        added.append(entry)
        names.add(entry["name"])
        addresses.add(entry["address"])
        taken.origins[str(entry["name"])] = str(path)
    if added:
        tree["devices"] = [*(there or []), *added]
    return taken


def _fault(entry: dict[str, Any], tree: Mapping[str, Any]) -> str:
    """Return why an entry cannot be watched; empty where it can."""
    try:
        device = DeviceSettings.model_validate(entry)
    except ValidationError as exc:
        return "; ".join(one["msg"] for one in exc.errors(include_url=False, include_input=False))
    usual = text_of(tree.get("defaults"), "credential")
    name, known = device.credential or usual, tree.get("credentials")
    if device.methods == ["ping"] or (isinstance(known, dict) and name in known):
        return ""
    return f"there is no credential {name!r} any more" if name else "it names no credential, nor does `defaults`"


def _list(value: Any) -> list[Any]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _warning(path: Path, message: str) -> Problem:
    return Problem(file=str(path), line=1, column=1, path="devices", message=message, severity="warning")
