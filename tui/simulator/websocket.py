"""What the trade sockets of HTX and OKX have in common: order of sending, and ways to end."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from starlette.websockets import WebSocketDisconnect

if TYPE_CHECKING:
    from starlette.types import Scope
    from starlette.websockets import WebSocket

    from tui.simulator.accounts import Account


class LoginLost(Exception):
    """A fault leaves the login unanswered."""


class LoginRefused(Exception):
    """A fault refuses a login that is right."""


class Socket(ABC):
    """One connection. Everything goes out through one queue, so frames keep their order."""

    def __init__(self, websocket: WebSocket, abort: Callable[[Scope], None]) -> None:
        self.account: Account | None = None
        self._websocket = websocket
        self._abort = abort
        self._outbox: asyncio.Queue[str | bytes | int] = asyncio.Queue()

    async def run(self) -> None:
        """Serve until either side ends the connection."""
        await self._websocket.accept()
        tasks = [asyncio.create_task(self._write()), asyncio.create_task(self.keep())]
        try:
            while (message := await self._websocket.receive())["type"] == "websocket.receive":
                self.heard(message.get("text"))
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self.gone()

    @abstractmethod
    def heard(self, text: str | None) -> None:
        """A frame arrived; None stands for a binary one."""

    @abstractmethod
    async def keep(self) -> None:
        """Watch over heartbeats or idleness for as long as the connection lives."""

    def gone(self) -> None:
        """The connection has ended."""
        if self.account is not None:
            self.account.sockets.pop(id(self), None)

    def belongs_to(self, account: Account) -> None:
        self.account = account
        account.sockets[id(self)] = self.cut

    def login_fault(self, account: Account, op: str) -> int:
        """Milliseconds by which a pending fault delays the login, or `LoginLost` or
        `LoginRefused`."""
        fault = account.faults.take(op=op)
        if fault is None:
            return 0
        if fault.kind == "delay":
            return fault.delay_ms
        if fault.kind == "drop":
            self.cut()
        if fault.kind in ("drop", "ignore"):
            raise LoginLost
        raise LoginRefused

    def put(self, frame: str | bytes, delay_ms: int = 0) -> None:
        """Send a frame in its turn, or after a while."""
        if delay_ms:
            asyncio.get_running_loop().call_later(delay_ms / 1000, self._outbox.put_nowait, frame)
        else:
            self._outbox.put_nowait(frame)

    def hang_up(self, code: int) -> None:
        """Close properly with this code once everything before it is sent."""
        self._outbox.put_nowait(code)

    def cut(self) -> None:
        """Reset the connection without a word."""
        self._abort(self._websocket.scope)

    async def _write(self) -> None:
        with suppress(WebSocketDisconnect):
            while True:
                frame = await self._outbox.get()
                if isinstance(frame, int):
                    await self._websocket.close(frame)
                    return
                if isinstance(frame, str):
                    await self._websocket.send_text(frame)
                else:
                    await self._websocket.send_bytes(frame)
