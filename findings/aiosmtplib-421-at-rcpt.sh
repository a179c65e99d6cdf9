#!/bin/bash
# aiosmtplib 5.1.3: a 421 at one of several RCPT TO is lost; the caller gets SMTPServerDisconnected without code or text.
#
# Expected: the reply, as at every other step. RFC 5321, 3.8 and 4.2.2: 421 may answer any command of a server that must shut
# the channel down, and its text says why ("4.7.0 too many recipients", "4.3.2 shutting down").
# Seen: at MAIL FROM and after DATA the exception carries 421 and the text. At RCPT the client closes the connection (no QUIT),
# then goes on to the next recipient on the closed connection, and what the caller sees is "Server not connected". Recipients
# that were accepted before it are not told either. With the 421 at the *last* recipient the reply does come through if all
# were refused, so what one sees depends on the order of the recipients.
#
# For a monitor that mails: sendmail()'s exception is no full record of what the server said. Whoever shows the reason of a
# deferral, or decides by the reply code, calls mail(), rcpt() and data() one by one and keeps each reply.
set -euo pipefail
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
python3 -m venv "$T/v"; "$T/v/bin/pip" install -q --disable-pip-version-check aiosmtplib==5.1.3
cat > "$T/run.py" <<'P'
import asyncio, sys
import aiosmtplib

async def attempt(at, recipients):
    heard = []
    async def serve(reader, writer):
        writer.write(b"220 mail.example.net ESMTP\r\n")
        in_data = False
        while line := await reader.readline():
            if in_data:
                if line != b".\r\n":
                    continue
                in_data, verb = False, "END"
            else:
                verb = line.split()[0].decode().upper()
                heard.append(line.decode().strip().split(" BODY")[0])
            if verb == at or (verb == "RCPT" and at in line.decode()):
                writer.write(b"421 4.7.0 come back later\r\n")
            elif verb == "DATA":
                in_data = True
                writer.write(b"354 go on\r\n")
            else:
                writer.write(b"250 ok\r\n")
        heard.append("(closed)")
        writer.close()
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    client = aiosmtplib.SMTP(hostname="127.0.0.1", port=server.sockets[0].getsockname()[1], start_tls=False, timeout=5)
    await client.connect()
    try:
        outcome = await client.sendmail("a@example.net", recipients, b"Subject: x\r\n\r\nx\r\n")
    except aiosmtplib.SMTPException as error:
        outcome = error
    client.close()
    await asyncio.sleep(0.1)
    server.close()
    print(f"421 at {at:5}: {type(outcome).__name__} {outcome.args if isinstance(outcome, Exception) else outcome}; heard {heard[1:]}")
    return type(outcome).__name__, "421" in repr(outcome) or getattr(outcome, "code", 0) == 421

async def main():
    seen = [await attempt("MAIL", ["b@example.net"]), await attempt("END", ["b@example.net"]),
            await attempt("c@ex", ["b@example.net", "c@example.net", "d@example.net"])]
    stated = [("SMTPSenderRefused", True), ("SMTPDataError", True), ("SMTPServerDisconnected", False)]
    print("as stated" if seen == stated else f"CHANGED: stated {stated}, now {seen}")
    return seen != stated
sys.exit(asyncio.run(main()))
P
timeout 60 "$T/v/bin/python" "$T/run.py"
