"""A panel that has the desk to itself: its plots, its keys, and the way back."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.core.desk import DeskView
from tui.core.timeseries import Bucket, OpenPast, SeriesView
from tui.ui.dashboard.grid_layout import Density, heights, plan_alone
from tui.ui.help.screen import HelpScreen
from tui.ui.help.text import parts
from tui.ui.orders.chooser import OrderChooser
from tui.ui.panel.plot import _steps, _times
from tui.ui.panic.screen import PanicScreen

AXES = "┤└┬─"


def past(
    *values: float | None, each_s: float, ended_ms: int, lost: tuple[int, ...] = ()
) -> SeriesView:
    stretches = (
        Bucket(v, v, v, int(n in lost), () if v is None else (v,)) for n, v in enumerate(values)
    )
    return SeriesView(each_s, tuple(stretches), ended_ms)


def lived(
    make: SimpleNamespace, account: Any, lost: tuple[int, ...] = (), kinds: int | None = 3
) -> Any:
    """The account after an hour on the desk."""
    trips = past(*[80] * 55, *[100] * 3, 120, 300, each_s=10, ended_ms=make.NOW_MS, lost=lost)
    hour = past(*range(60), each_s=60, ended_ms=make.NOW_MS)
    return replace(
        account,
        routes=tuple(replace(route, past=trips) for route in account.routes),
        open_past=OpenPast(hour, tuple((kind.id, hour) for kind in account.kinds[:kinds])),
    )


def still(make: SimpleNamespace) -> dict[str, object]:
    """A clock that stands still, so that a press stays armed however slow the machine is."""
    now = make.Clock()()
    return {"clock": lambda: now}


@pytest.fixture
def old_desk(make: SimpleNamespace) -> Any:
    accounts = (make.htx(), make.okx(), make.bitget())
    return make.FakeDesk(DeskView(tuple(lived(make, account) for account in accounts)))


@pytest.mark.parametrize(
    ("number", "size"),
    [
        (1, (80, 24)),
        (2, (80, 24)),
        (3, (80, 24)),
        (3, (60, 30)),
        (2, (120, 40)),
        (3, (200, 60)),
        (1, (300, 80)),
    ],
)
async def test_z_shows_all_of_a_panel_and_its_plots(
    old_desk: Any, make: SimpleNamespace, size: tuple[int, int], number: int
) -> None:
    async with make.shown(old_desk, size) as (app, pilot):
        await pilot.press(str(number), "z")
        grid = app.dashboard.grid
        panel = grid.panels[number - 1]
        await make.until(pilot, lambda: make.text(app).count("└") == 2)
        said = make.text(app)
        assert set(AXES) <= set(said)
        for words in ("ROUND TRIPS", "OPEN ORDERS", "p50 80 ms", "p95 100 ms", "12:00",
                      panel.account.name, "no cancel pressed yet", "esc all panels"):  # fmt: skip
            assert words in said
        others = [p.account.name for p in grid.panels if p is not panel]
        assert not any(f" {name}  " in said for name in others)
        assert [p.display for p in grid.panels] == [p is panel for p in grid.panels]
        rows = said.splitlines()
        head = app.dashboard.header.size.height
        assert "PANIC" in "".join(rows[:head])
        assert "quit" in rows[-1]
        for part in (*panel.buttons, panel._choose, *([panel._arm] if number == 3 else [])):
            assert part.region.area > 0
            assert panel.region.contains_region(part.region)
        assert panel.region.height == size[1] - 1 - head
        assert not app.dashboard.log_.display


@pytest.mark.parametrize("size", [(40, 12), (25, 8), (80, 12)])
async def test_without_room_for_plots_the_buttons_stay(
    old_desk: Any, make: SimpleNamespace, size: tuple[int, int]
) -> None:
    async with make.shown(old_desk, size, **still(make)) as (app, pilot):
        await pilot.press("2", "z")
        await pilot.pause()
        panel = app.dashboard.grid.panels[1]
        for button in panel.buttons:
            assert button.region.area > 0
            assert panel.region.contains_region(button.region)
        await pilot.press("s", "s")
        assert old_desk.calls == [make.everything("okx-desk", "spreads")]


@pytest.mark.parametrize("back", ["z", "escape"])
async def test_the_way_back_leaves_all_as_it_was(
    old_desk: Any, make: SimpleNamespace, back: str
) -> None:
    async with make.shown(old_desk) as (app, pilot):
        await pilot.press("2")
        await pilot.pause()
        before = [(p.region, p.classes) for p in app.dashboard.grid.panels]
        await pilot.press("z")
        await make.until(pilot, lambda: "ROUND TRIPS" in make.text(app))
        await pilot.press(back)
        await make.until(pilot, lambda: "ROUND TRIPS" not in make.text(app))
        await make.until(
            pilot, lambda: [(p.region, p.classes) for p in app.dashboard.grid.panels] == before
        )
        assert app.dashboard.log_.display
        assert "all panels" not in make.text(app)
        assert not app.dashboard.query("Charts")
        await pilot.press("escape")
        assert not app.dashboard.grid.alone


async def test_every_key_works_as_always(old_desk: Any, make: SimpleNamespace) -> None:
    async with make.shown(old_desk, **still(make)) as (app, pilot):
        await pilot.press("3", "z", "c")
        assert "AGAIN TO CANCEL ALL 8" in make.text(app)
        await pilot.press("c", "r", "a")
        assert "AGAIN: disarm" in make.text(app)
        await pilot.press("a")
        assert old_desk.calls == [
            make.everything("bitget-mm"), ("refresh", "bitget-mm"), ("disarm", "bitget-mm"),
        ]  # fmt: skip
        await pilot.press("o")
        assert isinstance(app.screen, OrderChooser)
        await pilot.press("escape", "question_mark")
        assert isinstance(app.screen, HelpScreen)
        await pilot.press("escape")
        assert app.dashboard.grid.alone
        await pilot.press("X", "X")
        assert isinstance(app.screen, PanicScreen)
        assert ("panic",) in old_desk.calls


async def test_another_panel_is_shown_alone_too(old_desk: Any, make: SimpleNamespace) -> None:
    async with make.shown(old_desk, **still(make)) as (app, pilot):
        grid = app.dashboard.grid

        def alone() -> list[str]:
            return [panel.account.name for panel in grid.panels if panel.display]

        await pilot.press("z")
        for key, name in (("3", "bitget-mm"), ("tab", "htx-main"), ("s", "okx-desk")):
            await pilot.press(key)
            assert alone() == [name]
            await make.until(pilot, lambda: make.text(app).count("└") == 2)
            assert len(app.dashboard.query("Charts")) == 1
        assert "AGAIN TO CANCEL 12 SPREADS" in make.text(app)
        await pilot.press("escape")
        assert len(alone()) == 3


async def test_a_click_on_the_head_is_enough_two_of_them(
    old_desk: Any, make: SimpleNamespace
) -> None:
    async with make.shown(old_desk) as (app, pilot):
        grid = app.dashboard.grid
        await pilot.click(grid.panels[1]._figures, times=2)
        assert not grid.alone
        await pilot.click(grid.panels[1]._head)
        assert not grid.alone
        await pilot.pause(0.6)  # longer than the two of a double click are apart
        await pilot.click(grid.panels[1]._head, times=2)
        await pilot.pause()
        assert grid.alone and grid.selected is grid.panels[1]
        await pilot.pause(0.6)
        await pilot.click(grid.panels[1]._head, times=2)
        await pilot.pause()
        assert not grid.alone


async def test_the_frames_come_back_when_a_key_asks_for_them(
    old_desk: Any, make: SimpleNamespace
) -> None:
    async with make.shown(old_desk) as (app, pilot):
        await pilot.press("z", "slash")
        assert app.dashboard.log_.display and not app.dashboard.grid.alone
        await pilot.press("escape")
        assert not app.dashboard.grid.alone


async def test_the_palette_offers_it_and_the_way_back(old_desk: Any, make: SimpleNamespace) -> None:
    async with make.shown(old_desk) as (app, pilot):

        def offered() -> set[str]:
            return {command.title for command in app.get_system_commands(app.screen)}

        title = "This panel alone, with plots of its round trips and orders"
        assert title in offered() and "All panels again" not in offered()
        (command,) = (c for c in app.get_system_commands(app.screen) if c.title == title)
        await command.callback()
        assert app.dashboard.grid.alone and "All panels again" in offered()
        await pilot.pause()


async def test_plots_follow_the_past_and_are_drawn_only_when_it_changes(
    old_desk: Any, make: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with make.shown(old_desk) as (app, pilot):
        await pilot.press("1", "z")
        await make.until(pilot, lambda: make.text(app).count("└") == 2)
        panel = app.dashboard.grid.panels[0]
        drawn: list[str] = []
        for chart in (panel._charts.trips, panel._charts.orders):
            draw = chart.plot._draw
            monkeypatch.setattr(
                chart.plot, "_draw", lambda *what, d=draw: (drawn.append("drawn"), d(*what))
            )
        shown: list[object] = []
        with monkeypatch.context() as patched:
            patched.setattr(panel._charts.trips, "show", lambda *what: shown.append(what))
            pulls = app.bridge.pulls
            old_desk.put(*old_desk.view.accounts)
            await make.until(pilot, lambda: app.bridge.pulls > pulls)
        assert (shown, drawn) == ([], [])
        old_desk.put(lived(make, make.htx(), lost=(10, 11)), *old_desk.view.accounts[1:])
        await make.until(pilot, lambda: "2 lost" in make.text(app) and "✕" in make.text(app))
        assert drawn == ["drawn"], "the orders are as they were"


async def test_accounts_may_change_while_one_is_alone(old_desk: Any, make: SimpleNamespace) -> None:
    async with make.shown(old_desk) as (app, pilot):
        await pilot.press("2", "z")
        old_desk.put(lived(make, make.okx("okx-new")), lived(make, make.htx()))
        await make.until(pilot, lambda: "okx-new" in make.text(app))
        await make.until(pilot, lambda: make.text(app).count("└") == 2)
        old_desk.put()
        await make.until(pilot, lambda: "okx-new" not in make.text(app))
        await pilot.press("z", "z", "tab", "escape")


async def test_a_new_desk_says_that_there_is_nothing_yet(desk: Any, make: SimpleNamespace) -> None:
    async with make.shown(desk) as (app, pilot):
        await pilot.press("z")
        await make.until(pilot, lambda: "the plot begins within seconds" in make.text(app))
        assert "└" not in make.text(app), "no axes around nothing"


async def test_every_kind_has_its_curve(make: SimpleNamespace) -> None:
    desk = make.FakeDesk(DeskView((lived(make, make.bitget(), kinds=None),)))
    async with make.shown(desk, (200, 60)) as (app, pilot):
        await pilot.press("z")
        for kind in make.bitget().kinds:
            await make.until(pilot, lambda label=kind.label: f"━ {label} " in make.text(app))


async def test_an_error_while_plotting_stays_in_its_place(
    old_desk: Any, make: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with make.shown(old_desk) as (app, pilot):
        await pilot.press("z")
        plot = app.dashboard.grid.panels[0]._charts.trips.plot

        def broken(*_: object) -> None:
            raise ZeroDivisionError("canary")

        monkeypatch.setattr(plot, "_draw", broken)
        plot.refresh()
        await make.until(pilot, lambda: "cannot be drawn: ZeroDivisionError" in make.text(app))
        assert "canary" not in make.text(app) and "OPEN ORDERS" in make.text(app)


async def test_hostile_labels_are_shown_as_they_are(make: SimpleNamespace) -> None:
    evil = make.HOSTILE
    account = make.okx()
    kinds = tuple(replace(kind, label=evil) for kind in account.kinds)
    desk = make.FakeDesk(DeskView((lived(make, replace(account, kinds=kinds)),)))
    async with make.shown(desk, (200, 60)) as (app, pilot):
        await pilot.press("z")
        await make.until(pilot, lambda: f"━ {evil[:20]}" in make.text(app))


@given(st.integers(20, 400), st.integers(2, 120), st.integers(1, 4))
def test_one_panel_takes_all_the_room_and_keeps_some_for_its_plots(
    width: int, height: int, buttons: int
) -> None:
    made = plan_alone(width, height, buttons)
    assert (made.height, made.columns, made.rows) == (height, 1, 1)
    least, _ = heights(made.density, buttons, beside=made.beside)
    assert least <= height
    if made.density not in (Density.COMPACT, Density.TINY):
        assert height - least >= 12


@given(st.floats(0, 1e7), st.integers(0, 40))
def test_the_figures_of_an_axis_are_round_and_few(top: float, most: int) -> None:
    steps = _steps(top, most)
    assert steps[0] == 0 and steps[-1] >= top and len(steps) >= 2
    assert len(steps) <= max(2, most + 1)
    assert str(int(steps[1])).rstrip("0") in {"1", "2", "5"}


@given(st.floats(1.6e9, 1.9e9), st.sampled_from([600.0, 3600.0]), st.integers(0, 40))
def test_the_times_of_an_axis_are_whole_minutes_within_it(
    begun_s: float, span_s: float, most: int
) -> None:
    times = _times(begun_s, begun_s + span_s, most)
    assert len(times) <= max(2, most + 1)
    assert all(begun_s <= at_s <= begun_s + span_s and at_s % 60 == 0 for at_s in times)


def test_the_help_says_what_the_lines_and_the_word_mean() -> None:
    said = " ".join(f"{word} {meaning}" for _, part in parts(()) for (word, _), meaning in part)
    for words in (
        "z the panel alone, with plots",
        "▲ slow this route's round trips",
        "did not come",
    ):
        assert words in said


def test_the_plotting_library_is_loaded_when_the_first_plot_is_shown() -> None:
    ask = "import sys, tui.ui.app.app, tui.ui.app.launch; print('|'.join(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    loaded = set(ran.stdout.split("|"))
    assert "tui.ui.dashboard.screen" in loaded
    assert not {name for name in loaded if "plotext" in name or name == "tui.ui.panel.charts"}
