"""Outcome lines, the report in full, and why an account is ready or not."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from tui.core.actions import OrderFailure, Outcome, Scope, Step
from tui.core.clocks import read_clock
from tui.core.desk import DeskView, Health
from tui.ui.dialogs.readiness_screen import ReadinessScreen
from tui.ui.dialogs.report_lines import fate
from tui.ui.dialogs.report_screen import ReportScreen
from tui.ui.panel.outcome import report_line, why


def test_orders_that_are_new_are_told(make: SimpleNamespace) -> None:
    """By words and by a glyph, so that no colour is needed."""
    okx = make.okx()
    at = make.NOW_MS + 987
    since = make.report(okx, Outcome.CONFIRMED, "spreads", ended_ms=at, new_since=14)
    assert "✓ confirmed  ▲ 0 open at 12:03:22.9, 14 new since" in report_line(since, "", 120).plain
    assert "▲ 14 new since" in report_line(since, "spreads", 36).plain
    during = make.report(
        okx, Outcome.REMAINING, "spreads", open_before=None, open_after=14, new_during=14
    )
    said = "▲ remaining  14 open, all new: something is still quoting"
    assert said in report_line(during, "", 120).plain
    some = replace(during, new_during=3, open_before=31)
    assert "14 of 31 open, 3 of them new" in report_line(some, "", 120).plain
    narrow = report_line(some, "isolated", 36).plain
    assert "14 of 31" in narrow and "▲ 3 new" in narrow
    part = replace(since, new_since=0, scope=Scope(contract="BTC-USDT", direction="buy"))
    assert "confirmed spreads BTC-USDT buy  0 of 12 open" in report_line(part, "spreads", 120).plain
    plain = make.report(okx, Outcome.CONFIRMED, "spreads")
    assert "new" not in report_line(plain, "", 120).plain


def test_failures_are_counted_and_fills_are_told_as_fills(make: SimpleNamespace) -> None:
    gone = OrderFailure("1", "1061", "order does not exist")
    filled = OrderFailure("2", "1071", "already filled", filled=True)
    report = make.report(make.htx(), Outcome.CONFIRMED, "isolated", failures=(gone,) * 3)
    assert why(report).plain == "", "the list shows that they are gone"
    report = replace(report, outcome=Outcome.REMAINING)
    assert why(report).plain == "3 not cancelled: 1061 order does not exist"
    report = replace(report, failures=(filled, filled))
    assert why(report).plain == "2 filled before the cancel"
    other = OrderFailure("3", "1066", "busy")
    report = replace(report, failures=(gone, gone, other, filled))
    assert why(report).plain == (
        "3 not cancelled: 1061 order does not exist, and another reason  1 filled before the cancel"
    )


def test_each_chosen_order_has_an_outcome_of_its_own(make: SimpleNamespace) -> None:
    chosen = make.orders("spread", 4)
    report = make.report(
        make.okx(), Outcome.REMAINING, "spreads", scope=Scope(orders=chosen), remaining=chosen[:1],
        failures=(OrderFailure(chosen[1].order_id, "51603", "no such order"),
                  OrderFailure(chosen[2].order_id, "", "", filled=True)),
    )  # fmt: skip
    told = [f"{fate(report, order)[0].word} {fate(report, order)[1]}".strip() for order in chosen]
    assert told == ["still open", "failed 51603 no such order", "filled", "cancelled"]
    assert fate(replace(report, outcome=Outcome.UNRESOLVED), chosen[3])[0].word == "not known"
    assert fate(replace(report, outcome=Outcome.DENIED), chosen[3])[0].word == "not sent"


@pytest.fixture
def reported(make: SimpleNamespace) -> Any:
    okx = make.okx()
    bad = make.report(
        okx, Outcome.REMAINING, "spreads", open_after=2, ended_ms=make.NOW_MS, attempts=2,
        code="51000", message="[/nope] " + "long " * 60, new_during=1,
        remaining=make.orders("spread", 2, "BTC_[x]"), confirmed_ms=None,
        steps=(Step("sent by ws", 0.3), Step("no certain answer", 1502.0)),
        failures=(OrderFailure("77", "1061", "[b]gone"), OrderFailure("78", "", "", filled=True)),
    )  # fmt: skip
    return replace(okx, reports=(make.report(okx, Outcome.CONFIRMED, "quotes"), bad))


@pytest.mark.parametrize("size", [(80, 24), (200, 60)])
async def test_v_shows_the_worst_report_in_full_and_keeps_it_up_to_date(
    make: SimpleNamespace, reported: Any, size: tuple[int, int]
) -> None:
    desk = make.FakeDesk(DeskView((make.htx(), reported)))
    async with make.shown(desk, size) as (app, pilot):
        await pilot.press("v")
        assert "No cancel has been pressed yet" in make.text(app)
        await pilot.press("escape", "2", "v")
        assert isinstance(app.screen, ReportScreen)
        await make.until(pilot, lambda: "remaining" in make.text(app))
        whole = app.screen.lines.text
        for words in ("all spreads", "2 of 12 in this scope", "sent by ws",
                      "1.5 s  no certain answer", "51000", "[/nope]",
                      "2 times, last by ws", "✕ failed", "77  1061  [b]gone", "◆ filled",
                      "2 STILL OPEN, 1 OF THEM NEW", "BTC_[x]", "spread-1",
                      "after 84 ms"):  # fmt: skip
            assert words in whole, words
        assert whole.count("long") == 60, "wrapped, not cut"
        await pilot.press("right")
        await make.until(pilot, lambda: "confirmed" in app.screen.lines.text.splitlines()[0])
        newer = replace(reported.reports[0], new_since=5)
        desk.put(make.htx(), replace(reported, reports=(newer, reported.reports[1])))
        await make.until(pilot, lambda: "▲ 5 new since" in make.text(app))
        await pilot.press("escape")
        assert app.screen is app.dashboard and desk.calls == []


async def test_a_click_on_the_outcome_opens_its_report(
    make: SimpleNamespace, reported: Any
) -> None:
    desk = make.FakeDesk(DeskView((make.htx(), reported)))
    async with make.shown(desk) as (app, pilot):
        await pilot.click(app.dashboard.grid.panels[1]._outcome)
        await make.until(pilot, lambda: isinstance(app.screen, ReportScreen))
        await make.until(pilot, lambda: "okx-desk" in make.text(app))


async def test_i_shows_each_fact_that_readiness_is_made_of(make: SimpleNamespace) -> None:
    now = read_clock().wall_ms
    htx = make.htx()
    ws, rest = htx.routes
    down = replace(
        htx, health=Health.DEGRADED, reason="ws down: closed [/1006]", key_note="can withdraw",
        routes=(replace(ws, up=False, detail="closed [/1006]"),
                replace(rest, heard_at_ms=now - 46_000)),
        book=replace(htx.book, read_at_ms=now - 130_000), book_error="timed out", paper=True,
    )  # fmt: skip
    desk = make.FakeDesk(DeskView((down,), "the keyring keeps secrets in the clear"))
    async with make.shown(desk, (80, 24), clock=read_clock) as (app, pilot):
        await pilot.press("i")
        assert isinstance(app.screen, ReadinessScreen)
        await make.until(pilot, lambda: "DEGRADED" in app.screen.lines.text)
        said = app.screen.lines.text
        for words in ("ws down: closed [/1006]", "✕ closed [/1006]  never heard", "legacy",
                      "✓ up  round trip 91 ms  heard 4", "+12 ms", "▲ can withdraw", "37 open",
                      "read 2 min ago", "✕ timed out", "paper trading",
                      "keyring keeps"):  # fmt: skip
            assert words in said, words
        desk.put(replace(htx, routes=(), reason="no credentials", health=Health.DOWN, book=None))
        await make.until(pilot, lambda: "nothing can be sent" in make.text(app))
        assert "not read yet" in make.text(app)
        await pilot.press("escape")
        assert app.screen is app.dashboard
