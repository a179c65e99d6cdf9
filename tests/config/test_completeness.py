"""A file that is not all there is refused; one that somebody shortened is not."""

from __future__ import annotations

import pytest

from netwatch.config.completeness import BLOCK_BYTES, Predecessor, incomplete
from netwatch.model import InvalidFile, parse_yaml, plain

BEFORE = """\
devices:
  - {name: edge, address: 192.0.2.1}
  - name: core
    address: 192.0.2.2
    labels: {site: hq}
receivers:
  - {name: noc, email: {to: [noc@example.net]}}
store: {url: "sqlite:////var/lib/netwatch/netwatch.db"}
"""


def said_of(text: str, before: str | None = None) -> list[str]:
    file = parse_yaml(text, "netwatch.yaml")
    known = None if before is None else Predecessor(text=before, devices=len(parse_yaml(before, "").data["devices"]))
    return [str(one) for one in incomplete(file, plain(file.data) or {}, known)]


@pytest.mark.parametrize(
    "text",
    [
        BEFORE,
        BEFORE.rstrip("\n"),  # many editors leave no line end
        BEFORE[: BEFORE.index("store:")],  # the last part taken out
        BEFORE[: BEFORE.index("receivers:")],
        BEFORE[: BEFORE.index("  - name: core")],  # the last device taken out
        BEFORE[: BEFORE.index("\nreceivers:")],
        BEFORE.replace("192.0.2.2", "192.0.2.3"),
        BEFORE + "mibs:\n",  # a key with nothing behind it, on a line of its own
        "devices: [{name: a, address: b}]\nmibs: ~",
        "traps: {listen: ['127.0.0.1:1162']}\n",
    ],
)
def test_a_file_that_was_changed_by_hand_is_taken_at_a_start(text):
    assert said_of(text) == []


@pytest.mark.parametrize("end", ["store:", "receivers:", "  - name: core"])
def test_a_file_that_was_shortened_by_whole_lines_is_taken_at_a_reload(end):
    assert said_of(BEFORE[: BEFORE.index(end)], BEFORE) == []


def test_every_file_cut_in_the_middle_of_a_word_is_refused_at_a_reload_or_is_no_yaml():
    """Of the places in words that have lines behind them."""
    for place in range(1, BEFORE.rindex("\n", 0, -1)):
        text, lost = BEFORE[:place], BEFORE[place:]
        if text[-1].isspace() or lost[0].isspace():
            continue
        try:
            found = said_of(text, BEFORE)
        except InvalidFile as exc:
            found = [str(exc)]
        assert found, text[-30:]


def test_a_file_cut_at_a_block_of_the_disk_is_refused_at_a_reload():
    filler = "# " + "x" * 61 + "\n"
    before = BEFORE + filler * (2 * BLOCK_BYTES // len(filler))
    cut = before[:BLOCK_BYTES]

    assert len(cut.encode()) == BLOCK_BYTES
    assert "seems to be cut off" in said_of(cut, before)[0]
    shortened = before[: before.index("\n", BLOCK_BYTES) + 1]
    assert said_of(shortened, before) == []


@pytest.mark.parametrize("text", ["devices: [{name: a, address: b}]\nreceivers:", "devices:\n  - name: a\n  -"])
def test_an_entry_that_is_begun_and_not_ended_is_cut_off(text):
    assert said_of(text) == [
        f"netwatch.yaml:{text.count(chr(10)) + 1}:{len(text.split(chr(10))[-1]) + 1}: ends in the middle of a line: "
        "it seems to be cut off; if not, end the line"
    ]


def test_a_file_that_lost_all_devices_is_refused_also_where_it_hears_traps():
    text = "devices: []\ntraps: {listen: ['127.0.0.1:1162']}\n"

    assert said_of(text, BEFORE) == [
        "netwatch.yaml:1:10: devices: has no devices, and 2 are watched now; if that is meant, run with --allow-empty"
    ]
