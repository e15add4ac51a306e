"""How OKX wants requests and logins signed.

Sources: the official page, "REST Authentication" and "Login" of the WebSocket section.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime
from urllib.parse import urlencode

from tui.core.secrets import Credentials, Secret
from tui.venues.base.messages import JsonValue, RestCall, SignedRest, SocketText
from tui.venues.common.parsing import compact

_LOGIN_PATH = "/users/self/verify"


def sign_rest(
    call: RestCall,
    more_headers: tuple[tuple[str, str], ...],
    credentials: Credentials,
    now_ms: int,
) -> SignedRest:
    """`call` as it leaves. The signature covers time, method, path with query, and body."""
    target = call.path + (f"?{urlencode(call.query)}" if call.query else "")
    headers = [("Content-Type", "application/json"), *more_headers]
    hidden: tuple[str, ...] = ()
    if call.signed:
        stamp = iso_time(now_ms)
        signature = signed(credentials.secret_key, stamp + call.method + target + call.body)
        headers += [
            ("OK-ACCESS-KEY", credentials.api_key.reveal()),
            ("OK-ACCESS-SIGN", signature),
            ("OK-ACCESS-TIMESTAMP", stamp),
            ("OK-ACCESS-PASSPHRASE", _passphrase(credentials)),
        ]
        hidden = (signature,)
    return SignedRest(call.method, target, tuple(headers), call.body.encode(), hidden)


def sign_login(credentials: Credentials, now_ms: int) -> SocketText:
    """The login message; good for 30 s, and once per connection: a second one is an error."""
    stamp = str(now_ms // 1000)
    signature = signed(credentials.secret_key, f"{stamp}GET{_LOGIN_PATH}")
    args: JsonValue = [
        {
            "apiKey": credentials.api_key.reveal(),
            "passphrase": _passphrase(credentials),
            "timestamp": stamp,
            "sign": signature,
        }
    ]
    return SocketText(compact({"op": "login", "args": args}), hidden=(signature,))


def iso_time(now_ms: int) -> str:
    """Epoch milliseconds as OKX writes UTC: `2020-12-08T09:08:57.715Z`."""
    seconds, millis = divmod(now_ms, 1000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{millis:03d}Z"


def signed(secret: Secret, text: str) -> str:
    """HMAC-SHA256 of `text`, base64."""
    digest = hmac.digest(secret.reveal().encode(), text.encode(), hashlib.sha256)
    return base64.b64encode(digest).decode()


def _passphrase(credentials: Credentials) -> str:
    return credentials.passphrase.reveal() if credentials.passphrase else ""
