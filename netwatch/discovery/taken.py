"""The file of devices that were taken by themselves or on the page: NetWatch's own, read as configuration.

It lies beside the database: under systemd the configuration is not the agent's to write. Entries stand here as they
would stand there, so that one may be moved over by hand: what the configuration has is not read here, and soon not
kept here.
May import: netwatch.errors, netwatch.model, the files of this room. Called by: netwatch.config, through the door.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from netwatch.discovery.proposal import scalar, text_scalar
from netwatch.errors import ConfigError
from netwatch.model import bytes_of, parse_yaml, plain, write_private

MOST_TAKEN_OCTETS = 16 * 2**20
_HEAD = """\
# Devices that NetWatch took by itself (discovery.auto), or was told to on its page. It reads and writes this file.
# `netwatch discover --found --write` moves them into the configuration, and so may you: what stands there is left
# out here.
devices:
"""


def read_taken(path: Path) -> list[dict[str, Any]]:
    """Return the entries of the file; none where there is no file. References to secrets are texts here.

    Raises:
        ConfigError: it cannot be read, or is no such file; says why.
    """
    try:
        octets = bytes_of(path, MOST_TAKEN_OCTETS)
    except FileNotFoundError:
        return []
    except (OSError, ValueError) as exc:
        raise ConfigError(f"{path}: {exc}") from exc
    if len(octets) > MOST_TAKEN_OCTETS:
        raise ConfigError(f"{path}: is longer than {MOST_TAKEN_OCTETS:,} octets")
    tree = plain(parse_yaml(octets.decode("utf-8", "replace"), str(path)).data) or {}
    entries = tree.get("devices") if isinstance(tree, dict) else None
    if entries is None:
        return []
    if not isinstance(entries, list) or not all(isinstance(one, dict) for one in entries):
        raise ConfigError(f"{path}: `devices` is no list of devices")
    return [{key: _unescaped(value) for key, value in one.items()} for one in entries]


def write_taken(path: Path, entries: Sequence[Mapping[str, Any]]) -> None:
    """Put the entries into the file; without any there is none.

    Raises:
        OSError: the disk does not take it; the file is as it was.
    """
    if not entries:
        path.unlink(missing_ok=True)
        return
    write_private(path, _HEAD + "".join(f"  - {entry_text(one)}\n" for one in entries))


def entry_text(entry: Mapping[str, Any]) -> str:
    """Return an entry of `devices` as one line of YAML."""
    return f"{{{', '.join(f'{key}: {_value(key, value)}' for key, value in entry.items() if value)}}}"


def _value(key: str, value: Any) -> str:
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{name}: {text_scalar(str(text))}' for name, text in value.items())}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(scalar(str(one)) for one in value)}]"
    return str(value) if isinstance(value, int) else scalar(str(value))


def _unescaped(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("$${", "${")
    if isinstance(value, dict):
        return {key: _unescaped(one) for key, one in value.items()}
    return [_unescaped(one) for one in value] if isinstance(value, list) else value
