"""Says what to do about a text that is no YAML, and where the mistake was made rather than where it was noticed.

Takes what libyaml and ruamel.yaml say, and never quotes the text: it may hold a passphrase.

May import: netwatch.model.yaml.tree. Called by: parsing.
"""

from __future__ import annotations

from typing import Any

from netwatch.model.yaml.tree import Spot


def told(lines: list[str], exc: Any, mark: Any) -> tuple[Spot, str]:
    """Return place and words of an error; `lines` are those of the text, `mark` where it was noticed."""
    here, began = _spot(mark), _spot(exc.context_mark) if exc.context_mark is not None else None
    context, problem = (str(part or "").split("\n")[0] for part in (exc.context, exc.problem))
    character = _character(lines, mark)
    if character == "\t":
        return here, "a tab stands here, where YAML wants spaces"
    if began is not None:
        if "quoted scalar" in context and "end of stream" in problem:
            return began, "the quote that opens here is never closed"
        if "parsing a flow" in context and not character and mark.line + 1 >= len(lines):
            if began >= here:
                return here, "a bracket that was opened before this is never closed"
            return began, "the bracket that opens here is never closed"
        if "parsing a flow" in context:
            return here, (
                f"the bracket that opens at {began[0]}:{began[1]} is not closed before this, or a value in it needs "
                "quotes: one that holds a colon, comma or bracket"
            )
        if "parsing a block" in context and _opens_line(lines, mark):
            kind, parts = (
                ("list", "entries") if "collection" in context or "sequence" in context else ("mapping", "keys")
            )
            return here, (
                f"this line is not indented as the {parts} of its {kind} are, which begins at "
                f"{began[0]}:{began[1]}; they stand one below the other"
            )
        if "parsing a block" in context:
            return here, "this stands behind a value that has ended; put the whole value in quotes"
        if "simple key" in context and "':'" in problem:
            return began, "this is no key: a colon and a blank are missing behind it, or the quote of a value"
    if "cannot start any token" in problem:
        return here, f"a value that begins with {character} needs quotes"
    if "mapping values are not allowed" in problem:
        return here, f"{problem}: a value that holds a colon needs quotes, and a key stands on a line of its own"
    return here, " ".join(part for part in (context, problem) if part)


def _spot(mark: Any) -> Spot:
    return mark.line + 1, mark.column + 1


def _character(lines: list[str], mark: Any) -> str:
    return lines[mark.line][mark.column : mark.column + 1] if mark.line < len(lines) else ""


def _opens_line(lines: list[str], mark: Any) -> bool:
    """Return whether nothing but blanks stands before the mark in its line."""
    return mark.line < len(lines) and not lines[mark.line][: mark.column].strip(" ")
