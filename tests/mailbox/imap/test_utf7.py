from __future__ import annotations

import pytest

from netwatch.mailbox.imap.utf7 import folder_octets


@pytest.mark.parametrize(("name", "octets"), [
    ("INBOX", b"INBOX"),
    ("Erledigt & gut", b"Erledigt &- gut"),
    ("Entwürfe", b"Entw&APw-rfe"),
    ("~peter/mail/台北/日本語", b"~peter/mail/&U,BTFw-/&ZeVnLIqe-"),  # RFC 3501, section 5.1.3
    ("☺!", b"&Jjo-!"),
    ("😀", b"&2D3eAA-"),
])  # fmt: skip
def test_a_folders_name_is_written_in_modified_utf_7(name, octets):
    assert folder_octets(name) == octets
