"""The file of what people said on the page of single rows: NetWatch's own, read as configuration.

Entries stand here as they would stand under `limits` and `ignore`, so that one may be moved over by hand.
May import: netwatch.errors, netwatch.model. Called by: netwatch.config, netwatch.app, which writes it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from netwatch.errors import ConfigError
from netwatch.model import CONCEPTS, TableReading, bytes_of, matcher_text, parse_yaml, plain, write_private

MOST_OWN = 2000
"""Entries of each kind; the page takes no more."""
MOST_OWN_OCTETS = 16 * 2**20
PARTS = ("limits", "ignore")
Entries = Mapping[str, Sequence[Mapping[str, Any]]]
_HEAD = """\
# What was said on NetWatch's page of single ports and sensors. It reads and writes this file. Entries may be moved
# into the configuration as they are; what stands here counts on top of that.
"""
_PORT = ("ifName", "ifIndex")


def read_own(path: Path) -> dict[str, list[dict[str, Any]]]:
    """Return the entries of both parts; none where there is no file. References to secrets are texts here.

    Raises:
        ConfigError: it cannot be read, or is no such file; says why.
    """
    try:
        octets = bytes_of(path, MOST_OWN_OCTETS)
    except FileNotFoundError:
        return {part: [] for part in PARTS}
    except (OSError, ValueError) as exc:
        raise ConfigError(f"{path}: {exc}") from exc
    if len(octets) > MOST_OWN_OCTETS:
        raise ConfigError(f"{path}: is longer than {MOST_OWN_OCTETS:,} octets")
    tree = plain(parse_yaml(octets.decode("utf-8", "replace"), str(path)).data) or {}
    return {part: _entries(path, tree, part) for part in PARTS}


def write_own(path: Path, entries: Entries) -> None:
    """Put the entries into the file; without any there is none.

    Raises:
        OSError: the disk does not take it; the file is as it was.
    """
    if not any(entries.get(part) for part in PARTS):
        path.unlink(missing_ok=True)
        return
    lines = [_HEAD.rstrip()]
    for part in PARTS:
        if entries.get(part):
            lines += [f"{part}:", *(f"  - {_flow(one)}" for one in entries[part])]
    write_private(path, "\n".join(lines) + "\n")


def own_id(part: str, match: Sequence[str], rules: Sequence[str] | None = None) -> str:
    """Return what names an entry: the part, what it is about, and the rules; the same in every run."""
    told = json.dumps([part, list(match), None if rules is None else list(rules)])
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def matchers_of_row(reading: TableReading, row: int) -> tuple[str, ...]:
    """Return the matchers that mean one row and no other, by what stays when a device restarts.

    Of a port that is its name, so that its sensors and what traps tell of it are meant as well.

    Raises:
        ValueError: another row has the same labels.
    """
    labels = reading.rows.labels
    is_port = reading.table == "interface"
    concept = CONCEPTS.get(reading.table)
    names = _PORT if is_port else concept.labels if concept is not None else tuple(labels)
    alike = [number for number in range(len(reading.rows.keys)) if number != row]
    matchers = [matcher_text("device", reading.device)]
    matchers += [] if is_port else [matcher_text("table", reading.table)]
    for place, name in enumerate(names):
        texts = labels.get(name)
        if texts is None or not texts[row] or (place and not alike):
            continue
        fewer = [number for number in alike if texts[number] == texts[row]]
        if not place or len(fewer) < len(alike):
            matchers.append(matcher_text(name, texts[row]))
        alike = fewer
    if alike:
        raise ValueError("another one has the same name and labels; write it into the configuration by hand")
    return tuple(matchers)


def _entries(path: Path, tree: Any, part: str) -> list[dict[str, Any]]:
    entries = tree.get(part) if isinstance(tree, dict) else None
    if entries is None:
        return []
    if not isinstance(entries, list) or not all(isinstance(one, dict) for one in entries):
        raise ConfigError(f"{path}: `{part}` is no list of entries")
    return [{str(key): _unescaped(value) for key, value in one.items()} for one in entries]


def _unescaped(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("$${", "${")
    return [_unescaped(one) for one in value] if isinstance(value, list) else value


def _flow(entry: Mapping[str, Any]) -> str:
    """Return an entry as one line of YAML; a port's name that looks like a reference to a secret stays a name."""
    return f"{{{', '.join(f'{key}: {_value(value)}' for key, value in entry.items())}}}"


def _value(value: Any) -> str:
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, str):
        said = json.dumps(value.replace("${", "$${"), ensure_ascii=False)
        return "".join(letter if letter.isprintable() else f"\\U{ord(letter):08x}" for letter in said)
    return json.dumps(value)
