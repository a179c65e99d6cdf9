"""`netwatch run`: the agent itself, in the foreground, as systemd wants it.

May import: netwatch.app. Called by: netwatch.cli.
"""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

from netwatch.app import Collector, Keeper, young_alone
from netwatch.cli.arguments import AllowEmpty, ConfigOption
from netwatch.cli.config_file import unusable
from netwatch.cli.log import FormatOption, LevelOption, LogFormat, LogLevel, set_up_logging
from netwatch.cli.output import WRONG, fail
from netwatch.cli.places import DEFAULT_CONFIG
from netwatch.cli.watch.sentinel import NO_MEMORY, Sentinel, leave
from netwatch.cli.watch.service import ask_for_time, feed_watchdog, notify
from netwatch.errors import ConfigError, NetWatchError
from netwatch.hangup import HANGUP


def run(
    config: ConfigOption = DEFAULT_CONFIG,
    allow_empty: AllowEmpty = False,
    log_level: LevelOption = LogLevel.INFO,
    log_format: FormatOption = LogFormat.AUTO,
) -> None:
    """Run the agent until SIGTERM or SIGINT; SIGHUP reads the configuration again."""
    HANGUP.heed()
    ask_for_time()
    set_up_logging(log_level, log_format)
    with young_alone():
        _run(config, allow_empty)


def _run(config: Path, allow_empty: bool) -> None:
    try:
        keeper = Keeper(config, allow_empty=allow_empty, tell=notify)
    except ConfigError as exc:
        unusable(config, exc)
    except MemoryError:
        fail(NO_MEMORY, WRONG)
    try:
        asyncio.run(_serve(keeper))
    except NetWatchError as exc:
        fail(str(exc), WRONG)
    except MemoryError:
        fail(NO_MEMORY, WRONG)


async def _serve(keeper: Keeper) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, keeper.end)
    loop.add_signal_handler(signal.SIGHUP, keeper.want)
    if HANGUP.came:  # while nothing could be done about it yet
        keeper.want()
    await keeper.start()
    collector = Collector(lambda: keeper.app)
    collector.start()
    watchdog = asyncio.create_task(feed_watchdog(lambda: keeper.app.is_alive()))
    notify(f"READY=1\nSTATUS=serving {keeper.app.address}")
    sentinel = Sentinel(lambda: keeper.app.is_alive(), lambda: loop.call_soon_threadsafe(keeper.end))
    sentinel.start()
    try:
        await keeper.keep()
    finally:
        notify("STOPPING=1")
        watchdog.cancel()
        await keeper.stop()
        collector.stop()
        sentinel.stop()
        # The loop would leave it to the system, which ends a process without the exit code of one that stopped.
        loop.remove_signal_handler(signal.SIGHUP)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    if sentinel.why:
        leave(sentinel.why)
