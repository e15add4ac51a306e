"""What no press reaches is named wherever an outcome or a count is told, and nothing is green."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from textual.content import Content

from tests.ui.drawn import letters
from tui.core.actions import OrderFailure, Outcome, Scope
from tui.core.coverage import Coverage, KindCount
from tui.core.deadman.view import TimerState
from tui.core.desk import AccountView, DeskView
from tui.core.orders import Kind
from tui.core.timeseries import Bucket, OpenPast, SeriesView
from tui.ui.alarms.event_history import History
from tui.ui.dashboard.header import DeskState, readiness
from tui.ui.dialogs.readiness_screen import ReadinessScreen, readiness_lines
from tui.ui.dialogs.report_lines import report_lines
from tui.ui.dialogs.report_screen import ReportScreen
from tui.ui.panel.charts import _orders
from tui.ui.panel.heading import PanelHeading, title
from tui.ui.panel.order_counts import OrderCounts, counts
from tui.ui.panel.outcome import OutcomeLines, endings, report_line
from tui.ui.panel.remainder import cover_of
from tui.ui.panic.lines import panic_lines
from tui.ui.panic.model import PanicPress, left_of, rows, tally
from tui.ui.panic.screen import PanicFigures, PanicScreen, State, headline
from tui.ui.quit.last_words import open_words
from tui.ui.widgets.value_widget import Drawing

AT = 1_000_000


def confirmed(make: SimpleNamespace, account: AccountView, **known: Any) -> AccountView:
    """The account after a press of everything that went well."""
    told = {"started_ms": AT, "ended_ms": AT + 300, "route": "rest", **known}
    ended = tuple(make.report(account, Outcome.CONFIRMED, a.id, **told) for a in account.actions)
    return replace(account, reports=ended)


def clear(make: SimpleNamespace, account: AccountView) -> AccountView:
    """The account with no order beyond what its button reaches."""
    empty = make.book(SPOT=3, MARGIN=0, USDT_FUTURES=5, COIN_FUTURES=0, USDC_FUTURES=0, strategy=0)
    return replace(account, book=empty)


def unread(account: AccountView) -> AccountView:
    """The account with a kind that was never listed."""
    return replace(account, kinds=(*account.kinds, Kind("plan", "conditional")))


def drawn(drawing: Drawing) -> list[Content]:
    return [drawing] if isinstance(drawing, Content) else list(drawing)


def green(contents: Iterable[Content]) -> bool:
    return any(".ink--good" in str(span.style) for one in contents for span in one.spans)


def told(account: AccountView, height: int = 2, width: int = 90) -> list[Content]:
    return drawn(OutcomeLines().paint(endings(account), width, height))


# One number, wherever it stands


def test_every_place_says_the_same_counts(make: SimpleNamespace) -> None:
    account = confirmed(make, unread(make.bitget()))
    rest = "3 strategy"
    places = {
        "panel": letters(OrderCounts().paint(counts(account), 120, 1)),
        "outcome": "\n".join(one.plain for one in told(account)),
        "readiness": "\n".join(
            one.paint(120).plain for one in readiness_lines(account, "", 0, 120)
        ),
        "report": "\n".join(
            one.paint(120).plain for one in report_lines(account, account.reports[0], 120)
        ),
        "panic": "\n".join(
            one.paint(120).plain
            for one in panic_lines(
                rows(DeskView((account,)), PanicPress(AT)), left_of(DeskView((account,))), 120
            )
        ),
        "end": open_words(account),
    }
    for place, words in places.items():
        assert rest in words, place
        assert "conditional: not read yet" in words, place
        assert "not covered" in words, place
    for place in ("panel", "readiness", "end"):
        assert "8 open" in places[place].replace("8  open", "8 open"), place


def test_nothing_is_green_while_something_rests_or_is_not_known(make: SimpleNamespace) -> None:
    for account in (make.bitget(), unread(clear(make, make.bitget()))):
        one = confirmed(make, account)
        assert not green(told(one))
        assert not green(
            drawn(PanelHeading().paint(title(1, one, tiny=False, selected=False), 60, 1))
        )
        assert not green(
            drawn(PanelHeading().paint(title(1, one, tiny=True, selected=False), 60, 1))
        )
        assert not green(drawn(DeskState().paint(readiness(DeskView((make.htx(), one))), 120, 1)))
        assert not green(drawn(DeskState().paint(readiness(DeskView((make.htx(), one))), 120, 3)))
        assert not green([readiness_lines(one, "", 0, 90)[0].paint(90)])
        assert not green([report_lines(one, one.reports[0], 90)[0].paint(90)])
        view = DeskView((one,))
        found = tally(rows(view, PanicPress(AT)), left_of(view))
        assert not green(drawn(PanicFigures().paint(State(found, AT, 0), 90, 4)))
        (row,) = rows(view, PanicPress(AT))
        lines = panic_lines((row,), left_of(view), 90)
        assert not green(line.paint(90) for line in lines)
    whole = confirmed(make, clear(make, make.bitget()))
    assert green(told(whole)), "with nothing beyond it, it is a success"
    assert green(drawn(DeskState().paint(readiness(DeskView((make.htx(), whole))), 120, 1)))


def test_the_total_of_a_panic_names_the_remainder(make: SimpleNamespace) -> None:
    view = DeskView((confirmed(make, make.htx()), confirmed(make, unread(make.bitget()))))
    found = tally(rows(view, PanicPress(AT)), left_of(view))
    assert headline(found) == "3 of 3 confirmed, not covered: 3, 1 not known"
    figures = letters(PanicFigures().paint(State(found, AT, 0), 90, 4)).splitlines()[-1]
    assert "▲ not covered" in figures and "? kinds of order not known" in figures


async def test_the_edges_tell_it_too(make: SimpleNamespace) -> None:
    desk = make.FakeDesk(DeskView((confirmed(make, make.bitget()),)))
    async with make.shown(desk) as (app, pilot):
        panel = app.dashboard.grid.panels[0]
        assert panel.has_class("-uncovered")
        for key, screen in (("i", ReadinessScreen), ("v", ReportScreen)):
            await pilot.press(key)
            await make.until(pilot, lambda screen=screen: isinstance(app.screen, screen))
            assert app.screen.has_class("-careful") and not app.screen.has_class("-good")
            await pilot.press("escape")
        desk.put(confirmed(make, clear(make, make.bitget())))
        await make.until(pilot, lambda: not panel.has_class("-uncovered"))
        await pilot.press("i")
        await make.until(pilot, lambda: app.screen.has_class("-good"))


async def test_a_panic_that_left_something_is_no_success(make: SimpleNamespace) -> None:
    desk = make.FakeDesk(DeskView((make.bitget(),)))
    async with make.shown(desk, (100, 30)) as (app, pilot):
        await pilot.press("X", "X")
        await make.until(pilot, lambda: isinstance(app.screen, PanicScreen))
        press = app.screen._press
        known = {"started_ms": press.at_ms, "ended_ms": press.at_ms + 300}
        desk.put(confirmed(make, make.bitget(), **known))
        await make.until(pilot, lambda: "1 of 1 confirmed, not covered: 3" in make.text(app))
        assert app.screen.has_class("-careful") and not app.screen.has_class("-good")
        assert "3 strategy, as of 12:03:20 UTC" in make.text(app)
        desk.put(confirmed(make, clear(make, make.bitget()), **known))
        await make.until(pilot, lambda: app.screen.has_class("-good"))
        assert "not covered" not in make.text(app)


# What one press left


def test_a_press_of_one_button_left_what_the_others_reach(make: SimpleNamespace) -> None:
    okx = make.okx(spreads=0)
    spreads, quotes = KindCount("spread", "spreads", 0, 1), KindCount("quote", "quotes", 9, 1)
    one = make.report(okx, Outcome.CONFIRMED, "spreads", coverage=Coverage((spreads,), (quotes,)))
    account = replace(okx, reports=(one,))
    assert "not covered: 4 quotes" in "\n".join(part.plain for part in told(account))
    assert not green(told(account))


def test_what_was_read_before_the_press_proves_nothing(make: SimpleNamespace) -> None:
    account = clear(make, make.bitget())
    kind = KindCount("strategy", "strategy", None, reason="not read since the press")
    report = make.report(
        account, Outcome.CONFIRMED, "orders", coverage=Coverage((), (kind,)), started_ms=AT
    )
    assert account.coverage.clear and not cover_of(account, report).clear
    pressed = replace(account, reports=(report,))
    assert not green(told(pressed))
    (left,) = left_of(DeskView((pressed,)), PanicPress(AT))
    assert str(left.cover) == "strategy: not read since the press"


def test_the_history_keeps_what_was_left_then(make: SimpleNamespace) -> None:
    history = History()
    history.take(DeskView((confirmed(make, make.bitget()),)), AT)
    (event,) = history.newest_first()
    assert event.remainder == "not covered: 3 strategy"
    assert event.sign.ink != ".ink--good"


# An outcome has its scope


@pytest.mark.parametrize("width", range(24, 110, 3))
def test_an_outcome_never_stands_without_its_scope(make: SimpleNamespace, width: int) -> None:
    account = make.htx()
    plain = make.report(account, Outcome.CONFIRMED, "isolated", open_before=8)
    part = replace(plain, scope=Scope(contract="BTC-USDT"))
    new = replace(part, new_since=14, ended_ms=AT)
    for report in (plain, part, new):
        assert "is" in report_line(report, "isolated", width).plain.partition("confirmed")[2][:4]
    only = replace(
        make.bitget(), reports=(make.report(make.bitget(), Outcome.CONFIRMED, "orders"),)
    )
    assert "confirmed or" in told(only, width=width)[0].plain, "also where there is one action"


# What is no failure


def test_an_answer_that_changes_nothing_is_no_error(make: SimpleNamespace) -> None:
    gone = OrderFailure("7", "51400", "Cancellation failed as the order does not exist")
    report = make.report(
        make.okx(), Outcome.CONFIRMED, "spreads", open_before=0, code="51405",
        message="Cancellation failed as you don't have any pending orders.", failures=(gone,),
    )  # fmt: skip
    account = replace(make.okx(), reports=(report,))
    for height in (1, 2, 4):
        lines = told(account, height)
        assert "51405" not in letters(tuple(lines)) and "failed" not in letters(tuple(lines))
    whole = report_lines(account, report, 100)
    said = "\n".join(line.paint(100).plain for line in whole)
    assert "51405, which changes nothing" in said and "· no longer open" in said
    assert not any(
        ".ink--bad" in str(span.style) for line in whole for span in line.paint(100).spans
    )
    refused = replace(report, outcome=Outcome.REJECTED)
    assert "51405" in letters(tuple(told(replace(account, reports=(refused,)))))


def test_after_a_timer_fired_it_says_so(make: SimpleNamespace) -> None:
    fired = make.bitget(gauge=make.timer(TimerState.FIRED))
    said = letters(tuple(told(fired, 1)))
    assert said.startswith("timer fired") and "Bitget cancelled what it covers" in said
    doubt = make.bitget(gauge=make.timer(TimerState.AMBIGUOUS))
    assert letters(tuple(told(doubt, 1))).startswith("timer may have fired")
    assert "no cancel pressed yet" in letters(tuple(told(make.bitget(), 2)))


# The plot


def test_the_newest_value_of_the_plot_is_the_count_of_now(make: SimpleNamespace) -> None:
    minute = Bucket(34, 34, 34, values=(34,))
    past = SeriesView(60, (minute,) * 5, make.NOW_MS - 30_000, number=5)
    account = replace(make.okx(spreads=0, quotes=0), open_past=OpenPast(past, (("spread", past),)))
    legends, curves = _orders(account)
    assert legends[0].variants[0].plain == "last 0  least 0  most 34"
    assert curves.curves[0].values[-1] == 0
    assert curves.curves[0].times_s[-1] == (make.NOW_MS - 2000) / 1000
