"""One UDP socket per address family for all devices: sends requests, matches answers, repeats, gives up.

An answer belongs to a request when request-id, source address, version and community all agree, or the v3 user says
so; everything else is counted by cause and forgotten. Nothing here knows what is asked, or has a task per request.
May import: netwatch.errors. Called by: lane, get_run, walk, question.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
import time
from collections import deque
from collections.abc import Callable, Iterable

from netwatch.errors import FastLaneRefused, PollError, RequestTimedOut
from netwatch.log import get_logger
from netwatch.snmp.codec.decoders import open_response
from netwatch.snmp.codec.hot import RESPONSE, OddHeader
from netwatch.snmp.codec.message import in_plain_shape
from netwatch.snmp.fast.datagrams import match, receive, send
from netwatch.snmp.fast.deadlines import Deadlines
from netwatch.snmp.fast.peer import Exchange, Peer
from netwatch.snmp.fast.request_ids import RequestIds
from netwatch.snmp.metrics import IGNORED_CAUSES, datagrams_ignored, receive_buffer, send_errors, wire
from netwatch.snmp.resolver import SocketAddress
from netwatch.snmp.v3.envelope import Again, CredentialRefused
from netwatch.snmp.v3.hot import msg_id_of

RECEIVE_BUFFER_BYTES = 4 * 2**20
SO_RCVBUFFORCE = 33
"""Linux has it, Python has no name for it."""
DATAGRAMS_PER_WAKE = 64
"""Answers taken before the loop may do something else: about two milliseconds of work."""

MAX_REPORTS = 4
"""Corrections of engine id and clock taken for one request; two are usual for a device that has changed both."""

log = get_logger(__name__)


class Endpoint:
    """All requests under way. Built without doing anything; `start()` opens the sockets on the running loop."""

    def __init__(self, *, max_in_flight: int, max_in_flight_per_device: int) -> None:
        self._max_in_flight = max_in_flight
        self._window = max_in_flight_per_device
        self._in_flight = 0
        self._pending: dict[bytes, Exchange] = {}
        self._ready: deque[Peer] = deque()
        self._sockets: dict[int, socket.socket] = {}
        self._blocked: dict[int, deque[Exchange]] = {}
        self._ids = RequestIds()
        self._complain_at = 0.0
        self._running: asyncio.AbstractEventLoop | None = None
        self._loop: asyncio.AbstractEventLoop
        self._time: Callable[[], float]
        self._deadlines: Deadlines

    # -- life ---------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Open the sockets; a machine without IPv6 goes without."""
        self._loop = self._running = asyncio.get_running_loop()
        # What the loop's own clock is, without a call of Python around it: it is asked for twice with every datagram.
        self._time = time.monotonic if type(self._loop).time is asyncio.BaseEventLoop.time else self._loop.time
        self._deadlines = Deadlines(self._loop, self._due)
        self._open(socket.AF_INET, ("0.0.0.0", 0))  # noqa: S104  # answers come in wherever the request went out
        with contextlib.suppress(OSError):
            self._open(socket.AF_INET6, ("::", 0))

    def _open(self, family: socket.AddressFamily, address: SocketAddress) -> None:
        udp = socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        try:
            if family == socket.AF_INET6:
                udp.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
            with contextlib.suppress(OSError):  # beyond net.core.rmem_max only with CAP_NET_ADMIN
                udp.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER_BYTES)
            udp.bind(address)
            receive_buffer.set(udp.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF))
        except OSError:
            udp.close()
            raise
        self._sockets[family] = udp
        self._blocked[family] = deque()
        self._loop.add_reader(udp.fileno(), self._drain, udp)

    async def stop(self) -> None:
        """Close the sockets; who still waits is told that the wire is down."""
        self._running = None
        for udp in self._sockets.values():
            self._loop.remove_reader(udp.fileno())
            self._loop.remove_writer(udp.fileno())
            udp.close()
        if self._sockets:
            self._deadlines.close()
        self._sockets.clear()
        flying = list(self._pending.values())
        peers = {id(peer): peer for peer in (*(one.peer for one in flying), *self._ready)}.values()
        for exchange in [*flying, *(one for peer in peers for one in peer.waiting)]:
            if not exchange.asker.over:
                exchange.asker.fail(exchange, PollError("the SNMP endpoint was stopped"))
        self._ready.clear()

    def now(self) -> float:
        """Return the loop's time; asking which loop runs is a system call in Python 3.11."""
        return (self._running or asyncio.get_running_loop()).time()

    def promise(self) -> asyncio.Future[None]:
        """Return a future of the loop."""
        return (self._running or asyncio.get_running_loop()).create_future()

    @property
    def ports(self) -> dict[int, int]:
        """Return the local port by address family."""
        return {family: udp.getsockname()[1] for family, udp in self._sockets.items()}

    @property
    def in_flight(self) -> int:
        """Return how many requests wait for their answer."""
        return self._in_flight

    def knows_way_to(self, peer: Peer) -> bool:
        """Return whether a device's address is known and as good as new, and there is a socket to it."""
        return peer.family in self._sockets and peer.address_until > self._time()

    # -- sending ------------------------------------------------------------------------------------------------

    def submit(self, peer: Peer, exchanges: Iterable[Exchange]) -> None:
        """Send exchanges to a device, as soon as its window and the global limit allow.

        Raises:
            PollError: the endpoint is not running, or this machine has no such address family.
        """
        if peer.family not in self._sockets:
            raise PollError("the SNMP endpoint is not running" if not self._sockets else "this machine has no IPv6")
        peer.waiting.extend(exchanges)
        self._pump(peer)

    def submit_one(self, peer: Peer, exchange: Exchange) -> None:
        """Do what `submit` does with one exchange, to a device that `knows_way_to` is true of.

        It goes out at once where nothing else waits, as is nearly always so.
        """
        if peer.waiting or len(peer.flying) >= self._window or self._in_flight >= self._max_in_flight:
            peer.waiting.append(exchange)
            self._pump(peer)
            return
        self._in_flight += 1
        exchange.counts = True
        peer.flying.append(exchange)
        self._transmit(exchange)

    def withdraw(self, peer: Peer, asker: object) -> None:
        """Forget the exchanges of an asker that no longer wants answers; its `over` is already set."""
        for exchange in [one for one in peer.flying if one.asker is asker]:
            self._finish(exchange)
        self._go_on(peer)

    def _pump(self, peer: Peer) -> None:
        """Send what waits for one device, within its window; queue up where the global limit is reached."""
        waiting, flying, window = peer.waiting, peer.flying, self._window
        if not self._sockets:
            return
        while waiting and len(flying) < window:
            if self._in_flight >= self._max_in_flight:
                self._queue(peer)
                return
            exchange = waiting.popleft()
            if not exchange.asker.over:
                self._in_flight += 1
                exchange.counts = True
                flying.append(exchange)
                self._transmit(exchange)

    def _queue(self, peer: Peer) -> None:
        if not peer.queued:
            peer.queued = True
            self._ready.append(peer)

    def _go_on(self, peer: Peer) -> None:
        """Use the place that has just become free: devices that queue take turns, this one goes to the end."""
        if not self._ready:
            self._pump(peer)
            return
        if peer.waiting:
            self._queue(peer)
        self._serve_queue()

    def _give_back(self, exchange: Exchange) -> None:
        """Let another request have the place in the global limit; asked again it goes out without one."""
        if exchange.counts:
            exchange.counts = False
            self._in_flight -= 1

    def _serve_queue(self) -> None:
        while self._ready and self._in_flight < self._max_in_flight:
            turn = self._ready.popleft()
            turn.queued = False
            self._pump(turn)

    def _transmit(self, exchange: Exchange) -> None:
        request_id = self._ids.fresh(self._pending)
        peer = exchange.peer
        now = self._time()
        exchange.request_id = request_id
        exchange.sent_at = now
        if not exchange.began_at:
            exchange.began_at = now
        self._pending[request_id] = exchange
        self._deadlines.add(self._look_after_at(exchange, now), request_id)
        wire.requests += 1
        tally = exchange.asker.tally
        if tally is not None:
            tally.sent += 1
        if exchange.envelope is None:
            datagram = exchange.head + request_id + exchange.tail
        else:
            datagram = self._datagram(exchange, now)
        try:
            send(self._sockets[peer.family], datagram, peer.address)
        except OSError as exc:
            self._not_sent(exchange, exc)

    @staticmethod
    def _look_after_at(exchange: Exchange, now: float) -> float:
        """Return when to look after a transmission that begins a try, or is its second.

        A try takes as long as the operator set: a device is never given up for having become slower than it was. But
        datagrams get lost, and where it is known how soon answers come the first try asks a second time after that.
        """
        trip = exchange.peer.round_trip
        if exchange.try_ends_at > now:
            return exchange.try_ends_at
        exchange.try_ends_at = try_ends_at = now + trip.ceiling
        return now + trip.timeout if not exchange.attempt and trip.is_known else try_ends_at

    def _datagram(self, exchange: Exchange, now: float) -> bytes:
        if exchange.envelope is None:
            return exchange.head + exchange.request_id + exchange.tail
        return exchange.envelope.wrap(exchange.head, exchange.request_id, exchange.tail, now)

    def _not_sent(self, exchange: Exchange, error: OSError) -> None:
        """Keep a request until the buffer has room; count another trouble as a request that was lost."""
        if isinstance(error, BlockingIOError):
            family = exchange.peer.family
            udp = self._sockets[family]
            self._blocked[family].append(exchange)
            self._loop.add_writer(udp.fileno(), self._flush, family)
            return
        send_errors.labels(error=errno.errorcode.get(error.errno or 0, "other")).inc()
        exchange.trouble = error.strerror or str(error)

    def _flush(self, family: int) -> None:
        """Send what had to wait for room in the send buffer."""
        udp, blocked = self._sockets[family], self._blocked[family]
        while blocked:
            exchange = blocked[0]
            if exchange.request_id in self._pending:
                try:
                    send(udp, self._datagram(exchange, self._time()), exchange.peer.address)
                except BlockingIOError:
                    return
                except OSError as exc:
                    self._not_sent(exchange, exc)
            blocked.popleft()
        self._loop.remove_writer(udp.fileno())

    # -- receiving ----------------------------------------------------------------------------------------------

    def _drain(self, udp: socket.socket) -> None:
        """Take a batch of datagrams; whatever one of them holds, the next is taken too."""
        pending = self._pending
        try:
            for data, source in receive(udp, DATAGRAMS_PER_WAKE):
                try:
                    plain = match(pending, data, source)
                    if plain is None:
                        self._take(data, source)
                    else:
                        self._answer(*plain)
                except Exception as exc:  # noqa: BLE001  # top of the loop that must survive whatever comes in
                    self._survive(exc)
        except OSError:  # the loop wakes us again for what waits behind it
            datagrams_ignored.labels(cause="receive_error").inc()

    def _survive(self, error: Exception) -> None:
        """Count what came of a datagram that is no answer, or that we cannot take; called while it is handled."""
        if isinstance(error, FastLaneRefused):
            self._ignore(error.reason)
            return
        self._ignore("malformed")
        if not isinstance(error, OddHeader):
            self._complain("snmp_datagram_failed")

    def _complain(self, event: str) -> None:
        """Log a fault of our own with its traceback, once a minute at most: who sends junk must not fill disks."""
        now = self._time()
        if now >= self._complain_at:
            self._complain_at = now + 60
            log.exception(event)

    def _take(self, data: bytes, source: SocketAddress) -> None:
        """Take what is not plainly an answer: of version 3, from another address, or none at all."""
        msg_id = msg_id_of(data)
        if msg_id is None:
            self._take_plain(data, source)
        else:
            self._take_sealed(msg_id, data, source)

    def _take_plain(self, data: bytes, source: SocketAddress) -> None:
        """Take a datagram of version 1 or 2c."""
        try:
            identity, kind, request_id, status, index, at, end = open_response(data)
        except OddHeader:
            data = in_plain_shape(data)
            identity, kind, request_id, status, index, at, end = open_response(data)
        exchange = self._asked(request_id, source)
        if exchange is None:
            return
        identity_asked = exchange.peer.identity
        if identity != identity_asked:
            self._ignore("wrong_version" if identity[:3] != identity_asked[:3] else "wrong_community")
        elif kind != RESPONSE:
            self._ignore("wrong_pdu")
        else:
            self._answer(exchange, request_id, data, at, end, status, index)

    def _take_sealed(self, msg_id: bytes, data: bytes, source: SocketAddress) -> None:
        """Take a datagram of version 3; its msgID is the request-id that it must turn out to hold inside."""
        exchange = self._asked(msg_id, source)
        if exchange is None:
            return
        if exchange.envelope is None:
            self._ignore("wrong_version")
            return
        outcome = exchange.envelope.open(data, self._time())
        if isinstance(outcome, tuple):
            self._answer(exchange, msg_id, *outcome)
        elif isinstance(outcome, Again) and exchange.reports < MAX_REPORTS:
            self._ask_again(exchange, msg_id)
        else:
            error = CredentialRefused(outcome.words) if isinstance(outcome, Again) else outcome
            self._finish(exchange)
            exchange.asker.fail(exchange, error)
            self._go_on(exchange.peer)

    def _ask_again(self, exchange: Exchange, request_id: bytes) -> None:
        """Send again what a Report has told how to send, unless that was done since."""
        if request_id == exchange.request_id:
            exchange.reports += 1
            self._pending.pop(request_id, None)
            self._ids.used((request_id,))
            self._transmit(exchange)

    def _asked(self, request_id: bytes, source: SocketAddress) -> Exchange | None:
        """Return what was asked under a request-id, if it is this source that was asked."""
        exchange = self._pending.get(request_id)
        if exchange is None:
            self._ignore("late_or_duplicate" if self._ids.was_used(request_id) else "unknown_request_id")
            return None
        peer = exchange.peer
        if source != peer.address and source[0] not in peer.sources:
            if all(source != address for _, address in peer.locations):
                self._ignore("wrong_source")
                exchange.elsewhere = str(source[0])
                return None
            peer.answered_from(source)
        return exchange

    def _ignore(self, cause: str) -> None:
        datagrams_ignored.labels(cause=cause if cause in IGNORED_CAUSES else "malformed").inc()

    def _answer(
        self, exchange: Exchange, request_id: bytes, data: bytes, at: int, end: int, status: int, index: int
    ) -> None:
        """Measure, free the place in the window, hand the varbinds over, and send what comes next."""
        peer = exchange.peer
        sent_at = exchange.sent_at
        if request_id != exchange.request_id and exchange.former:
            sent_at = exchange.former[request_id]
        elapsed = self._time() - sent_at
        peer.round_trip.measure(elapsed)
        wire.observe_round_trip(elapsed)
        wire.responses += 1
        tally = exchange.asker.tally
        if tally is not None:
            tally.answered += 1
        self._finish(exchange)
        try:
            exchange.asker.take(exchange, data, at, end, status, index)
        except Exception as exc:
            exchange.asker.fail(exchange, FastLaneRefused("fault", type(exc).__name__))
            raise
        finally:
            if peer.waiting or self._ready:
                self._go_on(peer)

    def _finish(self, exchange: Exchange) -> None:
        """Let go of an exchange, answered or not; its request-ids are remembered for a while."""
        self._pending.pop(exchange.request_id, None)
        self._ids.was_answered(exchange.request_id)
        if exchange.former:
            for request_id in exchange.former:
                self._pending.pop(request_id, None)
            self._ids.used(exchange.former)
        exchange.peer.flying.remove(exchange)
        if exchange.counts:
            self._give_back(exchange)

    # -- waiting ------------------------------------------------------------------------------------------------

    def _due(self, request_id: bytes) -> None:
        """Look after a transmission whose time is over, unless it was answered or repeated meanwhile."""
        exchange = self._pending.get(request_id)
        if exchange is None or exchange.request_id != request_id:
            return
        try:
            self._unanswered(exchange)
        except Exception:  # noqa: BLE001  # the other deadlines must be kept whatever this one met
            self._complain("snmp_deadline_failed")

    def _unanswered(self, exchange: Exchange) -> None:
        """Ask again under a new request-id, or give up; smaller if the asker wants, where a whole try was in vain."""
        peer = exchange.peer
        if exchange.counts:  # whoever is silent takes no place away from those who answer
            self._give_back(exchange)
            self._serve_queue()
        if exchange.try_ends_at > self._time():
            self._count_again(exchange)
            self._repeat(exchange)
            return
        exchange.attempt += 1
        peer.look_elsewhere(self._sockets)
        if exchange.attempt >= peer.tries:
            wire.timeouts += 1
            self._finish(exchange)
            exchange.asker.fail(exchange, self._silence(exchange))
            self._go_on(peer)
            return
        self._count_again(exchange)
        smaller = exchange.asker.retry(exchange)
        if smaller:
            self._finish(exchange)
            for part in smaller:
                part.began_at = exchange.began_at
            peer.waiting.extendleft(reversed(smaller))
            self._go_on(peer)
            return
        self._repeat(exchange)

    @staticmethod
    def _count_again(exchange: Exchange) -> None:
        wire.retries += 1
        tally = exchange.asker.tally
        if tally is not None:
            tally.resent += 1

    def _repeat(self, exchange: Exchange) -> None:
        """Send again; an answer to any transmission is an answer."""
        exchange.former = {**(exchange.former or {}), exchange.request_id: exchange.sent_at}
        self._transmit(exchange)

    def _silence(self, exchange: Exchange) -> RequestTimedOut:
        seconds = self._time() - exchange.began_at
        tries = exchange.attempt
        why = f" ({exchange.trouble})" if exchange.trouble else ""
        other = (
            f"; {exchange.elsewhere} answers instead of {exchange.peer.address[0]}: add accept_from: "
            f"[{exchange.elsewhere}] if that is the same device"
            if exchange.elsewhere
            else ""
        )
        return RequestTimedOut(f"no answer to {tries} request{'s'[: tries > 1]} in {seconds:.1f} s{why}{other}")
