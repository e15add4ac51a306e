"""The figures of a panel: what is known, and what is not."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

from tui.core.clocks import Instant, read_clock
from tui.ui.dialogs.readiness_screen import _ago
from tui.ui.panel.order_counts import Freshness, counts


def test_what_no_cancel_reaches_is_counted_apart_once_the_book_is_read(
    make: SimpleNamespace,
) -> None:
    account = make.bitget()
    assert counts(account).remainder.words[0] == "not covered: 3 strategy"
    unread = counts(replace(account, book=None))
    assert unread.total.count is None
    assert unread.remainder.words == (), "the total says that nothing is known"


def test_figures_look_live_for_no_longer_after_the_wall_clock_is_set_back(
    make: SimpleNamespace,
) -> None:
    start = read_clock()
    seconds, set_by_s = [0.0], [0.0]

    def clock() -> Instant:
        passed = start.later(seconds[0])
        wall_s = make.NOW_MS / 1000 + seconds[0] + set_by_s[0]
        return Instant(passed.mono_s, passed.boot_s, wall_s)

    freshness, account = Freshness(clock), make.okx()
    assert not freshness.stale(account)
    set_by_s[0] = -3_600.0
    seconds[0] = 24.0
    assert not freshness.stale(account)
    seconds[0] = 26.0
    assert freshness.stale(account), "nothing was read for 26 s"
    again = replace(account, book=make.book(at_ms=clock().wall_ms, spread=12, quote=4))
    assert not freshness.stale(again)


def test_what_was_read_before_the_clock_was_set_back_is_not_0_s_old() -> None:
    assert _ago(60_000, 64_000) == "4 s ago"
    assert _ago(60_500, 60_000) == "0 s ago"
    assert _ago(3_600_000, 60_000) == "before the clock was set back"
