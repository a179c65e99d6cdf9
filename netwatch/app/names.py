"""Has MIB modules compiled while everything else runs, and gives their names to whoever holds names and rules.

Polls, traps and mails never wait for it: they begin with the names at hand. Rules that name traps of a module that is
yet to be compiled wait for it, which is said; the traps that come meanwhile are kept for them.

May import: every room below. Called by: netwatch.app.app.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterable, Sequence

import structlog
from prometheus_client import Gauge

from netwatch.app.definitions import Definitions, tell_of_names
from netwatch.config import Settings
from netwatch.mib import Brought, LoadOptions, NotBuilt, build_in_child
from netwatch.model import Problem, unforeseen
from netwatch.rules import RuleBook, TrapRule, compiled_again

FILES_PENDING = Gauge("netwatch_mib_files_pending", "MIB files that are yet to be compiled")
RULES_WAITING = Gauge("netwatch_mib_rules_waiting", "Trap rules that take no trap, since no MIB module names it")
NAMES_SHOWN = 3
RULES_SHOWN = 5
log = structlog.get_logger(__name__)


class NameKeeper:
    """Brings the names that are not at hand; between `start()` and `stop()`."""

    def __init__(
        self,
        settings: Settings,
        definitions: Definitions,
        *,
        renew: Callable[[Sequence[TrapRule]], object],
        outdated: Callable[[], None],
        options: LoadOptions | None = None,
    ) -> None:
        """Keep what is handed in.

        Args:
            settings: say where MIB files are.
            definitions: hold the names, and the rules that wait for more of them.
            renew: has traps taken by these rules from now on.
            outdated: called when profiles should be read again, since all names are there now.
            options: how files are compiled.
        """
        self._settings, self._definitions = settings, definitions
        self._renew, self._outdated = renew, outdated
        self._options = options or LoadOptions()
        self._book = definitions.book
        self._flaws: Sequence[Problem] = ()
        self._trouble = ""
        self._pending: tuple[int, int] | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def trap_rules(self) -> Sequence[TrapRule]:
        """Return the trap rules against the names there are now."""
        return self._book.trap_rules

    @property
    def waiting(self) -> Sequence[TrapRule]:
        """Return the trap rules that take nothing for want of names."""
        return [rule for rule in self._book.trap_rules if rule.waits_for]

    def nameless_rules(self) -> Sequence[str]:
        """Return the rules that take no trap, and which names they miss."""
        return [_words(rule, "which waits for") for rule in self.waiting]

    def start(self) -> None:
        """Begin to bring what is not at hand."""
        RULES_WAITING.set(len(self.waiting))
        if self._definitions.names.whole:
            self._tell_of_nameless()
        else:
            self._task = asyncio.create_task(self._bring(), name="names")

    async def stop(self) -> None:
        """Bring nothing more; what was compiled is in the cache."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    def problems(self) -> Sequence[str]:
        """Return what people should know: what is yet to come, and what waits for it or is not to be had."""
        told = [self._trouble] if self._trouble else []
        waiting, whole = self.waiting, self._definitions.names.whole
        if waiting:
            names = f"{len(waiting)} trap rules take no trap" if len(waiting) > 1 else "a trap rule takes no trap"
            why = "no MIB module names" if whole or self._trouble else "no MIB module that is compiled yet names"
            told.append(f"{names}: {'; '.join(_listed(_words(rule, why) for rule in waiting))}")
        if self._definitions.nameless:
            asked = "; ".join(_listed(self._definitions.nameless))
            told.append(f"profiles lack names of MIB modules: what they ask for by them is not read yet: {asked}")
        told += [f"a trap rule is wrong by what its names mean: {flaw}" for flaw in self._flaws]
        if not whole and not self._trouble:
            done, total = self._pending or (0, 0)
            count = f" ({done} of {total})" if total else ""
            told.append(f"MIB files are being compiled{count}; till then some names are numbers")
        return told

    async def _bring(self) -> None:
        wanted = [name for rule in self.waiting for name in rule.waits_for]
        first = dict.fromkeys(name.partition("::")[0] for name in (*wanted, *self._definitions.nameless))
        for rule in self.waiting:
            log.warning(
                "a trap rule waits for a MIB module that is yet to be compiled; traps are kept for it",
                rule=rule.name, file=rule.file, line=rule.line, names=list(rule.waits_for),
            )  # fmt: skip
        try:
            await build_in_child(
                self._settings.mib_paths(), first=list(first), options=self._options, take=self._take,
                progress=self._note,
            )  # fmt: skip
        except NotBuilt as exc:
            self._trouble = f"not every name of a MIB module is known: {exc}"
            log.error("MIB files are not compiled", error=str(exc))
        except Exception as exc:  # whatever it is, it costs names and nothing else, and is said
            self._trouble = f"not every name of a MIB module is known: {unforeseen(exc)}"
            log.exception("MIB files are not compiled")
        FILES_PENDING.set(0)

    def _note(self, done: int, total: int) -> None:
        self._pending = done, total
        FILES_PENDING.set(total - done)

    async def _take(self, brought: Brought) -> None:
        """Have everybody use the names that came, and hold traps against the rules that waited for them."""
        names, definitions = self._definitions.names, self._definitions
        names.swap(brought.index, whole=brought.whole)
        tell_of_names(brought.index, whole=brought.whole, compiled=brought.compiled, seconds=brought.seconds)
        waited = {rule.name for rule in self.waiting}
        book = await asyncio.to_thread(
            compiled_again, self._book, definitions.library.schema(), names, self._settings.severity_order()
        )
        self._adopt(book)
        for rule in book.trap_rules:
            if rule.name in waited and not rule.waits_for:
                log.info("a trap rule has its names now", rule=rule.name)
        if brought.whole:
            self._tell_of_nameless()
            if definitions.nameless:
                log.info("profiles are read again, since the names they use are known now")
                self._outdated()

    def _tell_of_nameless(self) -> None:
        for rule in self.waiting:
            log.error(
                "a trap rule takes no trap: no MIB module has the name",
                rule=rule.name, file=rule.file, line=rule.line, names=list(rule.waits_for),
            )  # fmt: skip

    def _adopt(self, book: RuleBook) -> None:
        known = {str(warning) for warning in self._definitions.book.warnings}
        self._flaws = [warning for warning in book.warnings if str(warning) not in known]
        for flaw in self._flaws:
            log.warning("rule", problem=str(flaw))
        self._book = book
        RULES_WAITING.set(len(self.waiting))
        self._renew(book.trap_rules)


def _words(rule: TrapRule, why: str) -> str:
    return f"{rule.name} ({rule.file}:{rule.line}), {why} {', '.join(rule.waits_for[:NAMES_SHOWN])}"


def _listed(words: Iterable[str]) -> Sequence[str]:
    every = list(words)
    more = len(every) - RULES_SHOWN
    return [*every[:RULES_SHOWN], *([f"and {more} more"] if more > 0 else [])]
