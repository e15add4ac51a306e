"""Reading OKX's business WebSocket: one message in, its meaning out.

Pages "WebSocket: Login, Connect, Notification, Connection count limit" and "Error Code, WebSocket".
"""

from __future__ import annotations

from tui.core.sanitize import safe_bytes, sanitize
from tui.venues.base.messages import (
    AllUnknown,
    Answered,
    Closing,
    JsonObject,
    LoggedIn,
    LoginRefused,
    Pinged,
    Received,
    SocketEvent,
    SocketRead,
    Unreadable,
)
from tui.venues.common.parsing import MAX_UNPACKED, NotReadable, parse_object, text_of
from tui.venues.okx.replies import LOGIN_PASSING, LOGIN_PERMANENT

GOING_DOWN = "64008"
"""Notice: the connection will close for an upgrade, about 60 s from now."""


def read_message(data: bytes | str) -> SocketRead:
    """Takes one message apart. Never raises."""
    raw = data if isinstance(data, bytes) else data.encode("utf-8", "surrogatepass")
    text = sanitize(data) if isinstance(data, str) else safe_bytes(data)
    return SocketRead(text, len(raw), _event(raw))


def _event(raw: bytes) -> SocketEvent:
    if raw == b"pong":
        return Received("pong")
    if raw == b"ping":
        return Pinged("pong")
    if len(raw) > MAX_UNPACKED:
        return Unreadable(f"longer than {MAX_UNPACKED} bytes")
    try:
        message = parse_object(raw)
    except NotReadable as error:
        return Unreadable(str(error))
    return _meaning(message)


def _meaning(message: JsonObject) -> SocketEvent:
    """What an object means. The id goes first: whatever carries ours answers our request.

    An error without an id names no request. With a code that only a login gets, it is the login's
    answer, whenever it comes: nothing else on this socket asks for credentials, so nothing else
    can be in flight then. With any other code, among them 60014 (too many requests) and 60011
    (log in first), all that is in flight is in doubt; a login in flight is then one of them.
    """
    code, text = text_of(message.get("code")), text_of(message.get("msg"))
    event = text_of(message.get("event"))
    request_id = text_of(message.get("id"))
    if request_id:
        return Answered(request_id, message)
    if event == "login" and code == "0":
        return LoggedIn()
    if event == "login" or (event == "error" and code in LOGIN_PERMANENT | LOGIN_PASSING):
        return LoginRefused(code, text, code in LOGIN_PERMANENT)
    if event == "error":
        return AllUnknown(code, text)
    if event == "notice" and code == GOING_DOWN:
        return Closing(text)
    return Received(text or event)
