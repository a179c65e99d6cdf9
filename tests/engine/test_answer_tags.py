from __future__ import annotations

import pytest

from netwatch.engine import AnswerRight, AnswerTags, LinkSigner
from netwatch.model import new_uuid

KEY = b"k" * 32


def test_a_tag_names_the_mail_and_what_an_answer_to_it_may_do():
    tags, row = AnswerTags(LinkSigner(KEY)), new_uuid()

    said = tags.read([tags.tag(row, AnswerRight.ASK | AnswerRight.ACKNOWLEDGE)])

    assert said is not None
    assert (said.entry_id, said.rights) == (row, AnswerRight.ASK | AnswerRight.ACKNOWLEDGE)


def test_a_tag_fits_into_an_address_and_is_read_in_whatever_case_and_company():
    tags, row = AnswerTags(LinkSigner(KEY)), new_uuid()
    tag = tags.tag(row)

    assert len(f"netwatch+{tag}") <= 64
    for text in (tag.upper(), f"[{tag}]", f"x {tag.title()} y"):
        found = tags.read(["nothing", text])
        assert found is not None
        assert found.entry_id == row


def test_no_letter_of_a_tag_can_be_another():
    tags, row = AnswerTags(LinkSigner(KEY)), new_uuid()
    tag = tags.tag(row)

    for place in range(3, len(tag) - 1):  # of the last letter some bits say nothing
        other = "a" if tag[place] != "a" else "b"
        assert tags.read([tag[:place] + other + tag[place + 1 :]]) is None


def test_another_installations_tag_is_none_of_ours_and_a_link_is_no_tag():
    row = new_uuid()

    assert AnswerTags(LinkSigner(KEY)).read([AnswerTags(LinkSigner(b"o" * 32)).tag(row)]) is None


@pytest.mark.parametrize("row", ["", "3", "not-a-row", "0" * 32])
def test_a_row_that_is_not_called_as_ours_are_has_no_tag(row):
    assert AnswerTags(LinkSigner(KEY)).tag(row) == ""
