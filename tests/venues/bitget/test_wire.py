"""Bitget on the wire: signatures and headers.

Vectors: a synthetic key, signed by ccxt 4.5.90 and by an HMAC apart from this code, both alike.
"""

from __future__ import annotations

import pytest

from tui.core.accounts import Account
from tui.core.actions import Verdict
from tui.core.secrets import Credentials, Secret
from tui.venues.base.errors import VenueError
from tui.venues.base.messages import RestCall, SocketCall, Unreadable
from tui.venues.bitget.adapter import BITGET, Bitget, signed

SECRET = "test_secret_0123456789"
NOW_MS = 1659076670000
KEYS = Credentials(Secret("the-api-key"), Secret(SECRET), Secret("the-passphrase"))
LIVE = Bitget(Account("a", "bitget", BITGET.rest_url))
DEMO = Bitget(Account("a", "bitget", BITGET.rest_url, demo_trading=True))
TRADE = "/api/v3/trade/"


@pytest.mark.parametrize(
    ("call", "signature"),
    [
        (
            RestCall("POST", TRADE + "countdown-cancel-all", body='{"countdown":"40"}'),
            "Lepa70OmllgXrPoxOiwaw6vOwNTB2mEboF8onT1al70=",
        ),
        (
            RestCall("POST", TRADE + "countdown-cancel-all", body='{"countdown": "40"}'),
            "WBhLhvtHXG/r44mI+pqoUHFRIk79OhXBVl3iBWlwbdo=",
        ),
        (
            RestCall("POST", TRADE + "countdown-cancel-all", body='{"countdown":"10"}'),
            "ueadtGfxgNQqFzkUDzLni/bx+B0gQ5S2drUxk62r93Q=",
        ),
        (
            RestCall("POST", TRADE + "countdown-cancel-all", body='{"countdown":"0"}'),
            "PrzVw92PgR9GOOztvrI+pQ3GB+JNY6+4r/oal0VfDYo=",
        ),
        (
            RestCall("GET", TRADE + "unfilled-orders"),
            "TpCKFG5ye69XgWeYtKTTn6+9f4YsAcIzpqJbO34XDbE=",
        ),
        (
            RestCall(
                "GET",
                TRADE + "unfilled-orders",
                (("category", "USDT-FUTURES"), ("symbol", "BTCUSDT")),
            ),
            "BqRIsXUzgeYH0u4wTtJJqz//NOH5oMCpoYxC8xxAaVI=",
        ),
        (
            RestCall(
                "GET",
                TRADE + "unfilled-orders",
                (("category", "SPOT"), ("cursor", "1235058132196622336"), ("limit", "100")),
            ),
            "N6LJMqsm/KDRnfLU/qorbI8DHUPtyBDYPeZRpBJVXBA=",
        ),
        (
            RestCall("GET", "/api/v3/account/settings"),
            "xfz9DTz+uCRgHsBCIXSb+g6V2nfgYZcv2qkpOG4eW8g=",
        ),
        (
            RestCall("GET", "/api/v3/account/info"),
            "xJ0jkmxw5teSUTduVtc20DJTHRAth+p0xy9Oefgfoxo=",
        ),
        (
            RestCall("POST", TRADE + "cancel-symbol-order", body='{"category":"SPOT"}'),
            "rmyNSBaANWg1K7KzE+eOvEBSoEC5ZxrnmEnT7JvLmy0=",
        ),
    ],
)
def test_requests_are_signed_as_sent(call: RestCall, signature: str) -> None:
    sent = LIVE.sign(call, KEYS, NOW_MS)
    query = "&".join(f"{name}={value}" for name, value in call.query)
    assert sent.method == call.method
    assert sent.target == call.path + (f"?{query}" if query else "")
    assert sent.body == call.body.encode()
    assert dict(sent.headers) == {
        "Content-Type": "application/json",
        "locale": "en-US",
        "ACCESS-KEY": "the-api-key",
        "ACCESS-SIGN": signature,
        "ACCESS-TIMESTAMP": "1659076670000",
        "ACCESS-PASSPHRASE": "the-passphrase",
    }
    assert sent.hidden == (signature,)


def test_the_login_vector() -> None:
    text = "1659076670GET/user/verify"
    assert signed(Secret(SECRET), text) == "cBvja4ssz29kV6tosAsTe6xKGhkZ9Q8XQ8sxrlAel4w="


def test_the_query_is_sorted_before_it_is_signed() -> None:
    query = (("limit", "100"), ("cursor", "1235058132196622336"), ("category", "SPOT"))
    sent = LIVE.sign(RestCall("GET", TRADE + "unfilled-orders", query), KEYS, NOW_MS)
    assert sent.target.endswith("?category=SPOT&cursor=1235058132196622336&limit=100")
    assert sent.hidden == ("N6LJMqsm/KDRnfLU/qorbI8DHUPtyBDYPeZRpBJVXBA=",)


def test_demo_trading_is_said_and_only_there() -> None:
    call = RestCall("GET", "/api/v3/account/info")
    assert ("paptrading", "1") in DEMO.sign(call, KEYS, NOW_MS).headers
    assert "paptrading" not in dict(LIVE.sign(call, KEYS, NOW_MS).headers)


def test_an_unsigned_call_carries_no_credentials() -> None:
    sent = LIVE.sign(RestCall("GET", "/api/v2/public/time", signed=False), KEYS, NOW_MS)
    assert {name for name, _ in sent.headers} == {"Content-Type", "locale"}
    assert sent.hidden == ()


def test_there_is_no_socket() -> None:
    assert BITGET.ws_url is None
    assert LIVE.keepalive is None
    assert LIVE.socket_headers() == ()
    assert isinstance(LIVE.read_socket(b"\xff").event, Unreadable)
    with pytest.raises(VenueError) as caught:
        LIVE.login(KEYS, NOW_MS)
    assert caught.value.verdict is Verdict.REFUSED
    with pytest.raises(VenueError):
        LIVE.encode(SocketCall("cancel-order", []), "1")
