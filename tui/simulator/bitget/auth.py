"""How Bitget decides whether a request is signed by the account it names.

https://www.bitget.com/api-doc/common/signature. The 30 s for the time is what its sister
exchange documents; Bitget's pages give no number. That a live key gets 40099 in paper trading, and
the reverse, is what its users report.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.simulator.order_book import now_ms

if TYPE_CHECKING:
    from tui.simulator.accounts import Account
    from tui.simulator.http import Call

TOLERANCE_MS = 30_000


@dataclass(frozen=True, slots=True)
class Refused(Exception):
    code: str
    text: str
    status: int = 400


def signature(secret: str, prehash: bytes) -> str:
    """Base64 of HMAC-SHA256."""
    return base64.b64encode(hmac.new(secret.encode(), prehash, hashlib.sha256).digest()).decode()


def by_key(accounts: Mapping[str, Account], key: str) -> Account | None:
    return next((a for a in accounts.values() if key and a.api_key == key), None)


def verify(accounts: Mapping[str, Account], call: Call) -> Account:
    """The account that signed the request: over the target and body exactly as received."""
    key, sign, stamp, passphrase = (
        _header(call, name, code)
        for name, code in (
            ("ACCESS-KEY", "40001"),
            ("ACCESS-SIGN", "40003"),
            ("ACCESS-TIMESTAMP", "40005"),
            ("ACCESS-PASSPHRASE", "40011"),
        )
    )
    if call.method == "POST" and not _is_json(call):
        raise Refused("40007", "Invalid Content_Type")
    account = by_key(accounts, key)
    if account is None:
        raise Refused("40037", "Apikey does not exist")
    if not stamp.isdecimal():
        raise Refused("40005", "Invalid ACCESS_TIMESTAMP")
    if abs(now_ms() - int(stamp)) > TOLERANCE_MS:
        raise Refused("40008", "Request timestamp expired")
    if not account.fits(call.headers.get("paptrading", "0")):
        raise Refused("40099", "exchange environment is incorrect")
    target = call.path + (f"?{call.query}" if call.query else "")
    expected = signature(account.secret_key, f"{stamp}{call.method}{target}".encode() + call.body)
    if not hmac.compare_digest(expected.encode(), sign.encode()):
        raise Refused("40009", "sign signature error")
    if not hmac.compare_digest(account.passphrase.encode(), passphrase.encode()):
        raise Refused("40012", "apikey/password is incorrect")
    return account


def _is_json(call: Call) -> bool:
    return call.headers.get("content-type", "").startswith("application/json")


def _header(call: Call, name: str, code: str) -> str:
    value = call.headers.get(name.lower(), "")
    if not value:
        raise Refused(code, f"{name} cannot be empty")
    return value
