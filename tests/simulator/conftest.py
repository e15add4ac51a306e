"""Clients that sign for themselves: nothing here comes from the product or the simulator."""

from __future__ import annotations

import base64
import gzip
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from ssl import PROTOCOL_TLS_CLIENT, SSLContext
from typing import Any
from urllib.parse import quote

import httpx
import pytest
import websockets

import tui.simulator

_NO_CERTIFICATES = SSLContext(PROTOCOL_TLS_CLIENT)


def _sign(secret: str, text: str) -> str:
    return base64.b64encode(
        hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()
    ).decode()


class _Client:
    """Credentials that a test may spoil, a clock that may be wrong, and an HTTP connection."""

    def __init__(self, simulator: Any, account: str) -> None:
        credentials = simulator.accounts[account]
        self.key = credentials["api_key"]
        self.secret = credentials["secret_key"]
        self.passphrase = credentials.get("passphrase", "")
        self.host = simulator.host
        self.ws_url = simulator.ws_url
        self.clock_off_s = 0.0
        self.headers: dict[str, str] = {}
        self.http = httpx.Client(
            base_url=simulator.url, trust_env=False, timeout=60, verify=_NO_CERTIFICATES
        )

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.clock_off_s)

    def close(self) -> None:
        self.http.close()


class HtxClient(_Client):
    method = "HmacSHA256"

    def auth_parameters(self) -> dict[str, str]:
        return {
            "AccessKeyId": self.key,
            "SignatureMethod": self.method,
            "SignatureVersion": "2",
            "Timestamp": self.now().strftime("%Y-%m-%dT%H:%M:%S"),
        }

    def signature(self, method: str, path: str, parameters: dict[str, str]) -> str:
        encoded = "&".join(f"{k}={quote(v, safe='')}" for k, v in sorted(parameters.items()))
        return _sign(self.secret, f"{method}\n{self.host}\n{path}\n{encoded}")

    def request(self, method: str, path: str, body: object = None, **query: str) -> httpx.Response:
        parameters = self.auth_parameters() | query
        parameters["Signature"] = self.signature(method, path, parameters)
        encoded = "&".join(f"{k}={quote(v, safe='')}" for k, v in parameters.items())
        return self.http.request(method, f"{path}?{encoded}", json=body, headers=self.headers)

    def post(self, path: str, **body: object) -> Any:
        return self.request("POST", path, body).json()

    def get(self, path: str, **query: str) -> Any:
        return self.request("GET", path, **query).json()

    @asynccontextmanager
    async def socket(self, *, auth: bool = True) -> AsyncIterator[HtxSocket]:
        async with websockets.connect(f"{self.ws_url}/linear-swap-trade", proxy=None) as raw:
            socket = HtxSocket(raw)
            if auth:
                assert (await socket.ask(**self.auth_frame()))["err-code"] == 0
            yield socket

    def auth_frame(self) -> dict[str, str]:
        parameters = self.auth_parameters()
        sign = self.signature("GET", "/linear-swap-trade", parameters)
        return {"op": "auth", "type": "api", **parameters, "Signature": sign}


class HtxSocket:
    """Answers pings as long as `answers_pings`; keeps them out of the way of a test."""

    def __init__(self, raw: Any) -> None:
        self.raw = raw
        self.answers_pings = True
        self.pings: list[Any] = []

    async def send(self, **message: object) -> None:
        await self.raw.send(json.dumps(message))

    async def next(self) -> dict[str, Any]:
        while True:
            frame = await self.raw.recv()
            assert isinstance(frame, bytes), "HTX frames are binary"
            message: dict[str, Any] = json.loads(gzip.decompress(frame))
            if message.get("op") != "ping":
                return message
            self.pings.append(message)
            if self.answers_pings:
                # The server may have hung up already, with more to read before that.
                with suppress(websockets.ConnectionClosed):
                    await self.send(op="pong", ts=message["ts"])

    async def ask(self, **message: object) -> dict[str, Any]:
        await self.send(**message)
        return await self.next()


class OkxClient(_Client):
    def request(self, method: str, target: str, body: str = "") -> httpx.Response:
        stamp = self.now().strftime("%Y-%m-%dT%H:%M:%S.") + f"{self.now().microsecond // 1000:03}Z"
        path = f"/api/v5/{target}"
        headers = {
            "OK-ACCESS-KEY": self.key,
            "OK-ACCESS-SIGN": _sign(self.secret, stamp + method + path + body),
            "OK-ACCESS-TIMESTAMP": stamp,
            "OK-ACCESS-PASSPHRASE": self.passphrase,
            "Content-Type": "application/json",
        }
        sent = {k: v for k, v in (headers | self.headers).items() if v}
        return self.http.request(method, path, content=body, headers=sent)

    def post(self, target: str, **body: object) -> Any:
        return self.request("POST", target, json.dumps(body)).json()

    def get(self, target: str) -> Any:
        return self.request("GET", target).json()

    def login_frame(self) -> dict[str, Any]:
        stamp = str(int(time.time() + self.clock_off_s))
        argument = {
            "apiKey": self.key,
            "passphrase": self.passphrase,
            "timestamp": stamp,
            "sign": _sign(self.secret, f"{stamp}GET/users/self/verify"),
        }
        return {"op": "login", "args": [argument]}

    @asynccontextmanager
    async def socket(self, *, login: bool = True) -> AsyncIterator[OkxSocket]:
        url = f"{self.ws_url}/ws/v5/business"
        async with websockets.connect(url, proxy=None, additional_headers=self.headers) as raw:
            socket = OkxSocket(raw)
            if login:
                answer = await socket.ask(**self.login_frame())
                assert answer["event"] == "login", answer
            yield socket


class OkxSocket:
    def __init__(self, raw: Any) -> None:
        self.raw = raw

    async def send(self, **message: object) -> None:
        await self.raw.send(json.dumps(message))

    async def next(self) -> dict[str, Any]:
        message: dict[str, Any] = json.loads(await self.raw.recv())
        return message

    async def ask(self, **message: object) -> dict[str, Any]:
        await self.send(**message)
        return await self.next()


class BitgetClient(_Client):
    def request(self, method: str, target: str, body: str = "") -> httpx.Response:
        stamp = str(int(self.now().timestamp() * 1000))
        path = f"/api/v3/{target}"
        headers = {
            "ACCESS-KEY": self.key,
            "ACCESS-SIGN": _sign(self.secret, stamp + method + path + body),
            "ACCESS-TIMESTAMP": stamp,
            "ACCESS-PASSPHRASE": self.passphrase,
            "Content-Type": "application/json",
            "locale": "en-US",
        }
        sent = {k: v for k, v in (headers | self.headers).items() if v}
        return self.http.request(method, path, content=body, headers=sent)

    def post(self, target: str, body: object) -> Any:
        return self.request("POST", target, json.dumps(body)).json()

    def get(self, target: str) -> Any:
        return self.request("GET", target).json()

    def countdown(self, value: object) -> Any:
        return self.post("trade/countdown-cancel-all", {"countdown": value})


@pytest.fixture(scope="session")
def shared_simulator() -> Iterator[Any]:
    with tui.simulator.running() as running:
        yield running


@pytest.fixture
def simulator(shared_simulator: Any, simulator_class: Any) -> Iterator[Any]:
    """One server for all these tests, put back to its start before each: many, and quick."""
    simulator = simulator_class(shared_simulator.url, shared_simulator.accounts)
    simulator.reset()
    yield simulator
    simulator.close()


@pytest.fixture
def client_of(simulator: Any) -> Iterator[Callable[..., Any]]:
    """`client_of("okx-desk")`: a client of that account, of `simulator` unless another is given."""
    kinds = {"htx": HtxClient, "okx": OkxClient, "bitget": BitgetClient}
    made: list[_Client] = []

    def make(account: str, on: Any = None) -> _Client:
        here = on or simulator
        made.append(kinds[here.accounts[account]["venue"]](here, account))
        return made[-1]

    yield make
    for client in made:
        client.close()


@pytest.fixture
def legacy(client_of: Callable[..., Any]) -> Any:
    return client_of("htx-legacy")


@pytest.fixture
def unified(client_of: Callable[..., Any]) -> Any:
    return client_of("htx-unified")


@pytest.fixture
def okx(client_of: Callable[..., Any]) -> Any:
    return client_of("okx-desk")


@pytest.fixture
def bitget(client_of: Callable[..., Any]) -> Any:
    return client_of("bitget-uta")


@pytest.fixture
def eventually() -> Callable[..., None]:
    """Waits until a condition holds; fails if it never does."""

    def wait(holds: Callable[[], object], within_s: float = 15.0) -> None:
        give_up = time.monotonic() + within_s
        while not holds():
            assert time.monotonic() < give_up, "it never came true"
            time.sleep(0.02)

    return wait
