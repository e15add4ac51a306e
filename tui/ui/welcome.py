"""What a desk without accounts shows: the demo desk, or how to add an account."""

from __future__ import annotations

from typing import ClassVar, Literal

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.types import CSSPathType
from textual.widgets import Button, Static

from tui.ui.themed import ThemedApp

Choice = Literal["demo", "quit"]


_DEMO = "Four accounts on simulated venues, to try every button. Key d."


class WelcomeApp(ThemedApp[Choice]):
    """Asks what to do; `run` returns the choice, or None when the screen was ended."""

    TITLE = "killdesk"
    ENABLE_COMMAND_PALETTE = False
    CSS_PATH: ClassVar[CSSPathType | None] = "welcome.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("d", "choose('demo')", "demo desk", id="welcome.demo"),
        Binding("q,escape", "choose('quit')", "quit", id="welcome.quit"),
    ]

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="welcome"):
            yield Static("killdesk", id="name", markup=False)
            yield Static(
                "A kill switch for a trading desk: HTX, OKX, Bitget.", id="what", markup=False
            )
            yield Button(Content("Open the demo desk   d"), id="demo", tooltip=Content(_DEMO))
            yield Static(
                "Simulated venues on this machine. Nothing in it is real, every button works.",
                classes="said",
                markup=False,
            )
            with Vertical(id="account"):
                yield Static("Add an account", classes="heading", markup=False)
                yield Static(
                    "killdesk accounts add NAME --venue okx", classes="command", markup=False
                )
                yield Static(
                    "Type this in a shell, with a name of your own; the venue is htx, okx or "
                    "bitget. It asks for the API key, and puts the secret into the keyring of "
                    "this machine. A key that may trade is enough; never use one that may "
                    "withdraw.",
                    classes="said",
                    markup=False,
                )
            yield Button(Content("Quit   q"), id="quit", tooltip=Content("Ends killdesk. Key q."))

    def on_mount(self) -> None:
        self.animation_level = "none"
        self.query_one("#demo", Button).focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        self.action_choose(event.button.id or "quit")

    def action_help_quit(self) -> None:
        """Ctrl+C, where no text is marked."""
        self.action_choose("quit")

    def action_choose(self, what: str) -> None:
        self.exit("demo" if what == "demo" else "quit")
