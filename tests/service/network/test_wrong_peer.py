"""Whom a desk speaks with: the venue that the settings name, proven by its certificate."""

from __future__ import annotations

import asyncio
import datetime as dt
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tui.core.desk import Health
from tui.core.readiness import UNTRIED
from tui.service.network.errors import describe_unreachable

OpenDesk = Callable[..., Any]
DESK = "okx-desk"


@dataclass
class Peer:
    """Something that listens on this machine: where, and all that it was told."""

    port: int = 0
    connections: int = 0
    heard: bytes = b""


@asynccontextmanager
async def listening(answer: Any, tls: ssl.SSLContext | None = None) -> AsyncIterator[Peer]:
    peer = Peer()
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        peer.connections += 1
        try:
            await answer(peer, reader, writer)
        except OSError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    peer.port = server.sockets[0].getsockname()[1]
    try:
        yield peer
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def nothing(peer: Peer, reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    """Listens, and never answers."""
    while more := await reader.read(65536):
        peer.heard += more


def passing_on(port: int) -> Any:
    """Passes everything on to the simulator."""

    async def answer(
        peer: Peer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", port)

        async def replies() -> None:
            while more := await there.read(65536):
                writer.write(more)

        replying = asyncio.create_task(replies())
        try:
            while more := await reader.read(65536):
                peer.heard += more
                back.write(more)
        finally:
            replying.cancel()
            back.close()

    return answer


def certificate(folder: Path, name: str) -> Path:
    """A certificate for `name`, signed by itself, and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a venue on test")])
    named = x509.IPAddress(ip_address(name)) if name[0].isdigit() else x509.DNSName(name)
    now = dt.datetime.now(dt.UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([named]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / f"{name}.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    file.write_bytes(signed.public_bytes(serialization.Encoding.PEM) + secret)
    return file


def serving(file: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


def tls_desk(open_desk: OpenDesk, peer: Peer) -> Any:
    place = f"127.0.0.1:{peer.port}"
    return open_desk(DESK, rest_url=f"https://{place}", ws_url=f"wss://{place}/ws/v5/business")


def tried(desk: Any) -> bool:
    """Whether both routes have been tried, in vain."""
    details = [route.detail for route in desk.account(DESK).routes if not route.up]
    return len(details) == 2 and not set(details) & {"", *UNTRIED}


async def test_a_certificate_that_this_machine_trusts_and_that_names_the_venue_will_do(
    simulator: Any, open_desk: OpenDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = certificate(tmp_path, "127.0.0.1")
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    keys = tmp_path / "session-keys"
    monkeypatch.setenv("SSLKEYLOGFILE", str(keys))
    port = int(simulator.url.rpartition(":")[2])
    async with listening(passing_on(port), serving(file)) as peer:
        desk = tls_desk(open_desk, peer)
        await desk.ready(DESK)
        assert b"OK-ACCESS-SIGN" in peer.heard
    assert not keys.exists(), "the keys of a session are written nowhere"


@pytest.mark.parametrize(
    ("name", "trusted"), [("127.0.0.1", False), ("other.invalid", True)], ids=["own", "other name"]
)
async def test_a_swapped_certificate_is_named_and_hears_nothing_of_us(
    open_desk: OpenDesk,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    trusted: bool,
) -> None:
    file = certificate(tmp_path, name)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
    async with listening(nothing, serving(file)) as peer:
        desk = tls_desk(open_desk, peer)
        await desk.until(lambda: desk.account(DESK).health is Health.DOWN)
        await desk.until(lambda: tried(desk))
        for route in desk.account(DESK).routes:
            assert "its certificate was not accepted" in route.detail
        assert peer.heard == b""


async def test_the_proxies_of_the_environment_are_not_used(
    open_desk: OpenDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with listening(nothing) as trap:
        for scheme in ("http", "https", "ws", "wss", "all", "socks"):
            monkeypatch.setenv(f"{scheme}_proxy", f"http://127.0.0.1:{trap.port}")
            monkeypatch.setenv(f"{scheme.upper()}_PROXY", f"http://127.0.0.1:{trap.port}")
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)
        desk = open_desk(DESK, "htx-legacy", "bitget-uta")
        await desk.ready(DESK, "htx-legacy", "bitget-uta")
        assert trap.connections == 0


async def test_no_redirect_is_followed(open_desk: OpenDesk) -> None:
    async with listening(nothing) as trap:

        async def elsewhere(
            peer: Peer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
        ) -> None:
            request = await reader.read(65536)
            peer.heard += request  # not in one line: another connection may add to it meanwhile
            line = f"Location: ws://127.0.0.1:{trap.port}/\r\nContent-Length: 0\r\n\r\n"
            writer.write(f"HTTP/1.1 302 Found\r\n{line}".encode())
            await writer.drain()

        async with listening(elsewhere) as peer:
            place = f"127.0.0.1:{peer.port}"
            desk = open_desk(DESK, rest_url=f"http://{place}", ws_url=f"ws://{place}/ws")
            await desk.until(lambda: "HTTP 302" in desk.account(DESK).reason)
            await desk.until(lambda: "HTTP 302" in desk.account(DESK).routes[0].detail)
            assert b"Upgrade: websocket" in peer.heard
            assert b"GET /api/v5" in peer.heard
        assert trap.connections == 0


def test_an_unreachable_place_is_named_with_the_cause() -> None:
    refused = ConnectionRefusedError(111, "whatever a library calls it")
    hidden = OSError("All connection attempts failed")
    assert describe_unreachable("wss://venue.invalid/ws", refused).startswith(
        "cannot reach venue.invalid: Connection refused"
    )
    assert describe_unreachable("https://venue.invalid:8443", TimeoutError()).endswith(
        "venue.invalid:8443: no answer in time"
    )
    assert describe_unreachable("https://venue.invalid", hidden).endswith("nothing answers there")
    assert describe_unreachable("https://venue.invalid", ValueError()).endswith("ValueError")
