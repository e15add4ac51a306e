"""HTTP as the venues see it: exact bytes in, a reply or a fault out."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol
from urllib.parse import parse_qsl

from tui.simulator import faults

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from tui.simulator.accounts import Account
    from tui.simulator.faults import Fault

Fields = Mapping[str, object]


@dataclass(slots=True)
class Call:
    """A request: `path`, `query` and `body` are the bytes received, undecoded."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes
    fault: str = ""
    """Kind of the fault that shapes the execution, if any."""

    @property
    def parameters(self) -> dict[str, str]:
        return dict(parse_qsl(self.query, keep_blank_values=True))

    def json(self) -> object:
        """The body as JSON. ValueError if it is none (undecodable bytes included)."""
        return json.loads(self.body)


@dataclass(slots=True)
class Reply:
    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    media_type: str = "application/json"


def reply(content: object, status: int = 200, headers: dict[str, str] | None = None) -> Reply:
    return Reply(status, compact(content).encode(), headers or {})


def compact(content: object) -> str:
    return json.dumps(content, separators=(",", ":"), ensure_ascii=False)


class Venue(Protocol):
    """What a venue adds to the common path of a REST request."""

    def account_of(self, call: Call) -> Account | None:
        """Whose key the request carries, verified or not."""

    def public(self, call: Call) -> list[Account]:
        """The accounts whose path faults may concern this request without credentials."""

    def respond(self, call: Call) -> Reply:
        """Verify, limit and execute."""

    def refuse(self, call: Call, fault: Fault) -> Reply:
        """The venue's own words for a fault that refuses."""


class Gateway:
    """An ASGI application for one venue, with the faults laid over it."""

    def __init__(self, venue: Venue, abort: Callable[[Scope], None]) -> None:
        self._venue = venue
        self._abort = abort

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await send({"type": "websocket.close"})
            return
        call = await _read(scope, receive)
        fault = self._fault(call)
        if fault is None:
            await _send(self._venue.respond(call), send)
            return
        call.fault = fault.kind
        done = self._venue.respond(call) if fault.executed else None
        await asyncio.sleep(fault.delay_ms / 1000)
        if fault.kind in {"drop", "ignore"}:
            if fault.kind == "drop":
                self._abort(scope)
            await _until_gone(receive)
            return
        await _send(self._spoiled(call, fault, done), send)

    def _fault(self, call: Call) -> Fault | None:
        account = self._venue.account_of(call)
        if account is not None:
            return account.faults.take(path=call.path)
        for candidate in self._venue.public(call):
            if fault := candidate.faults.take_public(call.path):
                return fault
        return None

    def _spoiled(self, call: Call, fault: Fault, done: Reply | None) -> Reply:
        match fault.kind:
            case "http_500":
                return Reply(500, b"Internal Server Error", media_type="text/plain")
            case "html_502":
                return Reply(502, faults.GATEWAY_PAGE, media_type="text/html")
            case "garbage":
                return Reply(200, faults.GARBAGE)
            case kind if kind in faults.REFUSED_KINDS:
                return self._venue.refuse(call, fault)
            case _:
                return done or self._venue.respond(call)


async def _read(scope: Scope, receive: Receive) -> Call:
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body", False):
            break
    return Call(
        method=scope["method"],
        path=scope["raw_path"].decode("ascii"),
        query=scope["query_string"].decode("ascii", "replace"),
        headers={
            name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]
        },
        body=body,
    )


async def _send(answer: Reply, send: Send) -> None:
    headers = {
        "content-type": answer.media_type,
        "content-length": str(len(answer.body)),
        **answer.headers,
    }
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": raw})
    await send({"type": "http.response.body", "body": answer.body})


async def _until_gone(receive: Callable[[], Awaitable[Mapping[str, object]]]) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
