#!/bin/bash
# structlog 26.1.0 with rich 15.0.0 installed: log.exception() itself raises, because of a variable in a frame it looks into.
#
# Expected: a logged exception is logged. structlog's documentation says that its console renderer formats tracebacks with
# rich where that is installed; nothing says that the values of local variables are read for it.
# Seen: rich is asked to show the locals of every frame, and reads every field of a dataclass among them. One whose attribute
# cannot be read just then (a property that raises anything but AttributeError: a row not loaded, a closed connection) raises
# out of log.exception(), in place of the line. The `except` block that was to keep a loop alive is left by another exception.
# With exception_formatter=structlog.dev.plain_traceback the line comes.
#
# For an agent: that depends on whether rich happens to be installed beside it, and the same locals (communities, passwords that
# are plain str) stand in the log where nothing raises. Set the formatter of every log; do not leave it to the default.
set -euo pipefail
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
python3 -m venv "$T/v"; "$T/v/bin/pip" install -q --disable-pip-version-check structlog==26.1.0 rich==15.0.0
cat > "$T/run.py" <<'P'
import contextlib, io, sys
from dataclasses import dataclass
import structlog

@dataclass(init=False)
class Row:
    name: str = ""
    @property
    def value(self) -> int:
        return 1

class Closed(Row):
    def __getattribute__(self, attribute):
        if attribute == "name":
            raise LookupError("the row is gone")
        return super().__getattribute__(attribute)

def work(row, password):
    raise ValueError("odd")

def logged(row, **renderer):
    written = io.StringIO()
    structlog.reset_defaults()
    if renderer:
        structlog.configure(processors=[structlog.dev.ConsoleRenderer(**renderer)])
    with contextlib.redirect_stdout(written):
        try:
            work(row, "".join(["s3", "cret"]))
        except ValueError:
            try:
                structlog.get_logger().exception("one failed; the others go on")
            except Exception as error:
                return f"raised {type(error).__name__}", "s3cret" in written.getvalue()
    return "a line" if "the others go on" in written.getvalue() else "nothing", "s3cret" in written.getvalue()

seen = {
    "defaults, a row that can be read": logged(Row()),
    "defaults, a row that is gone": logged(Closed()),
    "plain_traceback, a row that is gone": logged(Closed(), exception_formatter=structlog.dev.plain_traceback),
}
for case, (what, secret) in seen.items():
    print(f"{case}: {what}; the password of a local variable is in it: {secret}")
stated = [("a line", True), ("raised LookupError", False), ("a line", False)]
print("as stated" if list(seen.values()) == stated else f"CHANGED: stated {stated}")
sys.exit(list(seen.values()) != stated)
P
timeout 60 "$T/v/bin/python" "$T/run.py"
