"""Why a venue cannot be reached, in words that name the cause and no other."""

from __future__ import annotations

import errno
import os
import socket
import ssl

import pytest

from tui.service.network.errors import describe_error, describe_unreachable

URL = "https://venue.example:8443"
RESET = ConnectionResetError(errno.ECONNRESET, os.strerror(errno.ECONNRESET))


def from_cause(cause: BaseException) -> Exception:
    error = RuntimeError("did not come about")
    error.__cause__ = cause
    return error


def not_tls() -> ssl.SSLError:
    """What a client meets where the other side does not speak TLS."""
    client, server = socket.socketpair()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    with client, server:
        server.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        with pytest.raises(ssl.SSLError) as raised:
            context.wrap_socket(client, server_hostname="venue.example")
    return raised.value


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ConnectionRefusedError(errno.ECONNREFUSED, "x"), "Connection refused"),
        (TimeoutError(), "no answer in time"),
        (
            socket.gaierror(socket.EAI_NONAME, "Name or service not known"),
            "its name cannot be resolved (Name or service not known)",
        ),
        (not_tls(), "no encrypted connection came about (wrong version number)"),
        (ssl.SSLError(1, "x"), "no encrypted connection came about (no reason was given)"),
    ],
    ids=["refused", "late", "name", "not TLS", "TLS without a reason"],
)
def test_the_cause_is_named_also_behind_another_error(error: Exception, words: str) -> None:
    expected = f"cannot reach venue.example:8443: {words}"
    assert (
        describe_unreachable(URL, error) == describe_unreachable(URL, from_cause(error)) == expected
    )


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (RESET, "Connection reset by peer"),
        (RuntimeError("x [/] \x1b[2J"), "x [/] "),
        (RuntimeError(), "RuntimeError"),
    ],
)
def test_an_error_is_told_without_its_number(error: Exception, words: str) -> None:
    assert describe_error(error).startswith(words)
    assert "Errno" not in describe_error(error)
    assert describe_error(error).isprintable()
