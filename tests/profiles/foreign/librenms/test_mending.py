"""A broken line of a definition costs the entry that it stands in, and that is said with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from netwatch.model import InvalidFile
from netwatch.profiles.foreign.librenms.mending import read_what_can_be

TEXT = """modules:
    os:
        version: 'A::b.0'
        serial: A::c.0
    sensors:
        state:
            data:
                -
                    oid: A::one
                    states:
                        - {value: 1, generic: 0, descr: ok}
                        - {value: 2, generic: 2, descr: bad}
                -
                    oid: A::two
        voltage:
            data:
                - {oid: A::three}
"""


@pytest.mark.parametrize(
    ("good", "bad", "line", "version", "states"),
    [
        ("{value: 2, generic: 2, descr: bad}", "{value: 2, generic: 2,  , descr: bad}", 12, "A::b.0", ["A::two"]),
        ("'A::b.0'", "\n            'A::b.0'\n            'A::c.0'", 5, None, ["A::one", "A::two"]),
        ("oid: A::two", "oid: 'A::two", 14, "A::b.0", ["A::one"]),
    ],
)
def test_what_a_broken_line_belongs_to_is_left_out(tmp_path: Path, good, bad, line, version, states):
    path = tmp_path / "probeos.yaml"
    path.write_text(TEXT.replace(good, bad))

    file, wrong = read_what_can_be(path)

    modules = file.data["modules"]
    assert [problem.line for problem in wrong] == [line]
    assert modules["os"].get("version") == version
    assert modules["os"]["serial"] == "A::c.0"
    assert [entry["oid"] for entry in modules["sensors"]["state"]["data"]] == states
    assert file.position(("modules", "sensors", "voltage")) > (10, 1)


@pytest.mark.parametrize("text", ["modules: [\n", "\t\n"])
def test_a_file_of_which_nothing_would_be_left_is_refused(tmp_path: Path, text):
    (tmp_path / "probeos.yaml").write_text(text)
    with pytest.raises(InvalidFile):
        read_what_can_be(tmp_path / "probeos.yaml")
