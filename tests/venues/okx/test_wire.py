"""OKX on the wire: signatures, headers, login, and what socket messages mean.

Vectors: the documentation's sample secret with signatures computed apart from this code, and one
that NautilusTrader publishes in its `credential.rs`.
"""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.core.accounts import Account
from tui.core.secrets import Credentials, Secret
from tui.venues.base.messages import (
    AllUnknown,
    Answered,
    Closing,
    LoggedIn,
    LoginRefused,
    Pinged,
    Received,
    RestCall,
    RestReply,
    SocketCall,
    SocketEvent,
    Unreadable,
)
from tui.venues.common.parsing import MAX_UNPACKED
from tui.venues.okx.adapter import OKX, Okx
from tui.venues.okx.signing import iso_time, signed

DOC_SECRET = "22582BD0CFF14C41EDBF1AB98506286D"
NAUTILUS_SECRET = "chNOOS4KvNXR_Xq4k4c9qsfoKWvnDecLATCRlcBwyKDYnWgO"
T = "2020-12-08T09:08:57.715Z"
T_MS = 1607418537715
KEYS = Credentials(Secret("the-api-key"), Secret(DOC_SECRET), Secret("the-passphrase"))
LIVE = Okx(Account("a", "okx", OKX.rest_url))
DEMO = Okx(Account("a", "okx", OKX.rest_url, demo_trading=True))


def headers_of(adapter: Okx, call: RestCall, now_ms: int = T_MS) -> dict[str, str]:
    return dict(adapter.sign(call, KEYS, now_ms).headers)


# --- signatures ---


@pytest.mark.parametrize(
    ("secret", "text", "signature"),
    [
        (
            NAUTILUS_SECRET,
            f"{T}GET/api/v5/account/balance",
            "PJ61e1nb2F2Qd7D8SPiaIcx2gjdELc+o0ygzre9z33k=",
        ),
        (
            DOC_SECRET,
            "1704876947GET/users/self/verify",
            "5/36BgGV6m/6pmdc20zdqk0mzF5ZalmzzPD2fo3wavU=",
        ),
        (
            DOC_SECRET,
            "1538054050GET/users/self/verify",
            "+LdIr8lkkvhr5hoA3g9TMC0+uQJ849ftAcocA/ouu4M=",
        ),
    ],
)
def test_signature_vectors(secret: str, text: str, signature: str) -> None:
    assert signed(Secret(secret), text) == signature


@pytest.mark.parametrize(
    ("call", "target", "signature"),
    [
        (
            RestCall("POST", "/api/v5/rfq/cancel-all-quotes"),
            "/api/v5/rfq/cancel-all-quotes",
            "xcRERgKWyd2FX2CI+AKDBtnFxetUdm2WTbNig9T+s+8=",
        ),
        (
            RestCall("POST", "/api/v5/rfq/cancel-all-quotes", body="{}"),
            "/api/v5/rfq/cancel-all-quotes",
            "cL/wEb7BGpvEB4h1pMrBAcXM+1mzI2n+RtGVXTkkKkM=",
        ),
        (
            RestCall("POST", "/api/v5/sprd/mass-cancel", body="{}"),
            "/api/v5/sprd/mass-cancel",
            "ZBcBlSsWY2ANoL04fot3+lFd3AaSrFTyjXVYQjkUysU=",
        ),
        (
            RestCall(
                "POST", "/api/v5/sprd/mass-cancel", body='{"sprdId":"BTC-USDT_BTC-USDT-SWAP"}'
            ),
            "/api/v5/sprd/mass-cancel",
            "UaSr5kfrU1R9uBEvmPujlpDeH64cSZz/kIhBC4saTr4=",
        ),
        (
            RestCall("POST", "/api/v5/rfq/cancel-all-after", body='{"timeOut":"60"}'),
            "/api/v5/rfq/cancel-all-after",
            "FQh7KDVabi7zyo85MvitdNYlvrqvMEAL8fLdPCvANxc=",
        ),
        (
            RestCall("GET", "/api/v5/rfq/quotes", (("state", "active"),)),
            "/api/v5/rfq/quotes?state=active",
            "Y2sp/MfIGu3uX+f2Mfi5rqjghWv9lg04SkabDk2Ivd8=",
        ),
        (
            RestCall("GET", "/api/v5/account/balance", (("ccy", "BTC"),)),
            "/api/v5/account/balance?ccy=BTC",
            "HiZhvSfMtWJA3uUIVXV3a/bSXNPCWvYFXoGCVS8V4zY=",
        ),
    ],
)
def test_requests_are_signed_as_sent(call: RestCall, target: str, signature: str) -> None:
    sent = LIVE.sign(call, KEYS, T_MS)
    assert (sent.method, sent.target, sent.body) == (call.method, target, call.body.encode())
    assert dict(sent.headers) == {
        "Content-Type": "application/json",
        "OK-ACCESS-KEY": "the-api-key",
        "OK-ACCESS-SIGN": signature,
        "OK-ACCESS-TIMESTAMP": T,
        "OK-ACCESS-PASSPHRASE": "the-passphrase",
    }
    assert sent.hidden == (signature,)


@pytest.mark.parametrize(
    ("now_ms", "text"),
    [
        (T_MS, T),
        (0, "1970-01-01T00:00:00.000Z"),
        (1597026383005, "2020-08-10T02:26:23.005Z"),
        (1597026383999, "2020-08-10T02:26:23.999Z"),
    ],
)
def test_time_keeps_its_milliseconds(now_ms: int, text: str) -> None:
    assert iso_time(now_ms) == text


def test_an_unsigned_call_carries_no_credentials() -> None:
    sent = LIVE.sign(RestCall("GET", "/api/v5/public/time", signed=False), KEYS, T_MS)
    assert sent.headers == (("Content-Type", "application/json"),)
    assert sent.hidden == ()


def test_demo_trading_is_said_on_rest_and_on_the_handshake_and_only_there() -> None:
    call = RestCall("POST", "/api/v5/rfq/cancel-all-quotes", body="{}")
    assert headers_of(DEMO, call)["x-simulated-trading"] == "1"
    assert DEMO.socket_headers() == (("x-simulated-trading", "1"),)
    assert "x-simulated-trading" not in headers_of(LIVE, call)
    assert LIVE.socket_headers() == ()


# --- messages out ---


def test_login() -> None:
    message = LIVE.login(KEYS, 1704876947999)
    signature = "5/36BgGV6m/6pmdc20zdqk0mzF5ZalmzzPD2fo3wavU="
    assert json.loads(message.text) == {
        "op": "login",
        "args": [
            {
                "apiKey": "the-api-key",
                "passphrase": "the-passphrase",
                "timestamp": "1704876947",
                "sign": signature,
            }
        ],
    }
    assert message.hidden == (signature,)


def test_encode() -> None:
    call = SocketCall("sprd-mass-cancel", [{"sprdId": "BTC-USDT_BTC-USDT-SWAP"}])
    assert LIVE.encode(call, "1512") == (
        '{"id":"1512","op":"sprd-mass-cancel","args":[{"sprdId":"BTC-USDT_BTC-USDT-SWAP"}]}'
    )


def test_keepalive_leaves_room_before_the_venue_drops_a_silent_connection() -> None:
    assert LIVE.keepalive is not None
    assert LIVE.keepalive.text == "ping"
    assert LIVE.keepalive.idle_s + LIVE.keepalive.answer_s < 30


# --- messages in ---

MASS_OK = '{"id":"1512","op":"sprd-mass-cancel","data":[{"result":true}],"code":"0","msg":""}'
MASS_BAD = '{"id":"1512","op":"sprd-mass-cancel","data":[],"code":"60013","msg":"Invalid args"}'
SUBSCRIBED = '{"id":"1512","event":"subscribe","arg":{"channel":"sprd-orders"},"connId":"a4d3ae55"}'
NOT_SUBSCRIBED = (
    '{"id":"1512","event":"error","code":"60012","msg":"Invalid request","connId":"a4d3ae55"}'
)


def error(code: str, text: str = "words") -> str:
    return json.dumps({"event": "error", "code": code, "msg": text, "connId": "a4d3ae55"})


@pytest.mark.parametrize(
    ("message", "event"),
    [
        ("pong", Received("pong")),
        (b"pong", Received("pong")),
        ("ping", Pinged("pong")),
        ('{"event":"login","code":"0","msg":"","connId":"a4d3ae55"}', LoggedIn()),
        (MASS_OK, Answered("1512", json.loads(MASS_OK))),
        (MASS_OK.encode(), Answered("1512", json.loads(MASS_OK))),
        (MASS_BAD, Answered("1512", json.loads(MASS_BAD))),
        (SUBSCRIBED, Answered("1512", json.loads(SUBSCRIBED))),
        (NOT_SUBSCRIBED, Answered("1512", json.loads(NOT_SUBSCRIBED))),
        (error("60011", "Please log in"), AllUnknown("60011", "Please log in")),
        (error("60014", "Requests too frequent"), AllUnknown("60014", "Requests too frequent")),
        (error("60012"), AllUnknown("60012", "words")),
        (error("60018"), AllUnknown("60018", "words")),
        (error("64007"), AllUnknown("64007", "words")),
        (error("99999"), AllUnknown("99999", "words")),
        ('{"event":"error"}', AllUnknown("", "")),
        ('{"event":"notice","code":"64008","msg":"Going down"}', Closing("Going down")),
        ('{"event":"notice","code":"64099","msg":"Other"}', Received("Other")),
        (
            '{"event":"channel-conn-count","channel":"orders","connCount":"2","connId":"a"}',
            Received("channel-conn-count"),
        ),
        ('{"arg":{"channel":"sprd-orders"},"data":[{"ordId":"1"}]}', Received("")),
        ("{}", Received("")),
    ],
)
def test_what_a_message_means(message: bytes | str, event: SocketEvent) -> None:
    assert LIVE.read_socket(message).event == event


@pytest.mark.parametrize(
    ("code", "permanent"),
    [
        *[(code, True) for code in ("60005", "60007", "60024", "60032", "50101", "50119")],
        *[(code, True) for code in ("50100", "50105", "50110", "50111", "50113")],
        *[(code, False) for code in ("60004", "60006", "60009", "60023", "60031", "63999")],
        *[(code, False) for code in ("50102", "50112")],
    ],
)
def test_a_refused_login_is_permanent_only_where_the_code_says_so(
    code: str, permanent: bool
) -> None:
    assert LIVE.read_socket(error(code)).event == LoginRefused(code, "words", permanent)


def test_a_login_answer_with_another_code_is_a_refusal() -> None:
    message = '{"event":"login","code":"60024","msg":"Wrong passphrase","connId":"a"}'
    assert LIVE.read_socket(message).event == LoginRefused("60024", "Wrong passphrase", True)


@pytest.mark.parametrize(
    "data", ["", "PONG", "pong\n", "[1]", "{", b"\xff\xfe", b"\x1f\x8b\x08", "[" * 100_000]
)
def test_what_cannot_be_read_says_so_in_one_line(data: bytes | str) -> None:
    event = LIVE.read_socket(data).event
    assert isinstance(event, Unreadable)
    assert event.reason.isprintable()


def test_a_huge_message_is_not_parsed_and_its_text_is_bounded() -> None:
    read = LIVE.read_socket(b'{"a":"' + b"x" * MAX_UNPACKED + b'"}')
    assert isinstance(read.event, Unreadable)
    assert read.unpacked == MAX_UNPACKED + 8
    assert len(read.text) < 200_000


def test_the_text_of_a_message_is_safe_and_its_size_true() -> None:
    read = LIVE.read_socket('{"msg":"\u20ac\x1b[2J\u202e"}')
    assert read.text.isprintable()
    assert read.unpacked == len('{"msg":"\u20ac\x1b[2J\u202e"}'.encode())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
WORDS = st.sampled_from(["0", "60009", "60012", "64008", 0, "login", "error", "notice", None, ""])


@given(st.binary() | st.text() | st.text(st.characters()))
def test_reading_never_raises_on_bytes(data: bytes | str) -> None:
    assert LIVE.read_socket(data).text.isprintable()


@given(
    st.fixed_dictionaries(
        {},
        optional=dict.fromkeys(("id", "op", "event", "code", "msg", "data", "arg"), WORDS | JSON),
    )
)
def test_reading_never_raises_on_objects(message: dict[str, object]) -> None:
    event = LIVE.read_socket(json.dumps(message)).event
    if isinstance(event, LoggedIn):
        assert message["event"] == "login"
        assert str(message["code"]) == "0"


# --- asked too often ---


@pytest.mark.parametrize(
    ("status", "body", "limited"),
    [
        (429, b'{"code":"50011","msg":"Too Many Requests","data":[]}', True),
        (200, b'{"code":"50011","msg":"Too Many Requests","data":[]}', True),
        (200, b'{"code":"50061","msg":"","data":[]}', True),
        (200, b'{"code":"50040","msg":"","data":[]}', True),
        (429, b'{"code":"50013","msg":"Systems are busy","data":[]}', False),
        (429, b"<html>slow down</html>", True),
        (200, b'{"code":"0","msg":"","data":[]}', False),
        (200, b"<html>", False),
    ],
)
def test_the_code_tells_whether_it_was_asked_too_often(
    status: int, body: bytes, limited: bool
) -> None:
    assert LIVE.limited(RestReply(status, body)) is limited


def test_the_lists_have_the_limits_of_their_pages() -> None:
    for path, most in (("sprd/orders-pending", 10), ("rfq/quotes", 2), ("rfq/rfqs", 2)):
        limit = LIVE.read_limit(RestCall("GET", f"/api/v5/{path}", (("state", "active"),)))
        assert limit is not None
        assert (limit.calls, limit.per_s) == (most, 2.0)
    assert LIVE.read_limit(RestCall("POST", "/api/v5/rfq/cancel-all-quotes")) is None
