"""The proxy itself: each of its faults, as a plain client before an echoing server meets it."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from tests.faults.certificates import Certificate, certificate
from tests.faults.link import CHUNK, DOWN, UP
from tests.faults.proxy import Proxy

WAIT_S = 60.0
SHORT_S = 0.15
"""In which an echo on loopback would have come long ago."""


@pytest.fixture(scope="module")
def echo() -> Iterator[str]:
    """A server that sends everything back, and its own end after the client's."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve(one: socket.socket) -> None:
        with one, suppress(OSError):
            while data := one.recv(CHUNK):
                one.sendall(data)

    def accept() -> None:
        with suppress(OSError):
            while True:
                one, _ = listener.accept()
                threading.Thread(target=serve, args=(one,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()


@pytest.fixture
def proxy(echo: str) -> Iterator[Proxy]:
    with Proxy(echo) as one:
        yield one


@contextmanager
def client(proxy: Proxy) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", proxy.port), WAIT_S) as one:
        yield one


def asked(one: socket.socket, text: bytes) -> bytes:
    """The echo of `text`, read to its whole length."""
    one.sendall(text)
    return read(one, len(text))


def read(one: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size and (more := one.recv(size - len(data))):
        data += more
    return data


def silent(one: socket.socket) -> bool:
    one.settimeout(SHORT_S)
    try:
        one.recv(1)
    except TimeoutError:
        return True
    finally:
        one.settimeout(WAIT_S)
    return False


def test_without_a_fault_everything_passes_and_is_counted(proxy: Proxy) -> None:
    before = time.monotonic()
    with client(proxy) as one:
        assert asked(one, b"x" * 300_000) == b"x" * 300_000
        known = proxy.connections[0]
        until(lambda: (known.up_bytes, known.down_bytes) == (300_000, 300_000))
        assert known.closed_s is None
        assert before <= known.opened_s <= time.monotonic()
        assert proxy.open == 1
    until(lambda: proxy.open == 0)


def until(holds: Callable[[], bool]) -> None:
    give_up = time.monotonic() + WAIT_S
    while not holds():
        assert time.monotonic() < give_up
        time.sleep(0.005)


@pytest.mark.parametrize("way", [UP, DOWN, "both"])
def test_a_black_hole_holds_what_is_sent_on_old_connections_and_new(proxy: Proxy, way: str) -> None:
    with client(proxy) as old:
        assert asked(old, b"before") == b"before"
        proxy.blackhole(way)
        with client(proxy) as new:
            for one in (old, new):
                one.sendall(b"during")
            assert silent(old)
            assert silent(new)
            assert proxy.connections[0].up_bytes == (12 if way == DOWN else 6)
            proxy.clear()
            assert read(old, 6) == read(new, 6) == b"during"


def test_a_black_hole_may_lose_what_is_sent(proxy: Proxy) -> None:
    with client(proxy) as one:
        proxy.blackhole(UP, lose=True)
        one.sendall(b"lost")
        assert silent(one)
        proxy.clear()
        assert asked(one, b"after") == b"after"


@pytest.mark.parametrize("open_already", [True, False])
def test_who_is_not_read_from_has_to_wait_and_is_read_in_the_end(
    proxy: Proxy, open_already: bool
) -> None:
    if not open_already:
        proxy.stop_reading()
    with client(proxy) as one:
        if open_already:
            assert asked(one, b"x") == b"x"
            proxy.stop_reading()
        one.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        one.settimeout(SHORT_S)
        sent = 0
        with pytest.raises(TimeoutError):
            while True:
                sent += one.send(bytes(1000))
        known = proxy.connections[0]
        assert known.up_bytes == open_already
        one.settimeout(WAIT_S)
        proxy.clear()
        assert read(one, sent) == bytes(sent)


def test_what_arrives_may_arrive_twice(proxy: Proxy) -> None:
    with client(proxy) as one:
        proxy.repeat()
        assert asked(one, b"one") == b"one"
        assert read(one, 3) == b"one"
        proxy.clear()
        assert asked(one, b"after") == b"after"


def test_bytes_may_be_put_in(proxy: Proxy) -> None:
    with client(proxy) as one:
        assert asked(one, b"x") == b"x"
        proxy.inject(b"more")
        assert read(one, 4) == b"more"
        assert asked(one, b"after") == b"after"


def test_an_attempt_to_connect_may_go_unanswered(proxy: Proxy) -> None:
    proxy.unanswered()
    with pytest.raises(TimeoutError):
        socket.create_connection(("127.0.0.1", proxy.port), 4 * SHORT_S)
    proxy.clear()
    with client(proxy) as one:
        assert asked(one, b"after") == b"after"


def test_a_delay_keeps_the_order_and_lets_much_be_under_way(proxy: Proxy) -> None:
    proxy.delay(200, 50, way=DOWN)
    with client(proxy) as one:
        began = time.monotonic()
        for number in range(20):
            one.sendall(b"%02d" % number)
            time.sleep(0.002)
        assert read(one, 40) == b"".join(b"%02d" % number for number in range(20))
        # Each one waited for by itself, twenty would take three seconds at least.
        assert 0.15 <= time.monotonic() - began < 3


def test_a_drip_passes_a_few_bytes_at_a_time(proxy: Proxy) -> None:
    proxy.drip(2, 50, way=DOWN)
    with client(proxy) as one:
        one.sendall(b"123456")
        assert one.recv(6) == b"12"
        proxy.clear()
        assert read(one, 4) == b"3456"


def test_a_reset_ends_open_connections_and_no_new_one(proxy: Proxy) -> None:
    with client(proxy) as one:
        assert asked(one, b"x") == b"x"
        proxy.reset()
        with pytest.raises(ConnectionResetError):
            one.recv(1)
    with client(proxy) as one:
        assert asked(one, b"x") == b"x"


def test_half_a_close_leaves_the_other_way_open(proxy: Proxy) -> None:
    with client(proxy) as one:
        assert asked(one, b"x") == b"x"
        proxy.half_close(DOWN)
        assert one.recv(1) == b""
        one.sendall(b"yy")
        until(lambda: proxy.connections[0].up_bytes == 3)


@pytest.mark.parametrize("open_already", [True, False])
def test_a_connection_is_cut_after_so_many_bytes(proxy: Proxy, open_already: bool) -> None:
    if not open_already:
        proxy.cut(3)
    with client(proxy) as one:
        if open_already:
            assert asked(one, b"before") == b"before"
            proxy.cut(3)
        one.sendall(b"12345")
        assert read(one, 3) == b"123"
        with pytest.raises(ConnectionResetError):
            one.recv(1)


def test_a_refusal_is_at_the_door_alone_and_the_port_opens_again(proxy: Proxy) -> None:
    with client(proxy) as old:
        assert asked(old, b"x") == b"x"
        proxy.refuse()
        for _ in range(3):
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", proxy.port), WAIT_S)
        assert asked(old, b"x") == b"x"
    proxy.clear()
    with client(proxy) as new:
        assert asked(new, b"x") == b"x"


def test_connections_may_be_accepted_and_closed_and_are_counted(proxy: Proxy) -> None:
    proxy.accept_then_close()
    began = time.monotonic()
    for _ in range(3):
        with client(proxy) as one:
            assert one.recv(1) == b""
    assert proxy.opened_since(began) == proxy.most_within(60) == 3
    assert proxy.most_within(1e-9) == 1
    proxy.clear()
    with client(proxy) as one:
        assert asked(one, b"x") == b"x"


async def test_a_caller_that_holds_its_event_loop_holds_nothing_up(proxy: Proxy) -> None:
    proxy.delay(1)
    with client(proxy) as one:
        assert asked(one, b"x") == b"x"


def test_the_client_may_meet_tls(echo: str) -> None:
    ours = certificate()
    with Proxy(echo, tls=ours.server) as proxy:
        assert proxy.url.startswith("https://")
        with (
            client(proxy) as plain,
            ours.client.wrap_socket(plain, server_hostname="127.0.0.1") as one,
        ):
            assert asked(one, b"x" * 100_000) == b"x" * 100_000
            proxy.reset()
            with suppress(ConnectionResetError):  # which OpenSSL may call an end
                assert one.recv(1) == b""


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (certificate(host="another.invalid"), "IP address mismatch"),
        (certificate(expired=True), "certificate has expired"),
        (certificate(signed_by_itself=True), "self-signed certificate"),
    ],
    ids=["wrong host", "expired", "self-signed"],
)
def test_a_bad_certificate_is_one(echo: str, bad: Certificate, why: str) -> None:
    with Proxy(echo, tls=bad.server) as proxy, client(proxy) as plain:
        with pytest.raises(ssl.SSLCertVerificationError, match=why):
            bad.client.wrap_socket(plain, server_hostname="127.0.0.1")
        assert len(proxy.connections) == 1
