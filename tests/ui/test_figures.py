"""The figures of a panel: what is known, and what is not."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

from tui.ui.figures import counts


def test_what_no_cancel_reaches_is_counted_apart_once_the_book_is_read(
    make: SimpleNamespace,
) -> None:
    account = make.bitget()
    assert counts(account).remainder.words[0] == "not covered: 3 strategy"
    unread = counts(replace(account, book=None))
    assert unread.total.count is None
    assert unread.remainder.words == (), "the total says that nothing is known"
