#!/bin/bash
# aioimaplib 2.0.3: a session whose server has closed the connection cannot be told from a quiet mailbox, and stays SELECTED.
#
# Expected: an IDLE that waits on a connection that is closed says so at once, or the next command does, as imaplib's abort.
# Seen: wait_server_push() runs into its time-out, which is also how it says that nothing new has come; noop() runs into the
# time-out of the session; get_state() is SELECTED for ever. With a BYE before the end there is one push that holds it, and
# then the same. The end is told to nobody but a function handed to the constructor as conn_lost_cb.
#
# For an agent: a loop of idle_start and wait_server_push with a look at its time-outs goes on for weeks without a mailbox behind it.
# Hand over conn_lost_cb and end the wait from there; a BYE in a push is an end as well. (imapclient-idle-check-after-bye.sh shows
# the other library's form of this.)
set -euo pipefail
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
python3 -m venv "$T/v"; "$T/v/bin/pip" install -q --disable-pip-version-check aioimaplib==2.0.3
cat > "$T/run.py" <<'P'
import asyncio, logging, sys
import aioimaplib

logging.disable(logging.CRITICAL)

async def told(asked):
    try:
        answer = await asked
        return answer if isinstance(answer, list) else answer.result
    except Exception as error:
        return type(error).__name__

async def story(name, ending, closes):
    async def serve(reader, writer):
        writer.write(b"* OK ready\r\n")
        while line := await reader.readline():
            tag, _, command = line.strip().partition(b" ")
            verb = command.split(b" ")[0].upper()
            if verb == b"IDLE":
                writer.write(b"+ idling\r\n" + ending)
                if closes:
                    break
                continue
            extra = {b"CAPABILITY": b"* CAPABILITY IMAP4rev1 IDLE\r\n", b"SELECT": b"* 1 EXISTS\r\n* OK [UIDVALIDITY 1] valid\r\n"}
            writer.write(extra.get(verb, b"") + (tag + b" OK done\r\n" if tag != b"DONE" else b""))
        writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    lost = []
    client = aioimaplib.IMAP4("127.0.0.1", listening.sockets[0].getsockname()[1], timeout=2, conn_lost_cb=lost.append)
    await client.wait_hello_from_server()
    await client.login("user", "password")
    await client.select("INBOX")
    await client.idle_start(timeout=60)
    pushes = [await told(client.wait_server_push(timeout=1)) for _ in range(3)]
    noop = await told(client.noop()) if closes else "not asked"
    seen = (pushes, noop, client.get_state(), len(lost))
    print(f"{name}: pushes {pushes}, noop {noop}, state {seen[2]}, conn_lost_cb called {seen[3]} times", flush=True)
    listening.close()
    return seen

async def main():
    late = "TimeoutError"
    seen = [await story("quiet mailbox", b"", False), await story("closed", b"", True), await story("BYE, closed", b"* BYE shutting down\r\n", True)]
    stated = [
        ([late] * 3, "not asked", "SELECTED", 0),
        ([late] * 3, late, "SELECTED", 1),
        ([[b"BYE shutting down"], late, late], late, "SELECTED", 1),
    ]
    print("as stated" if seen == stated else f"CHANGED: stated {stated}")
    sys.exit(seen != stated)

asyncio.run(main())
P
timeout 60 "$T/v/bin/python" "$T/run.py"
