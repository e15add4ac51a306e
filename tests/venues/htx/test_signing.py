"""HTX on the wire: what is signed, what leaves, what comes in."""

import gzip
import json
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui.core.accounts import Account
from tui.core.secrets import Credentials, Redactor, Secret
from tui.venues.base.messages import (
    AllUnknown,
    Answered,
    Closing,
    LoggedIn,
    LoginRefused,
    Pinged,
    Received,
    RestCall,
    SocketCall,
    SocketEvent,
    SocketRead,
    Unreadable,
)
from tui.venues.common.parsing import MAX_UNPACKED
from tui.venues.htx.adapter import Htx
from tui.venues.htx.signing import host_of, signature

KEY = "e2xxxxxx-99xxxxxx-84xxxxxx-7xxxx"
CREDENTIALS = Credentials(Secret(KEY), Secret("XXXXXXXXXX"))
NOW_MS = 1494515970_999  # 2017-05-11T15:19:30.999Z: whole seconds are signed
AUTH = (
    f"AccessKeyId={KEY}&SignatureMethod=HmacSHA256&SignatureVersion=2"
    "&Timestamp=2017-05-11T15%3A19%3A30"
)


def htx(
    rest_url: str = "https://api.hbdm.com", ws_url: str = "wss://api.hbdm.com/linear-swap-trade"
) -> Htx:
    return Htx(Account("htx-main", "htx", rest_url, ws_url))


# --- signing -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "host", "path", "query", "expected"),
    [
        (
            # the one vector that somebody else published
            "GET",
            "api.huobi.pro",
            "/v1/order/orders",
            (("order-id", "1234567890"),),
            "2ZQ7/roKBjdnAv8z5DymwzgSaOPyPgJl0BIlq9fa94w=",
        ),
        (
            "POST",
            "api.hbdm.com",
            "/linear-swap-api/v1/swap_openorders",
            (),
            "jAXcIUI2NIQnocGMx9Q/cz6bzJgSahq2dtbjOWivVUI=",
        ),
        (
            "GET",
            "api.hbdm.com",
            "/v5/trade/order/opens",
            (("limit", "100"), ("contract_code", "BTC-USDT")),
            "Lmd3BXHW0y7UybfqOBz98hgQuzysfsVasmxqTbPWsMc=",
        ),
        (
            "GET",
            "api.hbdm.com",
            "/linear-swap-notification",
            (),
            "Ies36zglsOxpUi03LXVuQhoVnMiaJGVd+sDXdY89zD4=",
        ),
        (
            "GET",
            "api.hbdm.com",
            "/ws/v5/notification",
            (),
            "iGKHRhLjTMg9d+FBvG1ZGWa4F0JCIbTL0PptxAsChvY=",
        ),
    ],
)
def test_rest_signature_vectors(
    method: str, host: str, path: str, query: tuple[tuple[str, str], ...], expected: str
) -> None:
    call = RestCall("GET" if method == "GET" else "POST", path, query)
    signed = htx(rest_url=f"https://{host.upper()}").sign(call, CREDENTIALS, NOW_MS)
    quoted = expected.replace("/", "%2F").replace("+", "%2B").replace("=", "%3D")
    assert signed.target.endswith(f"&Signature={quoted}")
    assert signed.hidden == (expected, quoted)


def test_login_signs_the_configured_host_and_path() -> None:
    login = htx().login(CREDENTIALS, NOW_MS)
    assert json.loads(login.text) == {
        "op": "auth",
        "type": "api",
        "AccessKeyId": KEY,
        "SignatureMethod": "HmacSHA256",
        "SignatureVersion": "2",
        "Timestamp": "2017-05-11T15:19:30",
        "Signature": "U+xRMbQM7n7zR5HhZUOfCVxm8BQX69NA46+SG37bF0U=",
    }
    elsewhere = htx(ws_url="wss://api.hbdm.vn/linear-swap-trade").login(CREDENTIALS, NOW_MS)
    local = htx(ws_url="ws://127.0.0.1:8123/linear-swap-trade").login(CREDENTIALS, NOW_MS)
    assert json.loads(elsewhere.text)["Signature"] == signature(
        "GET", "api.hbdm.vn", "/linear-swap-trade", AUTH, CREDENTIALS
    )
    assert json.loads(local.text)["Signature"] == signature(
        "GET", "127.0.0.1:8123", "/linear-swap-trade", AUTH, CREDENTIALS
    )


def test_login_goes_to_the_venue_when_no_socket_is_configured() -> None:
    plain = Htx(Account("a", "htx", "https://api.hbdm.com"))
    assert plain.login(CREDENTIALS, NOW_MS) == htx().login(CREDENTIALS, NOW_MS)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://API.hbdm.com", "api.hbdm.com"),
        ("https://api.hbdm.com:443/x", "api.hbdm.com"),
        ("wss://api.hbdm.com:443/linear-swap-trade", "api.hbdm.com"),
        ("http://127.0.0.1:80", "127.0.0.1"),
        ("https://api.hbdm.com:80", "api.hbdm.com:80"),
        ("ws://localhost:8123/linear-swap-trade", "localhost:8123"),
        ("http://[::1]:8123", "[::1]:8123"),
    ],
)
def test_the_signed_host_is_that_of_the_host_header(url: str, host: str) -> None:
    assert host_of(url) == host


def test_a_body_is_sent_as_it_is_and_not_signed() -> None:
    path = "/linear-swap-api/v1/swap_openorders"
    empty = htx().sign(RestCall("POST", path), CREDENTIALS, NOW_MS)
    full = htx().sign(RestCall("POST", path, body='{"page_index":1}'), CREDENTIALS, NOW_MS)
    assert full.body == b'{"page_index":1}'
    assert full.target == empty.target
    assert full.headers == (("Content-Type", "application/json"),)


def test_parameters_are_encoded_as_rfc_3986_says() -> None:
    signed = htx().sign(RestCall("GET", "/x", (("a b", "c:d~e+f"),)), CREDENTIALS, NOW_MS)
    assert "&a%20b=c%3Ad~e%2Bf&" in signed.target


def test_an_unsigned_call_carries_no_key() -> None:
    signed = htx().sign(RestCall("GET", "/api/v1/timestamp", signed=False), CREDENTIALS, NOW_MS)
    assert (signed.target, signed.hidden, signed.headers) == ("/api/v1/timestamp", (), ())


def test_what_is_hidden_takes_key_and_signature_out_of_the_log() -> None:
    redactor = Redactor(CREDENTIALS.values())
    login = htx().login(CREDENTIALS, NOW_MS)
    call = htx().sign(RestCall("GET", "/v5/trade/order/opens"), CREDENTIALS, NOW_MS)
    for text, hidden in ((login.text, login.hidden), (call.target, call.hidden)):
        shown = redactor.redact(text, hidden)
        assert KEY not in shown
        assert not any(value in shown for value in hidden)


def test_a_request_carries_its_id_at_the_top() -> None:
    text = htx().encode(SocketCall("cancelall", {"contract_code": "BTC-USDT"}), "40sG903yz80oDFWr")
    assert text == '{"op":"cancelall","cid":"40sG903yz80oDFWr","data":{"contract_code":"BTC-USDT"}}'


def test_the_handshake_needs_no_headers_and_pings_are_of_the_protocol() -> None:
    assert htx().socket_headers() == ()
    assert htx().keepalive is not None
    assert htx().keepalive.text is None


# --- messages that come in -----------------------------------------------------------------------


def read(message: str | bytes) -> SocketRead:
    return htx().read_socket(message)


def event_of(text: str) -> SocketEvent:
    """What the message means; the same packed and plain."""
    packed = read(gzip.compress(text.encode()))
    assert read(text).event == packed.event == read(text.encode()).event
    assert packed.unpacked == len(text.encode())
    return packed.event


CANCELALL_REPLY = (
    '{"status":"ok","cid":"40sG903yz80oDFWr","data":{"errors":[{"order_id":"770323133537685504",'
    '"err_code":1071,"err_msg":"Repeated withdraw."}],"successes":"770323847022211072"},'
    '"ts":1603701351602}'
)


@pytest.mark.parametrize(
    ("text", "event"),
    [
        ('{"op":"ping","ts":"1492420473058"}', Pinged('{"op":"pong","ts":"1492420473058"}')),
        ('{"op":"ping","ts":1492420473058}', Pinged('{"op":"pong","ts":1492420473058}')),
        (
            '{"op":"auth","type":"api","err-code":0,"ts":1763807051526,'
            '"data":{"user-id":"57324294"}}',
            LoggedIn(),
        ),
        ('{"op":"auth","type":"api","err-code":0,"cid":"a1","ts":1}', LoggedIn()),
        ('{"op":"auth","type":"api","err-code":2005,"ts":1}', LoggedIn()),
        (
            '{"op":"auth","type":"api","ts":1763807051526,"err-code":2003,'
            '"err-msg":"Verification failure [...]"}',
            LoginRefused("2003", "Verification failure [...]", permanent=True),
        ),
        # an answer to the login stays one although it carries an id
        (
            '{"op":"auth","cid":"a1","err-code":2001,"err-msg":"x"}',
            LoginRefused("2001", "x", permanent=True),
        ),
        (
            '{"op":"auth","err-code":2004,"err-msg":"too many"}',
            LoginRefused("2004", "too many", permanent=False),
        ),
        (
            '{"op":"auth","err-code":2030,"err-msg":"over"}',
            LoginRefused("2030", "over", permanent=False),
        ),
        (
            '{"op":"auth","err-code":9999,"err-msg":"new"}',
            LoginRefused("9999", "new", permanent=False),
        ),
        (
            '{"op":"auth","ts":1}',
            LoginRefused("", "the login answer has no code", permanent=False),
        ),
        ('{"op":"close","ts":1489474081631}', Closing("the venue closes the connection")),
        (
            '{"op":"error","ts":1489474081631}',
            AllUnknown("", "an error that names no request"),
        ),
        ('{"status":"error","err_code":1032,"err_msg":"slow","ts":1}', AllUnknown("1032", "slow")),
        ('{"code":1067,"message":"Illegal","data":null}', AllUnknown("1067", "Illegal")),
        (CANCELALL_REPLY, Answered("40sG903yz80oDFWr", json.loads(CANCELALL_REPLY))),
        (
            '{"err-code":2002,"err-msg":"login first","cid":"c7"}',
            Answered("c7", {"err-code": 2002, "err-msg": "login first", "cid": "c7"}),
        ),
        ('{"cid":12,"code":200}', Answered("12", {"cid": 12, "code": 200})),
        (
            '{"op":"pong","ts":1,"err-code":2011,"err-msg":"bad pong"}',
            Received("pong 2011 bad pong"),
        ),
        ('{"op":"pong","ts":1}', Received("pong")),
        ('{"op":"notify","topic":"orders.btc-usdt","status":7}', Received("notify")),
        ('{"status":"ok","ts":1}', Received("")),
        ('{"op":"ping"}', Unreadable("a ping without a usable ts")),
        ('{"op":"ping","ts":{"a":1}}', Unreadable("a ping without a usable ts")),
        (f'{{"op":"ping","ts":"{"9" * 80}"}}', Unreadable("a ping without a usable ts")),
        ("[1,2]", Unreadable("not a JSON object")),
    ],
)
def test_each_message_means_what_is_documented(text: str, event: SocketEvent) -> None:
    assert event_of(text) == event


def test_text_is_shown_safe() -> None:
    shown = read(gzip.compress(b'{"op":"close","err-msg":"\\u001b[2J"}\x1b[2J'))
    assert "\x1b" not in shown.text
    refused = event_of('{"op":"auth","err-code":2003,"err-msg":"\\u001b[31mred"}')
    assert refused == LoginRefused("2003", "\\x1b[31mred", permanent=True)


def test_a_bomb_is_not_unpacked() -> None:
    bomb = gzip.compress(b" " * (MAX_UNPACKED + 1))
    assert len(bomb) < MAX_UNPACKED // 100
    seen = read(bomb)
    assert isinstance(seen.event, Unreadable)
    assert len(seen.text) < 1_000


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x1f\x8b",
        gzip.compress(b'{"op":"ping","ts":1}', mtime=0)[:-4],
        gzip.compress(b"{}", mtime=0) + b"tail",
        gzip.compress(b"{}", mtime=0) + gzip.compress(b"{}", mtime=0),
        zlib.compress(b"{}"),
        b"\xff\xfe\x00",
        gzip.compress(b"\xff\xff", mtime=0),
        "\ud800",
        "",
        "null",
        "[" * 100_000,
        '{"a":' * 100_000,
        '{"op":"ping","ts":' + "9" * 5_000 + "}",
        "<html>502 Bad Gateway</html>",
    ],
)
def test_anything_else_is_unreadable(data: bytes | str) -> None:
    assert isinstance(read(data).event, Unreadable)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=8,
)
htx_like = st.dictionaries(
    st.sampled_from(
        ["op", "cid", "ts", "code", "err-code", "err_code", "err-msg", "message", "status", "data"]
    ),
    st.sampled_from(["ping", "auth", "close", "error", "ok", "pong", "", 0, 200, 2003])
    | json_values,
)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=200))
def test_no_bytes_raise(data: bytes | str) -> None:
    read(data)
    if isinstance(data, bytes):
        read(gzip.compress(data))
        read(b"\x1f\x8b\x08" + data)


@settings(max_examples=300, deadline=None)
@given(htx_like)
def test_no_message_raises(message: dict[str, object]) -> None:
    seen = read(gzip.compress(json.dumps(message).encode()))
    assert seen.text.isprintable()
    if isinstance(seen.event, Answered):
        assert message["cid"] not in ("", None)
    if isinstance(seen.event, Pinged):
        assert json.dumps(json.loads(seen.event.answer)["ts"]) == json.dumps(message["ts"])
    if isinstance(seen.event, LoggedIn):
        assert message["op"] == "auth"
