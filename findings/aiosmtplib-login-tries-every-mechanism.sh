#!/bin/bash
# aiosmtplib 5.1.3: login() with one wrong password is three failed logins at the server, and so is a temporary refusal.
#
# Expected: another mechanism is tried where the server refuses the mechanism (504, 534); 535 says that the credentials are wrong and 454 that
# the server cannot check them now (RFC 4954, 6), which no other mechanism changes.
# Seen: CRAM-MD5, PLAIN and LOGIN are tried one after the other, as far as the server offers them, after 454 and 535 just as after 534;
# the caller sees the last refusal only.
#
# For a monitor that mails: a wrong or expired password reaches the limits of a server that locks accounts or addresses after a few failures
# in a third of the tries, and each try again of the queue adds three. Choose the mechanism once (auth_plain(), auth_login(), auth_crammd5())
# and do not try again by yourself after 535.
set -euo pipefail
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
python3 -m venv "$T/v"; "$T/v/bin/pip" install -q --disable-pip-version-check aiosmtplib==5.1.3
cat > "$T/run.py" <<'P'
import asyncio, sys
import aiosmtplib

async def attempt(refusal, offered):
    tried = []
    async def serve(reader, writer):
        writer.write(b"220 mail.example.net ESMTP\r\n")
        answers = []
        while line := await reader.readline():
            words = line.decode().split()
            if answers:
                writer.write(answers.pop(0) + b"\r\n")
            elif words[0].upper() == "EHLO":
                writer.write(f"250-mail.example.net\r\n250 AUTH {offered}\r\n".encode())
            elif words[0].upper() == "AUTH":
                tried.append(words[1])
                rounds = {"CRAM-MD5": 1, "PLAIN": 0, "LOGIN": 1}[words[1]] + (words[1] != "CRAM-MD5" and len(words) == 2)
                answers = [*[b"334 UGFzc3dvcmQ6"] * rounds, refusal.encode()]
                writer.write(answers.pop(0) + b"\r\n")
            else:
                writer.write(b"250 ok\r\n")
        writer.close()
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    client = aiosmtplib.SMTP(hostname="127.0.0.1", port=server.sockets[0].getsockname()[1], start_tls=False, timeout=5)
    await client.connect()
    try:
        await client.login("monitor", "not the password")
        outcome = "accepted"
    except aiosmtplib.SMTPAuthenticationError as error:
        outcome = f"one exception with {error.code}"
    client.close()
    await asyncio.sleep(0.1)
    server.close()
    print(f"{refusal!r}, offered {offered}: tried {tried}, {outcome}")
    return tried, outcome

async def main():
    every = "CRAM-MD5 PLAIN LOGIN"
    seen = [await attempt("535 5.7.8 wrong", every), await attempt("454 4.7.0 cannot check now", every),
            await attempt("534 5.7.9 too weak", every), await attempt("535 5.7.8 wrong", "LOGIN PLAIN")]
    stated = [(every.split(), "one exception with 535"), (every.split(), "one exception with 454"),
              (every.split(), "one exception with 534"), (["PLAIN", "LOGIN"], "one exception with 535")]
    print("as stated" if seen == stated else f"CHANGED: stated {stated}")
    return seen != stated
sys.exit(asyncio.run(main()))
P
timeout 30 "$T/v/bin/python" "$T/run.py"
