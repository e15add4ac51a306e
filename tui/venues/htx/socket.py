"""HTX's socket messages taken apart.

Sources: the official pages "Websocket Trade" and "Websocket Heartbeat and Authentication
Interface" of the USDT-M section.
"""

from __future__ import annotations

from tui.core.sanitize import safe_bytes, sanitize
from tui.venues.base.messages import (
    AllUnknown,
    Answered,
    Closing,
    JsonObject,
    JsonValue,
    LoggedIn,
    LoginRefused,
    Pinged,
    Received,
    SocketEvent,
    SocketRead,
    Unreadable,
)
from tui.venues.common.parsing import NotReadable, compact, parse_object, text_of, unpack_gzip
from tui.venues.htx.replies import LOGIN_FOR_GOOD, error_of

_GZIP_MAGIC = b"\x1f\x8b"
_LONGEST_ECHO = 64
"""Characters of a ping's `ts` that are sent back; an honest one has 13."""


def read_socket(data: bytes | str) -> SocketRead:
    """A message of HTX's sockets: the trade sockets pack each with gzip, the V5 push socket sends
    text; either is understood. Never raises."""
    try:
        plain = _unpacked(data)
    except NotReadable as error:
        return SocketRead(safe_bytes(_as_bytes(data), 200), len(data), Unreadable(str(error)))
    text = safe_bytes(plain)
    try:
        event = _event(parse_object(plain))
    except NotReadable as error:
        event = Unreadable(str(error))
    return SocketRead(text, len(plain), event)


def _unpacked(data: bytes | str) -> bytes:
    packed = isinstance(data, bytes) and data.startswith(_GZIP_MAGIC)
    return unpack_gzip(_as_bytes(data)) if packed else _as_bytes(data)


def _as_bytes(data: bytes | str) -> bytes:
    return data if isinstance(data, bytes) else data.encode("utf-8", errors="backslashreplace")


def _event(message: JsonObject) -> SocketEvent:
    op = text_of(message.get("op"))
    request_id = text_of(message.get("cid"))
    code, text, _ = error_of(message)
    if op == "ping":
        return _pinged(message.get("ts"))
    if op == "auth":
        return _login_answer(message, code, text)
    if op == "close":
        return Closing(text or "the venue closes the connection")
    if op == "error":
        return AllUnknown(code, text or "an error that names no request")
    if request_id and op != "pong":
        return Answered(request_id, message)
    failed = code or message.get("status") == "error"
    if failed and not op:
        return AllUnknown(code, text or "an error that names no request")
    return Received(f"{op} {code} {text}".strip() if failed else op)


def _pinged(ts: JsonValue) -> SocketEvent:
    if not isinstance(ts, str | int | float) or len(echo := compact(ts)) > _LONGEST_ECHO:
        return Unreadable("a ping without a usable ts")
    return Pinged(f'{{"op":"pong","ts":{echo}}}')


def _login_answer(message: JsonObject, code: str, text: str) -> SocketEvent:
    if text_of(message.get("err-code")) == "0":
        return LoggedIn()
    if code == "2005":  # already authenticated
        return LoggedIn()
    if not code:
        return LoginRefused("", sanitize(text or "the login answer has no code"), False)
    return LoginRefused(code, text, code in LOGIN_FOR_GOOD)
