"""The head of an HTTP answer, in whatever pieces it comes, and when it asks to be asked again."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.service.network.response_head import (
    LONGEST_WAIT_S,
    MAX_HEAD,
    HeadSanitizer,
    retry_after_s,
)

NOON = b"Tue, 03 Nov 2026 12:00:00 GMT"
NOON_S = 1_793_707_200.0
LATER = b"Tue, 03 Nov 2026 12:00:09 GMT"


@pytest.mark.parametrize(
    ("headers", "wait_s"),
    [
        ({}, None),
        ({b"retry-after": b"5"}, 5.0),
        ({b"retry-after": b" 0.25 "}, 0.25),
        ({b"retry-after": b"0"}, 0.0),
        ({b"retry-after": b"86400"}, LONGEST_WAIT_S),
        ({b"retry-after": b"-5"}, None),
        ({b"retry-after": b"soon"}, None),
        ({b"retry-after": b"nan"}, None),
        ({b"retry-after": LATER}, 9.0),
        ({b"retry-after": LATER, b"date": b"Tue, 03 Nov 2026 12:00:07 GMT"}, 2.0),
        ({b"retry-after": NOON, b"date": LATER}, 0.0),
        ({b"retry-after": b"Tue, 03 Nov 2099 12:00:00 GMT"}, LONGEST_WAIT_S),
        ({b"retry-after": b"Tue, 99 Nov 2026 12:00:00 GMT"}, None),
    ],
)
def test_when_to_ask_again(headers: dict[bytes, bytes], wait_s: float | None) -> None:
    assert retry_after_s(list(headers.items()), NOON_S) == wait_s


GOOD = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX: y\r\n\r\n{}"
ODD = b"HTTP/1.1 200 OK\nContent-Length : 2\nVia\nX Y: z\n more\n: w\nX:y\n\n{}"


@given(cuts=st.lists(st.integers(0, len(ODD)), max_size=6), good=st.booleans())
def test_an_odd_head_is_a_good_one_in_whatever_pieces_it_comes(cuts: list[int], good: bool) -> None:
    answer = GOOD if good else ODD
    sanitizer = HeadSanitizer()
    for _ in range(2):  # a connection is used again
        sanitizer.start()
        places = [0, *sorted(cuts), len(answer)]
        pieces = [answer[a:b] for a, b in pairwise(places)]
        assert b"".join(map(sanitizer.feed, pieces)) == GOOD


def test_what_comes_before_the_answer_passes_too() -> None:
    interim = b"HTTP/1.1 103 Early Hints\r\nLink\r\n\r\n"
    sanitizer = HeadSanitizer()
    assert sanitizer.feed(b"\r\n" + interim + ODD) == interim.replace(b"Link\r\n", b"") + GOOD


def test_a_body_is_left_as_it_is() -> None:
    sanitizer = HeadSanitizer()
    sanitizer.feed(GOOD)
    assert sanitizer.feed(ODD) == ODD


def test_a_head_without_an_end_is_not_kept_for_ever() -> None:
    sanitizer = HeadSanitizer()
    assert sanitizer.feed(b"HTTP/1.1 200 OK\r\n" + b"X" * 1000) == b""
    assert len(sanitizer.feed(b"X" * MAX_HEAD)) > MAX_HEAD
