"""Every step of SMTP, and everything a server can do wrong there: where the row stands, whether the relay is left
alone, and that the mail arrives exactly once when the server is well again.

The rough server plays every cell; Postfix's smtp-sink, which we did not write, plays those it can.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from netwatch.model import OutboxState
from netwatch.notify import metrics
from netwatch.simulator import DROP, HANG, RoughServer, Step, reply, self_signed
from tests.ports import free_port

SENT, UNKNOWN = OutboxState.SENT, OutboxState.UNKNOWN
LOGIN = {"username": "netwatch", "password": "secret"}
HANGS = {"timeout": "500ms"}
"""For a server that hangs: everything else it does is then in time on a busy machine, too."""
TROUBLES = {"4yz": reply(451), "5yz": reply(554), "421": reply(421), "hang": HANG, "drop": DROP}

# State, and what it cost: an attempt (1) or none (0); and whether the relay is up or down afterwards.
# `connect` is refused where it says drop; a reply comes with the greeting at the earliest.
MATRIX = """
               4yz              5yz              421              hang             drop
connect        -                -                -                queued 0 down    queued 0 down
greeting       queued 0 down    queued 0 down    queued 0 down    queued 0 down    queued 0 down
ehlo           queued 0 down    queued 0 down    queued 0 down    queued 0 down    queued 0 down
starttls       queued 0 down    queued 0 down    queued 0 down    queued 0 down    queued 0 down
auth           queued 0 down    queued 0 down    queued 0 down    queued 0 down    queued 0 down
mail           queued 0 down    queued 0 down    queued 0 down    queued 0 down    queued 0 down
rcpt           deferred 1 up    dead 1 up        queued 0 down    deferred 1 down  deferred 1 down
data           deferred 1 up    dead 1 up        queued 0 down    deferred 1 down  deferred 1 down
end_of_data    deferred 1 up    dead 1 up        queued 0 down    unknown 1 down   unknown 1 down
quit           sent 1 up        sent 1 up        sent 1 up        sent 1 up        sent 1 up
"""


def cells(*, but: tuple[str, ...] = ()) -> list[tuple[str, str, str]]:
    """Return step, trouble and fate of every cell that can be."""
    head, *rows = MATRIX.strip("\n").split("\n")
    starts = [head.index(trouble) for trouble in TROUBLES]
    ends = [*starts[1:], None]
    found = []
    for row in rows:
        step = row.split()[0]
        for trouble, start, end in zip(TROUBLES, starts, ends, strict=True):
            if (fate := row[start:end].strip()) != "-" and step not in but:
                found.append((step, trouble, fate))
    return found


STEPS = {
    "greeting": Step.GREETING, "ehlo": Step.EHLO, "starttls": Step.STARTTLS, "auth": Step.AUTH, "mail": Step.MAIL,
    "rcpt": Step.RCPT, "data": Step.DATA, "end_of_data": Step.DOT, "quit": Step.QUIT,
}  # fmt: skip


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return self_signed(tmp_path_factory.mktemp("certificate"))


async def stands(office, row, fate: str, *, relay: str, phase: str) -> None:
    """Assert where everything stands after the first try."""
    state, attempts, relay_is = fate.split()
    assert (row.state, row.attempts, row.lease_until) == (OutboxState(state), int(attempts), None)
    assert (office.notifier.relays_up, office.notifier.relays_down) == ((1, 0) if relay_is == "up" else (0, 1))
    assert metrics.RELAY_UP.labels(relay)._value.get() == (relay_is == "up")
    (event,) = [event for event in await office.store.events() if event.entry_id]
    assert (event.details["relay"], event.details["attempt"]) == (relay, "1")
    assert event.details["phase"] == ("end_of_data" if phase == "quit" else phase)
    assert event.details["reply"] in row.last_reply


@pytest.mark.parametrize(("step", "trouble", "fate"), cells(but=("connect", "quit")))
async def test_a_server_in_trouble_at_a_step(step, trouble, fate, post, rough, make_entries, certificate):
    protected = step in {"starttls", "auth"}
    server = await rough(
        {STEPS[step]: TROUBLES[trouble]}, context=certificate.server_context() if protected else None
    )
    tls = {"tls": "starttls", "ca_file": str(certificate.certificate), **LOGIN} if protected else {}
    office = await post({"port": server.port, **(HANGS if trouble == "hang" else {}), **tls})
    (entry,) = make_entries()

    await office.put([entry])
    row = await office.until_tried()
    await stands(office, row, fate, relay=f"127.0.0.1:{server.port}", phase=step)

    server.play({})
    office.set_forward(timedelta(seconds=10))
    if row.state is OutboxState.DEAD:
        assert server.accepted == []
        return
    await office.until_state(SENT)
    assert office.notifier.relays_up == 1
    assert [mail.message for mail in server.accepted] == [entry.message]
    copies = [mail for mail in server.mails if mail.reply_code is None]  # it has them, and never said so
    assert all(mail.message == entry.message for mail in copies)
    assert bool(copies) == (row.state is UNKNOWN)


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_a_server_in_trouble_at_the_farewell_has_the_mail(trouble, post, rough, make_entries, quick):
    server = await rough({Step.QUIT: TROUBLES[trouble]})
    pace = replace(quick, idle_for=timedelta(0))  # so that it takes leave after every mail
    office = await post({"port": server.port, **(HANGS if trouble == "hang" else {})}, pace=pace)

    await office.put(make_entries("a@example.net"))
    await office.until_state(SENT)
    await office.until(lambda _: "QUIT" in server.commands)
    await office.put(make_entries("b@example.net"))
    await office.until_state(SENT, SENT)

    assert [mail.recipients for mail in server.accepted] == [("a@example.net",), ("b@example.net",)]
    assert office.notifier.relays_down == 0


@contextlib.contextmanager
def deaf_port() -> Iterator[int]:
    """A port whose queue of connections is full, so that the system lets every further one wait."""
    with contextlib.ExitStack() as sockets:
        deaf = sockets.enter_context(socket.socket())
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        deaf.bind(("127.0.0.1", free_port()))
        deaf.listen(0)
        for _ in range(3):
            filler = sockets.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(deaf.getsockname())
        yield deaf.getsockname()[1]


@pytest.mark.parametrize(("trouble", "words"), [("hang", "no answer within 0.5 s"), ("drop", "Connection refused")])
async def test_a_server_that_cannot_be_reached(trouble, words, post, tcp_port, make_entries):
    (fate,) = [fate for step, known, fate in cells() if (step, known) == ("connect", trouble)]
    with deaf_port() if trouble == "hang" else contextlib.nullcontext(tcp_port) as port:
        office = await post({"port": port, **HANGS})
        (entry,) = make_entries()
        await office.put([entry])
        row = await office.until_tried()
        await stands(office, row, fate, relay=f"127.0.0.1:{port}", phase="connect")
    assert words in row.last_reply

    server = RoughServer(port=port)
    await server.start()
    try:
        office.set_forward(timedelta(seconds=10))
        await office.until_state(SENT)
        assert [mail.message for mail in server.accepted] == [entry.message]
    finally:
        await office.notifier.stop()
        await server.stop()


# -- the same with a server that is not ours ----------------------------------------------------------------------

FLAGS = {"4yz": "-r", "5yz": "-f", "421": "-Q", "hang": "-W", "drop": "-q"}
COMMANDS = {
    "greeting": "CONNECT", "ehlo": "EHLO", "mail": "MAIL", "rcpt": "RCPT", "data": "DATA", "end_of_data": ".",
    "quit": "QUIT",
}  # fmt: skip
PERHAPS = {("ehlo", "5yz")}
"""It answers 500, which asks for HELO (RFC 5321, section 3.2): then the mail goes."""


def sink_cells() -> list[tuple[str, str, str]]:
    return [cell for cell in cells(but=("connect", "starttls", "auth")) if cell[:2] not in PERHAPS]


@pytest.mark.parametrize(("step", "trouble", "fate"), sink_cells())
async def test_a_real_server_in_trouble_at_a_step(step, trouble, fate, post, smtp_sink, make_entries, quick):
    command = COMMANDS[step]
    sick = smtp_sink(FLAGS[trouble], f"{command}:30" if trouble == "hang" else command)
    pace = replace(quick, idle_for=timedelta(0)) if step == "quit" else quick
    office = await post({"port": sick.port, **(HANGS if trouble == "hang" else {})}, pace=pace)
    (entry,) = make_entries()

    await office.put([entry])
    row = await office.until_tried()
    await stands(office, row, fate, relay=f"127.0.0.1:{sick.port}", phase=step)

    sick.stop()
    well = smtp_sink(port=sick.port)
    office.set_forward(timedelta(seconds=10))
    if row.state in (OutboxState.DEAD, SENT):
        assert well.mails == []
        assert row.state is not SENT or len(sick.mails) == 1
        return
    await office.until_state(SENT)
    (mail,) = well.mails
    assert entry.message.replace(b"\r\n", b"\n") in mail
    assert entry.message_id.encode() in mail


async def test_a_real_server_that_knows_only_helo_is_greeted_so(post, smtp_sink, make_entries):
    sink = smtp_sink("-f", "EHLO")
    office = await post({"port": sink.port})

    await office.put(make_entries())

    await office.until_state(SENT)
    assert len(sink.mails) == 1
