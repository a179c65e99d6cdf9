"""A log that is loaded with its first line, and set up before it."""

from __future__ import annotations

import subprocess
import sys

import pytest
from structlog.testing import capture_logs

from netwatch.log import get_logger, when_loaded


def test_lines_are_structlogs():
    log = get_logger("netwatch.a.room")

    with capture_logs() as lines:
        log.info("something_came", device="core")

    assert lines == [{"event": "something_came", "device": "core", "log_level": "info"}]


PROGRAM = """
import sys
from netwatch.log import get_logger, when_loaded
def set_up():
    import structlog
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr),
                        processors=[structlog.processors.KeyValueRenderer()])
    print("set up")
when_loaded(lambda: print("never"))
when_loaded(set_up)
log = get_logger("netwatch.a.room")
print("structlog" in sys.modules)
{load}
log.error("one")
log.error("two")
"""


@pytest.mark.parametrize("load", ["", "import structlog", "from structlog.stdlib import BoundLogger"])
def test_structlog_is_set_up_before_its_first_line_whoever_loads_it(load):
    program = PROGRAM.format(load=load)

    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert ran.stdout.splitlines() == ["False", "set up"]
    assert ran.stderr.splitlines() == ["event='one'", "event='two'"]


def test_structlog_that_is_loaded_already_is_set_up_at_once():
    called = []

    when_loaded(lambda: called.append("set up"))

    assert called == ["set up"]
