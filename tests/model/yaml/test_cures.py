"""A text that is no YAML: where the mistake was made, and what to do about it."""

from __future__ import annotations

import pytest

from netwatch.model import InvalidFile, parse_yaml

SECRET = "s3cret"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a:\n  b: {c: 1}\nd: {e: 1}\n f:\n  - 1\n",
         "f:4:2: this line is not indented as the keys of its mapping are, which begins at 1:1"),
        ("a:\n - {b: 1}\n  - {b: 2}\n",
         "f:3:3: this line is not indented as the entries of its list are, which begins at 2:2"),
        ("a:\n  - b: 1\n    c: 1\n  d: 1\n",
         "f:4:3: this line is not indented as the entries of its list are, which begins at 2:3"),
        ("a:\n  b: {c: 1, d: \"s3cret}\ne: []\n", "f:2:16: the quote that opens here is never closed"),
        ("a: 's3cret\n", "f:1:4: the quote that opens here is never closed"),
        ("a: {b: @s3cret}\n", "f:1:8: a value that begins with @ needs quotes"),
        ("a: `s3cret`\n", "f:1:4: a value that begins with ` needs quotes"),
        ("a:\n  b: {c: 1, d: s3c:ret: x}\n",
         "f:2:23: the bracket that opens at 2:6 is not closed before this, or a value in it needs quotes"),
        ("a: [1, 2\nb: 3\n", "f:2:2: the bracket that opens at 1:4 is not closed before this, or a value"),
        ("a: {b: 1,\n", "f:2:1: a bracket that was opened before this is never closed"),
        ("a: 1\nb: {c: [1, 2", "f:2:8: the bracket that opens here is never closed"),
        ("a: \"s3cret\" s3cret\n", "f:1:13: this stands behind a value that has ended; put the whole value in"),
        ("a: 1\ns3cret\nb: 2\n", "f:2:1: this is no key: a colon and a blank are missing behind it"),
        ("a: s3cret: s3cret\n", "f:1:10: mapping values are not allowed in this context: a value that holds a colon"),
        ("a:\n\t- b\n", "f:2:1: a tab stands here, where YAML wants spaces"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_place_and_its_cure_and_without_the_text(text: str, told: str) -> None:
    with pytest.raises(InvalidFile) as refused:
        parse_yaml(text, "f")

    assert str(refused.value).startswith(told)
    assert SECRET not in str(refused.value)
