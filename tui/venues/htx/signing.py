"""HTX on the wire: signatures, the login, requests as text, socket messages taken apart.

Sources: the official pages "Signature Authentication", "Websocket Trade" and "Websocket Heartbeat
and Authentication Interface" of the USDT-M section.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

from tui.core.sanitize import safe_bytes, safe_text
from tui.core.secrets import Credentials
from tui.venues.base.protocol import (
    AllInDoubt,
    Answered,
    Closing,
    Heard,
    JsonObject,
    JsonValue,
    LoggedIn,
    LoginRefused,
    Pinged,
    RestCall,
    SignedRest,
    SocketEvent,
    SocketRead,
    SocketText,
    Unreadable,
)
from tui.venues.common.parsing import NotReadable, parse_object, text_of, unpack_gzip
from tui.venues.common.writing import compact
from tui.venues.htx.replies import LOGIN_FOR_GOOD, error_of

_DEFAULT_PORTS = {"https": 443, "wss": 443, "http": 80, "ws": 80}
_GZIP_MAGIC = b"\x1f\x8b"
_LONGEST_ECHO = 64
"""Characters of a ping's `ts` that are sent back; an honest one has 13."""


# --- signing -------------------------------------------------------------------------------------


def host_of(url: str) -> str:
    """The host as the Host header names it: lower case, with the port unless it is the default."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    if ":" in host:
        host = f"[{host}]"
    if parts.port is None or parts.port == _DEFAULT_PORTS.get(parts.scheme):
        return host
    return f"{host}:{parts.port}"


def auth_params(credentials: Credentials, now_ms: int) -> dict[str, str]:
    """The four parameters that every signed request carries; the time is UTC, whole seconds."""
    now = datetime.fromtimestamp(now_ms // 1000, UTC)
    return {
        "AccessKeyId": credentials.api_key.reveal(),
        "SignatureMethod": "HmacSHA256",
        "SignatureVersion": "2",
        "Timestamp": now.strftime("%Y-%m-%dT%H:%M:%S"),
    }


def signature(method: str, host: str, path: str, query: str, credentials: Credentials) -> str:
    """Base64 of the HMAC-SHA256 over the four lines."""
    text = "\n".join((method, host, path, query))
    secret = credentials.secret_key.reveal().encode()
    return base64.b64encode(hmac.digest(secret, text.encode(), hashlib.sha256)).decode()


def encode_query(params: Iterable[tuple[str, str]]) -> str:
    """Parameters in the order of their bytes, encoded as RFC 3986 says: a space is `%20`."""
    return "&".join(f"{quote(k, safe='')}={quote(v, safe='')}" for k, v in sorted(params))


def sign_rest(call: RestCall, host: str, credentials: Credentials, now_ms: int) -> SignedRest:
    """`call` as it leaves. What a POST carries in its body is not part of the signature."""
    hidden: tuple[str, ...] = ()
    query = encode_query(call.query)
    if call.signed:
        query = encode_query([*call.query, *auth_params(credentials, now_ms).items()])
        raw = signature(call.method, host, call.path, query, credentials)
        hidden = (raw, quote(raw, safe=""))
        query += f"&Signature={hidden[1]}"
    headers = (("Content-Type", "application/json"),) if call.method == "POST" else ()
    target = f"{call.path}?{query}" if query else call.path
    return SignedRest(call.method, target, headers, call.body.encode(), hidden)


def sign_login(url: str, credentials: Credentials, now_ms: int) -> SocketText:
    """The login message for the socket at `url`; its own host and path are signed."""
    params = auth_params(credentials, now_ms)
    raw = signature(
        "GET",
        host_of(url),
        urlsplit(url).path or "/",
        encode_query(params.items()),
        credentials,
    )
    message: JsonObject = {"op": "auth", "type": "api", **params, "Signature": raw}
    return SocketText(compact(message), (raw, quote(raw, safe="")))


# --- messages taken apart ------------------------------------------------------------------------


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
        return AllInDoubt(code, text or "an error that names no request")
    if request_id and op != "pong":
        return Answered(request_id, message)
    failed = code or message.get("status") == "error"
    if failed and not op:
        return AllInDoubt(code, text or "an error that names no request")
    return Heard(f"{op} {code} {text}".strip() if failed else op)


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
        return LoginRefused("", safe_text(text or "the login answer has no code"), False)
    return LoginRefused(code, text, code in LOGIN_FOR_GOOD)
