"""Signatures as a script would make them, for what stands beside killdesk."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from collections.abc import Mapping
from datetime import UTC, datetime

Keys = Mapping[str, str]


def okx_headers(keys: Keys, method: str, path: str, body: str) -> dict[str, str]:
    now = datetime.now(UTC)
    stamp = f"{now:%Y-%m-%dT%H:%M:%S}.{now.microsecond // 1000:03}Z"
    return {
        "OK-ACCESS-KEY": keys["api_key"],
        "OK-ACCESS-SIGN": _sign(keys, f"{stamp}{method}{path}{body}"),
        "OK-ACCESS-TIMESTAMP": stamp,
        "OK-ACCESS-PASSPHRASE": keys["passphrase"],
        "Content-Type": "application/json",
    }


def okx_login(keys: Keys) -> dict[str, object]:
    stamp = str(int(time.time()))
    argument = {
        "apiKey": keys["api_key"],
        "passphrase": keys["passphrase"],
        "timestamp": stamp,
        "sign": _sign(keys, f"{stamp}GET/users/self/verify"),
    }
    return {"op": "login", "args": [argument]}


def bitget_headers(keys: Keys, method: str, path: str, body: str) -> dict[str, str]:
    stamp = str(int(time.time() * 1000))
    return {
        "ACCESS-KEY": keys["api_key"],
        "ACCESS-SIGN": _sign(keys, f"{stamp}{method}{path}{body}"),
        "ACCESS-TIMESTAMP": stamp,
        "ACCESS-PASSPHRASE": keys["passphrase"],
        "Content-Type": "application/json",
        "locale": "en-US",
    }


def _sign(keys: Keys, text: str) -> str:
    digest = hmac.new(keys["secret_key"].encode(), text.encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()
