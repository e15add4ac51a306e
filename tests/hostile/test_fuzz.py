"""Bent replies, files and messages: each reader answers with a value that can be shown or with its
own error, and with nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.hostile.corpus import ACCOUNTS, SORTS, corpus, hold_with
from tests.hostile.mutations import bent, fuzzed
from tests.hostile.readers import READERS, judge
from tui.core.actions import Ack
from tui.core.orders import Book
from tui.venues.base.errors import VenueError
from tui.venues.base.messages import NoReply

SILENT = NoReply("no answer within 1.5 s", sent=True)
STATUS = (200, 200, 200, 200, 200, 400, 401, 403, 404, 429, 500, 502, 503, 204, 302)
NEVER_RAISES = ("cancel", "timer")


@pytest.mark.parametrize("name", READERS)
@fuzzed(70)
@given(data=st.data())
def test_a_reader_raises_nothing_but_its_own_error(name: str, data: st.DataObject) -> None:
    reader = READERS[name]
    given_bytes = data.draw(bent(reader.seeds))
    try:
        reader.read(given_bytes)
    except reader.raises as error:
        assert str(error).isprintable() or isinstance(error, OSError)
        assert len(str(error)) < 1_000


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("account", ACCOUNTS)
@fuzzed(70)
@given(data=st.data())
def test_a_talk_raises_nothing_but_a_venue_error(
    account: str, sort: str, data: st.DataObject
) -> None:
    recorded = data.draw(st.sampled_from(corpus().of(account, sort)))
    status = data.draw(st.sampled_from(STATUS))
    key = data.draw(st.sampled_from(sorted(recorded.replies)))
    replies = data.draw(
        st.lists(bent(recorded.replies[key]), min_size=1, max_size=2),
        label=f"{recorded.name} {key}",
    )
    turn = iter(range(10**9))

    def bend(asked: str, body: bytes) -> bytes:
        return replies[next(turn) % len(replies)] if asked == key else body

    try:
        result = hold_with(recorded, bend, status, silent=SILENT)
    except VenueError as error:
        assert sort not in NEVER_RAISES
        judge((error.code, error.text, error.retry_after_s))
        assert 0 <= error.retry_after_s <= 60
    else:
        check(sort, result)


def check(sort: str, result: Any) -> None:
    judge(result)
    if isinstance(result, Ack):
        assert 0 <= result.retry_after_s <= 60
    if isinstance(result, Book):
        assert all(order.order_id for order in result.orders)
    assert isinstance(result, {"cancel": Ack, "timer": Ack, "book": Book}.get(sort, object))
