"""Fills `${env:NAME}` and `${file:PATH}` in, and keeps what it filled in out of every message.

May import: netwatch.model. Called by: loading.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from netwatch.config.tree import EACH, every_text, matches, replaced, texts
from netwatch.model import KeyPath, Problem, YamlFile, bytes_of

SECRET_PLACES: tuple[tuple[object, ...], ...] = (
    ("credentials", EACH, "community"),
    ("credentials", EACH, "auth_passphrase"),
    ("credentials", EACH, "privacy_passphrase"),
    ("traps", "communities", EACH),
    ("receivers", EACH, "webhook", "secret"),
    ("receivers", EACH, "alertmanager", "password"),
    ("smtp", "relays", EACH, "password"),
    ("smtp", "relays", EACH, "oauth2", "client_secret"),
    ("mailbox", "password"),
    ("mailbox", "oauth2", "client_secret"),
    ("heartbeat", "url"),
)
"""Where secrets stand. A test compares this with the SecretStr fields of the models."""

MAX_SECRET_BYTES = 64 * 2**10

# A second dollar before it writes `${...}` itself.
_REFERENCE = re.compile(r"\$?\$\{(?P<kind>[A-Za-z_]\w*)(?P<colon>:?)(?P<name>[^{}]*)\}")


def is_secret(path: KeyPath) -> bool:
    """Return whether what stands at a path is a secret."""
    return any(matches(path, pattern) for pattern in SECRET_PLACES)


@dataclass(slots=True, kw_only=True)
class Secrets:
    """What was filled in, by path: the value and the words that stood for it. `problems` is what could not be."""

    filled: dict[KeyPath, list[tuple[str, str]]] = field(default_factory=dict, repr=False)
    problems: list[Problem] = field(default_factory=list)
    failed: set[KeyPath] = field(default_factory=set)

    def hide(self, message: str) -> str:
        """Return a message with every value that was filled in replaced by what the file says in its place."""
        pairs = {pair for one in self.filled.values() for pair in one if pair[0]}
        for value, reference in sorted(pairs, key=lambda pair: -len(pair[0])):
            if len(value) > 3:
                message = message.replace(value, reference)
        return message


class _Unknown(ValueError):
    """A reference that leads nowhere; the text says why."""


def fill_in(file: YamlFile, tree: Any, base: Path, environment: Mapping[str, str]) -> Secrets:
    """Replace the references in `tree`, where they stand; relative paths start from `base`."""
    secrets = Secrets()
    for path, text in list(every_text(tree)):
        if "${" not in text:
            continue
        pairs: list[tuple[str, str]] = []
        try:
            value = _REFERENCE.sub(lambda match: _value_of(match, base, environment, pairs), text)  # noqa: B023
        except _Unknown as exc:
            secrets.failed.add(path)
            secrets.problems.append(file.problem(path, str(exc)))
        else:
            secrets.filled[path] = pairs
            replaced(tree, path, value)
    return secrets


def _value_of(match: re.Match[str], base: Path, environment: Mapping[str, str], pairs: list[tuple[str, str]]) -> str:
    written = match[0]
    if written.startswith("$$"):
        return written[1:]
    if match["kind"] == "env" and match["colon"]:
        value = _from_environment(match["name"], environment)
    elif match["kind"] == "file" and match["colon"]:
        value = _from_file(match["name"], base)
    else:
        raise _Unknown(f"{written} is not known here; write ${{env:NAME}} or ${{file:PATH}}, or $$ for a dollar sign")
    pairs.append((value, written))
    return value


def _from_environment(name: str, environment: Mapping[str, str]) -> str:
    if value := environment.get(name):
        return value
    if name in environment:
        raise _Unknown(f"the environment variable {name} is empty")
    raise _Unknown(f"the environment variable {name} is not set")


def _from_file(name: str, base: Path) -> str:
    path = base / name
    try:
        content = bytes_of(path, MAX_SECRET_BYTES)
        text = content.decode("utf-8")
    except OSError as exc:
        raise _Unknown(f"cannot read {path}: {exc.strerror}") from exc
    except ValueError as exc:
        raise _Unknown(f"{path} is not UTF-8 text") from exc
    if len(content) > MAX_SECRET_BYTES:
        raise _Unknown(f"{path} is longer than {MAX_SECRET_BYTES // 2**10} KiB")
    value = text.removesuffix("\n").removesuffix("\r")
    if not value:
        raise _Unknown(f"{path} is empty")
    return value


def literal_secrets(file: YamlFile, tree: Any, secrets: Secrets) -> list[Problem]:
    """Return a warning for each secret that stands in the file itself."""
    places = (path for pattern in SECRET_PLACES for path, text in texts(tree, *pattern) if text)
    literal = [path for path in places if path not in secrets.filled and path not in secrets.failed]
    message = "stands here for everybody who may read this file; better ${env:NAME} or ${file:PATH}"
    return [file.problem(path, message, severity="warning") for path in literal]
