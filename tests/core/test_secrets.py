"""Secrets that do not print, and their removal from everything that is kept or shown."""

from __future__ import annotations

import base64
import copy
import json
import logging
import pickle
import re
from collections.abc import Callable
from urllib.parse import quote, quote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.core import secrets
from tui.core.secrets import HIDDEN, Credentials, Redactor, Secret, encoded_forms

VALUE = 'k3y+/.*("\\) é'
"""Metacharacters of regexes, JSON, URLs and Python; and one letter beyond ASCII."""

# --- Secret --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "printed",
    [
        str,
        repr,
        "{}".format,
        "{!r:>40}".format,
        "%s".__mod__,
        lambda secret: f"{secret:>40}",
        lambda secret: str([secret]),
        lambda secret: str(Credentials(secret, secret, secret)),
    ],
)
def test_a_secret_does_not_print(printed: Callable[[Secret], str]) -> None:
    text = printed(Secret("hunter2-hunter2"))
    assert "hunter2" not in text
    assert HIDDEN in text


@pytest.mark.parametrize("copied", [pickle.dumps, copy.copy, copy.deepcopy])
def test_a_secret_is_not_pickled(copied: Callable[[Secret], object]) -> None:
    with pytest.raises(TypeError, match="not written anywhere") as refused:
        copied(Secret("hunter2-hunter2"))
    assert "hunter2" not in str(refused.value)


def test_a_secret_is_not_json() -> None:
    with pytest.raises(TypeError):
        json.dumps({"key": Secret("hunter2-hunter2")})


def test_a_secret_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("killdesk").error("with %s and %r", Secret("hunter2"), Secret("hunter2"))
    assert "hunter2" not in caplog.text


def test_a_secret_has_no_dict_to_look_into() -> None:
    with pytest.raises(TypeError):
        vars(Secret("hunter2"))


def test_secrets_compare_by_value() -> None:
    assert Secret("one") == Secret("one")
    assert Secret("one") != Secret("two")
    assert Secret("one") != "one"
    assert len({Secret("one"), Secret("one")}) == 1
    assert not Secret("")
    assert Secret("one").reveal() == "one"


def test_credentials_give_every_value_to_the_redactor() -> None:
    assert Credentials(Secret("key"), Secret("sec"), Secret("phr")).values() == (
        "key",
        "sec",
        "phr",
    )
    assert Credentials(Secret("key"), Secret("sec")).values() == ("key", "sec")


# --- by value ------------------------------------------------------------------------------------


def _small(percent_encoded: str) -> str:
    return re.sub("%..", lambda code: code[0].lower(), percent_encoded)


ENCODINGS: dict[str, Callable[[str], str]] = {
    "as it is": lambda v: v,
    "json": json.dumps,
    "json with letters as they are": lambda v: json.dumps(v, ensure_ascii=False),
    "json in json": lambda v: json.dumps({"m": json.dumps({"x": v})}),
    "repr": repr,
    "repr of a dict": lambda v: repr({"x": v}),
    "query": lambda v: urlencode({"x": v}),
    "path": quote,
    "percent": lambda v: quote(v, safe=""),
    "percent, small letters": lambda v: _small(quote(v, safe="")),
    "plus": quote_plus,
    "base64": lambda v: base64.b64encode(v.encode()).decode(),
    "base64 without padding": lambda v: base64.b64encode(v.encode()).decode().rstrip("="),
    "base64url": lambda v: base64.urlsafe_b64encode(v.encode()).decode(),
    "base64, percent": lambda v: quote(base64.b64encode(v.encode()).decode(), safe=""),
    "hex": lambda v: v.encode().hex(),
    "hex, capitals": lambda v: v.encode().hex().upper(),
}  # fmt: skip


@pytest.mark.parametrize("encode", ENCODINGS.values(), ids=ENCODINGS)
@pytest.mark.parametrize("value", [VALUE, "plainpassphrase", "a+b/c=="])
@pytest.mark.parametrize("learned", [True, False], ids=["learned", "of this message"])
def test_a_value_goes_in_every_encoding(
    encode: Callable[[str], str], value: str, learned: bool
) -> None:
    text = f"before {encode(value)} after"
    redacted = Redactor([value]).redact(text) if learned else Redactor().redact(text, [value])
    assert HIDDEN in redacted
    assert redacted.startswith("before ") and redacted.endswith(" after")
    assert not [form for form in encoded_forms(value) if form in redacted]


def test_a_value_is_not_read_as_a_pattern() -> None:
    assert Redactor(["a.c*[x]"]).redact("abc abccc[x] a.c*[x]") == f"abc abccc[x] {HIDDEN}"


def test_overlapping_values_leave_no_rest() -> None:
    redactor = Redactor(["abcdef", "abcdefghij", "defg", "ghijkl"])
    assert redactor.redact("-abcdef-") == f"-{HIDDEN}-"
    assert redactor.redact("-abcdefghij-") == f"-{HIDDEN}-"
    assert redactor.redact("-abcdefghijkl-") == f"-{HIDDEN}-"
    assert redactor.redact("-abcdefgh-") == f"-{HIDDEN}h-"
    assert redactor.redact("-abcdef-defg-") == f"-{HIDDEN}-{HIDDEN}-"


def test_overlap_of_a_learned_value_and_one_of_this_message() -> None:
    assert Redactor(["abcdef"]).redact("abcdefghi", ["defghi"]) == HIDDEN


def test_values_too_short_to_be_secrets_spoil_no_text() -> None:
    assert Redactor(["a", "", "btc"]).redact("a btc-usdt book", ["us"]) == "a btc-usdt book"


def test_learning_later_keeps_what_was_learned() -> None:
    redactor = Redactor(["first-secret"])
    redactor.learn(["other-secret"])
    assert redactor.redact("first-secret other-secret") == f"{HIDDEN} {HIDDEN}"


@given(st.lists(st.text(min_size=4, max_size=12), max_size=4), st.text(max_size=60))
def test_no_value_survives_in_any_text(values: list[str], text: str) -> None:
    values = [value for value in values if value.isprintable() and "*" not in value]
    mixed = text.join(["", *values, ""])
    redacted = Redactor(values).redact(mixed)
    assert not [value for value in values if value in redacted]


# --- by name -------------------------------------------------------------------------------------

SIGN = "Zm9v+/YmFy="


@pytest.mark.parametrize(
    "text",
    [
        f'{{"sign":"{SIGN}"}}',
        f'{{"sign" : "{SIGN}"}}',
        json.dumps({"op": "login", "args": [{"apiKey": SIGN, "passphrase": SIGN, "sign": SIGN}]}),
        json.dumps({"m": json.dumps({"sign": SIGN, "a": 1})}),
        json.dumps({"m": json.dumps({"n": json.dumps({"sign": SIGN})})}),
        json.dumps(json.dumps({"sign": SIGN}, separators=(",", ":"))),
        repr({"sign": SIGN, "secretKey": SIGN}),
        repr(json.dumps({"sign": SIGN})),
        repr([("OK-ACCESS-SIGN", SIGN), ("ACCESS-KEY", SIGN), ("locale", "en-US")]),
        repr([(b"OK-ACCESS-PASSPHRASE", SIGN.encode())]),
        repr(json.dumps({"sign": SIGN}).encode()),
        f"https://api.hbdm.com/x?AccessKeyId={SIGN}&Signature={quote(SIGN)}&Timestamp=1",
        f"OK-ACCESS-SIGN: {SIGN}",
        f"access-passphrase:{SIGN}, access-sign:{SIGN}",
        f"X-API-KEY: {SIGN}",
        f"secret_key = {SIGN}; api_key={SIGN}",
        f"api-key='{SIGN}' password=\"{SIGN}\"",
        f'{{"Signature":"{SIGN}',
        f'{{\\"sign\\":\\"{SIGN}',
        f'{{"sign":"\\"{SIGN}\\"","a":1}}',
        f'{{"passphrase":"two words and {SIGN}"}}',
        f"{{'passphrase': 'two words and {SIGN}'}}",
    ],
)
def test_a_field_that_is_secret_by_its_name_goes(text: str) -> None:
    redacted = Redactor().redact(text)
    assert HIDDEN in redacted
    assert SIGN not in redacted and quote(SIGN) not in redacted


def test_what_stands_beside_a_secret_field_stays() -> None:
    text = json.dumps(
        {"cid": "1", "sign": SIGN, "Timestamp": "2026", "m": json.dumps({"sign": SIGN, "a": 1})}
    )
    redacted = json.loads(Redactor().redact(text))
    assert redacted["cid"] == "1" and redacted["Timestamp"] == "2026"
    assert redacted["sign"] == HIDDEN
    assert json.loads(redacted["m"]) == {"sign": HIDDEN, "a": 1}
    query = Redactor().redact(
        "AccessKeyId=abc&SignatureMethod=HmacSHA256&Signature=xyz&Timestamp=1"
    )
    assert (
        query == f"AccessKeyId={HIDDEN}&SignatureMethod=HmacSHA256&Signature={HIDDEN}&Timestamp=1"
    )


@pytest.mark.parametrize(
    "text",
    [
        '{"design":"thing","contract_code":"BTC-USDT"}',
        "signed in, 3 keys, passphrase is wrong",
        '{"code":"50105","msg":"Request header OK-ACCESS-PASSPHRASE incorrect."}',
        '{"order_id":"770323133537738752","direction":"buy"}',
        "SignatureVersion=2&SignatureMethod=HmacSHA256",
        '{"msg":"Invalid Sign","code":"50113"}',
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert Redactor(["another-secret"]).redact(text) == text


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    "text",
    ["sign", 'sign="\\', '"sign":"', "sign=", "sign ", "sign\\", "\\", "sign:b'"],
)
def test_no_text_makes_it_slow(text: str) -> None:
    Redactor(["another-secret"]).redact(text * (200_000 // len(text)))
    Redactor(["another-secret"]).redact("sign" + text * (200_000 // len(text)))


@given(
    st.lists(st.text("aB1/+é", min_size=1, max_size=7), min_size=1, max_size=12),
    st.text("aB1/+é,", max_size=60),
)
def test_many_secrets_are_looked_for_in_another_way_and_found_just_so(
    values: list[str], text: str
) -> None:
    few, many = Redactor(values), Redactor(values)
    many.learn(f"{number:04}_nowhere" for number in range(secrets._MANY))
    assert len(many._forms) > secrets._MANY > len(few._forms)
    for said in (text, "", *values, *(text + value + text for value in values)):
        assert many.redact(said) == few.redact(said)


@given(
    st.lists(st.text(st.sampled_from(list("ab\x00\x1f\"'\\ :=&,sign")), max_size=40), max_size=6),
    st.text(st.sampled_from("ab\x00\x1f"), min_size=8, max_size=12),
)
def test_the_texts_of_a_message_are_cleaned_as_each_of_them_alone(
    texts: list[str], hidden: str
) -> None:
    redactor = Redactor(["abababab"])
    whole = [*texts, f"x{hidden}y", 'Sign: "open', f"sign={hidden}"]
    together = redactor.redact_all(whole, [hidden])
    assert together == [redactor.redact(text, [hidden]) for text in whole]
