"""One account's WebSocket: connected, authenticated, kept alive, and honest about what it knows."""

from __future__ import annotations

import asyncio
import contextlib
import random
from functools import partial
from uuid import uuid4

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import (
    ConnectionClosed,
    InvalidHandshake,
    InvalidStatus,
    InvalidURI,
)

from tui.core.clocks import Instant
from tui.core.formatting import seconds
from tui.core.sanitize import sanitize
from tui.core.timeseries import round_trips
from tui.service.account.context import AccountContext
from tui.service.desk.scheduling import WakeableSleep
from tui.service.network.errors import describe_unreachable
from tui.service.network.pending_requests import Pending
from tui.service.network.websocket_connection import (
    ConnectRateLimit,
    closing,
    end,
    open_socket,
    refusal,
)
from tui.venues.base.messages import (
    AllUnknown,
    Answered,
    Closing,
    LoggedIn,
    LoginRefused,
    NoReply,
    Pinged,
    Reply,
    SocketCall,
    SocketEvent,
    SocketReply,
    SocketText,
    Unreadable,
)
from tui.venues.base.specs import Keepalive
from tui.venues.common.remedies import with_remedy

OPEN_S = 5.0
LOGIN_S = 5.0
STABLE_S = 30.0
"""A connection that stayed authenticated for so long has earned a fresh back-off."""
FIRST_DELAY_S = 0.25
LONGEST_DELAY_S = 30.0
REFUSED_DELAY_S = 60.0
"""After a login that will be refused again: slow enough for any venue, quick enough to notice."""
_PACE = ConnectRateLimit()
"""One for all accounts, as this machine has one address for all of them."""
_PONG = "pong"


class _Lost(Exception):
    """The connection is over; the message says why."""

    def __init__(self, why: str, pause_s: float = 0.0) -> None:
        """`pause_s` is how long what is in front of the venue asks to wait."""
        super().__init__(why)
        self.pause_s = pause_s


class _Refused(_Lost):
    """The login will be refused again."""


class SocketRoute:
    """Keeps one authenticated connection and sends requests over it, each with its own deadline."""

    def __init__(self, access: AccountContext, ws_url: str, keepalive: Keepalive) -> None:
        self._access = access
        self._url = ws_url
        self._keepalive = keepalive
        self._tls = access.tls if ws_url.startswith("wss:") else None
        self._connection: ClientConnection | None = None
        self._pending = Pending()
        self._login: asyncio.Future[None] | None = None
        self._heard: Instant | None = None
        self._asked: Instant | None = None
        self._answered = asyncio.Event()
        self._pong = ""
        """The answer to the newest ping."""
        self._pong_due = asyncio.Event()
        self._logged_in = False
        self._unanswered = False
        """A request got no answer, and nothing else has since: maybe nobody reads what we send."""
        self._ping_now = WakeableSleep()
        self.detail = "connecting"
        self.round_trip_ms: float | None = None
        self.trips = round_trips()
        """Logins, requests and pings, from the send to the answer."""

    @property
    def up(self) -> bool:
        """Logged in, and not under suspicion of being dead."""
        return self._logged_in and not self._unanswered

    @property
    def heard_at_ms(self) -> int | None:
        """When the venue was last heard, epoch ms."""
        return self._heard.wall_ms if self._heard is not None else None

    async def run(self) -> None:
        """Connects, logs in, and does so again whenever the connection ends; until cancelled."""
        delay_s = FIRST_DELAY_S
        while True:
            began: Instant | None = None
            pause_s = 0.0
            try:
                connection = await self._open()
                try:
                    began = await self._live(connection)
                finally:
                    await end(connection)
            except _Refused as refused:
                self._down(str(refused))
                delay_s = REFUSED_DELAY_S
            except _Lost as lost:
                self._down(str(lost))
                pause_s = lost.pause_s
            if began is not None and self._access.clock().steady_since(began) >= STABLE_S:
                delay_s = FIRST_DELAY_S
            spread_s = delay_s * random.uniform(0.8, 1.0)  # noqa: S311  spreads reconnects
            await asyncio.sleep(max(pause_s, spread_s))
            delay_s = min(delay_s * 2, LONGEST_DELAY_S)

    async def call(self, call: SocketCall, deadline_s: float) -> Reply:
        """Sends one request and waits at most `deadline_s` for its answer. Never raises."""
        connection = self._connection
        if connection is None:
            return NoReply(f"not connected: {self.detail}", sent=False)
        request_id = uuid4().hex
        text = self._access.adapter.encode(call, request_id)
        waiting = self._pending.add(
            request_id, partial(self._note_out, SocketText(text)), self._access.clock()
        )
        try:
            async with asyncio.timeout(deadline_s):
                await connection.send(text)
                waiting.left(self._access.clock())
                return await waiting.reply
        except TimeoutError:
            if waiting.frame is None:
                return self._silent(None, f"the venue took in nothing within {seconds(deadline_s)}")
            return self._silent(waiting.frame, f"no answer within {seconds(deadline_s)}")
        except ConnectionClosed:
            # Bytes may have left before the connection broke.
            return self._silent(waiting.frame, "the connection closed while sending")
        finally:
            self._pending.forget(request_id)

    # --- one connection ---------------------------------------------------------------------------

    async def _open(self) -> ClientConnection:
        if limit := self._access.adapter.spec.connects_a_second:
            await _PACE.turn(self._url, limit)
        try:
            headers = self._access.adapter.socket_headers()
            return await open_socket(self._url, self._tls, headers, OPEN_S)
        except InvalidStatus as error:
            refused = refusal(error, self._access.clock().wall_s)
            raise _Lost(describe_unreachable(self._url, refused), refused.pause_s) from None
        except (OSError, TimeoutError, InvalidHandshake, InvalidURI, EOFError) as error:
            raise _Lost(describe_unreachable(self._url, error)) from None

    async def _live(self, connection: ClientConnection) -> Instant:
        """Runs one connection to its end. Returns when it became authenticated; raises _Lost."""
        self._login = asyncio.get_running_loop().create_future()
        self._pong_due.clear()
        reader, ponger = (
            asyncio.create_task(work, name=f"{self._access.account} {name}")
            for name, work in [
                ("reader", self._read(connection)),
                ("ponger", self._answer_pings(connection)),
            ]
        )
        try:
            await self._log_in(connection)
            self._connection, self._logged_in, self.detail = connection, True, ""
            self._unanswered = False
            began = self._access.clock()
            self._note("connected and logged in")
            pinger = asyncio.create_task(
                self._ping(connection), name=f"{self._access.account} pinger"
            )
            try:
                await asyncio.wait({reader, pinger}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                pinger.cancel()
            for ended in (reader, pinger):
                if ended.done() and not ended.cancelled() and (error := ended.exception()):
                    self._down(sanitize(str(error), 400))
            return began
        finally:
            self._connection, self._logged_in = None, False
            self._pending.fail_all_unknown("the connection was lost before an answer came")
            for task in (reader, ponger, self._login):
                task.cancel()
            await asyncio.gather(reader, ponger, self._login, return_exceptions=True)

    async def _log_in(self, connection: ClientConnection) -> None:
        assert self._login is not None
        login = self._access.login()
        sent = self._access.clock()
        try:
            async with asyncio.timeout(LOGIN_S):
                await connection.send(login.text)
                self._note_out(login)
                await self._login
        except TimeoutError:
            raise _Lost(f"no answer to the login within {seconds(LOGIN_S)}") from None
        except ConnectionClosed:
            raise _Lost("the venue closed the connection at login") from None
        self._measured(sent, self._access.clock())

    async def _read(self, connection: ClientConnection) -> None:
        """The one reader: takes messages as they come and waits for nobody. Raises _Lost."""
        try:
            async for data in connection:
                received = self._heard = self._access.clock()
                self._take(data, received)
        except ConnectionClosed as closed:
            raise self._over(_Lost(closing(closed))) from None
        except _Lost as lost:
            raise self._over(lost) from None
        raise self._over(_Lost("the venue closed the connection"))

    def _over(self, lost: _Lost) -> _Lost:
        """Lets a login that is still waiting know at once."""
        if self._login is not None and not self._login.done():
            self._login.set_exception(lost)
        return lost

    def _take(self, data: bytes | str, received: Instant) -> None:
        read = self._access.adapter.read_socket(data)
        event = read.event
        waiting = self._pending.get(event.request_id) if isinstance(event, Answered) else None
        if waiting is not None:
            waiting.left(received)  # the answer may be here before the send has returned
        latency_ms = received.steady_since(waiting.sent) * 1000 if waiting else None
        if isinstance(event, Answered) or read.text == _PONG:
            self._answered.set()
            self._trusted()
        if self._asked is not None and read.text == _PONG:
            self._measured(self._asked, received)
            self._asked = None
        self._access.record(
            "ws",
            "in",
            read.text,
            size=len(data) if isinstance(data, bytes) else len(data.encode()),
            unpacked=read.unpacked,
            latency_ms=latency_ms,
            request=waiting.frame if waiting else None,
            error=self._speaks_of_error(event),
        )
        match event:
            case Answered(message=message) if waiting is not None:
                self._measured(waiting.sent, received)
                self._pending.answer(waiting, SocketReply(message))
            case Pinged(answer=answer):
                self._pong = answer
                self._pong_due.set()
            case LoggedIn():
                if self._login is not None and not self._login.done():
                    self._login.set_result(None)
            case LoginRefused(code=code, text=text, permanent=permanent):
                self._refuse(code, text, permanent)
            case AllUnknown(code=code, text=text):
                self._pending.fail_all_unknown(
                    f"the venue answered with an error that names no request: {code} {text}"
                )
            case Closing(text=text):
                raise _Lost(f"the venue is closing the connection: {text}")
            case _:
                pass

    def _speaks_of_error(self, event: SocketEvent) -> bool:
        if isinstance(event, Answered):
            return self._access.adapter.failed(event.message)
        return isinstance(event, LoginRefused | AllUnknown | Unreadable)

    def _refuse(self, code: str, text: str, permanent: bool) -> None:
        remedy = self._access.remedy(code, login=True)
        reason = with_remedy(f"login refused: {code} {text}".strip(), remedy)
        lost = _Refused(reason) if permanent else _Lost(reason)
        if self._login is None or self._login.done():
            raise lost
        self._login.set_exception(lost)

    async def _ping(self, connection: ClientConnection) -> None:
        """Shows the venue that we live, and finds out whether it does: whatever it sends without
        being asked says nothing of that it reads. Raises _Lost."""
        rules = self._keepalive
        while True:
            self._ping_now.hush()
            await self._ping_now.sleep(rules.idle_s)
            asked = self._access.clock()
            try:
                async with asyncio.timeout(rules.answer_s):
                    if rules.text is None:
                        await (await connection.ping())
                        received = self._heard = self._access.clock()
                        self._measured(asked, received)
                        self._trusted()
                    else:
                        self._asked = asked
                        self._answered.clear()
                        await connection.send(rules.text)
                        self._note_out(SocketText(rules.text))
                        await self._answered.wait()
            except TimeoutError:
                raise _Lost(f"no answer to a ping within {seconds(rules.answer_s)}") from None
            except ConnectionClosed as closed:
                raise _Lost(closing(closed)) from None

    async def _answer_pings(self, connection: ClientConnection) -> None:
        """Answers the newest ping: once it is there, an older one is no sign of life any more, and
        answers would pile up before a venue that reads none."""
        with contextlib.suppress(ConnectionClosed):
            while True:
                await self._pong_due.wait()
                self._pong_due.clear()
                pong = self._pong
                await connection.send(pong)
                self._note_out(SocketText(pong))

    # --- the record -------------------------------------------------------------------------------

    def _measured(self, sent: Instant, received: Instant) -> None:
        self.round_trip_ms = received.steady_since(sent) * 1000
        self.trips.add(received, self.round_trip_ms)

    def _trusted(self) -> None:
        """The venue has shown that it reads what we send."""
        if self._unanswered:
            self._unanswered = False
            self._access.changed()

    def _down(self, reason: str) -> None:
        self._logged_in, self.detail = False, reason
        self.trips.lose(self._access.clock())
        self._note(reason, error=True)

    def _silent(self, seq: int | None, reason: str) -> NoReply:
        self._access.record("ws", "note", reason, request=seq, error=True)
        self._unanswered, self.detail = True, reason
        self.trips.lose(self._access.clock())
        self._ping_now.ring()
        self._access.changed()
        return NoReply(reason, sent=True)

    def _note(self, text: str, error: bool = False) -> None:
        self._access.record("ws", "note", text, error=error)
        self._access.changed()

    def _note_out(self, message: SocketText) -> int:
        return self._access.record(
            "ws",
            "out",
            message.text,
            size=len(message.text.encode()),
            hidden=message.hidden,
        )
