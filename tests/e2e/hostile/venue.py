"""A venue that lies between: a simulator's replies, with hostile text put into what they say."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import itertools
import json
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from tests.e2e.hostile.payloads import LONG, PAYLOADS, SURROGATE

SAID = frozenset({"msg", "message", "err_msg", "err-msg", "sMsg"})
NAMED = frozenset(
    {"contract_code", "symbol", "sprdId", "instId", "side", "quoteSide", "direction", "offset",
     "price", "px", "qty", "sz", "volume", "order_id_str", "ordId", "orderId", "quoteId",
     "order_id"}
)  # fmt: skip
START_S = 20.0


class HostileVenue:
    """Passes everything on, both ways, and poisons what comes back."""

    def __init__(self, url: str) -> None:
        self._behind = url
        self._texts = itertools.cycle([*PAYLOADS.values(), SURROGATE, LONG[:300]])
        self.names = False
        """Whether contracts, sides and ids are poisoned too, not what is said alone."""
        self.refuses = ""
        """Paths and operations that hold this are answered with a refusal."""
        self.pages = ""
        """Paths that hold this are answered with a page of hostile bytes, no JSON."""
        self.closing = ""
        """The reason with which the next socket is closed."""
        self.url = self.ws_url = ""
        self._client = httpx.AsyncClient(trust_env=False, verify=False, timeout=30)  # noqa: S501

    def app(self) -> Starlette:
        methods = ["GET", "POST"]
        return Starlette(
            routes=[
                WebSocketRoute("/{path:path}", self._socket),
                Route("/{path:path}", self._rest, methods=methods),
            ]
        )

    async def _rest(self, request: Request) -> Response:
        asked = str(request.url).replace(str(request.base_url).rstrip("/"), self._behind)
        kept = {k: v for k, v in request.headers.items() if k != "content-length"}
        said = await self._client.request(
            request.method, asked, content=await request.body(), headers=kept
        )
        body = self._poisoned(said.content, request.url.path)
        if self.pages and self.pages in request.url.path:
            body = "".join(PAYLOADS.values()).encode("utf-8", "replace") + b"\x9b31m\xff\xfe"
        response = Response(body, said.status_code)
        # What HTTP lets through in a header: bytes above 0x7F, among them the C1 controls.
        hostile = b"KDX7 \x9b31m \x9d0;KDX7\x9c \xe2\x80\xaeKDX7 [/nope]"
        response.raw_headers.append((b"x-hostile", hostile))
        return response

    async def _socket(self, near: WebSocket) -> None:
        await near.accept()
        # By its own name and at another address: the login is signed for that name.
        host, port = self._behind.removeprefix("http://").split(":")
        url = f"ws://{near.headers['host']}{near.url.path}"
        async with connect(url, proxy=None, host=host, port=int(port)) as far:
            back = asyncio.create_task(self._back(far, near))
            with contextlib.suppress(WebSocketDisconnect, ConnectionClosed, RuntimeError):
                while True:
                    await far.send(await near.receive_text())
            back.cancel()

    async def _back(self, far: Any, near: WebSocket) -> None:
        with contextlib.suppress(ConnectionClosed, WebSocketDisconnect, RuntimeError):
            async for data in far:
                if self.closing:
                    reason, self.closing = self.closing, ""
                    await near.close(4000, reason)
                    return
                packed = isinstance(data, bytes)
                plain = gzip.decompress(data) if packed else data.encode()
                said = self._poisoned(plain, "")
                await (
                    near.send_bytes(gzip.compress(said, 1))
                    if packed
                    else near.send_text(said.decode())
                )

    def _poisoned(self, body: bytes, path: str) -> bytes:
        try:
            found = json.loads(body)
        except ValueError:
            return body
        if not isinstance(found, dict):
            return body
        if self.refuses and (self.refuses in path or self.refuses in str(found.get("op", ""))):
            found = self._refusal(found)
        bent = self._bent(found)
        try:  # as it is, but for what JSON itself must escape
            return json.dumps(bent, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            return json.dumps(bent).encode()

    def _refusal(self, found: dict[str, Any]) -> dict[str, Any]:
        """A refusal in each venue's own spelling at once; every venue reads its own."""
        known = {k: v for k, v in found.items() if k in ("id", "cid", "op", "ts")}
        if "requestTime" in found:
            return {**known, "code": "400172", "msg": next(self._texts), "data": None}
        if "status" in found or isinstance(found.get("code"), int):
            more = {"status": "error", "err_code": 1030, "err_msg": next(self._texts)}
            return {**known, **more}
        return {**known, "code": "51000", "msg": next(self._texts), "data": []}

    def _bent(self, value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {k: self._bent(v, k) for k, v in value.items()}
        if isinstance(value, list):
            return [self._bent(v, key) for v in value]
        if key in SAID or (self.names and key in NAMED):
            return f"{value if isinstance(value, str) else ''}{next(self._texts)}"
        return value


@contextlib.contextmanager
def lying(url: str) -> Iterator[HostileVenue]:
    """Serves on loopback in a thread, for as long as the context is open."""
    venue = HostileVenue(url)
    config = uvicorn.Config(
        venue.app(), host="127.0.0.1", port=0, log_level="critical", http="h11", lifespan="off",
        timeout_keep_alive=65,
        ws="websockets-sansio", ws_max_size=1 << 22,
    )  # fmt: skip
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, name="hostile venue", daemon=True)
    thread.start()
    waited = threading.Event()
    for _ in range(int(START_S / 0.02)):
        if server.started:
            break
        waited.wait(0.02)
    assert server.started
    port = server.servers[0].sockets[0].getsockname()[1]
    venue.url, venue.ws_url = f"http://127.0.0.1:{port}", f"ws://127.0.0.1:{port}"
    try:
        yield venue
    finally:
        server.should_exit = server.force_exit = True
        thread.join(START_S)
