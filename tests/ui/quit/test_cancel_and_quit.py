"""Cancel all, then disarm, then quit: it ends well only when everything is confirmed."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest
from textual.widgets import Static

from tui.core.actions import EVERYTHING, Outcome
from tui.core.clocks import Instant
from tui.core.deadman.view import TimerState
from tui.core.desk import AccountView, DeskView, RunView
from tui.ui.quit.cancel_and_quit import PATIENCE_S, CancelAndQuit, Stage
from tui.ui.quit.cancel_and_quit_screen import CancelAndQuitScreen
from tui.ui.quit.dialog import QuitDialog


def at(seconds: float) -> Instant:
    return Instant(seconds, seconds, seconds)


def run(account: AccountView, action: str, started_ms: int) -> AccountView:
    one = RunView(action, EVERYTHING, started_ms, "reading the book")
    return replace(account, runs=(one,))


def ended(
    make: SimpleNamespace, account: AccountView, outcome: Outcome, action: str, **kw: object
) -> AccountView:
    report = make.report(account, outcome, action, started_ms=make.NOW_MS, **kw)
    return replace(account, runs=(), reports=(report,))


def off(make: SimpleNamespace, account: AccountView) -> AccountView:
    return replace(account, timers=(make.timer(TimerState.OFF),))


def test_it_ends_when_no_cancel_and_no_timer_runs(make: SimpleNamespace) -> None:
    armed = make.bitget()
    parting = CancelAndQuit(DeskView((armed,)), ("bitget-mm",), at(0))
    (one,) = parting.progress
    assert one.stage is Stage.CANCELLING and not parting.done
    parting.feed(DeskView((run(armed, "orders", make.NOW_MS),)), at(1))
    assert parting.progress[0].said == ("orders: reading the book",)
    confirmed = ended(make, armed, Outcome.CONFIRMED, "orders")
    parting.feed(DeskView((confirmed,)), at(9))
    assert parting.progress[0].stage is Stage.DISARMING and not parting.done
    elsewhere = run(make.okx(), "spreads", 5)
    parting.feed(DeskView((off(make, confirmed), elsewhere)), at(10))
    assert parting.progress[0].stage is Stage.DISARMED and not parting.done, "a cancel still runs"
    parting.feed(DeskView((off(make, confirmed), make.okx())), at(10))
    assert parting.done and not parting.failed


def test_an_account_without_a_timer_is_waited_for_too(make: SimpleNamespace) -> None:
    armed, other = make.bitget(), make.okx()
    parting = CancelAndQuit(DeskView((other, armed)), ("bitget-mm",), at(0))
    confirmed = off(make, ended(make, armed, Outcome.CONFIRMED, "orders"))
    parting.feed(DeskView((other, confirmed)), at(1))
    assert [one.stage for one in parting.progress] == [Stage.CANCELLING, Stage.DISARMED]
    assert not parting.done, "its cancels have no outcome yet"
    parting.feed(DeskView((ended(make, other, Outcome.REMAINING, "quotes"), confirmed)), at(2))
    assert parting.failed and not parting.done
    assert parting.progress[0].said[0].endswith("; no timer is armed")
    parting = CancelAndQuit(DeskView((other, armed)), ("bitget-mm",), at(0))
    parting.feed(DeskView((ended(make, other, Outcome.CONFIRMED, "quotes"), confirmed)), at(2))
    assert [one.stage for one in parting.progress] == [Stage.CANCELLED, Stage.DISARMED]
    assert parting.done


def test_at_the_end_it_says_what_is_open_and_not_covered(make: SimpleNamespace) -> None:
    armed = make.bitget()
    parting = CancelAndQuit(DeskView((armed,)), ("bitget-mm",), at(0))
    parting.feed(DeskView((off(make, ended(make, armed, Outcome.CONFIRMED, "orders")),)), at(1))
    (one,) = parting.progress
    assert not one.clear, "nothing green beside what rests"
    assert one.said == (
        "8 open (3 spot, 5 USDT futures), as of 12:03:20 UTC; "
        "not covered: 3 strategy, as of 12:03:20 UTC",
    )


@pytest.mark.parametrize(
    ("outcome", "after", "said"),
    [
        (Outcome.REMAINING, 3, "okx-desk spreads: remaining, 3 open; the timer stays armed"),
        (Outcome.REJECTED, None, "okx-desk spreads: rejected; the timer stays armed"),
        (Outcome.UNRESOLVED, None, "okx-desk spreads: unresolved; the timer stays armed"),
        (Outcome.DENIED, None, "okx-desk spreads: denied; the timer stays armed"),
    ],
)
def test_an_end_that_is_not_confirmed_is_told(
    make: SimpleNamespace, outcome: Outcome, after: int | None, said: str
) -> None:
    armed = replace(make.okx(), timers=(make.timer(),))
    parting = CancelAndQuit(DeskView((armed,)), ("okx-desk",), at(0))
    worse = ended(make, armed, outcome, "spreads", open_after=after)
    parting.feed(DeskView((worse,)), at(1))
    assert parting.failed and parting.progress[0].said == (said,)
    parting.feed(DeskView((off(make, worse),)), at(2))
    assert not parting.done, "orders are open: nobody leaves unasked"


def test_the_reports_of_earlier_presses_do_not_count(make: SimpleNamespace) -> None:
    armed = make.bitget()
    before = ended(make, armed, Outcome.REMAINING, "orders", open_after=2)
    running = run(armed, "orders", 77)
    for view in (before, running):
        parting = CancelAndQuit(DeskView((view,)), ("bitget-mm",), at(0))
        assert not parting.failed
    parting.feed(
        DeskView((replace(before, reports=(replace(before.reports[0], started_ms=77),)),)), at(1)
    )
    assert not parting.failed


def test_what_never_comes_is_not_waited_for(make: SimpleNamespace) -> None:
    armed = make.bitget()
    parting = CancelAndQuit(DeskView((armed,)), ("bitget-mm",), at(0))
    parting.feed(DeskView((armed,)), at(PATIENCE_S - 0.1))
    assert not parting.failed
    parting.feed(DeskView((armed,)), at(PATIENCE_S))
    assert parting.failed
    parting = CancelAndQuit(DeskView((armed,)), ("bitget-mm",), at(0))
    parting.feed(DeskView((run(armed, "orders", make.NOW_MS),)), at(60))
    assert not parting.failed, "a cancel that runs is waited for"
    confirmed = ended(make, armed, Outcome.CONFIRMED, "orders")
    parting.feed(DeskView((confirmed,)), at(60 + PATIENCE_S))
    assert not parting.failed, "it has only just ended"
    parting.feed(DeskView((confirmed,)), at(60 + 2 * PATIENCE_S))
    assert "has not confirmed the disarm" in parting.progress[0].said[0]


@pytest.mark.parametrize("confirm", ["once", "twice"])
async def test_e_cancels_every_account_at_the_second_press_disarms_and_quits(
    make: SimpleNamespace, confirm: str
) -> None:
    armed, other = make.bitget(), make.htx()
    desk = make.FakeDesk(DeskView((other, armed)))
    async with make.shown(desk, (80, 24), confirm=confirm) as (app, pilot):
        await pilot.press("q")
        assert "on all 2 accounts" in str(app.screen.query_one("#why", Static).content)
        await pilot.press("e")
        assert desk.calls == [], "one press is none, whatever the settings say"
        assert "AGAIN: ALL accounts e" in make.text(app)
        await pilot.press("e")
        assert desk.calls == [make.everything("htx-main"), ("cancel then disarm", "bitget-mm")]
        assert isinstance(app.screen, CancelAndQuitScreen) and not app._exit
        desk.put(run(other, "isolated", make.NOW_MS), run(armed, "orders", make.NOW_MS))
        await make.until(pilot, lambda: "orders: reading the book" in make.text(app))
        assert "cancelling all 2 accounts, then disarming" in make.text(app)
        confirmed = ended(make, armed, Outcome.CONFIRMED, "orders")
        desk.put(run(other, "isolated", make.NOW_MS), off(make, confirmed))
        await make.until(pilot, lambda: "cancelled and disarmed" in make.text(app))
        told = " ".join(app.screen.lines.text.split())
        assert "not covered: 3 strategy" in told, "what the cancels did not reach is named"
        assert not app._exit, "a cancel still runs"
        desk.put(ended(make, other, Outcome.CONFIRMED, "isolated"), off(make, confirmed))
        await make.until(pilot, lambda: app._exit)


async def test_the_dialog_says_what_rests_where(make: SimpleNamespace) -> None:
    desk = make.FakeDesk(DeskView((make.htx(), make.bitget())))
    async with make.shown(desk) as (app, pilot):
        await pilot.press("q")
        said = str(app.screen.query_one("#why", Static).content)
        assert "htx-main: 37 open (31 isolated, 6 cross), as of 12:03:20 UTC." in said
        assert "bitget-mm: 8 open (3 spot, 5 USDT futures), as of 12:03:20 UTC; " in said
        assert "not covered: 3 strategy, as of 12:03:20 UTC." in said


async def test_it_stays_and_says_why_when_orders_remain(make: SimpleNamespace) -> None:
    okx = replace(make.okx(), timers=(make.timer(),))
    desk = make.FakeDesk(DeskView((okx,)))
    async with make.shown(desk, (80, 24)) as (app, pilot):
        await pilot.press("q", "e", "e")
        desk.put(ended(make, okx, Outcome.REMAINING, "spreads", open_after=3))
        told = "okx-desk spreads: remaining, 3 open; the timer stays armed"
        await make.until(pilot, lambda: told in make.text(app))
        assert "killdesk stays" in make.text(app) and not app._exit
        await pilot.press("escape")
        assert app.screen is app.dashboard
        desk.put(off(make, okx))
        await pilot.pause(0.2)
        assert not app._exit, "closing it means to stay"


async def test_panic_works_while_leaving(make: SimpleNamespace) -> None:
    desk = make.FakeDesk(DeskView((make.bitget(),)))
    async with make.shown(desk) as (_, pilot):
        await pilot.press("q", "e", "e", "X", "X")
        assert ("panic",) in desk.calls


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (40, 20)])
@pytest.mark.parametrize("running", [0, 9])
async def test_the_four_ways_are_on_the_screen(
    make: SimpleNamespace, size: tuple[int, int], running: int
) -> None:
    runs = tuple(RunView(f"spreads{n}", EVERYTHING, make.NOW_MS, "sent") for n in range(running))
    names = ("bitget-mm", "bitget-of-another-desk", "bitget-hedge")
    accounts = (replace(make.okx(), runs=runs), *(make.bitget(name) for name in names))
    async with make.shown(make.FakeDesk(DeskView(accounts)), size) as (app, pilot):
        await pilot.press("q")
        assert isinstance(app.screen, QuitDialog)
        await pilot.pause()
        for button in app.screen.query("Button"):
            assert app.screen.region.contains_region(button.region), button.id
            assert button.region.area > 0
        said = make.text(app)
        for words in ("Leave it to fire", "Disarm and quit", "Cancel all", "Stay"):
            assert words in said


async def test_ctrl_z_never_stops_the_beats(
    make: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = make.FakeDesk(DeskView((make.bitget(), make.bitget("other"))))
    async with make.shown(desk) as (app, pilot):
        suspended: list[bool] = []
        monkeypatch.setattr(app, "action_suspend_process", lambda: suspended.append(True))
        await pilot.press("ctrl+z")
        assert suspended == [] and app.screen is app.dashboard
        (note,) = app._notifications
        assert note.message == "ctrl+z would stop the beats of 2 armed timers; quit with q"
        desk.put(off(make, make.bitget()), off(make, make.bitget("other")))
        await pilot.press("ctrl+z")
        assert suspended == [True]


async def test_the_whole_screen_is_drawn_again_after_ctrl_z(
    make: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with make.shown(make.FakeDesk(DeskView((make.htx(),)))) as (app, pilot):
        drawn: list[object] = []
        monkeypatch.setattr(app, "refresh", lambda **kw: drawn.append(kw))
        app.app_resume_signal.publish(app)
        await make.until(pilot, lambda: {"layout": True} in drawn)
