"""Answers of a gateway in front of a venue: what they prove of a cancel, and when to read again."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tui.core.actions import Ack, Verdict
from tui.venues.base.errors import LONGEST_CANCEL_WAIT_S, VenueError
from tui.venues.base.messages import Reply, RestReply
from tui.venues.bitget.replies import category_ack, data_of
from tui.venues.htx.replies import answer, read_ack
from tui.venues.okx.replies import block_ack, mass_cancel_ack, rows_of

PAGE = b"<html>"
READS: list[Callable[[Reply], object]] = [rows_of, data_of, answer]
CANCELS: list[Callable[[Reply], Ack]] = [mass_cancel_ack, block_ack, category_ack, read_ack]


def refused(read: Callable[[Reply], object], reply: RestReply) -> VenueError:
    with pytest.raises(VenueError) as caught:
        read(reply)
    return caught.value


@pytest.mark.parametrize("read", READS)
def test_a_read_that_is_to_wait_is_busy_until_then(read: Callable[[Reply], object]) -> None:
    for status in (429, 503):
        error = refused(read, RestReply(status, PAGE, 7.0))
        assert (error.verdict, error.pause_s) == (Verdict.BUSY, 7.0)
        assert "asks to wait 7 s" in str(error)


@pytest.mark.parametrize("read", READS)
def test_a_read_that_is_limited_without_a_time_is_busy_too(
    read: Callable[[Reply], object],
) -> None:
    error = refused(read, RestReply(429, PAGE))
    assert error.verdict is Verdict.BUSY
    assert error.pause_s > 0


@pytest.mark.parametrize("read", READS)
@pytest.mark.parametrize("status", [302, 401, 403, 404, 407, 408, 500, 502, 503, 504, 200, 204])
def test_any_other_page_proves_nothing(read: Callable[[Reply], object], status: int) -> None:
    error = refused(read, RestReply(status, PAGE))
    assert (error.verdict, error.pause_s) == (Verdict.UNKNOWN, 0.0)
    assert f"HTTP {status}" in str(error)
    assert "Expecting" not in str(error)


@pytest.mark.parametrize("cancel", CANCELS)
@pytest.mark.parametrize("status", [200, 302, 403, 429, 500, 502, 503, 504])
def test_a_cancel_may_have_got_through_behind_a_gateway(
    cancel: Callable[[Reply], Ack], status: int
) -> None:
    """Only Bitget documents that a request over its limit, HTTP 429, is not carried out."""
    ack = cancel(RestReply(status, PAGE, 20.0))
    bitget = cancel is category_ack
    assert ack.verdict is (Verdict.BUSY if bitget and status == 429 else Verdict.UNKNOWN)
    assert ack.retry_after_s <= LONGEST_CANCEL_WAIT_S


@pytest.mark.parametrize(
    ("read", "body", "code"),
    [
        (rows_of, b'{"code":"50011","msg":"Too Many Requests","data":[]}', "50011"),
        (data_of, b'{"code":"429","msg":"too many requests"}', "429"),
        (answer, b'{"status":"error","err_code":1032,"err_msg":"too often"}', "1032"),
    ],
)
def test_a_venues_own_limit_is_waited_for_as_its_answer_asks(
    read: Callable[[Reply], object], body: bytes, code: str
) -> None:
    error = refused(read, RestReply(429, body, 7.0))
    assert (error.verdict, error.code, error.pause_s) == (Verdict.BUSY, code, 7.0)
    usual = refused(read, RestReply(429, body))
    assert 0 < usual.pause_s < 2
