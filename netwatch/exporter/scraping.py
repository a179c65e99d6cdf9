"""Answers /snmp: asks a device for modules of snmp.yml and writes what it says as snmp_exporter does.

By itself it answers a little better: modules that a device answers are there beside one that fails, which is told in
`netwatch_snmp_module_success`; with `strict=1` it answers as snmp_exporter does, mistakes included.
May import: netwatch.errors, netwatch.model, netwatch.snmp. Called by: netwatch.app, which hands it to web.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from netwatch.errors import PollError
from netwatch.exporter.answers import Answers
from netwatch.exporter.asking import DEVICES_ERROR, Asker
from netwatch.exporter.families import Families, Refused
from netwatch.exporter.labels import escaped
from netwatch.exporter.metrics import CLOSED_PORTS, FROM_MEMORY, IN_FLIGHT, MODULES, SCRAPES, SECONDS, SERIES_BYTES
from netwatch.exporter.modules import Definitions, Module
from netwatch.exporter.question import USUAL_AUTH, Misasked, Question, read_question
from netwatch.exporter.samples import Sampler
from netwatch.exporter.sharing import Sharing
from netwatch.exporter.targets import BadTarget, NotAllowed, Target, Targets
from netwatch.model import Credential, Device
from netwatch.snmp import Snmp, Tally, counted

TEXT = "text/plain; version=0.0.4; charset=utf-8"
PLAIN = "text/plain; charset=utf-8"
MOST_PEERS = 10_000
"""Targets of which it stays known how much they bear at once, and which v3 engine they have."""
USUAL_SECONDS = 120.0
"""How long a scrape may take where nobody says."""
SPARE_SECONDS = 0.5
"""How long before Prometheus gives up an answer is there."""
SILENT_SECONDS = 0.3
"""After that long without an answer it is asked whether the port is closed."""
_AGE = (
    b"# HELP netwatch_snmp_memory_age_seconds How old this answer is, which another one who asked was given.\n"
    b"# TYPE netwatch_snmp_memory_age_seconds gauge\nnetwatch_snmp_memory_age_seconds %.6f\n"
)
_FAILED = "An error has occurred while serving metrics:\n\n"
_SELF = (
    ("snmp_scrape_walk_duration_seconds", "Time SNMP walk/bulkwalk took."),
    ("snmp_scrape_packets_sent", "Packets sent for get, bulkget, and walk; including retries."),
    ("snmp_scrape_packets_retried", "Packets retried for get, bulkget, and walk."),
    ("snmp_scrape_pdus_returned", "PDUs returned from get, bulkget, and walk."),
    ("snmp_scrape_duration_seconds", "Total SNMP time scrape took (walk and processing)."),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is answered: a status of HTTP, the type of what follows, and that."""

    status: int
    body: bytes
    content_type: str = PLAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a device answered for a module, why that is not all (empty where it is), and what it took."""

    answers: Answers
    trouble: str
    tally: Tally
    seconds: float


class Exporter:
    """Scrapes between `start()` and `stop()`; its client is its own, so that scrapes never hold up polls."""

    def __init__(
        self,
        definitions: Definitions,
        targets: Targets,
        client: Snmp,
        *,
        wrap: bool = True,
        share_for: timedelta = timedelta(0),
    ) -> None:
        """`wrap` has large counters go round; whoever asks the same within `share_for` has the answer from memory."""
        self._sharing = Sharing[Answer](share_for.total_seconds(), _size_to_keep)
        self._definitions, self._targets, self._client, self._wrap = definitions, targets, client, wrap
        self._asker = Asker(client)
        self._peers: OrderedDict[tuple[str, int, Credential, timedelta, int], str] = OrderedDict()

    async def start(self) -> None:
        """Open the sockets."""
        await self._client.start()

    async def stop(self) -> None:
        """Close them; scrapes under way fail."""
        self._sharing.stop()
        await self._client.stop()

    async def scrape(self, parameters: Mapping[str, Sequence[str]], timeout_seconds: float | None = None) -> Answer:
        """Return the answer to a question; `timeout_seconds` is how long whoever asks will wait, None if unsaid."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        IN_FLIGHT.inc()
        try:
            answer = await self._answer(parameters, began + _patience(timeout_seconds))
        finally:
            IN_FLIGHT.dec()
            SECONDS.inc(loop.time() - began)
        SCRAPES.labels(str(answer.status)).inc()
        SERIES_BYTES.inc(len(answer.body))
        return answer

    async def _answer(self, parameters: Mapping[str, Sequence[str]], deadline: float) -> Answer:
        try:
            question = read_question(parameters)
            auth = self._definitions.auths.get(question.auth or USUAL_AUTH)
            modules = [self._module(name) for name in question.modules]
            target = await self._targets.find(question.target)
            credential = self._credential(question, auth, target)
        except (Misasked, BadTarget) as exc:
            return _words(400, str(exc))
        except NotAllowed as exc:
            return _words(403, str(exc))
        except PollError as exc:  # its name cannot be looked up
            return _words(500, f"{_FAILED}error connecting to target {_one_line(question.target)}: {exc}")
        return await self._shared(question, modules, target, credential, deadline)

    async def _shared(
        self, question: Question, modules: Sequence[Module], target: Target, credential: Credential, deadline: float
    ) -> Answer:
        """Answer from memory where that may be, and say how old that is; what is strict is always asked."""
        if question.strict:
            return await self._scrape(question, modules, target, credential, deadline)
        key = (target.address, target.port, credential, question.modules)
        left = deadline - asyncio.get_running_loop().time()
        try:
            answer, age = await self._sharing.answer(
                key, lambda: self._scrape(question, modules, target, credential, deadline), left
            )
        except TimeoutError:
            return _words(500, f"{_FAILED}the time that Prometheus gives a scrape is over")
        if not age:
            return answer
        FROM_MEMORY.inc()
        return replace(answer, body=answer.body + _AGE % age)

    def _module(self, name: str) -> Module:
        found = self._definitions.modules.get(name)
        if found is None:
            raise Misasked(f"Unknown module '{_one_line(name)}'")
        return found

    def _credential(self, question: Question, auth: Credential | None, target: Target) -> Credential:
        """Return what to ask with: an auth of snmp.yml, or that which the device is polled with.

        That one is sent to its own device and to nobody else.
        """
        own = target.device.credential if target.device is not None and target.device.has_snmp else None
        if auth is None and own is not None and question.auth in ("", own.name):
            auth = own
        if auth is None:
            raise Misasked(f"Unknown auth '{_one_line(question.auth or USUAL_AUTH)}'")
        if question.context:
            auth = replace(auth, context=question.context)
        return replace(auth, context_engine=question.engine) if question.engine and auth.version == "3" else auth

    async def _scrape(
        self, question: Question, modules: Sequence[Module], target: Target, credential: Credential, deadline: float
    ) -> Answer:
        families = Families(strict=question.strict)
        troubles: dict[str, str] = {}
        failed: dict[str, str] = {}
        for module, asked in await self._ask_all(modules, target, credential, deadline):
            try:
                trouble = self._written(families, module, asked)
            except (PollError, Refused) as exc:
                failed[module.name] = str(exc)
                MODULES.labels("failed").inc()
                continue
            MODULES.labels("partial" if trouble else "whole").inc()
            if trouble:
                troubles[module.name] = trouble
        if question.strict:  # a walk that ends with an error of the device's is whole there, and nothing is said
            failed |= {name: why for name, why in troubles.items() if not why.startswith(DEVICES_ERROR)}
            troubles = {}
        strictly_failed = failed if question.strict else {}
        if strictly_failed or (modules and len(failed) == len(modules)):
            return _words(500, _FAILED + _reasons(question.target, strictly_failed or failed))
        for name in {**troubles, **failed}:
            text = "0 where a module of this scrape was not answered, or not whole."
            families.add_lines("netwatch_snmp_module_success", "gauge", text, [f'{{module="{escaped(name)}"}}'], [0])
        try:
            return Answer(status=200, body=b"".join(families.text()), content_type=TEXT)
        except Refused as exc:
            return _words(500, _FAILED + str(exc))

    async def _ask_all(
        self, modules: Sequence[Module], target: Target, credential: Credential, deadline: float
    ) -> list[tuple[Module, Asked | PollError]]:
        """Ask for modules side by side; the window of the device, and no more, is what they share."""
        tallies = [Tally() for _ in modules]
        devices = [self._device(target, credential, module) for module in modules]
        asking = [
            asyncio.create_task(self._ask(device, module, deadline, tally))
            for device, module, tally in zip(devices, modules, tallies, strict=True)
        ]
        try:
            if asking and await self._is_closed(asking, tallies, devices[0]):
                for task in asking:
                    task.cancel()
            outcomes = await asyncio.gather(*asking, return_exceptions=True)
        finally:
            for task in asking:
                task.cancel()
        found: list[tuple[Module, Asked | PollError]] = []
        for module, outcome in zip(modules, outcomes, strict=True):
            if isinstance(outcome, asyncio.CancelledError):
                outcome = PollError(f"connection refused: nothing listens on UDP port {target.port}")
            if isinstance(outcome, BaseException) and not isinstance(outcome, PollError):
                raise outcome
            found.append((module, outcome))
        return found

    async def _is_closed(
        self, asking: Sequence[asyncio.Task[Asked]], tallies: Sequence[Tally], device: Device
    ) -> bool:
        """Return whether nobody answers and the host says that nobody ever will; time-outs would take their time."""
        done, _ = await asyncio.wait(asking, timeout=SILENT_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        if done or any(tally.answered for tally in tallies) or not await self._client.is_closed(device):
            return False
        CLOSED_PORTS.inc()
        return True

    async def _ask(self, device: Device, module: Module, deadline: float, tally: Tally) -> Asked:
        loop = asyncio.get_running_loop()
        began = loop.time()
        with counted(tally):
            answers, trouble = await self._asker.ask(device, module, deadline)
        if trouble and module.allow_nonincreasing and "goes back" in trouble:
            trouble = ""
        return Asked(answers=answers, trouble=trouble, tally=tally, seconds=loop.time() - began)

    def _written(self, families: Families, module: Module, asked: Asked | PollError) -> str:
        """Write what a module's series are; return why it is not whole, empty where it is.

        Raises:
            PollError: nothing came. Refused: what came makes no answer.
        """
        if isinstance(asked, PollError):
            raise asked
        began = time.perf_counter()
        Sampler(asked.answers, families, wrap=self._wrap).write(module.metrics)
        took = asked.seconds + time.perf_counter() - began
        figures = (asked.seconds, asked.tally.sent, asked.tally.resent, asked.answers.varbinds, took)
        label = [f'{{module="{escaped(module.name)}"}}']
        for (name, text), figure in zip(_SELF, figures, strict=True):
            families.add_lines(name, "gauge", text, label, [figure])
        return asked.trouble

    def _device(self, target: Target, credential: Credential, module: Module) -> Device:
        """Return the device as the wire is to ask it; it is learned of by a name that comes back into use."""
        key = (target.address, target.port, credential, module.timeout, module.retries)
        name = self._peers.pop(key, "")
        if not name:
            full = len(self._peers) >= MOST_PEERS
            name = self._peers.popitem(last=False)[1] if full else f"scrape {len(self._peers)}"
            self._asker.forget(name)
        self._peers[key] = name
        device = target.device
        return Device(
            name=name, address=target.address, port=target.port, credential=credential,
            accept_from=device.accept_from if device is not None else (),
            timeout=max(module.timeout, timedelta(milliseconds=1)), retries=module.retries,
        )  # fmt: skip


def _size_to_keep(answer: Answer) -> int:
    """Return how large an answer is; 0 where it is no whole one, which is asked for again."""
    is_whole = answer.status == 200 and b"\nnetwatch_snmp_module_success{" not in answer.body
    return len(answer.body) if is_whole else 0


def _patience(timeout_seconds: float | None) -> float:
    if timeout_seconds is None or not 0 < timeout_seconds < USUAL_SECONDS:
        return USUAL_SECONDS
    return max(timeout_seconds - SPARE_SECONDS, timeout_seconds / 2)


def _reasons(target: str, failed: Mapping[str, str]) -> str:
    return "\n".join(
        f'error collecting metric snmp_error{{module="{name}"}}: error scraping target {_one_line(target)}: {why}'
        for name, why in failed.items()
    )


def _one_line(text: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in text[:200])


def _words(status: int, words: str) -> Answer:
    return Answer(status=status, body=f"{words}\n".encode(errors="replace"))
