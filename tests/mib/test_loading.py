"""Loading: every kind of file that can stand in a directory of MIBs; the rest always loads."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from netwatch.mib import LoadOptions, MibIndex, load_index
from netwatch.mib.child import Answer
from netwatch.model import Oid, Problem, shipped_directory

Load = Callable[..., MibIndex]


def module(name: str, body: str, imports: str = "enterprises, OBJECT-TYPE, Integer32 FROM SNMPv2-SMI") -> str:
    return f"{name} DEFINITIONS ::= BEGIN\nIMPORTS {imports};\n{body}\nEND\n"


def scalar(name: str, place: str, syntax: str = "Integer32") -> str:
    return f'{name} OBJECT-TYPE SYNTAX {syntax} MAX-ACCESS read-only STATUS current DESCRIPTION "x" ::= {{ {place} }}'


GOOD = module("GOOD-MIB", "good OBJECT IDENTIFIER ::= { enterprises 32473 99 }\n" + scalar("goodNumber", "good 1"))


def errors(index: MibIndex) -> list[tuple[str, int, str]]:
    return [(Path(p.file).name, p.line, p.message) for p in index.problems if p.severity == "error"]


def good_is_there(index: MibIndex) -> bool:
    return str(index.oid_of("GOOD-MIB::goodNumber")) == "1.3.6.1.4.1.32473.99.1"


def holding(body: bytes) -> bytes:
    return b"X DEFINITIONS ::= BEGIN\n" + body + b"\nEND"


def node(name: bytes, *place: bytes) -> bytes:
    return name + b" OBJECT IDENTIFIER ::= { " + b" ".join(place) + b" }"


HOSTILE: dict[str, tuple[bytes, int, str]] = {
    "empty": (b"", 1, "holds no MIB module"),
    "prose": (b"This is a letter.\n", 1, "holds no MIB module"),
    "binary": (b"\x7fELF\x02\x01\n\x00\x00", 2, "is no text: it holds a zero byte"),
    "random": (bytes(range(1, 256)) * 400, 1, "holds no MIB module"),
    "quotes": (b'"' * 10_000, 1, "holds no MIB module"),
    "braces": (b"X DEFINITIONS ::= BEGIN a OBJECT IDENTIFIER ::= " + b"{" * 50_000, 1, "does not belong here"),
    "long-name": (holding(node(b"a" * 100_000, b"nowhere", b"1")), 2, "nowhere is neither"),
    "header-only": (b"X DEFINITIONS ::= BEGIN", 1, "the file ends before the END"),
    "endless-oid": (holding(node(b"a", b"iso", *[b"1"] * 5_000)), 2, "longer or larger"),
    "large-number": (holding(node(b"a", b"iso", b"4294967296")), 2, "longer or larger"),
    "astronomic": (holding(node(b"a", b"iso", b"9" * 4000)), 2, "a is lost"),
    "circle": (holding(node(b"c1", b"c2", b"1") + b"\n" + node(b"c2", b"c1", b"1")), 2, "c1 stands on itself"),
    "itself": (holding(node(b"a", b"a", b"1")), 2, "a stands on itself"),
    "chain": (
        holding(b"\n".join(node(b"d%d" % (i + 1), b"d%d" % i, b"1") for i in reversed(range(3000)))),
        131,
        "more definitions",
    ),
    "type-circle": (holding(b"A ::= B\nB ::= A\n" + node(b"a", b"nothing", b"1")), 4, "nothing is neither"),
}


@pytest.fixture(scope="module")
def among_hostile_files(tmp_path_factory: pytest.TempPathFactory, mib_cache: Path) -> MibIndex:
    """One directory with every hostile file and a good one, loaded by the real compiler."""
    directory = tmp_path_factory.mktemp("hostile")
    for name, (raw, _, _) in HOSTILE.items():
        # Each is a module of its own, so that no second copy of a name is what is told of.
        (directory / f"{name}.mib").write_bytes(re.sub(rb"\AX ", name.upper().encode() + b" ", raw))
    (directory / "good.mib").write_text(GOOD)
    return load_index([directory], options=LoadOptions(cache=mib_cache))


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_told_of_with_its_line_and_the_rest_loads(among_hostile_files: MibIndex, name: str):
    _, line, words = HOSTILE[name]

    found = [(at, message) for file, at, message in errors(among_hostile_files) if file == f"{name}.mib"]

    assert found
    assert found[0][0] == line
    assert words in found[0][1]
    assert good_is_there(among_hostile_files)


def test_a_file_too_large_to_be_a_mib_is_not_read(load: Load, tmp_path: Path):
    (tmp_path / "mibs/huge.mib").touch()
    os.truncate(tmp_path / "mibs/huge.mib", 50 * 2**20)

    index = load({"good.mib": GOOD})

    assert errors(index) == [("huge.mib", 1, "is larger than 8 MiB, so no MIB; not read")]
    assert good_is_there(index)


def test_a_file_that_takes_too_long_costs_itself_and_is_tried_with_more_patience(tmp_path: Path, mib_cache: Path):
    slow = module("SLOW-MIB", "\n".join(f"a{i} OBJECT IDENTIFIER ::= {{ enterprises {i} }}" for i in range(60_000)))
    (tmp_path / "slow.mib").write_text(slow)

    (tmp_path / "good.mib").write_text(GOOD)

    for seconds in (0.2, 0.3):
        index = load_index([tmp_path], options=LoadOptions(cache=mib_cache, seconds_per_file=seconds))

        assert errors(index) == [("slow.mib", 1, f"is not compiled after {seconds} s of CPU time; given up")]
        assert good_is_there(index)


def test_pipes_devices_and_dangling_links_never_stop_a_load(load: Load, tmp_path: Path):
    os.mkfifo(tmp_path / "mibs/pipe.mib")
    (tmp_path / "mibs/gone.mib").symlink_to(tmp_path / "nowhere")
    (tmp_path / "mibs/zero.mib").symlink_to("/dev/zero")
    (tmp_path / "mibs/again").symlink_to(tmp_path / "mibs", target_is_directory=True)
    (tmp_path / "mibs/.hidden").write_text("no module")
    (tmp_path / "mibs/README.md").write_text("no module")

    index = load({"good.mib": GOOD})

    assert [file for file, _, _ in errors(index)] == ["gone.mib"]
    assert good_is_there(index)


def test_a_directory_that_is_not_there_is_told_of(mib_cache: Path, tmp_path: Path):
    index = load_index([tmp_path / "none"], options=LoadOptions(cache=mib_cache))

    assert errors(index) == [("none", 1, "there is no such file or directory; none of its modules is loaded")]
    assert index.has_module("IF-MIB")


def test_a_truncated_file_keeps_what_came_before_the_cut(load: Load):
    whole = module("CUT-MIB", "\n".join(["cut OBJECT IDENTIFIER ::= { enterprises 32473 98 }"] + [
        scalar(f"cut{number}", f"cut {number}") for number in range(1, 20)
    ]))  # fmt: skip

    index = load({"cut.mib": whole[: len(whole) * 2 // 3], "good.mib": GOOD})

    assert [message for _, _, message in errors(index)][1].startswith("the file ends before the END of this module")
    assert str(index.oid_of("CUT-MIB::cut7")) == "1.3.6.1.4.1.32473.98.7"
    assert good_is_there(index)


def test_cyclic_imports_are_no_trouble(load: Load):
    index = load({
        "a.mib": module("A-MIB", "a OBJECT IDENTIFIER ::= { b 1 }", "b FROM B-MIB"),
        "b.mib": module("B-MIB", "b OBJECT IDENTIFIER ::= { enterprises 32473 97 }\nb2 OBJECT IDENTIFIER ::= { a 2 }",
                        "a FROM A-MIB enterprises FROM SNMPv2-SMI"),
    })  # fmt: skip

    assert errors(index) == []
    assert str(index.oid_of("b2")) == "1.3.6.1.4.1.32473.97.1.2"


def test_a_missing_import_costs_only_what_stands_on_it(load: Load):
    body = (
        "a OBJECT IDENTIFIER ::= { vendor 1 }\n"
        + scalar("aNumber", "a 1")
        + "\n"
        + scalar("safe", "enterprises 32473 96", "Odd")
    )
    index = load({"a.mib": module("A-MIB", body, "enterprises FROM SNMPv2-SMI\nvendor, Odd\n  FROM VENDOR-MIB")})

    assert errors(index) == [
        ("a.mib", 4, "Odd is imported from VENDOR-MIB, which no file holds; lost: the type of safe"),
        ("a.mib", 4, "vendor is imported from VENDOR-MIB, which no file holds; lost: a, aNumber"),
    ]
    assert index.format(index.oid_of("A-MIB::safe.0"), 5) == "5"


def test_a_loss_in_one_module_is_told_of_in_those_that_stand_on_it(load: Load):
    index = load({
        "a.mib": module("A-MIB", "a OBJECT IDENTIFIER ::= { vendor 1 }", "vendor FROM VENDOR-MIB"),
        "b.mib": module("B-MIB", "b OBJECT IDENTIFIER ::= { a 1 }", "a FROM A-MIB"),
    })  # fmt: skip

    assert errors(index)[1] == (
        "b.mib", 3,
        "stands on A-MIB, where vendor is imported from VENDOR-MIB, which no file holds; lost: b",
    )  # fmt: skip


VENDOR = """
vendor OBJECT IDENTIFIER ::= { enterprises 32473 95 }
Odd ::= INTEGER { even(0), odd(1) }
"""


def test_a_forgotten_import_is_found_where_only_one_module_has_it(load: Load):
    index = load({
        "a.mib": module("A-MIB", VENDOR),
        "b.mib": module("B-MIB", scalar("b", "vendor 1", "Odd"), "OBJECT-TYPE FROM SNMPv2-SMI"),
        "c.mib": module("C-MIB", scalar("c", "mib-2 9999", "DisplayString"), "mib-2, DisplayString FROM RFC1213-MIB"),
    })  # fmt: skip

    assert errors(index) == []
    assert index.format(index.oid_of("b.0"), 1) == "odd(1)"
    assert index.format(index.oid_of("c.0"), b"text") == "text"


def test_a_definition_that_breaks_the_grammar_costs_itself_alone(load: Load):
    before = "a OBJECT IDENTIFIER ::= { enterprises 32473 94 }\n" + scalar("one", "a 1")
    body = before + "\nbroken OBJECT-TYPE SYNTAX\n  ::= { a 2 }\n" + scalar("three", "a 3")
    index = load({"a.mib": module("A-MIB", body)})

    assert errors(index) == [("a.mib", 6, "'::=' does not belong here; the type of broken is lost")]
    assert str(index.oid_of("three")) == "1.3.6.1.4.1.32473.94.3"


def test_a_second_definition_of_a_name_is_told_of_and_the_first_counts(load: Load):
    body = (
        "a OBJECT IDENTIFIER ::= { enterprises 32473 93 }\n" + scalar("twice", "a 1") + "\n" + scalar("twice", "a 2")
    )
    index = load({
        "a.mib": module("A-MIB", body),
        "b.mib": module("B-MIB", "b OBJECT IDENTIFIER ::= { a 7 }", "a FROM A-MIB"),
    })  # fmt: skip

    assert errors(index) == [("a.mib", 5, "twice is defined a second time (first in line 4); the first counts")]
    assert str(index.oid_of("twice")) == "1.3.6.1.4.1.32473.93.1"
    assert index.has_module("B-MIB")


def test_what_vendors_write_against_the_grammar_and_everybody_understands_is_read(load: Load):
    body = """
    vendor_root OBJECT IDENTIFIER ::= { enterprises 32473 92 }
    lowTable OBJECT-TYPE SYNTAX SEQUENCE OF lowEntry ACCESS not-accessible STATUS mandatory ::= { vendor_root 1 }
    lowEntry OBJECT-TYPE SYNTAX lowEntry ACCESS not-accessible STATUS mandatory INDEX { lowIndex, } ::= { lowTable 1 }
    lowEntry ::= SEQUENCE { lowIndex INTEGER, }
    lowIndex OBJECT-TYPE SYNTAX INTEGER ACCESS read-only STATUS mandatory ::= { lowEntry 1 }
    HighCount OBJECT-TYPE SYNTAX COUNTER32 ACCESS read-only STATUS mandatory ::= { lowEntry 2 }
    """
    index = load({"a.mib": module("A-MIB", body)})

    assert errors(index) == []
    obj = index.object_named("A-MIB::HighCount")
    assert obj is not None
    assert [part.name for part in obj.index] == ["lowIndex"]
    assert index.name_of((1, 3, 6, 1, 4, 1, 32473, 92)) == "A-MIB::vendor_root"


def test_several_modules_may_stand_in_one_file_of_any_name_with_any_line_ends(load: Load):
    text = GOOD.replace("\n", "\r\n") + module(
        "OTHER-MIB", "other OBJECT IDENTIFIER ::= { good 2 } -- grün", "good FROM GOOD-MIB"
    )
    index = load({"everything in one.TXT": text.encode("latin-1")})

    assert errors(index) == []
    assert str(index.oid_of("OTHER-MIB::other")) == "1.3.6.1.4.1.32473.99.2"


@pytest.mark.parametrize("name", ["../../etc/passwd", "..", "/etc/passwd", "a\x00b", "A;B"])
def test_a_module_name_that_is_a_path_leads_nowhere(load: Load, name: str):
    text = f"{name} DEFINITIONS ::= BEGIN IMPORTS x FROM ../../etc/passwd; y OBJECT IDENTIFIER ::= {{ x 1 }} END"

    index = load({"bad.mib": text, "good.mib": GOOD})

    assert "/" not in "".join(index.modules)
    assert errors(index)
    assert good_is_there(index)


def test_an_official_copy_wins_over_ours_without_a_word(load: Load):
    theirs = module(
        "UPS-MIB",
        "upsMIB OBJECT IDENTIFIER ::= { mib-2 33 }\nofficial OBJECT IDENTIFIER ::= { upsMIB 77 }",
        "mib-2 FROM SNMPv2-SMI",
    )

    index = load({"ups.mib": theirs})

    assert index.problems == ()
    assert index.name_of((1, 3, 6, 1, 2, 1, 33, 77)) == "UPS-MIB::official"


def test_a_damaged_official_copy_does_not_win_over_ours(load: Load):
    index = load({"ups.mib": "UPS-MIB DEFINITIONS ::= BEGIN\nupsMIB OBJECT IDENTIFIER ::= \n"})

    assert index.name_of((1, 3, 6, 1, 2, 1, 33, 1, 2, 1, 0)) == "UPS-MIB::upsBatteryStatus.0"
    assert errors(index)


def test_of_two_copies_of_a_module_the_first_counts_and_the_other_is_told_of(load: Load):
    index = load({"a.mib": GOOD, "b.mib": GOOD.replace("goodNumber", "otherNumber"), "c.mib": GOOD})

    assert good_is_there(index)
    (told,) = index.problems
    assert isinstance(told, Problem)
    assert (Path(told.file).name, told.severity) == ("b.mib", "warning")
    assert "also stands in" in told.message


def test_an_smiv1_trap_has_the_oid_its_v2_form_has(load: Load):
    text = """T-MIB DEFINITIONS ::= BEGIN
    IMPORTS enterprises FROM RFC1155-SMI TRAP-TYPE FROM RFC-1215 ifIndex FROM RFC1213-MIB snmp FROM RFC1213-MIB;
    t OBJECT IDENTIFIER ::= { enterprises 32473 91 }
    tDown TRAP-TYPE ENTERPRISE t VARIABLES { ifIndex } DESCRIPTION "x" ::= 5
    tLinkDown TRAP-TYPE ENTERPRISE snmp ::= 2
    END"""
    index = load({"t.mib": text})

    assert errors(index) == []
    assert str(index.oid_of("tDown")) == "1.3.6.1.4.1.32473.91.0.5"
    assert str(index.oid_of("tLinkDown")) == "1.3.6.1.6.3.1.1.5.3"
    found = index.notification(index.oid_of("tDown"))
    assert found is not None
    assert [index.name_of(oid) for oid in found.objects] == ["IF-MIB::ifIndex"]


def test_progress_is_told_file_by_file_and_not_for_what_is_cached(tmp_path: Path):
    told: list[tuple[int, int]] = []
    (tmp_path / "good.mib").write_text(GOOD)
    options = LoadOptions(cache=tmp_path / "cache", shipped=False)

    load_index([tmp_path / "good.mib"], options=options, progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 1)]
    load_index([tmp_path / "good.mib"], options=options, progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 1)]


def test_without_a_cache_that_can_be_written_everything_still_loads(tmp_path: Path):
    (tmp_path / "good.mib").write_text(GOOD)
    (tmp_path / "file").touch()

    paths = [tmp_path / "good.mib", shipped_directory("mibs") / "SNMPv2-SMI"]
    index = load_index(paths, options=LoadOptions(cache=tmp_path / "file/cache", shipped=False))

    assert good_is_there(index)
    assert index.problems == ()


@pytest.mark.parametrize("name", ["malformed", "juniper"])
def test_real_vendor_files_load_and_every_loss_is_told_with_its_line(corpus: Path, mib_cache: Path, name: str):
    index = load_index([corpus / "mibs" / name, corpus / "mibs/net-snmp"], options=LoadOptions(cache=mib_cache))

    files = {Path(index.file_of(module)).name for module in index.modules}
    assert {path.name for path in (corpus / "mibs" / name).iterdir()} <= files
    assert all(problem.line >= 1 and problem.message for problem in index.problems)
    assert all("lost" in p.message or "second time" in p.message for p in index.problems if p.severity == "error")


def test_a_name_at_two_places_of_one_module_is_told_at_both_and_means_the_first(load: Load):
    index = load({
        "a.mib": module(
            "A-MIB",
            "a OBJECT IDENTIFIER ::= { enterprises 32473 93 }\n"
            + scalar("twice", "a 1") + "\n" + scalar("twice", "a 2"),
        )
    })  # fmt: skip

    assert index.name_of(Oid.parse("1.3.6.1.4.1.32473.93.2.0")) == "A-MIB::twice.0"
    assert str(index.oid_of("A-MIB::twice")) == "1.3.6.1.4.1.32473.93.1"


def test_two_modules_of_one_name_both_name_what_only_they_have(load: Load):
    line = "base OBJECT IDENTIFIER ::= { enterprises 32473 %d }\n"
    older, newer = (module("BASE-MIB", line % place + scalar("fan", "base 1")) for place in (800, 801))
    more = module("BASE-MIB", line % 800 + scalar("fan", "base 1") + "\n" + scalar("added", "base 2"))

    index = load({"a.mib": older, "b.mib": newer, "c.mib": more})

    for place in (800, 801):
        assert index.name_of(Oid.parse(f"1.3.6.1.4.1.32473.{place}.1.0")) == "BASE-MIB::fan.0"
    assert str(index.oid_of("BASE-MIB::fan")) == "1.3.6.1.4.1.32473.800.1"
    assert index.name_of(Oid.parse("1.3.6.1.4.1.32473.800.2")) == "BASE-MIB::added"


class _GivesUpLater:
    """Compiles one file, and is ended in the second."""

    def __init__(self, _seconds: float) -> None:
        self._done = 0

    def __enter__(self) -> _GivesUpLater:
        return self

    def __exit__(self, *_why: object) -> None:
        pass

    def compile(self, _text: str) -> Answer:
        if self._done:
            raise KeyboardInterrupt
        self._done += 1
        return Answer({"modules": [], "faults": []}, final=True)


def test_what_was_compiled_before_the_end_of_the_process_is_kept(tmp_path: Path):
    for name in ("a", "b"):
        (tmp_path / f"{name}.mib").write_text(module(f"{name.upper()}-MIB", scalar("x", "enterprises 1")))

    with pytest.raises(KeyboardInterrupt):
        load_index([tmp_path], options=LoadOptions(cache=tmp_path / "cache", shipped=False, compiler=_GivesUpLater))

    assert len(list((tmp_path / "cache").rglob("*.json"))) == 1


def test_every_name_of_every_copy_is_kept_also_where_another_names_its_place(load: Load):
    line = "base OBJECT IDENTIFIER ::= { enterprises 32473 810 }\n"
    index = load({
        "a.mib": module("BASE-MIB", line + scalar("fan", "base 1")),
        "b.mib": module("BASE-MIB", line + scalar("ventilator", "base 1") + "\n" + scalar("door", "base 2")),
    })  # fmt: skip

    assert index.name_of(Oid.parse("1.3.6.1.4.1.32473.810.1")) == "BASE-MIB::fan"
    assert str(index.oid_of("BASE-MIB::ventilator")) == "1.3.6.1.4.1.32473.810.1"
    assert [obj.name for obj in index.objects_of("BASE-MIB")] == ["base", "ventilator", "fan", "door"]


def test_files_beside_mibs_are_no_errors(load: Load):
    index = load({"good.mib": GOOD, "Makefile": "all:\n\tsmilint *\n", "README": "Hello.", "our list": "GOOD-MIB\n"})

    assert [(Path(one.file).name, one.severity) for one in index.problems] == [("our list", "warning")]
    assert good_is_there(index)


def test_a_second_load_of_the_same_files_reads_one_index_and_a_changed_file_is_noticed(tmp_path: Path):
    told: list[int] = []
    options = LoadOptions(cache=tmp_path / "cache", shipped=False)
    (tmp_path / "mibs").mkdir()
    file = tmp_path / "mibs/good.mib"
    good = "GOOD-MIB DEFINITIONS ::= BEGIN goodNumber OBJECT IDENTIFIER ::= { iso 99 } END"
    file.write_text(good)

    def loaded() -> MibIndex:
        return load_index([tmp_path / "mibs"], options=options, progress=lambda done, total: told.append(total))

    loaded()
    for entry in (tmp_path / "cache").rglob("*.json"):
        entry.unlink()
    loaded()
    assert told == [1]
    file.write_text(good.replace("goodNumber", "evenBetter"))
    assert loaded().object_named("GOOD-MIB::evenBetter") is not None
    (tmp_path / "mibs/more.mib").write_text(module("MORE-MIB", "more OBJECT IDENTIFIER ::= { enterprises 1 }"))
    assert loaded().has_module("MORE-MIB")
    assert told == [1, 1, 1]


def test_what_stands_on_a_name_that_only_another_copy_has_is_named(load: Load):
    root = "root OBJECT IDENTIFIER ::= { enterprises 32473 %d }\n"
    index = load({
        "a.mib": module("ROOT-MIB", root % 820),
        "b.mib": module("ROOT-MIB", root % 820 + "switch OBJECT IDENTIFIER ::= { root 5 }\n"
                        "State ::= INTEGER { on(1) }"),
        "c.mib": module("SWITCH-MIB", scalar("fan", "switch 1", "State"),
                        "switch, State FROM ROOT-MIB OBJECT-TYPE FROM SNMPv2-SMI"),
    })  # fmt: skip

    assert errors(index) == []
    assert str(index.oid_of("SWITCH-MIB::fan")) == "1.3.6.1.4.1.32473.820.5.1"
    assert index.format(index.oid_of("SWITCH-MIB::fan.0"), 1) == "on(1)"
