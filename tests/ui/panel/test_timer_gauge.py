"""The gauge: never more than is certain, and awake only when there is something to show."""

from __future__ import annotations

from typing import Any

import pytest
from textual.app import App, ComposeResult

from tui.core.clocks import Instant, read_clock
from tui.core.deadman.view import TimerState
from tui.ui.panel.timer_gauge import Gauge, next_repaint_s
from tui.ui.panel.timer_gauge_lines import fast_below_s, figure_text, gauge_line


class GaugeApp(App[None]):
    CSS = "Gauge { width: 40; height: 6; }"

    def __init__(self, timer: Any) -> None:
        super().__init__()
        from tui.ui.widgets.themes import DARK

        self.register_theme(DARK)
        self.theme = DARK.name
        self.timer = timer
        self.ahead_s = 0.0
        self.now: Instant | None = None

    def clock(self) -> Instant:
        if self.now is not None:
            return self.now
        now = read_clock()
        return Instant(*(t + self.ahead_s for t in (now.mono_s, now.boot_s, now.wall_s)))

    def compose(self) -> ComposeResult:
        yield Gauge(self.clock)

    def on_mount(self) -> None:
        self.query_one(Gauge).show(self.timer)


@pytest.mark.parametrize(
    ("left_s", "shown"), [(29.99, "29"), (10.01, "10"), (9.99, "9.9"), (0.09, "0.0"), (0.0, "0.0")]
)
def test_seconds_are_never_rounded_up(make: Any, left_s: float, shown: str) -> None:
    assert figure_text(make.timer(), left_s) == shown


def test_it_wakes_by_itself_near_the_end_ten_times_a_second(make: Any) -> None:
    timer = make.timer()
    assert fast_below_s(timer) == 10
    assert next_repaint_s(timer, 27.4) == pytest.approx(17.401)
    assert next_repaint_s(timer, 9.0) == pytest.approx(0.1)
    assert next_repaint_s(timer, 0.0) is None
    assert fast_below_s(make.timer(countdown_s=9.0)) == 3


@pytest.mark.parametrize("state", [TimerState.OFF, TimerState.FIRED, TimerState.BLOCKED])
def test_it_sleeps_when_nothing_counts_down(make: Any, state: TimerState) -> None:
    assert next_repaint_s(make.timer(state), 5.0) is None


@pytest.mark.parametrize(("into_the_second", "shown"), [(0.0, "26"), (0.5, "26"), (0.7, "27")])
async def test_a_figure_holds_until_the_next_second(
    make: Any, into_the_second: float, shown: str
) -> None:
    """With 27.4 s left: what is drawn is certain still when it is drawn again."""
    app = GaugeApp(make.timer(left_s=27.4))
    stood = read_clock()
    app.now = Instant(stood.mono_s, stood.boot_s, 1_000_000.0 + into_the_second)
    async with app.run_test():
        drawn = app.query_one(Gauge)._drawn_until(app.now)
        left_s = 27.4 - drawn.steady_since(stood)
        assert figure_text(make.timer(), left_s) == shown


async def test_an_old_picture_is_not_shown_as_protection(make: Any) -> None:
    app = GaugeApp(make.timer(left_s=20.0))
    async with app.run_test() as pilot:
        await pilot.pause()
        gauge = app.query_one(Gauge)
        assert "● ARMED" in gauge.render().plain and gauge.ticking
        app.ahead_s = 21.0
        gauge._tick()
        assert "ARMED" not in gauge.render().plain
        assert "AMBIGUOUS" in gauge.render().plain
        assert not gauge.ticking


async def test_it_counts_down_from_the_first_picture_on(make: Any) -> None:
    """A panel that is built anew has its timer before it is mounted."""

    class Built(GaugeApp):
        def compose(self) -> ComposeResult:
            gauge = Gauge(self.clock)
            gauge.show(self.timer)
            yield gauge

        def on_mount(self) -> None:
            pass

    app = Built(make.timer(left_s=27.4))
    async with app.run_test() as pilot:
        await pilot.pause()
        gauge = app.query_one(Gauge)
        assert gauge.ticking
        before = [line.plain for line in gauge._drawn]
        app.ahead_s = 3.0
        gauge.tick()
        assert [line.plain for line in gauge._drawn] != before


@pytest.mark.parametrize("state", list(TimerState))
async def test_every_state_says_its_word(make: Any, state: TimerState) -> None:
    app = GaugeApp(make.timer(state))
    async with app.run_test() as pilot:
        await pilot.pause()
        assert state.value.upper() in app.query_one(Gauge).render().plain
        assert (state is TimerState.OFF) == ("not protected" in app.query_one(Gauge).render().plain)


@pytest.mark.parametrize("width", [3, 8, 12, 20, 60])
def test_the_small_gauge_fits(make: Any, width: int) -> None:
    for state in TimerState:
        assert gauge_line(make.timer(state), 12.0, width).cell_length <= width
