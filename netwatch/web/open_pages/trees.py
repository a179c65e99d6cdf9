"""Finds which parts of a page's HTML differ from how it was: by the elements it is made of, as a browser counts them.

It reads what our templates write, in which every element is closed and every text is escaped, and nothing else.
A quiet room. May import: nothing. Called by: rooms.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_TAG = re.compile(r"""<(/?)([A-Za-z][A-Za-z0-9]*)((?:"[^"]*"|[^">])*?)(/?)>""")
_VOID = frozenset({"br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"})
KEPT = " data-kept="
"""In what opens an element whose inside scripts of the page look after."""
MOST_PARTS = 400
"""More parts than that are no longer worth telling apart."""

Path = tuple[int, ...]


@dataclass(slots=True)
class Element:
    """An element: what opens it, where it stands in the text, and the elements in it."""

    tag: str
    opening: str
    start: int
    inside: int
    end: int = 0
    children: list[Element] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Tree:
    """A text of HTML with one element around everything."""

    text: str
    root: Element

    def html(self, element: Element) -> str:
        """Return an element as it was written."""
        return self.text[element.start : element.end]

    def own_texts(self, element: Element) -> list[str]:
        """Return what stands in an element between the elements in it."""
        found, place = [], element.inside
        for child in element.children:
            found.append(self.text[place : child.start])
            place = child.end
        return [*found, self.text[place : element.end]]


def tree_of(text: str) -> Tree:
    """Return the elements of a text.

    Raises:
        ValueError: they are not closed in order, or stand beside each other.
    """
    roots: list[Element] = []
    waiting: list[Element] = []
    for match in _TAG.finditer(text):
        closes, name, attributes, empty = match.groups()
        tag = name.lower()
        if closes:
            if not waiting or waiting[-1].tag != tag:
                raise ValueError(f"</{tag}> closes nothing")
            waiting.pop().end = match.end()
            continue
        element = Element(tag, name + attributes, match.start(), match.end(), match.end())
        (waiting[-1].children if waiting else roots).append(element)
        if not empty and tag not in _VOID:
            waiting.append(element)
    if waiting or len(roots) != 1:
        raise ValueError("one element is wanted around all others")
    return Tree(text, roots[0])


def changes(old: Tree, new: Tree) -> list[tuple[Path, str, str]] | None:
    """Return the parts that differ: where each is, its tag, and its HTML now; None where that is all or nearly all.

    A place is counted in elements from the outermost one on. What scripts look after is the same while what opens it
    is.
    """
    if old.root.opening != new.root.opening:
        return None
    found: list[tuple[Path, str, str]] = []
    for path, element in _changed(old, old.root, new, new.root, ()):
        if not path or len(found) >= MOST_PARTS:
            return None
        found.append((path, element.tag, new.html(element)))
    return found


def _changed(old: Tree, before: Element, new: Tree, after: Element, path: Path) -> Iterator[tuple[Path, Element]]:
    if old.html(before) == new.html(after):
        return
    same_shape = (
        before.opening == after.opening
        and len(before.children) == len(after.children)
        and all(one.tag == other.tag for one, other in zip(before.children, after.children, strict=True))
    )
    if same_shape and KEPT in after.opening:
        return
    if not same_shape or old.own_texts(before) != new.own_texts(after):
        yield path, after
        return
    for number, (one, other) in enumerate(zip(before.children, after.children, strict=True)):
        yield from _changed(old, one, new, other, (*path, number))
