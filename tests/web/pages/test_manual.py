"""The manual at /docs."""

import re
from pathlib import Path

import pytest

from netwatch.web.pages.manual import anchor_of, read_chapter, read_manual

from ..house import House

DOCS = sorted(path.stem for path in (Path(__file__).parents[3] / "docs").glob("*.md"))


async def test_every_file_of_docs_is_a_page_and_the_contents_lead_there(serve):
    client = serve(House())

    contents = (await client.get("/docs")).text

    assert DOCS
    for name in DOCS:
        assert f'href="/docs/{name}"' in contents
        assert (await client.get(f"/docs/{name}")).status_code == 200
    assert 'href="/docs"' in (await client.get("/")).text


async def test_a_link_of_the_manual_leads_to_a_place_that_is_there(serve):
    client = serve(House())
    pages = {name: (await client.get(f"/docs/{name}")).text for name in DOCS}
    links = {link for page in pages.values() for link in re.findall(r'href="(?:/docs/([\w-]+))?#([^"]+)"', page)}

    for page in pages.values():
        for path in re.findall(r'href="(/docs/[\w-]+)"', page):
            assert path.removeprefix("/docs/") in DOCS
    for name, anchor in links:
        assert any(f'id="{anchor}"' in page for other, page in pages.items() if name in ("", other)), (name, anchor)
    assert len(links) > 10


async def test_a_chapter_that_is_not_there_is_said_to_be_so(serve):
    answer = await serve(House()).get("/docs/nothing")

    assert answer.status_code == 404
    assert "the manual has no nothing" in answer.text


def test_a_newcomer_reads_the_first_network_first():
    assert read_manual()[0].name == "first-network"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<b onclick=x>no</b>", "<p>&lt;b onclick=x&gt;no&lt;/b&gt;</p>\n"),
        ("[x](javascript:go)", "<p>[x](javascript:go)</p>\n"),
        ("[x](other.md#a-b)", '<p><a href="/docs/other#a-b">x</a></p>\n'),
        ("[x](../config/netwatch.yaml)", '<p><a href="/docs">x</a></p>\n'),
        ("[x](https://example.net/a)", '<p><a href="https://example.net/a">x</a></p>\n'),
    ],
)
def test_what_a_file_says_is_text_and_its_links_lead_somewhere_here(tmp_path, text, expected):
    (tmp_path / "one.md").write_text(text)

    assert read_chapter(tmp_path / "one.md", frozenset({"one", "other"})).html == expected


def test_a_heading_has_the_anchor_that_it_has_elsewhere():
    assert anchor_of("`limits`: and exceptions, 2") == "limits-and-exceptions-2"
