"""Asks a person at a terminal, or takes the answers from the command line.

What an option says is taken once: where its trial fails, a person is asked again and a script ends.
May import: nothing of ours but netwatch.cli.output. Called by: the other files of this folder.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

import typer

from netwatch.cli.configuration.init.answers import Unfit
from netwatch.cli.output import USAGE, WRONG, fail, printable_lines

T = TypeVar("T")


class Asker:
    """Answers by the name of their options; `at_terminal` says whether somebody is there to be asked."""

    def __init__(self, given: Mapping[str, str | None], *, at_terminal: bool, keep: bool) -> None:
        """Keep what the options say; `keep` takes answers whose trial fails."""
        self._given = {name: text for name, text in given.items() if text is not None}
        self._last = dict(self._given)
        self._said: dict[str, str] = {}
        self._at_terminal, self._keep = at_terminal, keep

    @property
    def at_terminal(self) -> bool:
        """Return whether somebody is there to be asked."""
        return self._at_terminal

    def say(self, text: str = "") -> None:
        """Print lines for people; what devices and servers said in them reaches no terminal as more than text."""
        typer.echo(printable_lines(text))

    def was_given(self, name: str) -> bool:
        """Return whether an option says something that was not taken yet."""
        return name in self._given

    def text(self, name: str, question: str, default: str = "", *, optional: bool = False) -> str:
        """Return the answer to a question; what was said the last time is the default. optional: may be empty."""
        if (given := self._given.pop(name, None)) is not None:
            return given
        if not self._at_terminal:
            return default if default or optional else self._missing(name)
        usual = self._last.get(name) or default
        said = str(
            typer.prompt(f"  {question}", default=usual or ("" if optional else None), show_default=bool(usual))
        ).strip()
        self._said[name] = said
        return said

    def secret(self, name: str, question: str) -> str:
        """Return a secret; it is not shown while it is typed."""
        if (given := self._given.pop(name, None)) is not None:
            return given
        if not self._at_terminal:
            self._missing(name)
        return str(typer.prompt(f"  {question}, not shown", hide_input=True))

    def yes(self, question: str, *, without_terminal: bool = False) -> bool:
        """Return whether somebody says yes; nobody does without saying so."""
        return typer.confirm(f"  {question}", default=False) if self._at_terminal else without_terminal

    def settled(self, ask: Callable[[], T], trial: Callable[[T], tuple[bool, str]]) -> T:
        """Ask until an answer stands its trial, or is kept all the same; each time say what came of it."""
        while True:
            try:
                answer = ask()
            except Unfit as exc:
                if not self._at_terminal:
                    fail(str(exc), USAGE)
                self.say(f"  {exc}")
                continue
            finally:
                said, self._said = self._said, {}
            self._last |= said
            stands, words = trial(answer)
            self.say(_indented("=> " if stands else "!! ", words))
            if stands or self._kept():
                return answer

    def _kept(self) -> bool:
        """Return whether an answer that failed is taken all the same; leaves where nobody can be asked."""
        if not self._at_terminal:
            return self._keep or fail(
                "nothing is written; with --keep answers are taken that fail their trial", WRONG
            )
        return str(typer.prompt("  [a]gain, or [k]eep it as it is", default="again")).lower().startswith("k")

    def _missing(self, name: str) -> str:
        fail(f"there is no terminal to ask at, and --{name} says nothing", USAGE)


def _indented(head: str, words: str) -> str:
    return "\n".join(f"  {head if not at else ' ' * len(head)}{line}" for at, line in enumerate(words.splitlines()))
