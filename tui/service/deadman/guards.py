"""What must hold for the beats to go on: a process, a file, an answer, somebody at the desk.

A guard looks and says; it withholds nothing itself. Whatever goes wrong while it looks is a fault
of what it looks at: a guard that cannot tell must not vouch.
"""

from __future__ import annotations

import asyncio
import math
import os
import stat
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from tui.core.accounts import GuardSettings
from tui.core.clocks import Clock, Instant
from tui.core.deadman.view import GuardView
from tui.core.formatting import seconds
from tui.core.sanitize import sanitize
from tui.service.deadman.process_watch import LARGEST_PID, WatchedProcess
from tui.service.desk.blocking import BlockingRunner

if TYPE_CHECKING:
    import ssl

ANSWER_S = 1.0
"""Whoever takes longer to answer, a disk or a server, has not answered. Seconds."""
_SHOWN_CHARS = 120
_PID_BYTES = 64


class Guards:
    """All guards of one account. Made for one event loop."""

    def __init__(self, settings: GuardSettings, clock: Clock) -> None:
        self._guards: list[_Guard] = []
        self._presence: _Presence | None = None
        if settings.pid is not None:
            self._guards.append(_Process(settings.pid))
        if settings.pid_file:
            self._guards.append(_PidFile(settings.pid_file))
        if settings.file:
            self._guards.append(_FreshFile(settings.file, settings.file_fresh_s, clock))
        if settings.url:
            self._guards.append(_Answer(settings.url))
        if settings.presence_min is not None:
            self._presence = _Presence(settings.presence_min, clock)
            self._guards.append(self._presence)
        self._views = tuple(GuardView(guard.words) for guard in self._guards)

    @property
    def views(self) -> tuple[GuardView, ...]:
        """Each guard as the last check found it; without a fault before the first one."""
        return self._views

    def begin(self) -> None:
        """The timer is being armed: presence starts anew, and the processes of now are meant."""
        for guard in self._guards:
            guard.begin()
        self._renew_presence()

    def confirm_presence(self) -> None:
        """Somebody is there: the time of the guard that asks for it starts anew."""
        if self._presence is not None:
            self._presence.begin()
            self._renew_presence()

    async def check(self) -> str:
        """Looks at everything at once: the first fault in one sentence, or "" when all hold.

        Never raises, and takes little more than `ANSWER_S` seconds.
        """
        if not self._guards:
            return ""
        faults = await asyncio.gather(*(_fault_of(guard) for guard in self._guards))
        self._views = tuple(
            GuardView(guard.words, fault, guard.until())
            for guard, fault in zip(self._guards, faults, strict=True)
        )
        self._renew_presence()  # confirmed while another guard was slow to answer, it holds
        return next((view.fault for view in self._views if view.fault), "")

    def _renew_presence(self) -> None:
        if self._presence is not None:  # it is the last of them
            self._views = (*self._views[:-1], self._presence.view())


class _Guard(Protocol):
    words: str

    def begin(self) -> None:
        """The timer is being armed. Must not block."""

    def until(self) -> Instant | None:
        """When it ceases to hold if nobody does anything."""

    async def fault(self) -> str:
        """Why it does not hold; empty while it does."""


async def _fault_of(guard: _Guard) -> str:
    try:
        async with asyncio.timeout(ANSWER_S):
            return await guard.fault()
    except TimeoutError:
        return f"{guard.words} gave no answer within {seconds(ANSWER_S)}"
    except Exception as error:  # noqa: BLE001  a guard that cannot tell must not vouch
        return f"{guard.words} cannot be looked at: {_why(error)}"


class _Process:
    """A process of a number that the settings name."""

    def __init__(self, pid: int) -> None:
        self.words = f"process {pid}"
        self._pid = pid
        self._process = WatchedProcess(pid)

    def begin(self) -> None:
        self._process = WatchedProcess(self._pid)

    def until(self) -> None:
        return None

    async def fault(self) -> str:
        return self._process.fault()


class _PidFile:
    """A process whose number stands in a file; another number is a new process and as good."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._shown = sanitize(path, _SHOWN_CHARS)
        self.words = f"process of {self._shown}"
        self._process: WatchedProcess | None = None
        self._look = BlockingRunner()

    def begin(self) -> None:
        self._process = None

    def until(self) -> None:
        return None

    async def fault(self) -> str:
        text = await self._look.run(lambda: _read_start(self._path))
        if isinstance(text, OSError):
            return f"file {self._shown} {_unreadable(text)}"
        word = text.strip()
        pid = int(word) if word.isdigit() else 0
        if not 0 < pid <= LARGEST_PID:
            return f"file {self._shown} names no process; expected its number and nothing else"
        if self._process is None or self._process.pid != pid:
            self._process = WatchedProcess(pid)
        return self._process.fault()


class _FreshFile:
    """A file that somebody writes again and again, judged by when it was written last."""

    def __init__(self, path: str, fresh_s: float, clock: Clock) -> None:
        self._path = path
        self._fresh_s = fresh_s
        self._clock = clock
        self.words = f"file {sanitize(path, _SHOWN_CHARS)}"
        self._look = BlockingRunner()

    def begin(self) -> None:
        """A file has no identity: who replaces it has written it."""

    def until(self) -> None:
        return None

    async def fault(self) -> str:
        found = await self._look.run(lambda: Path(self._path).stat())
        if isinstance(found, OSError):
            return f"{self.words} {_unreadable(found)}"
        if not stat.S_ISREG(found.st_mode):
            return f"{self.words} is not a regular file"
        age_s = self._clock().wall_s - found.st_mtime
        allowed = f"allowed are {seconds(self._fresh_s)}"
        if age_s > self._fresh_s:
            return f"{self.words} is {seconds(math.ceil(age_s))} old, {allowed}"
        if age_s < -self._fresh_s:
            return f"{self.words} is dated {seconds(math.ceil(-age_s))} into the future, {allowed}"
        return ""


class _Answer:
    """A server on this machine that answers 200."""

    def __init__(self, url: str) -> None:
        self._url = url
        # What follows the question mark may be a word that nobody else should read.
        self.words = sanitize(url.partition("?")[0], _SHOWN_CHARS)
        self._context: asyncio.Future[ssl.SSLContext] | None = None

    def begin(self) -> None:
        """Whoever answers, answers."""

    def until(self) -> None:
        return None

    async def fault(self) -> str:
        from tui.service.network.errors import describe_unreachable
        from tui.service.network.http_client import ConnectError, RequestFailed

        try:
            status = await self._status()
        except (ConnectError, RequestFailed, OSError) as error:
            return f"{self.words} did not answer: {describe_unreachable(self._url, error)}"
        return "" if status == HTTPStatus.OK else f"{self.words} answered {status}"

    async def _status(self) -> int:
        """The status of the answer, whose body nobody needs and nobody reads."""
        from tui.service.network.http_client import HttpConnection

        parts = urlsplit(self._url)
        target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        headers = (("User-Agent", "killdesk"), ("Connection", "close"))
        connection = await HttpConnection.open(self._url, await self._tls())
        try:
            return (await connection.request("GET", target, headers, read_body=False)).status
        finally:
            connection.close()

    async def _tls(self) -> ssl.SSLContext:
        """The context of the request; certificates are loaded once, aside, and for https only."""
        import ssl

        if urlsplit(self._url).scheme == "http":
            return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        if self._context is None:
            from tui.service.network.rest_route import tls_context

            self._context = asyncio.ensure_future(asyncio.to_thread(tls_context))
        return await asyncio.shield(self._context)


class _Presence:
    """Somebody who says again and again that he is there. Time asleep counts."""

    words = "presence"

    def __init__(self, minutes: float, clock: Clock) -> None:
        self._minutes = minutes
        self._clock = clock
        self._since = clock()

    def begin(self) -> None:
        self._since = self._clock()

    def until(self) -> Instant:
        # The clocks may have drifted apart since: what is left is the same on each from now on.
        now = self._clock()
        return now.later(max(0.0, self._left_s(now)))

    def view(self) -> GuardView:
        return GuardView(self.words, self._fault(), self.until())

    async def fault(self) -> str:
        return self._fault()

    def _fault(self) -> str:
        if self._left_s(self._clock()) > 0:
            return ""
        return f"nobody confirmed presence for {self._minutes:g} min"

    def _left_s(self, now: Instant) -> float:
        return self._minutes * 60 - now.since(self._since)


def _read_start(path: str) -> bytes:
    # Not blocking: a pipe of that name would wait for somebody to write into it.
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    try:
        return os.read(descriptor, _PID_BYTES)
    finally:
        os.close(descriptor)


def _why(error: Exception) -> str:
    return sanitize(f"{type(error).__name__} {error}".strip(), _SHOWN_CHARS)


def _unreadable(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "is missing"
    return f"cannot be read: {error.strerror or type(error).__name__}"
