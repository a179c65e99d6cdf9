"""In which words a command is asked and answers: numbers to numbers, names to names, unless -O says otherwise.

The MIB index is loaded only where a name was typed or names are to be written.
May import: netwatch.mib, netwatch.model. Called by: netwatch get, walk, set.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from netwatch.cli.names.flags import index_for, oid_or_exit, style_or_exit
from netwatch.cli.names.values import flat_varbind, format_varbind
from netwatch.cli.output import USAGE, JsonList, fail, printable
from netwatch.model import Oid, Varbind

if TYPE_CHECKING:
    from netwatch.mib import MibIndex


def is_numeric(text: str) -> bool:
    """Return whether somebody typed an OID in numbers."""
    return text.strip().replace(".", "").isdigit()


class Words:
    """What the flags -m, -M and -O of one command mean."""

    def __init__(
        self,
        asked: Sequence[str],
        config: Path | None,
        modules: Sequence[str] | None = None,
        dirs: Sequence[str] | None = None,
        letters: Sequence[str] | None = None,
    ) -> None:
        self._config, self._modules, self._dirs = config, modules, dirs
        numbers = not letters and all(map(is_numeric, asked))
        self._style = None if numbers else style_or_exit(letters)

    @cached_property
    def index(self) -> MibIndex:
        """Return the index, loaded when first asked for."""
        return index_for(self._config, self._dirs, self._modules)

    def oid(self, text: str) -> Oid:
        """Return the OID somebody typed, or leave with exit code 2."""
        if not is_numeric(text):
            return oid_or_exit(self.index, text)
        try:
            return Oid.parse(text)
        except ValueError as exc:
            fail(str(exc), USAGE)

    def show(self, varbinds: Iterable[Varbind], *, json: bool) -> None:
        """Print varbinds as net-snmp does, or as JSON."""
        document = JsonList() if json else None
        self.show_more(varbinds, document)
        if document is not None:
            document.end()

    def show_more(self, varbinds: Iterable[Varbind], document: JsonList | None) -> None:
        """Print varbinds into a JSON document that others are added to, or as net-snmp does."""
        if document is not None:
            document.add(self._flat(varbind) for varbind in varbinds)
            return
        for varbind in varbinds:
            typer.echo(self._line(varbind))

    def _line(self, varbind: Varbind) -> str:
        if self._style is None:
            return format_varbind(varbind)
        from netwatch.mib import spell_varbind

        return printable(spell_varbind(self.index, varbind, self._style))

    def _flat(self, varbind: Varbind) -> dict[str, object]:
        flat = flat_varbind(varbind)
        return flat if self._style is None else flat | {"name": self.index.name_of(varbind.oid)}
