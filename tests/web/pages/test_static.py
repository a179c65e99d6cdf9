"""What pages are made of besides themselves: small, whole, of the server's own."""

from __future__ import annotations

import re
from pathlib import Path

import netwatch.web.pages

PAGES = Path(netwatch.web.pages.__file__).parent
STATIC, TEMPLATES = PAGES / "static", PAGES / "templates"
MOST_OCTETS = 150_000


def test_scripts_and_styles_together_are_small():
    files = [path for path in STATIC.rglob("*") if path.suffix in (".js", ".css")]

    assert len(files) >= 5
    assert sum(path.stat().st_size for path in files) <= MOST_OCTETS


def test_nothing_that_a_page_is_made_of_is_fetched_from_elsewhere():
    for path in [*TEMPLATES.glob("*.html"), *STATIC.rglob("*.css"), *STATIC.rglob("*.js")]:
        text = path.read_text(encoding="utf-8")
        found = re.findall(r"""(?:src|href|url\(|import\s|fetch\()[=\s"'(]*((?:https?:)?//[^\s"')]+)""", text)
        assert found == [], path


def test_the_policy_holds_without_exceptions_no_script_and_no_style_stands_in_a_template():
    for path in TEMPLATES.glob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert re.findall(r"<script(?![^>]*\bsrc=)", text) == [], path
        assert re.findall(r"<style|\sstyle=|\son[a-z]+=", text) == [], path


def test_a_library_stands_beside_its_licence_and_says_which_it_is():
    (script,) = (STATIC / "uplot").glob("*.js")
    version = re.search(r"uplot-(1\.6\.\d+)\.min\.js", script.name)

    assert version is not None
    assert f"(v{version[1]})" in script.read_text(encoding="utf-8")[:200]
    assert "MIT License" in (STATIC / "uplot" / "LICENSE").read_text(encoding="utf-8")
