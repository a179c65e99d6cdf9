"""`netwatch run`: the agent itself, in the foreground, as systemd wants it.

May import: netwatch.app. Called by: netwatch.cli.
"""

from __future__ import annotations

import asyncio
import gc
import signal
from pathlib import Path

import structlog

from netwatch.app import App
from netwatch.cli.arguments import ConfigOption
from netwatch.cli.log import FormatOption, LevelOption, LogFormat, LogLevel, set_up_logging
from netwatch.cli.output import BAD_CONFIG, WRONG, fail
from netwatch.cli.places import DEFAULT_CONFIG
from netwatch.cli.watch.sentinel import NO_MEMORY, Sentinel, leave
from netwatch.cli.watch.service import ask_for_time, feed_watchdog, notify
from netwatch.config import Settings, load_settings
from netwatch.errors import ConfigError, NetWatchError

log = structlog.get_logger(__name__)


def run(
    config: ConfigOption = DEFAULT_CONFIG,
    log_level: LevelOption = LogLevel.INFO,
    log_format: FormatOption = LogFormat.AUTO,
) -> None:
    """Run the agent until SIGTERM or SIGINT; SIGHUP reads the configuration again."""
    ask_for_time()
    set_up_logging(log_level, log_format)
    try:
        settings = load_settings(config)
        app = App(settings)
    except ConfigError as exc:
        fail(f"the configuration is not usable\n{exc}", BAD_CONFIG)
    try:
        asyncio.run(_serve(app, settings, config))
    except NetWatchError as exc:
        fail(str(exc), WRONG)
    except MemoryError:
        fail(NO_MEMORY, WRONG)


async def _serve(app: App, settings: Settings, config: Path) -> None:
    stopping, reloading = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    loop.add_signal_handler(signal.SIGHUP, reloading.set)
    app.on_outdated = reloading.set
    await app.start()
    _spare_the_collector()
    watchdog = asyncio.create_task(feed_watchdog(lambda: app.is_alive()))
    notify(f"READY=1\nSTATUS=serving {app.address}")
    sentinel = Sentinel(lambda: app.is_alive(), lambda: loop.call_soon_threadsafe(stopping.set))
    sentinel.start()
    try:
        while not await _first(stopping, reloading):
            reloading.clear()
            app, settings = await _reloaded(app, settings, config)
            app.on_outdated = reloading.set
    finally:
        notify("STOPPING=1")
        watchdog.cancel()
        await app.stop()
        sentinel.stop()
    if sentinel.why:
        leave(sentinel.why)


def _spare_the_collector() -> None:
    """Keep Python's cycle collector from walking over everything that was built at the start, again and again.

    With 10,000 devices one full collection took 0.7 s, in which nothing is polled.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)


async def _first(stopping: asyncio.Event, reloading: asyncio.Event) -> bool:
    """Wait for either signal; return whether it was the one to stop."""
    waits = [asyncio.create_task(event.wait()) for event in (stopping, reloading)]
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()
    return stopping.is_set()


def _built(config: Path) -> tuple[Settings, App]:
    """Read and build; large configurations take seconds, in which the loop goes on polling."""
    settings = load_settings(config)
    return settings, App(settings)


async def _reloaded(app: App, settings: Settings, config: Path) -> tuple[App, Settings]:
    """Return the agent on the configuration as it is now, or on the old one where that has errors."""
    notify("RELOADING=1")
    try:
        wanted, fresh = await asyncio.to_thread(_built, config)
    except ConfigError as exc:
        log.error("the configuration has errors; the agent goes on with the old one", errors=str(exc))
        notify("READY=1")
        return app, settings
    await app.stop()
    try:
        await fresh.start()
    except NetWatchError as exc:
        log.error("the configuration cannot be used; the agent goes on with the old one", error=str(exc))
        fresh, wanted = App(settings), settings
        await fresh.start()
    else:
        log.info("configuration read again", file=str(config))
    notify(f"READY=1\nSTATUS=serving {fresh.address}")
    return fresh, wanted
