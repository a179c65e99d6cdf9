from __future__ import annotations

from pathlib import Path

import pytest

from netwatch.model import Oid
from netwatch.profiles.foreign.librenms.book import DETECTION, DISCOVERY, Book, kind_of

CORPUS = Path(__file__).resolve().parents[5] / "shared/corpus/definitions/librenms"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("os: x\ntext: X\ndiscovery:\n    - sysDescr: x\n", DETECTION),
        ("modules:\n    os:\n        version: a\n", DISCOVERY),
        ("metrics:\n  - {}\nmodules: 3\n", ""),
        ("sysobjectid: 1.3.6.1.4.1.9\n", ""),
        ("", ""),
    ],
)
def test_a_file_is_known_by_its_keys(text, kind):
    assert kind_of(text) == kind


def test_a_broken_discovery_costs_itself_and_is_said_with_its_line(library_of):
    library = library_of(probeos="modules:\n    os: {version: [\n")
    profile = library.match(None)
    assert library.with_foreign(profile, "1.3.6.1.4.1.32473.1", "") is profile
    assert [problem.line for problem in library.foreign.everything()] == [3]


def test_broken_signs_are_said_where_they_stand_and_cost_nothing_else(library_of):
    library = library_of(bad="os: bad\ntext: Bad\n\ndiscovery:\n    - {sysDescr_regex: '/(?=x)/'}\n")
    (problem,) = library.problems
    assert (problem.line, problem.severity) == (4, "warning")
    assert library.foreign.system_of("1.3.6.1.4.1.32473.1", "", {}) == "probeos"


def test_signs_by_objects_that_no_mib_names_are_one_kind_of_problem(library_of):
    one, two = (f"os: {name}\ntext: T\ndiscovery:\n    - {{snmpget: {{oid: LOST-{name}::a.0, op: '=', value: 1}}}}\n"
                for name in ("one", "two"))  # fmt: skip
    problems = library_of(one=one, two=two).problems
    assert len(problems) == 2
    assert len({problem.message for problem in problems}) == 1


def test_what_is_not_read_is_said_in_words_that_can_be_counted(library_of):
    text = """
modules:
    wireless: {}
    sensors:
        temperature:
            data:
                - {oid: A::b, num_oid: '.1.3.6.1.4.1.32473.9.3.{{ $index }}', user_func: '\\LibreNMS\\OS\\X::y'}
"""
    said = [problem.message for problem in library_of(probeos=text).foreign.everything()]
    assert said == [
        "module wireless is not read",
        "user_func: a function of LibreNMS's PHP code, which is not read",
    ]


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the definitions do not stand beside this checkout")
def test_every_file_of_the_users_own_copy_is_read_without_stumbling():
    book = Book(Oid.parse)
    assert [path.name for path in sorted(CORPUS.rglob("*.yaml")) if not book.take(path)] == []
    read = dict(book.everything())
    said = [*book.problems, *(problem for system in read for problem in book.problems_of(system))]
    assert not [str(problem) for problem in said if "stumbled" in problem.message]
    assert sum(file is not None for file in read.values()) > 0.99 * len(read)
    assert len(book) == 1502
