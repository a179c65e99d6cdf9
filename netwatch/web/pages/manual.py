"""The manual at /docs: the files of docs/ as pages, read offline like everything else here.

May import: netwatch.model, netwatch.web. Called by: netwatch.web.app.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from fastapi import APIRouter, HTTPException
from fastapi.responses import Response

from netwatch.model import shipped_directory
from netwatch.web.pages.templating import Templates
from netwatch.web.routes import METHODS
from netwatch.web.words import shortened

READING_ORDER = (
    "first-network", "installing", "troubleshooting", "rules", "mail", "mailbox", "bounces", "ports", "neighbours",
    "traps", "page", "users", "history", "adding-a-device", "profiles", "prometheus", "metrics", "scaling",
)  # fmt: skip
"""Of a newcomer; what is not named follows by its title."""
_LINK = re.compile(r"(?P<name>[a-z0-9-]+)\.md(?P<part>#.*)?")


@dataclass(frozen=True, slots=True)
class Chapter:
    """A file of the manual: its name without .md, its title, its sections as (anchor, heading), its text as HTML."""

    name: str
    title: str
    sections: tuple[tuple[str, str], ...]
    html: str


def manual_router(templates: Templates) -> APIRouter:
    """Return the routes of the manual."""
    router = APIRouter(include_in_schema=False, default_response_class=Response)

    @router.api_route("/docs", methods=METHODS)
    async def contents() -> Response:
        return await templates.page("manual.html", chapters=await _chapters(), shown=None)

    @router.api_route("/docs/{name}", methods=METHODS)
    async def chapter(name: str) -> Response:
        chapters = await _chapters()
        shown = next((one for one in chapters if one.name == name), None)
        if shown is None:
            raise HTTPException(404, f"the manual has no {shortened(name)}; what it has is at /docs")
        return await templates.page("manual.html", chapters=chapters, shown=shown)

    return router


async def _chapters() -> Sequence[Chapter]:
    return await asyncio.to_thread(read_manual)


@cache
def read_manual() -> tuple[Chapter, ...]:
    """Return all chapters in reading order; a tenth of a second the first time, so not on the event loop."""
    files = {path.stem: path for path in shipped_directory("docs").glob("*.md")}
    chapters = [read_chapter(path, frozenset(files)) for path in files.values()]
    place = {name: number for number, name in enumerate(READING_ORDER)}
    return tuple(sorted(chapters, key=lambda one: (place.get(one.name, len(place)), one.title)))


def read_chapter(path: Path, names: frozenset[str]) -> Chapter:
    """Read a Markdown file; its links to other files of the manual lead to their pages, and HTML in it is text.

    names: of all files of the manual. A link to any other file of the checkout is no link here, where there is none.
    """
    from markdown_it import MarkdownIt  # a tenth of a second that no start should wait for

    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = reader.parse(path.read_text(encoding="utf-8"))
    title, sections = path.stem, []
    for opening, inside in pairwise(tokens):
        for child in inside.children or []:
            if child.type == "link_open":
                child.attrs = {"href": _leads_to(str(child.attrs["href"]), names)}
        if opening.type != "heading_open":
            continue
        text = "".join(one.content for one in inside.children or [])
        opening.attrs["id"] = anchor = anchor_of(text)
        if opening.tag == "h1":
            title = text
        elif opening.tag == "h2":
            sections.append((anchor, text))
    return Chapter(path.stem, title, tuple(sections), reader.renderer.render(tokens, reader.options, {}))


def anchor_of(heading: str) -> str:
    """Return the anchor that GitHub gives a heading, so that a link holds there and here."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _leads_to(target: str, names: frozenset[str]) -> str:
    if target.startswith(("https://", "http://", "#")):
        return target
    found = _LINK.fullmatch(target)
    return f"/docs/{found['name']}{found['part'] or ''}" if found and found["name"] in names else "/docs"
