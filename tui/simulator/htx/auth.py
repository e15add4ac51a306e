"""How HTX decides whether a request is signed by the account it names.

The signed text is four lines: method, host in lower case, path, sorted parameters
(https://www.htx.com/en-us/opend/newApiPages/, "Authentication"). The host is the one of the
`Host` header, with its port where that is not the default one.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote

if TYPE_CHECKING:
    from tui.simulator.accounts import Account

TOLERANCE = timedelta(minutes=5)
BAD_SIGNATURE = "Verification failure [校验失败]"
BAD_KEY = "Incorrect Access key [Access key错误]"


@dataclass(frozen=True, slots=True)
class Refused(Exception):
    """`code` is the REST code, `socket_code` that of the auth frame: two tables at HTX."""

    code: int
    socket_code: int
    text: str


def signature(
    secret: str, method: str, host: str, path: str, parameters: Iterable[tuple[str, str]]
) -> str:
    """Base64 of HMAC-SHA256 over the canonical text."""
    canonical = "&".join(
        f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}"
        for name, value in sorted(parameters)
    )
    text = "\n".join((method.upper(), host.lower(), path, canonical))
    digest = hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def verify_query(
    accounts: Mapping[str, Account], method: str, host: str, path: str, query: str
) -> Account:
    """The account that signed a REST request. `Refused` otherwise."""
    pairs = parse_qsl(query, keep_blank_values=True)
    signed = [pair for pair in pairs if pair[0] != "Signature"]
    given = dict(pairs)
    if len(given) != len(pairs):
        raise Refused(403, 2003, BAD_SIGNATURE)
    return verify(accounts, given, method, host, path, signed)


def verify(
    accounts: Mapping[str, Account],
    given: Mapping[str, str],
    method: str,
    host: str,
    path: str,
    signed: Iterable[tuple[str, str]],
) -> Account:
    """The account whose signature over `signed` is in `given`. `Refused` otherwise."""
    account = next((a for a in accounts.values() if a.api_key == given.get("AccessKeyId")), None)
    if account is None:
        raise Refused(403, 2003, BAD_KEY)
    if given.get("SignatureMethod") != "HmacSHA256":
        # Ed25519 keys exist at HTX; the demo accounts have none.
        raise Refused(403, 2001, "Incorrect signature method [签名方法错误]")
    if given.get("SignatureVersion") != "2":
        raise Refused(12002, 2001, "Incorrect signature version.")
    _check_time(given.get("Timestamp", ""))
    expected = signature(account.secret_key, method, host, path, signed)
    if not hmac.compare_digest(expected.encode(), given.get("Signature", "").encode()):
        raise Refused(403, 2003, BAD_SIGNATURE)
    return account


def _check_time(stamp: str) -> None:
    if not stamp:
        raise Refused(12006, 2003, "The submission time can't be empty.")
    try:
        moment = datetime.strptime(stamp, "%Y-%m-%dT%H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        raise Refused(12001, 2003, "Invalid submission time.") from None
    if abs(datetime.now(UTC) - moment) > TOLERANCE:
        raise Refused(12001, 2003, "Invalid submission time.")
