"""The mouse gets to no widget of a screen that stops it."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.events import Click, Event, MouseEvent
from textual.screen import Screen
from textual.widgets import Button

from tui.ui.textual_compat.mouse_gate import MouseGate


class Gated(MouseGate):
    def compose(self) -> ComposeResult:
        yield Button("cancel everything")


class ButtonApp(App[None]):
    """Counts how often its button was pressed."""

    pressed = 0

    def get_default_screen(self) -> Screen[None]:
        return Gated()

    def on_button_pressed(self) -> None:
        self.pressed += 1


async def test_what_the_gate_stops_reaches_no_widget() -> None:
    app = ButtonApp()
    async with app.run_test() as pilot:
        gate = app.screen
        assert isinstance(gate, Gated)
        await pilot.click(Button)
        assert app.pressed == 1
        gate.stops_mouse = lambda event: isinstance(event, MouseEvent)
        await pilot.click(Button)
        await pilot.pause()
        assert app.pressed == 1
        gate.stops_mouse = lambda _: False
        await pilot.click(Button)
        assert app.pressed == 2


async def test_textual_still_has_no_public_gate() -> None:
    """Else `MouseGate` is not needed: nothing public of the application sees a click before its
    widget does."""

    class NoClicks(ButtonApp):
        async def on_event(self, event: Event) -> None:
            if not isinstance(event, Click):
                await super().on_event(event)

    app = NoClicks()
    async with app.run_test() as pilot:
        await pilot.click(Button)
        assert app.pressed == 1
    assert not [name for name in vars(Screen) if "forward" in name and not name.startswith("_")]
