"""Which parts of a page are others now, counted as a browser counts elements."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.web.open_pages.trees import MOST_PARTS, changes, tree_of


def between(old, new):
    return changes(tree_of(f"<main>{old}</main>"), tree_of(f"<main>{new}</main>"))


@pytest.mark.parametrize(("old", "new", "parts"), [
    ("<p>a</p>", "<p>a</p>", []),
    ("<p>a</p><p>b</p>", "<p>a</p><p>c</p>", [((1,), "p", "<p>c</p>")]),
    ("<ul><li>a</li><li>b <b>x</b></li></ul>", "<ul><li>a</li><li>b <b>y</b></li></ul>",
     [((0, 1, 0), "b", "<b>y</b>")]),
    ("<p>a<br>b <b>c</b></p>", "<p>A<br>b <b>c</b></p>", [((0,), "p", "<p>A<br>b <b>c</b></p>")]),
    ("<p>a<br>b <b>c</b></p>", "<p>a<br>b <b>d</b></p>", [((0, 1), "b", "<b>d</b>")]),
    ('<p class="up">a</p>', '<p class="down">a</p>', [((0,), "p", '<p class="down">a</p>')]),
    ("<ul><li>a</li></ul>", "<ul><li>a</li><li>b</li></ul>", [((0,), "ul", "<ul><li>a</li><li>b</li></ul>")]),
    ("<i><svg><path d='m'/></svg>a</i>", "<i><svg><path d='n'/></svg>a</i>", [((0, 0, 0), "path", "<path d='n'/>")]),
    ('<p title="a > b">x</p><i>1</i>', '<p title="a > b">x</p><i>2</i>', [((1,), "i", "<i>2</i>")]),
    ('<div id="a" data-kept="1"><i>a</i></div>', '<div id="a" data-kept="1"><i>b</i></div>', []),
    ('<div id="a" data-kept="1"><i>a</i></div>', '<div id="a" data-kept="2"><i>b</i></div>',
     [((0,), "div", '<div id="a" data-kept="2"><i>b</i></div>')]),
])  # fmt: skip
def test_the_smallest_parts_that_differ_are_told_with_their_places(old, new, parts):
    assert between(old, new) == parts


@pytest.mark.parametrize(("old", "new"), [
    ("<p>a</p>", "<p>a</p><p>b</p>"), ("<p>a</p>", "b"), ("a", "b"),
    ("".join(f"<b>{n}</b>" for n in range(MOST_PARTS + 1)), "<b>x</b>" * (MOST_PARTS + 1)),
])  # fmt: skip
def test_where_nearly_all_is_another_the_whole_is_told(old, new):
    assert between(old, new) is None


@pytest.mark.parametrize("text", ["", "a", "<p>", "</p>", "<p></b></p>", "<p></p><p></p>", "<p><b></p></b>"])
def test_what_our_templates_never_write_is_refused(text):
    with pytest.raises(ValueError, match=r"closes nothing|one element"):
        tree_of(text)


LEAVES = st.sampled_from(["<b>1</b>", "<b>2</b>", "a", "b", "<br>", '<i class="x">3</i>'])
BRANCHES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4).map(lambda parts: f"<div>{''.join(parts)}</div>"), max_leaves=25
)


@given(st.lists(BRANCHES, max_size=4), st.lists(BRANCHES, max_size=4))
def test_the_parts_put_into_the_old_page_make_the_new_one(old, new):
    before, after = (f"<main>{''.join(parts)}</main>" for parts in (old, new))
    parts = changes(tree_of(before), tree_of(after))

    for path, tag, html in reversed(parts or []):
        tree = tree_of(before)
        element = tree.root
        for number in path:
            element = element.children[number]
        assert element.tag == tag
        before = before[: element.start] + html + before[element.end :]

    assert parts is None or before == after
