"""A log that is loaded with its first line, and set up before it."""

from __future__ import annotations

import subprocess
import sys

from structlog.testing import capture_logs

from netwatch.log import get_logger


def test_lines_are_structlogs():
    log = get_logger("netwatch.a.room")

    with capture_logs() as lines:
        log.info("something_came", device="core")

    assert lines == [{"event": "something_came", "device": "core", "log_level": "info"}]


def test_structlog_is_loaded_with_the_first_line_and_set_up_before_it():
    program = """
import sys
from netwatch.log import before_first_line, get_logger
def set_up():
    import structlog
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr),
                        processors=[structlog.processors.KeyValueRenderer()])
    print("set up")
before_first_line(set_up)
log = get_logger("netwatch.a.room")
print("structlog" in sys.modules)
log.error("one")
log.error("two")
"""

    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert ran.stdout.splitlines() == ["False", "set up"]
    assert ran.stderr.splitlines() == ["event='one'", "event='two'"]
