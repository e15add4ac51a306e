"""Bounded reading of what a venue sent."""

from __future__ import annotations

import contextlib
import gzip
import json
import time
import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.core.actions import Ack, Verdict
from tui.venues.base.errors import VenueError
from tui.venues.base.messages import NoReply, Reply, RestReply, SocketReply
from tui.venues.common.acks import OrderResult, chosen_ack, orders_ack, requests_ack
from tui.venues.common.parsing import (
    NotReadable,
    answer_of,
    int_of,
    object_of,
    objects_of,
    parse_object,
    text_of,
    unpack_gzip,
)

A, N, R, B, U = (
    Verdict.ACCEPTED,
    Verdict.NOTHING,
    Verdict.REFUSED,
    Verdict.BUSY,
    Verdict.UNKNOWN,
)


# --- gzip ---


@pytest.mark.parametrize("plain", [b"", b"x", b'{"op":"ping"}', bytes(range(256)) * 400])
def test_gzip_unpacks(plain: bytes) -> None:
    assert unpack_gzip(gzip.compress(plain)) == plain


def test_gzip_up_to_the_limit_and_not_a_byte_more() -> None:
    packed = gzip.compress(b"a" * 1000)
    assert len(unpack_gzip(packed, limit=1000)) == 1000
    with pytest.raises(NotReadable, match="more than 999 bytes"):
        unpack_gzip(packed, limit=999)


def test_a_gzip_bomb_costs_neither_memory_nor_time() -> None:
    packer = zlib.compressobj(9, wbits=31)
    bomb = b"".join(packer.compress(bytes(1024 * 1024)) for _ in range(256)) + packer.flush()
    tracemalloc.start()
    began = time.perf_counter()
    with pytest.raises(NotReadable):
        unpack_gzip(bomb)
    took, (_, peak) = time.perf_counter() - began, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 40 * 1024 * 1024, "far less than the 256 MiB it would grow to"
    assert took < 2


@pytest.mark.parametrize(
    "packed",
    [
        b"",
        b"not gzip at all",
        gzip.compress(b"cut short", mtime=0)[:-6],
        gzip.compress(b"one", mtime=0) + b"trailing",
        gzip.compress(b"one", mtime=0) + gzip.compress(b"two", mtime=0),
        zlib.compress(b"zlib, not gzip"),
        gzip.compress(b"wrong checksum", mtime=0)[:-8] + bytes(8),
    ],
)
def test_what_is_not_one_whole_gzip_member_is_not_readable(packed: bytes) -> None:
    with pytest.raises(NotReadable):
        unpack_gzip(packed)


@given(st.binary(max_size=400))
def test_gzip_raises_nothing_else(data: bytes) -> None:
    for packed in (data, gzip.compress(data)[:200] + data):
        with contextlib.suppress(NotReadable):
            unpack_gzip(packed, limit=1000)


# --- JSON ---


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"pong",
        b"{",
        b"[]",
        b"null",
        b"1",
        b'"text"',
        b"\xff\xfe\xfa",
        b'{"a":"\xc3\x28"}',
        b'{"a":' * 200_000,
        b"[" * 200_000,
        b'{"a":' + b"9" * 5000 + b"}",
        '{"a":"\ud800',
    ],
)
def test_what_is_not_a_json_object_is_not_readable(data: bytes | str) -> None:
    with pytest.raises(NotReadable) as caught:
        parse_object(data)
    assert len(str(caught.value)) < 200
    assert str(caught.value).isprintable()


def test_a_json_object_is_read_with_all_it_holds() -> None:
    text = '{"s":"x","i":1,"f":1.5,"t":true,"n":null,"l":[1],"o":{"a":1}}'
    assert parse_object(text) == parse_object(text.encode()) == json.loads(text)


@given(st.one_of(st.binary(), st.text(st.characters())))
def test_parsing_raises_nothing_else(data: bytes | str) -> None:
    with contextlib.suppress(NotReadable):
        assert isinstance(parse_object(data), dict)


# --- values ---


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("0", "0"),
        (50011, "50011"),
        (1.5, "1.5"),
        ("a\x1b[31mb\n", "a\\x1b[31mb "),
        (True, ""),
        (None, ""),
        ([], ""),
        ({"a": 1}, ""),
    ],
)
def test_scalars_become_safe_text(value: object, text: str) -> None:
    assert text_of(value) == text  # type: ignore[arg-type]


def test_text_is_bounded() -> None:
    assert len(text_of("x" * 100_000)) <= 2_001


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (1, 1),
        (-1, -1),
        ("1728625799912", 1728625799912),
        ("", None),
        ("1.5", None),
        ("x", None),
        (1.5, None),
        (True, None),
        (None, None),
        ("9" * 21, None),
        (10**20, None),
        (-(10**20), None),
        (10**4000, None),
    ],
)
def test_whole_numbers_of_sane_length(value: object, number: int | None) -> None:
    assert int_of(value) == number  # type: ignore[arg-type]


def test_objects() -> None:
    assert objects_of([{"a": 1}, 2, None, {"b": 2}]) == [{"a": 1}, {"b": 2}]
    assert objects_of(None) == objects_of({"a": 1}) == objects_of("x") == []
    assert object_of({"a": 1}) == {"a": 1}
    assert object_of([]) == object_of(None) == {}


# --- replies ---


def test_an_answer_is_read_whatever_its_status() -> None:
    assert answer_of(RestReply(400, b'{"code":"1"}')) == ({"code": "1"}, 400)
    assert answer_of(SocketReply({"code": "1"})) == ({"code": "1"}, 200)


@pytest.mark.parametrize(
    ("reply", "verdict"),
    [
        (NoReply("no answer within 1.5 s", sent=True), U),
        (NoReply("not connected", sent=False), B),
        (RestReply(502, b"<html>Bad Gateway</html>"), U),
        (RestReply(200, b""), U),
        (RestReply(200, b"[1]"), U),
    ],
)
def test_silence_and_pages_prove_nothing(reply: Reply, verdict: Verdict) -> None:
    with pytest.raises(VenueError) as caught:
        answer_of(reply)
    assert caught.value.verdict is verdict
    assert caught.value.text


@pytest.mark.parametrize(
    ("verdicts", "whole", "failed"),
    [
        ([], N, 0),
        ([A, A], A, 0),
        ([N, N], N, 0),
        ([A, N], A, 0),
        ([A, R], A, 1),
        ([R, R], R, 2),
        ([R, N], R, 1),
        ([A, B], B, 1),
        ([A, R, B, U, N], U, 3),
    ],
)
def test_chosen_orders_together(verdicts: list[Verdict], whole: Verdict, failed: int) -> None:
    ack = orders_ack([OrderResult(str(i), v, "c", "t") for i, v in enumerate(verdicts)])
    assert ack.verdict is whole
    assert len(ack.failures) == failed


@pytest.mark.parametrize(
    ("verdicts", "whole"),
    [
        ([], N),
        ([N, A], A),
        ([R, R], R),
        ([R, A], A),
        ([R, N], A),
        ([R, B], B),
        ([R, B, A], B),
        ([R, B, U], U),
    ],
)
def test_requests_together(verdicts: list[Verdict], whole: Verdict) -> None:
    for order in (verdicts, verdicts[::-1]):
        acks = [Ack(v, str(v), wrong_account=v is R, retry_after_s=len(v)) for v in order]
        ack = requests_ack(acks)
        assert ack.verdict is whole
        assert ack.wrong_account is (R in verdicts)
        assert ack.code == (R if whole is A and R in verdicts else whole if verdicts else "")


def test_a_refused_request_of_chosen_orders_is_no_more_than_that() -> None:
    refused, taken = Ack(R, "1", "no"), OrderResult("1", A)
    assert chosen_ack([refused], []).verdict is R
    assert chosen_ack([refused], [taken]) == Ack(A, "1", "no")
    assert chosen_ack([], [taken]) == Ack(A)
    assert chosen_ack([], []) == Ack(N)


def test_an_order_that_was_filled_is_told_apart() -> None:
    ack = orders_ack([OrderResult("1", A), OrderResult("2", N, "51402", "completed", filled=True)])
    assert ack.verdict is A
    assert [(f.order_id, f.filled) for f in ack.failures] == [("2", True)]
