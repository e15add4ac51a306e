"""The panic summary: it opens by itself, fills in, and tells the worst first."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from tests.ui.drawn import letters
from tui.core.actions import EVERYTHING, OrderFailure, Outcome, Scope
from tui.core.clocks import read_clock
from tui.core.desk import DeskView, RunView
from tui.ui.dashboard import screen as desk_screen
from tui.ui.orders.chooser import OrderChooser
from tui.ui.panic.model import PanicPress, Tally, rows, tally
from tui.ui.panic.screen import PanicFigures, PanicScreen, State, headline

AT = 1_000_000


def after(make: SimpleNamespace, account: Any, outcome: Outcome, at: int = AT, **kw: Any) -> Any:
    """The account when every action has ended so."""
    known = {"started_ms": at, "ended_ms": at + 1310, **kw}
    ended = tuple(make.report(account, outcome, a.id, **known) for a in account.actions)
    return replace(account, reports=ended)


# What belongs to a panic


def test_what_was_before_the_press_is_no_part_of_it(make: SimpleNamespace) -> None:
    old = after(make, make.htx(), Outcome.UNRESOLVED, at=AT - 1)
    chosen = after(make, make.okx(), Outcome.REJECTED, scope=Scope(contract="BTC"))
    found = rows(DeskView((old, chosen)), PanicPress(AT))
    assert [(row.report, row.run) for row in found] == [(None, None)] * 4
    assert headline(tally(found)) == "0 of 4 confirmed, 4 running"


def test_a_run_that_was_under_way_is_no_part_of_it(make: SimpleNamespace) -> None:
    before = RunView("isolated", EVERYTHING, AT - 300, "reading the book")
    own = RunView("isolated", EVERYTHING, AT + 1, "sending")
    later = RunView("isolated", EVERYTHING, AT + 900, "sending")
    view = DeskView((replace(make.htx(), runs=(before, own, later)),))
    found = {row.action: row for row in rows(view, PanicPress(AT))}
    assert found["isolated"].run is own
    assert found["cross"].run is None


def test_a_later_press_takes_no_place_in_it_while_its_own_report_is_kept(
    make: SimpleNamespace,
) -> None:
    htx = make.htx()
    own, later = (
        make.report(htx, Outcome.REMAINING, "isolated", started_ms=at_ms) for at_ms in (AT, AT + 9)
    )
    again = RunView("isolated", EVERYTHING, AT + 20, "sending")
    for account, report in (
        (replace(htx, reports=(own,), runs=(again,)), own),
        (replace(htx, reports=(later,), earlier=(own,)), own),
        (replace(htx, reports=(later,), runs=(again,)), later),
    ):
        row = next(r for r in rows(DeskView((account,)), PanicPress(AT)) if r.action == "isolated")
        assert (row.report, row.run) == (report, None)


def test_the_worst_stands_first_and_each_row_for_itself(make: SimpleNamespace) -> None:
    view = DeskView(
        (
            after(make, make.bitget("fine"), Outcome.CONFIRMED),
            after(make, make.bitget("requoted"), Outcome.CONFIRMED, new_since=14),
            replace(make.bitget("busy"), runs=(RunView("orders", EVERYTHING, AT, "sending"),)),
            make.bitget("silent"),
            after(make, make.bitget("denied"), Outcome.DENIED),
            after(make, make.bitget("refused"), Outcome.REJECTED),
            after(make, make.bitget("left"), Outcome.REMAINING),
            after(make, make.bitget("dark"), Outcome.UNRESOLVED),
        )
    )
    found = rows(view, PanicPress(AT))
    assert [row.account for row in found] == [
        "dark", "left", "refused", "denied", "silent", "requoted", "busy", "fine",
    ]  # fmt: skip
    assert headline(tally(found)) == (
        "2 of 8 confirmed, 1 UNRESOLVED, 1 remaining, 1 rejected, 1 denied, 2 running, 14 new since"
    )
    assert tally(found).last_end_ms == 0, "two of them go on"


def test_an_account_whose_actions_are_not_known_yet_is_not_confirmed(
    make: SimpleNamespace,
) -> None:
    run = RunView("everything", EVERYTHING, AT, "waiting for the desk")
    early = replace(make.okx(), actions=(), runs=(run,))
    found = rows(DeskView((early,)), PanicPress(AT))
    assert [(row.action, row.run) for row in found] == [("everything", run)]
    assert (tally(found).total, tally(found).running) == (1, 1)


@pytest.mark.parametrize("width", [30, 50, 72, 80, 100])
def test_a_figure_is_whole_or_not_there(width: int) -> None:
    ended = tuple((outcome, 88) for outcome in list(Outcome)[:0:-1])
    counted = Tally(400, 14, ended, 34, 17, 0)
    drawn = letters(PanicFigures().paint(State(counted, AT, 0), width, 4)).splitlines()
    assert all(len(line) <= width for line in drawn)
    assert drawn[-1].startswith("✓ confirmed of 400") and "…" not in drawn[-1]


# The screen


async def test_it_opens_by_itself_and_fills_in(make: SimpleNamespace) -> None:
    one, two = make.htx(), make.bitget()
    desk = make.FakeDesk(DeskView((one, two)))
    async with make.shown(desk, (100, 30)) as (app, pilot):
        await pilot.press("X", "X")
        await make.until(pilot, lambda: isinstance(app.screen, PanicScreen))
        assert desk.calls == [("panic",)]
        await make.until(pilot, lambda: "0 of 3 confirmed, 3 running" in make.text(app))
        now = read_clock().wall_ms
        first = after(make, one, Outcome.CONFIRMED, now)
        desk.put(first, replace(two, runs=(RunView("orders", EVERYTHING, now, "acknowledged"),)))
        await make.until(pilot, lambda: "2 of 3 confirmed, 1 running" in make.text(app))
        said = make.text(app)
        for words in ("✓ confirmed", "0 of 12", "84 ms", "212 ms", "▶ running", "acknowledged"):
            assert words in said
        assert "so far" in said
        worse = after(
            make, two, Outcome.UNRESOLVED, now, open_after=None, confirmed_ms=None,
            code="25207", message="[/nope] timed out", ended_ms=now + 5300, attempts=2,
            failures=(OrderFailure("1", "1061", "gone"), OrderFailure("2", "", "", True)),
        )  # fmt: skip
        desk.put(first, worse)
        await make.until(pilot, lambda: "2 of 3 confirmed, 1 UNRESOLVED" in make.text(app))
        said = make.text(app)
        for words in ("? UNRESOLVED", "25207  [/nope] timed out", "ws x2",
                      "1 not cancelled: 1061 gone", "1 filled before the cancel",
                      "s  all told"):  # fmt: skip
            assert words in said
        assert said.index("? UNRESOLVED") < said.rindex("✓ confirmed")
        desk.put(after(make, one, Outcome.CONFIRMED, now, new_since=14), worse)
        await make.until(pilot, lambda: "▲ 14 new since" in make.text(app))
        await pilot.press("c", "u", "a", "o")
        assert desk.calls == [("panic",)], "nothing but panic sends here"
        await pilot.press("escape")
        assert app.screen is app.dashboard


async def test_the_service_has_the_interpreter_to_itself_before_the_summary_is_built(
    make: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = make.FakeDesk(DeskView((make.htx(),)))
    seen: list[tuple[float, bool, int]] = []
    async with make.shown(desk, (100, 30)) as (app, pilot):
        monkeypatch.setattr(
            desk_screen.time,
            "sleep",
            lambda for_s: seen.append((for_s, ("panic",) in desk.calls, len(app.screen_stack))),
        )
        app.dashboard.press_panic()
        app.dashboard.press_panic()
        await make.until(pilot, lambda: isinstance(app.screen, PanicScreen))
        assert seen == [(desk_screen.SENDS_S, True, 1)]


async def test_panic_again_begins_anew_in_the_same_summary(make: SimpleNamespace) -> None:
    one = make.bitget()
    desk = make.FakeDesk(DeskView((one,)))
    async with make.shown(desk, (80, 24), clock=read_clock) as (app, pilot):
        await pilot.press("X", "X")
        desk.put(after(make, one, Outcome.REMAINING, read_clock().wall_ms))
        await make.until(pilot, lambda: "1 remaining" in make.text(app))
        await pilot.press("X", "X")
        await make.until(pilot, lambda: "0 of 1 confirmed, 1 running" in make.text(app))
        assert desk.calls == [("panic",), ("panic",)]
        assert len(app.screen_stack) == 2
        await pilot.press("enter")
        assert app.screen is app.dashboard


async def test_it_opens_over_any_other_screen_and_gives_that_back(
    desk: Any, make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("keys.gesture", "dashboard.press_arming"):
        # Drawing a screen between two keys may take longer than a press stays armed.
        monkeypatch.setattr(f"tui.ui.{module}.WINDOW_S", 60.0)
    async with make.shown(desk) as (app, pilot):
        await pilot.press("o")
        assert isinstance(app.screen, OrderChooser)
        await pilot.press("X", "X")
        await make.until(pilot, lambda: isinstance(app.screen, PanicScreen))
        await pilot.press("ctrl+p")
        await make.until(pilot, lambda: not isinstance(app.screen, PanicScreen))
        await pilot.press("f12", "f12")  # the palette has a field, in which X is a letter
        await make.until(pilot, lambda: isinstance(app.screen, PanicScreen))
        assert desk.calls == [("panic",), ("panic",)]
        await pilot.press("escape")
        assert isinstance(app.screen, OrderChooser)


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60), (40, 12)])
async def test_fifty_accounts_scroll_the_worst_in_sight(
    make: SimpleNamespace, size: tuple[int, int]
) -> None:
    names = [f"[/n]-{n:02d}" for n in range(50)]
    desk = make.FakeDesk(DeskView(tuple(make.bitget(name) for name in names)))
    async with make.shown(desk, size) as (app, pilot):
        # Drawing fifty panels between two keys may take longer than a press stays armed.
        app.dashboard.press_panic()
        app.dashboard.press_panic()
        await make.until(pilot, lambda: isinstance(app.screen, PanicScreen))
        now = read_clock().wall_ms
        fine = [after(make, make.bitget(name), Outcome.CONFIRMED, now) for name in names[:-1]]
        bad = after(make, make.bitget(names[-1]), Outcome.UNRESOLVED, now, message=make.HOSTILE)
        desk.put(*fine, bad)
        await make.until(pilot, lambda: "49 of 50" in make.text(app))
        assert "? UNRESOLVED" in make.text(app)
        assert "cannot be drawn" not in app.screen.lines.text
        assert names[-1] in make.text(app)
        assert names[48] in app.screen.lines.text
