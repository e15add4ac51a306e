"""How HTX wants requests and logins signed.

Source: the official page "Signature Authentication" of the USDT-M section.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

from tui.core.secrets import Credentials
from tui.venues.base.messages import (
    JsonObject,
    RestCall,
    SignedRest,
    SocketText,
)
from tui.venues.common.parsing import compact

_DEFAULT_PORTS = {"https": 443, "wss": 443, "http": 80, "ws": 80}


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
