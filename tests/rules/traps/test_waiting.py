"""Rules that name what no MIB module at hand has, while more modules are being compiled: they wait, and say so."""

from __future__ import annotations

import pytest

from netwatch.model import InvalidFile, Oid, parse_yaml
from netwatch.rules import NO_MIB, RuleBook, TrapRule, compiled_again, parse_rule_book
from netwatch.rules.loading import _book_of, load_rule_book
from netwatch.rules.traps.names import NoMib

BROKEN = Oid.parse("1.3.6.1.4.1.32473.1")
MENDED = Oid.parse("1.3.6.1.4.1.32473.2")
FILE = """
rules:
  - alert: DoorOpen
    on_trap: VENDOR-MIB::doorOpened
    clear_on: VENDOR-MIB::doorClosed
    labels: {severity: warning}
    annotations: {summary: "{{ device }}: a door is open"}
  - alert: Numbered
    on_trap: 1.3.6.1.4.1.32473.3
    labels: {severity: warning}
"""


class Later(NoMib):
    """Knows two names more than nothing."""

    def oid_of(self, name: str) -> Oid:
        known = {"VENDOR-MIB::doorOpened": BROKEN, "VENDOR-MIB::doorClosed": MENDED}
        return known.get(name) or super().oid_of(name)


def book_of(path, text: str, *, patient: bool = True) -> RuleBook:
    path.write_text(text)
    return load_rule_book([path], {}, NO_MIB, patient=patient)


def rule(book: RuleBook, name: str) -> TrapRule:
    return next(one for one in book.trap_rules if one.name == name)


def test_a_rule_waits_for_its_names_and_the_others_do_not(tmp_path):
    book = book_of(tmp_path / "rules.yaml", FILE)

    waiting = rule(book, "DoorOpen")
    assert waiting.waits_for == ("VENDOR-MIB::doorOpened", "VENDOR-MIB::doorClosed")
    assert [pattern.text for pattern in waiting.on_trap] == ["VENDOR-MIB::doorOpened"]
    assert not any(pattern.takes(oid) for pattern in waiting.on_trap for oid in (Oid(), BROKEN, Oid((1, 3))))
    assert waiting.ttl is None
    assert waiting.fixed_labels == {"severity": "warning"}
    assert rule(book, "Numbered").waits_for == ()


def test_without_names_to_come_an_unknown_name_is_refused_as_ever(tmp_path):
    with pytest.raises(InvalidFile, match="no MIB module is loaded that names VENDOR-MIB::doorOpened"):
        book_of(tmp_path / "rules.yaml", FILE, patient=False)


def test_with_its_names_a_rule_takes_its_traps(tmp_path):
    book = compiled_again(book_of(tmp_path / "rules.yaml", FILE), {}, Later())

    awake = rule(book, "DoorOpen")
    assert awake.waits_for == ()
    assert awake.on_trap[0].takes(BROKEN)
    assert awake.clear_on[0].takes(MENDED)
    assert [one.name for one in book.trap_rules] == ["DoorOpen", "Numbered"]


def test_a_name_that_no_module_has_in_the_end_still_waits_and_ends_nothing(tmp_path):
    text = FILE + "  - {alert: Never, on_trap: NO-MIB::nothing, labels: {severity: warning}}\n"

    book = compiled_again(book_of(tmp_path / "rules.yaml", text), {}, Later())

    assert {one.name: one.waits_for for one in book.trap_rules} == {
        "DoorOpen": (), "Numbered": (), "Never": ("NO-MIB::nothing",),
    }  # fmt: skip


@pytest.mark.parametrize(
    "wrong",
    [
        "on_trap: 'VENDOR-MIB::a b'",
        "on_trap: 1.3.6.x",
        "{on_trap: VENDOR-MIB::a, expr: '1 +'}",
        "{on_trap: VENDOR-MIB::a, devices: ['~~']}",
        "{on_trap: [VENDOR-MIB::a, any]}",
    ],
)
def test_what_no_name_could_mend_is_refused_at_once(wrong: str):
    entry = f"{{alert: A, labels: {{severity: warning}}, {wrong.strip('{}')}}}"

    with pytest.raises(InvalidFile):
        _patient(f"rules:\n  - {entry}\n")


def _patient(text: str) -> RuleBook:
    return _book_of([parse_yaml(text, "rules.yaml")], {}, NO_MIB, [], None, True)


def test_a_rule_that_is_wrong_by_what_its_names_mean_stays_as_it_was_and_that_is_said(tmp_path):
    text = FILE.replace("    annotations:", "    expr: noSuchVarbind > 3\n    annotations:")

    class WithNotification(Later):
        def notification(self, oid):
            return _Notification()

    book = compiled_again(book_of(tmp_path / "rules.yaml", text), {}, WithNotification())

    assert rule(book, "DoorOpen").waits_for == ("noSuchVarbind",)


class _Notification:
    objects: tuple[Oid, ...] = ()


def test_rules_that_need_no_name_are_as_without_patience():
    text = FILE.replace("VENDOR-MIB::doorOpened", "1.3.6.1.4.1.32473.1").replace("VENDOR-MIB::doorClosed", "1.3.6.2")

    assert [one.waits_for for one in _patient(text).trap_rules] == [(), ()]
    assert len(parse_rule_book(text, "rules.yaml", {}).trap_rules) == 2


def test_while_tables_are_yet_to_come_a_rule_about_one_is_left_out_and_said_and_the_others_go_on_waiting(tmp_path):
    path = tmp_path / "rules.yaml"
    path.write_text(FILE + "  - {alert: Doors, expr: vendorDoors > 3}\n")

    book = load_rule_book([path], {}, NO_MIB, patient=True, awaits_tables=True)
    later = compiled_again(book, {}, Later())

    for one in (book, later):
        assert one.rules == ()
        assert ["vendorDoors" in str(warning) for warning in one.warnings] == [True]
    assert rule(later, "DoorOpen").on_trap[0].takes(BROKEN)
    with pytest.raises(InvalidFile, match="vendorDoors"):
        load_rule_book([path], {}, NO_MIB, patient=True)
