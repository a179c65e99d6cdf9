"""What the configuration may say about whom to mail."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from netwatch.notify import EmailSettings


@pytest.mark.parametrize("to", [[], ["noc"], ["büro@example.net"], ["a@b.example", "c"]])
def test_recipients_are_checked_when_the_file_is_read(to):
    with pytest.raises(ValidationError):
        EmailSettings(to=to)
