"""Fills the templates: autoescape always on, words as filters, in slices that leave the event loop its turn.

May import: netwatch, netwatch.web. Called by: netwatch.web.pages, netwatch.web.app.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime
from types import CodeType

from fastapi.responses import HTMLResponse
from jinja2 import BytecodeCache, Environment, PackageLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup

from netwatch.model import USUAL_SEVERITIES, Alert
from netwatch.web import words
from netwatch.web.pages import tables
from netwatch.web.pages.concepts.ports import ports_html
from netwatch.web.pages.concepts.written import lines_html
from netwatch.web.pages.interfaces import load_html
from netwatch.web.users.callers import CALLER, FORM_TOKEN, LOGINS, may
from netwatch.web.users.roles import Role

_SLICE_SECONDS = 0.003


class _Compiled(BytecodeCache):
    """Templates that were compiled in this process: a reload builds new pages, and need not compile them again.

    The environments of all servers are alike, so that the code of one serves the others.
    """

    def __init__(self) -> None:
        self._codes: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give a template its code, if its source was met before."""
        bucket.code = self._codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the code of a template that was just compiled."""
        if bucket.code is not None:
            self._codes[bucket.key, bucket.checksum] = bucket.code


_COMPILED = _Compiled()


class _CanChange:
    """Whether the pages offer to act to who looks at them now; true or false where a template asks."""

    def __init__(self, can_change: bool) -> None:
        self._can_change = can_change

    def __bool__(self) -> bool:
        return self._can_change and may(Role.OPERATOR)


def form_field() -> Markup:
    """Return the field that shows that a form is ours and of this session; nothing where nobody signs in."""
    caller = CALLER.get()
    token = caller.form_token if caller is not None else FORM_TOKEN.get()
    return Markup('<input type="hidden" name="form_token" value="{}">').format(token) if token else Markup("")


class Templates:
    """The pages of one server."""

    def __init__(
        self, version: str, *, can_change: bool = False, unit_of: Callable[[Alert], str] = lambda alert: "",
        grade: Callable[[str], str] = USUAL_SEVERITIES.grade,
    ) -> None:  # fmt: skip
        """Keep what templates are filled with; they are read when the first page is asked for.

        Args:
            version: NetWatch's.
            can_change: whether the pages offer to silence and to acknowledge.
            unit_of: in what an alert's value is.
            grade: how grave a severity is, in the words of the classes that colour it.
        """
        self._environment = Environment(
            loader=PackageLoader("netwatch.web.pages"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,  # else every page asks the disk whether each of its templates is another one
            bytecode_cache=_COMPILED,
        )
        self._environment.globals["version"] = version
        self._environment.globals["grade"] = grade
        self._environment.globals["can_change"] = _CanChange(can_change)
        self._environment.globals["caller"] = CALLER.get
        self._environment.globals["logins"] = LOGINS.get
        self._environment.globals["form_field"] = form_field
        self._environment.globals["unit_of"] = unit_of
        self._environment.globals["NOTHING"] = words.NOTHING
        for one in (
            words.duration, words.milliseconds, words.age, words.instant, words.rfc3339, words.bit_rate,
            words.event_rate, words.percent, words.number, words.counted, words.shortened, words.value_text,
            tables.labels_html, tables.cells_html, load_html, lines_html, ports_html,
        ):  # fmt: skip
            self._environment.filters[one.__name__] = one
        self._are_read = False

    def read(self) -> None:
        """Read and compile every template, where that was not done; it takes half a second of a quiet processor."""
        if not self._are_read:
            for name in self._environment.list_templates():
                self._environment.get_template(name)
            self._are_read = True

    async def page(self, name: str, status_code: int = 200, **context: object) -> HTMLResponse:
        """Return the filled template; `now` is one moment for the whole page."""
        if not self._are_read:  # an agent that nobody looks at need not; the event loop has other work
            await asyncio.to_thread(self.read)
        template = self._environment.get_template(name)
        pieces = []
        until = time.perf_counter() + _SLICE_SECONDS
        for piece in template.generate(now=datetime.now(UTC), **context):
            pieces.append(piece)
            if time.perf_counter() >= until:
                await asyncio.sleep(0)
                until = time.perf_counter() + _SLICE_SECONDS
        return HTMLResponse("".join(pieces), status_code)
