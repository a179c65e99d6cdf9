"""For which devices a file of Netdata's is."""

from __future__ import annotations

from pathlib import Path

from netwatch.model import read_yaml
from netwatch.profiles.place import Place
from netwatch.profiles.selectors import read_exclusions, read_patterns


def test_what_a_selector_includes_are_patterns_and_what_needs_more_than_a_sysobjectid_is_said(tmp_path: Path) -> None:
    path = tmp_path / "box.yaml"
    path.write_text(
        r"""
selector:
  - sysobjectid:
      include:
        - 1.3.6.1.4.1.99999.1.*
        - '^1\.3\.6\.1\.4\.1\.99999\.2\..+$'
        - '^1\.3\.6\.1\.4\.1\.99999\.(3|4)$'
      exclude:
        - 1.3.6.1.4.1.99999.1.7
  - sysobjectid: {include: [1.3.6.1.4.1.8072.3.2.10]}
    sysdescr: {include: [acme]}
""".replace("\\\\", "\\"),
        encoding="utf-8",
    )
    file = read_yaml(path)
    top = Place(file=file, value=file.data)

    assert read_exclusions(top) == ["1.3.6.1.4.1.99999.1.7"]
    assert read_patterns(top) == ["1.3.6.1.4.1.99999.1.*", "1.3.6.1.4.1.99999.2.*"]
    assert [(problem.line, problem.message) for problem in top.problems] == [
        (7, "a selector that is no OID with * for what follows is not used"),
        (11, "a selector by sysDescr is not used"),
    ]
    assert {problem.severity for problem in top.problems} == {"warning"}


def test_an_exclusion_that_is_neither_pattern_nor_expression_is_said_and_not_used(tmp_path: Path) -> None:
    path = tmp_path / "box.yaml"
    path.write_text("selector:\n  - sysobjectid: {include: [1.3.6.1.4.1.9], exclude: ['^(?=x)', abc]}\n")
    file = read_yaml(path)
    top = Place(file=file, value=file.data)

    assert read_exclusions(top) == []
    assert [problem.message.partition(":")[0] for problem in top.problems] == ["an exclusion is not used"] * 2
