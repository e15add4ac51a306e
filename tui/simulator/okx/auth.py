"""How OKX decides whether a request is signed by the account it names.

https://www.okx.com/docs-v5/en/#overview-rest-authentication and
https://www.okx.com/docs-v5/en/#overview-websocket-login. Checked in this order: headers there,
key, time, environment, signature, passphrase.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.simulator.accounts import Account
    from tui.simulator.http import Call

TOLERANCE_S = 30
LOGIN_PATH = "/users/self/verify"
ENVIRONMENT = "x-simulated-trading"
WRONG_ENVIRONMENT = "APIKey does not match current environment."


@dataclass(frozen=True, slots=True)
class Refused(Exception):
    code: str
    text: str
    status: int = 401


def signature(secret: str, prehash: bytes) -> str:
    """Base64 of HMAC-SHA256."""
    return base64.b64encode(hmac.new(secret.encode(), prehash, hashlib.sha256).digest()).decode()


def _same(expected: str, given: str) -> bool:
    return hmac.compare_digest(expected.encode(), given.encode())


def by_key(accounts: Mapping[str, Account], key: str) -> Account | None:
    return next((a for a in accounts.values() if key and a.api_key == key), None)


def verify_call(accounts: Mapping[str, Account], call: Call) -> Account:
    """The account that signed a REST request. `Refused` otherwise."""
    key, passphrase, sign, stamp = (
        _header(call, f"ok-access-{name}", code)
        for name, code in (
            ("key", "50103"),
            ("passphrase", "50104"),
            ("sign", "50106"),
            ("timestamp", "50107"),
        )
    )
    account = by_key(accounts, key)
    if account is None:
        raise Refused("50119", "API key doesn't exist")
    _check_iso_time(stamp)
    if not account.fits(call.headers.get(ENVIRONMENT, "0")):
        raise Refused("50101", WRONG_ENVIRONMENT)
    target = call.path + (f"?{call.query}" if call.query else "")
    prehash = f"{stamp}{call.method}{target}".encode() + call.body
    if not _same(signature(account.secret_key, prehash), sign):
        raise Refused("50113", "Invalid Sign")
    if not _same(account.passphrase, passphrase):
        raise Refused("50105", "Request header OK-ACCESS-PASSPHRASE incorrect.")
    return account


def _header(call: Call, name: str, code: str) -> str:
    value = call.headers.get(name, "")
    if not value:
        raise Refused(code, f'Request header "{name.upper()}" can\'t be empty.')
    return value


def _check_iso_time(stamp: str) -> None:
    try:
        moment = datetime.strptime(stamp, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
    except ValueError:
        raise Refused("50112", "Invalid OK-ACCESS-TIMESTAMP") from None
    if abs((datetime.now(UTC) - moment).total_seconds()) > TOLERANCE_S:
        raise Refused("50102", "Timestamp request expired")


def verify_login(
    accounts: Mapping[str, Account], argument: Mapping[str, object], environment: str
) -> Account:
    """The account of a socket login. `Refused` otherwise: with a 600xx code, and with 50101 where
    the key is not of this `environment`, as clients have seen it.

    Of the real OKX the host of the socket says which it is; of this one, which has one host, the
    header of the handshake.
    """
    key, passphrase, stamp, sign = (
        argument.get(name) for name in ("apiKey", "passphrase", "timestamp", "sign")
    )
    if not isinstance(key, str) or not key:
        raise Refused("60005", "Invalid apiKey")
    # The documented type is a string of whole seconds; a client in wide use sends a number.
    text = str(stamp) if isinstance(stamp, (str, int)) else ""
    if not text.isdecimal():
        raise Refused("60004", "Invalid timestamp")
    account = by_key(accounts, key)
    if account is None:
        raise Refused("60032", "API key doesn't exist")
    if abs(time.time() - int(text)) > TOLERANCE_S:
        raise Refused("60006", "Timestamp request expired")
    if not account.fits(environment):
        raise Refused("50101", WRONG_ENVIRONMENT)
    expected = signature(account.secret_key, f"{text}GET{LOGIN_PATH}".encode())
    if not isinstance(sign, str) or not _same(expected, sign):
        raise Refused("60007", "Invalid sign")
    if not isinstance(passphrase, str) or not _same(account.passphrase, passphrase):
        raise Refused("60024", "Wrong passphrase")
    return account
