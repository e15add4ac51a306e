"""The mouse gets to no widget of a screen that stops it."""

from __future__ import annotations

from types import SimpleNamespace

from textual.app import App, ComposeResult
from textual.events import Click, Event, MouseEvent
from textual.screen import Screen
from textual.widgets import Static

from tui.ui.textual_compat.mouse_gate import MouseGate


class Target(Static):
    """Counts how often it was clicked."""

    clicked = 0

    def on_click(self) -> None:
        self.clicked += 1


class Gated(MouseGate):
    def compose(self) -> ComposeResult:
        yield Target("cancel everything")


class TargetApp(App[None]):
    def get_default_screen(self) -> Screen[None]:
        return Gated()

    @property
    def clicked(self) -> int:
        return self.screen.query_one(Target).clicked


async def test_what_the_gate_stops_reaches_no_widget(make: SimpleNamespace) -> None:
    app = TargetApp()
    async with app.run_test() as pilot:
        gate = app.screen
        assert isinstance(gate, Gated)
        await pilot.click(Target)
        await make.until(pilot, lambda: app.clicked)
        stopped: list[Event] = []

        def stop(event: Event) -> bool:
            stopped.append(event)
            return isinstance(event, MouseEvent)

        gate.stops_mouse = stop
        await pilot.click(Target)
        assert any(isinstance(event, Click) for event in stopped)
        gate.stops_mouse = lambda _: False
        await pilot.click(Target)
        await make.until(pilot, lambda: app.clicked > 1)
        assert app.clicked == 2


async def test_textual_still_has_no_public_gate(make: SimpleNamespace) -> None:
    """Else `MouseGate` is not needed: nothing public of the application sees a click before its
    widget does."""

    class NoClicks(TargetApp):
        async def on_event(self, event: Event) -> None:
            if not isinstance(event, Click):
                await super().on_event(event)

    app = NoClicks()
    async with app.run_test() as pilot:
        await pilot.click(Target)
        await make.until(pilot, lambda: app.clicked)
    assert not [name for name in vars(Screen) if "forward" in name and not name.startswith("_")]
