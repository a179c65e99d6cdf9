"""The driver of the browser: who waits for a browser that ended is told so at once."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from pathlib import Path

import pytest

from tests.patience import PATIENCE_SECONDS

from .chromium import Chromium, ChromiumEndedError


async def test_a_browser_that_ended_is_told_to_who_waits_and_to_who_asks_later_and_leaves_nothing_behind(
    tmp_path: Path,
):
    browser = Chromium(tmp_path)
    await browser.start()
    began = time.monotonic()
    waiting = asyncio.ensure_future(browser.until("false"))
    await asyncio.sleep(0)
    os.kill(browser.pid, signal.SIGKILL)

    with pytest.raises(ChromiumEndedError):
        await waiting
    with pytest.raises(ChromiumEndedError, match=r"before Page\.reload"):
        await browser.call("Page.reload")
    await browser.stop()

    assert time.monotonic() - began < PATIENCE_SECONDS
