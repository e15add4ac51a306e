"""What a desk without accounts shows: the demo desk, or the form of a first account."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.types import CSSPathType
from textual.widgets import Button, Static

from tui.ui.app.themed import ThemedApp
from tui.venues import VENUES

if TYPE_CHECKING:
    from tui.service.files.ui_state import ScreenFile
    from tui.service.settings.store import SettingsStore

Choice = Literal["demo", "account", "quit"]


_DEMO = "Four accounts on simulated venues, to try every button. Key d."
_ADD = "A form for its name, its venue and its key, with a test. Key a."


class WelcomeApp(ThemedApp[Choice]):
    """Asks what to do; `run` returns the choice, or None when the screen was ended."""

    TITLE = "killdesk"
    ENABLE_COMMAND_PALETTE = False
    CSS_PATH: ClassVar[CSSPathType | None] = "welcome.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "choose('account')", "add an account", id="welcome.account"),
        Binding("d", "choose('demo')", "demo desk", id="welcome.demo"),
        Binding("q,escape", "choose('quit')", "quit", id="welcome.quit"),
    ]

    def __init__(self, store: SettingsStore, kept: ScreenFile | None = None) -> None:
        super().__init__(kept)
        self._store = store

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="welcome"):
            yield Static("killdesk", id="name", markup=False)
            titles = ", ".join(venue.spec.title for venue in VENUES.values())
            yield Static(f"A kill switch for a trading desk: {titles}.", id="what", markup=False)
            yield Button(Content("Open the demo desk   d"), id="demo", tooltip=Content(_DEMO))
            yield Static(
                "Simulated venues on this machine. Nothing in it is real, every button works.",
                classes="said",
                markup=False,
            )
            yield Button(Content("Add an account   a"), id="account", tooltip=Content(_ADD))
            yield Static(
                "Its name, its venue and its API key: the form says which permissions the key "
                "needs, tests it, and puts it into the keyring of this machine. The desk opens "
                "when it is stored.",
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
        """Opens the form, or ends with the choice."""
        if what != "account":
            self.exit("demo" if what == "demo" else "quit")
        elif len(self.screen_stack) == 1:
            from tui.ui.settings.account_form import AccountForm

            self.push_screen(AccountForm(self._store), self._stored)

    def _stored(self, name: str | None) -> None:
        if name is not None:
            self.exit("account")
