"""The drill on the screen: offered, followed, compared, and told in the header."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from tui.core.desk import DeskView
from tui.core.drill import AccountDrill, Drill, DrillPlan
from tui.service.drill import subprocess as drill_process
from tui.ui.drill.controller import DrillController, drilled_ago
from tui.ui.drill.screen import DrillScreen

DAY_MS = 86_400_000
WELL = AccountDrill(
    "okx-desk", "okx", 16, 80.0, 120.0, 2.0, 9.0, 212.0, "confirmed", 0, 2, 21.0, 1050.0
)


class Process:
    """Stands for the drill's process: a test says how far it comes."""

    def __init__(self, plan: DrillPlan, told: Callable[[Drill], None]) -> None:
        self.plan, self.told = plan, told
        self.started = self.stopped = False

    def start(self) -> None:
        self.started = True

    def stop(self) -> None:
        self.stopped = True


@pytest.fixture
def processes(monkeypatch: pytest.MonkeyPatch) -> list[Process]:
    made: list[Process] = []

    def make(plan: DrillPlan, told: Callable[[Drill], None]) -> Process:
        made.append(Process(plan, told))
        return made[-1]

    monkeypatch.setattr(drill_process, "DrillProcess", make)
    return made


def ended(at_ms: int, **changes: Any) -> Drill:
    steps = (("simulator", 200.0), ("panic", 2300.0))
    return replace(Drill(at_ms, (WELL,), steps, done=True), **changes)


async def test_d_opens_the_drill_and_d_again_starts_it(
    desk: Any, make: SimpleNamespace, processes: list[Process]
) -> None:
    async with make.shown(desk) as (app, pilot):
        await pilot.press("d")
        assert isinstance(app.screen, DrillScreen)
        await make.until(pilot, lambda: "READY TO DRILL" in make.text(app))
        assert "Nothing real is touched" in app.screen.lines.text.replace("\n", " ")
        assert "3 accounts, 61 orders" in make.text(app)
        assert not processes
        await pilot.press("d", "d", "enter")
        (process,) = processes
        assert process.started
        assert [account.count for account in process.plan.accounts] == [37, 16, 8]
        assert not process.plan.keep
        await make.until(pilot, lambda: "DRILLING" in make.text(app))
        assert "X X is the real panic" in make.text(app)
        assert desk.calls == []
        running = Drill(make.NOW_MS, (replace(WELL, outcome="", left=None),), (("simulator", 9.0),))
        process.told(running)
        await make.until(pilot, lambda: "▶ connected" in make.text(app))
        process.told(ended(make.NOW_MS))
        await make.until(pilot, lambda: "ALL CONFIRMED" in make.text(app))
        assert "212 ms" in make.text(app)
        await pilot.press("escape")
        assert app.screen is app.dashboard
        await make.until(pilot, lambda: "drill just now" in make.text(app))


async def test_the_drill_goes_on_when_its_screen_is_closed_and_says_its_end(
    desk: Any, make: SimpleNamespace, processes: list[Process]
) -> None:
    async with make.shown(desk) as (app, pilot):
        await pilot.press("d", "d", "escape")
        processes[0].told(Drill(make.NOW_MS, ()))
        await make.until(pilot, lambda: "drill under way" in make.text(app))
        processes[0].told(ended(make.NOW_MS, problem="okx-desk was not ready within 60 s: x"))
        await make.until(pilot, lambda: "The drill FAILED" in make.text(app))
        assert "drill FAILED just now" in make.text(app)
        await pilot.press("d")
        assert "was not ready within 60 s" in make.text(app)
        await pilot.press("X")
        assert app.presses.armed, "panic works above the drill"
    assert processes[0].stopped


async def test_the_drill_before_is_compared(
    desk: Any, make: SimpleNamespace, processes: list[Process]
) -> None:
    before = ended(make.NOW_MS - 3 * DAY_MS, accounts=(replace(WELL, confirmed_ms=333.0),))
    async with make.shown(desk, drills=DrillController([before])) as (app, pilot):
        assert "drill 3 d ago" in make.text(app)
        await pilot.press("d", "d")
        processes[0].told(ended(make.NOW_MS))
        await make.until(pilot, lambda: "333 ms" in make.text(app))
        assert "the drill before, 3 d ago" in make.text(app)


@pytest.mark.parametrize(
    ("old_ms", "changes", "words", "careful"),
    [(0, {}, "drill just now", False), (59 * 60_000, {}, "drill 59 min ago", False),
     (47 * 3_600_000, {}, "drill 47 h ago", False), (30 * DAY_MS, {}, "drill 30 d ago", False),
     (31 * DAY_MS, {}, "drill 31 d ago", True),
     (3 * DAY_MS, {"problem": "x"}, "drill FAILED 3 d ago", True)],
)  # fmt: skip
def test_what_the_header_says(
    old_ms: int, changes: dict[str, Any], words: str, careful: bool
) -> None:
    note = DrillController([ended(1_000_000, **changes)]).note(1_000_000 + old_ms)
    assert note is not None
    assert (note.words, note.careful) == (words, careful)


def test_no_drill_is_no_note_and_no_accounts_no_drill(processes: list[Process]) -> None:
    none = DrillController()
    assert none.note(0) is None
    none.start(DeskView(()))
    assert not processes and none.running is None
    assert drilled_ago(-5) == "just now"


@pytest.mark.parametrize("size", [(80, 24), (40, 12), (200, 60)])
async def test_the_drill_fits_every_screen(
    desk: Any, make: SimpleNamespace, processes: list[Process], size: tuple[int, int]
) -> None:
    evil = replace(WELL, account=make.HOSTILE, message=make.HOSTILE, outcome="remaining")
    async with make.shown(desk, size) as (app, pilot):
        await pilot.press("d", "d")
        told = ended(make.NOW_MS, problem=make.HOSTILE, accounts=(WELL, evil))
        processes[0].told(told)
        await make.until(pilot, lambda: "DRILL FAILED" in make.text(app))
        assert "okx-d" in app.screen.lines.text and "cannot be drawn" not in make.text(app)
        assert "esc close" in make.text(app)


async def test_a_drill_without_orders_leaves_the_last_one_that_counts_in_the_header(
    make: SimpleNamespace,
) -> None:
    now_ms = make.Clock()().wall_ms
    empty = ended(now_ms, accounts=(replace(WELL, orders=0),), problem="no order to cancel")
    drills = DrillController((ended(now_ms - 3 * DAY_MS), empty))
    note = drills.note(now_ms)
    assert note is not None and note.words == "drill 3 d ago"
    assert drills.last == empty, "it is shown with its reason all the same"
    assert DrillController((empty,)).note(now_ms) is None
