"""Assembly of the simulator, and the two ways to run it: as a process, or in a thread."""

from __future__ import annotations

import contextlib
import ipaddress
import json
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from types import FrameType
from typing import TYPE_CHECKING, cast
from weakref import WeakValueDictionary

import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.h11_impl import H11Protocol

from tui.simulator.control_api import Control
from tui.simulator.rate_limits import Limits
from tui.simulator.registry import VENUES, demo_accounts, named_account
from tui.simulator.venue import Wiring

if TYPE_CHECKING:
    import asyncio

    from starlette.routing import BaseRoute
    from starlette.types import ASGIApp, Scope

    from tui.simulator.accounts import Account

BACKLOG = 128
KEEP_ALIVE_S = 65
START_LIMIT_S = 20.0
BAD_START = 2
STDIN = 0


class CannotStart(Exception):
    """Why the simulator does not start, in one sentence."""


class Simulator:
    """The demo accounts and the ASGI application over them."""

    def __init__(
        self,
        orders: int,
        keepalive_s: Mapping[str, float] | None = None,
        copies: int = 1,
        named: Sequence[str] = (),
    ) -> None:
        self.accounts = _named(named) if named else _accounts(copies)
        self._transports: WeakValueDictionary[object, asyncio.Transport] = WeakValueDictionary()
        self._keepalive_s = keepalive_s or {}
        self._public_limits = Limits()
        self._control = Control(self.accounts, orders, self._public_limits)
        self._control.reset()
        self.app = Starlette(routes=[*self._control.routes(), *self._venue_routes()])

    def first_line(self, url: str) -> str:
        """What a starter reads: the address and the credentials, as one line of JSON."""
        accounts = [account.credentials() for account in self.accounts.values()]
        return json.dumps({"url": url, "accounts": accounts})

    def protocol(self) -> type[H11Protocol]:
        """uvicorn's HTTP protocol that remembers its transports, so that faults can cut them."""
        transports = self._transports

        class Remembering(H11Protocol):
            def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
                super().connection_made(transport)
                transports[self.client] = transport

        return Remembering

    def abort(self, scope: Scope) -> None:
        """Reset the connection of this scope, without a word to the client."""
        transport = self._transports.get(scope["client"])
        if transport is not None:
            transport.abort()

    def _venue_routes(self) -> list[BaseRoute]:
        routes: list[BaseRoute] = []
        for venue in VENUES.values():
            own = {name: a for name, a in self.accounts.items() if a.venue == venue.name}
            keepalive_s = self._keepalive_s.get(venue.name, venue.keepalive_s)
            routes += venue.routes(Wiring(own, self.abort, self._public_limits, keepalive_s))
        return routes


def _accounts(copies: int) -> dict[str, Account]:
    """The demo accounts, so many of each; all but the first carry a number behind their name."""
    accounts = demo_accounts()
    for number in range(2, copies + 1):
        for account in demo_accounts().values():
            account.name = f"{account.name}-{number}"
            accounts[account.name] = account
    return accounts


def _named(named: Sequence[str]) -> dict[str, Account]:
    """Accounts by `NAME=SORT`; the last equals sign parts the two. Raises CannotStart."""
    accounts: dict[str, Account] = {}
    for one in named:
        name, _, sort = one.rpartition("=")
        try:
            accounts[name] = named_account(name, sort)
        except KeyError:
            raise CannotStart(f"There is no account of the sort {sort} to simulate.") from None
    return accounts


class _Server(uvicorn.Server):
    """Signals are ours: uvicorn would raise them again after a clean end."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _bind(host: str, port: int) -> socket.socket:
    try:
        address = ipaddress.ip_address("127.0.0.1" if host == "localhost" else host)
    except ValueError:
        raise CannotStart(f"{host} is not a loopback address; use 127.0.0.1.") from None
    if not address.is_loopback:
        raise CannotStart(f"{host} is not a loopback address; use 127.0.0.1.")
    if not 0 <= port <= 65535:
        raise CannotStart(f"{port} is not a port; use 0 for any free one.")
    family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
    # asyncio switches Nagle's delay off only where the protocol is spelt out.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if sys.platform != "win32":
            # On Windows this option would let two servers share the port.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((str(address), port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        reason = error.strerror or str(error)
        raise CannotStart(f"Cannot listen on {host} port {port}: {reason}.") from None
    return listener


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _server(simulator: Simulator) -> _Server:
    config = uvicorn.Config(
        cast("ASGIApp", simulator.app),
        loop="asyncio",
        http=simulator.protocol(),
        ws="websockets-sansio",
        # HTX compresses by itself, and the venues' keepalive is not the protocol's.
        ws_per_message_deflate=False,
        ws_ping_interval=None,
        lifespan="off",
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=1,
    )
    return _Server(config)


def run(
    host: str,
    port: int,
    orders: int,
    *,
    exit_with_stdin: bool,
    copies: int = 1,
    named: Sequence[str] = (),
) -> int:
    """See `tui.simulator.main`."""
    try:
        if orders < 0:
            raise CannotStart("The number of orders must be 0 or more.")
        simulator = Simulator(orders, copies=copies, named=named)
        listener = _bind(host, port)
    except CannotStart as problem:
        sys.stderr.write(f"{problem}\n")
        return BAD_START
    server = _server(simulator)

    def end(_number: int, _frame: FrameType | None) -> None:
        server.should_exit = True

    signal.signal(signal.SIGTERM, end)
    # Ignored from the start in a background job of a script: it is meant for the foreground.
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, end)
    if exit_with_stdin:
        threading.Thread(target=_end_with_stdin, args=(server,), daemon=True).start()
    _greet(simulator.first_line(_url(listener)) + "\n")
    server.run(sockets=[listener])
    return 0


def _greet(line: str) -> None:
    """An output that is closed, full or without a reader keeps no venue from being simulated."""
    try:
        if sys.stdout is not None:
            sys.stdout.write(line)
            sys.stdout.flush()
    except (OSError, ValueError):
        # Python would write it once more at the end of the process, and change the exit code.
        with contextlib.suppress(OSError, ValueError):
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, sys.stdout.fileno())
            os.close(null)


def _end_with_stdin(server: _Server) -> None:
    # Not through sys.stdin: a reader blocked in its buffer would abort the interpreter's end.
    with contextlib.suppress(OSError):
        while os.read(STDIN, 4096):
            pass
    server.should_exit = True


class Running:
    """A simulator in a thread of this process. `accounts` holds credentials by name."""

    def __init__(self, url: str, accounts: dict[str, dict[str, str]]) -> None:
        self.url = url
        self.accounts = accounts


@contextlib.contextmanager
def running(
    orders: int = 40, *, port: int = 0, keepalive_s: Mapping[str, float] | None = None
) -> Iterator[Running]:
    """See `tui.simulator.running`."""
    listener = _bind("127.0.0.1", port)
    simulator = Simulator(orders, keepalive_s)
    server = _server(simulator)
    thread = threading.Thread(
        target=server.run, kwargs={"sockets": [listener]}, name="simulator", daemon=True
    )
    credentials = {name: account.credentials() for name, account in simulator.accounts.items()}
    handle = Running(_url(listener), credentials)
    thread.start()
    try:
        give_up = time.monotonic() + START_LIMIT_S
        while not server.started:
            if time.monotonic() > give_up:
                raise CannotStart("The simulator did not start in time.")
            time.sleep(0.005)
        yield handle
    finally:
        server.should_exit = True
        thread.join(timeout=START_LIMIT_S)
