"""Drives a headless Chromium over a pair of pipes: the DevTools protocol, JSON messages ended by a zero byte."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import os
import shutil
from pathlib import Path

import pytest

from tests.patience import PATIENCE_SECONDS

ARGUMENTS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
    "--remote-debugging-pipe", "about:blank",
)  # fmt: skip


class ChromiumEndedError(RuntimeError):
    """The browser ended by itself: no fault of the page it showed, so such a test is run once more."""


class Chromium:
    """One browser with one page; `complaints` holds what it wrote to its console about that page."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._number = 0
        self._session: str | None = None
        self._answers: dict[int, asyncio.Future[dict]] = {}
        self.complaints: list[str] = []

    async def start(self) -> None:
        """Start the browser and open its page; skips where there is none."""
        program = shutil.which("chromium") or shutil.which("chromium-browser")
        if program is None:
            pytest.skip("chromium is not installed (Debian package: chromium)")
        theirs_in, ours_out = os.pipe()
        ours_in, theirs_out = os.pipe()
        self._process = await asyncio.create_subprocess_exec(
            "bash", "-c", f'exec "$@" 3<&{theirs_in} 4>&{theirs_out}', "bash",
            program, *ARGUMENTS, f"--user-data-dir={self._directory}",
            pass_fds=(theirs_in, theirs_out),
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        os.close(theirs_in)
        os.close(theirs_out)
        self._out = os.fdopen(ours_out, "wb", buffering=0)
        reader = asyncio.StreamReader(limit=2**26)
        self._pipe, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(ours_in, "rb", buffering=0)
        )
        self._listener = asyncio.create_task(self._listen(reader))
        target = (await self.call("Target.createTarget", url="about:blank"))["targetId"]
        self._session = (await self.call("Target.attachToTarget", targetId=target, flatten=True))["sessionId"]
        for domain in ("Runtime", "Log", "Page"):
            await self.call(f"{domain}.enable")

    @property
    def pid(self) -> int:
        """The process of the browser."""
        return self._process.pid

    async def stop(self) -> None:
        """End the browser and everything it started."""
        self._session = None
        try:
            await self.call("Browser.close")
            await asyncio.wait_for(self._process.wait(), PATIENCE_SECONDS)
        except (TimeoutError, OSError, ChromiumEndedError):
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()
        finally:
            self._listener.cancel()
            self._pipe.close()
            self._out.close()

    async def call(self, method: str, **parameters: object) -> dict:
        """Ask the browser for something and wait for its answer."""
        if self._listener.done():
            raise ChromiumEndedError(f"before {method} was asked for")
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        answer = self._answers[self._number] = asyncio.get_running_loop().create_future()
        self._out.write(json.dumps(message).encode() + b"\0")
        return await asyncio.wait_for(answer, PATIENCE_SECONDS)

    async def open(self, url: str) -> None:
        """Load a page and wait until it is complete."""
        await self.call("Page.navigate", url=url)
        await self.until("document.readyState === 'complete' && location.href !== 'about:blank'")

    async def value(self, script: str) -> object:
        """Return what an expression is on the page; nothing while one page makes way for another."""
        answer = await self.call("Runtime.evaluate", expression=script, returnByValue=True)
        return answer.get("result", {}).get("value")

    async def until(self, script: str, seconds: float = PATIENCE_SECONDS) -> None:
        """Wait until an expression is true on the page."""
        async with asyncio.timeout(seconds):
            while not await self.value(script):  # noqa: ASYNC110 # another process holds what we wait for
                await asyncio.sleep(0.05)

    async def click(self, selector: str) -> None:
        """Press the mouse on something, as a hand does: on what is seen.

        Chromium drops what is pressed before a page's first paint, so that nobody presses what he has not seen.
        """
        await self.until("document.readyState === 'complete' && performance.getEntriesByType('paint').length > 0")
        place = f"document.querySelector({json.dumps(selector)})"
        await self.value(f"{place}.scrollIntoView({{block: 'center'}})")
        x, y = await self.value(  # type: ignore[misc]
            f"(box => [box.x + box.width / 2, box.y + box.height / 2])({place}.getBoundingClientRect())"
        )
        for kind in ("mousePressed", "mouseReleased"):
            await self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    async def type(self, selector: str, text: str) -> None:
        """Write into a field in place of what stands there, as a keyboard does."""
        await self.click(selector)
        await self.value(f"document.querySelector({json.dumps(selector)}).select()")
        await self.call("Input.insertText", text=text)

    async def keep(self, name: str) -> None:
        """Keep a picture of the page where NETWATCH_SCREENSHOTS says, for people to look at."""
        if folder := os.environ.get("NETWATCH_SCREENSHOTS"):
            shot = await self.call("Page.captureScreenshot", format="png")
            _write(Path(folder, f"{name}.png"), base64.b64decode(shot["data"]))

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        while octets := await self._one_message(reader):
            message = json.loads(octets)
            if "id" in message:
                self._answers.pop(message["id"]).set_result(message.get("result", message))
            elif message["method"] in ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded"):
                self.complaints.append(json.dumps(message["params"])[:500])
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(ChromiumEndedError("while its answer was waited for"))

    async def _one_message(self, reader: asyncio.StreamReader) -> bytes:
        """Return what it says next; nothing where it is gone."""
        try:
            return (await reader.readuntil(b"\0"))[:-1]
        except (asyncio.IncompleteReadError, OSError):
            return b""


def _write(path: Path, octets: bytes) -> None:
    path.write_bytes(octets)
