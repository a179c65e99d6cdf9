#!/bin/bash
# google-re2 1.1.20251105 (Python): the message of an error for a str pattern is bytes, and the error is no re.error.
#
# Expected: the module describes itself as a drop-in replacement for re, so an invalid pattern given as str raises something that
# `except re.error` catches, with a message that is text.
# Seen: re2.error is a class of its own, derived from Exception only; its one argument is bytes also for a str pattern, so str(error) reads
# b'missing ]: [a' with the prefix, and json.dumps(error.args) raises TypeError. Each invalid pattern is also written to
# standard error by the C++ side, which no Python logging sees, unless Options.log_errors is set to False.
#
# For a monitor that compiles patterns from its users' files or from an HTTP API: catch re2.error beside re.error, decode the message
# before it is put in front of a person or into a JSON answer, and switch log_errors off.
set -euo pipefail
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
python3 -m venv "$T/v"; "$T/v/bin/pip" install -q --disable-pip-version-check google-re2==1.1.20251105
cat > "$T/run.py" <<'P'
import json, re, sys
import re2

def failure(*options):
    try:
        re2.compile("site-[a", *options)
    except Exception as error:
        return error

quiet = re2.Options()
quiet.log_errors = False
print("--", file=sys.stderr)
error = failure()
print("--", file=sys.stderr)
failure(quiet)
try:
    json.dumps(error.args)
    as_json = "written"
except TypeError as reason:
    as_json = str(reason)
seen = (isinstance(error, re2.error), isinstance(error, re.error), type(error.args[0]).__name__, str(error), as_json)
stated = (True, False, "bytes", "b'missing ]: [a'", "Object of type bytes is not JSON serializable")
print(seen)
print("as stated" if seen == stated else f"CHANGED: stated {stated}")
sys.exit(seen != stated)
P
timeout 30 "$T/v/bin/python" "$T/run.py" 2>"$T/stderr" && rc=0 || rc=$?
LOUD=$(sed -n '/^--$/,/^--$/p' "$T/stderr" | grep -c 'Error parsing' || :); QUIET=$(sed '1,/^--$/d;1,/^--$/d' "$T/stderr" | grep -c 'Error parsing' || :)
echo "lines on standard error: $LOUD, with log_errors off: $QUIET"
[ "$LOUD $QUIET" = "1 0" ] || { echo "CHANGED: stated 1 line, and 0 with log_errors off"; cat "$T/stderr"; rc=1; }
exit $rc
