"""For which devices a file of Netdata's is."""

from __future__ import annotations

from pathlib import Path

from netwatch.model import read_yaml
from netwatch.profiles.place import Place
from netwatch.profiles.selectors import read_patterns


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

    assert read_patterns(top) == ["1.3.6.1.4.1.99999.1.*", "1.3.6.1.4.1.99999.2.*"]
    assert [(problem.line, problem.message) for problem in top.problems] == [
        (8, "exclude is not used: what is included counts"),
        (7, "a selector that is no OID with * for what follows is not used"),
        (11, "a selector by sysDescr is not used"),
    ]
    assert {problem.severity for problem in top.problems} == {"warning"}
