"""What a desk without accounts shows: the demo desk, or the form of a first account."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.types import CSSPathType
from textual.widgets import Button, Static

from tui.ui.crash import CrashReport
from tui.ui.themes import DARK, LIGHT, variables_for

if TYPE_CHECKING:
    from tui.service.configuration import Configuration

Choice = Literal["demo", "account", "quit"]


class WelcomeApp(CrashReport[Choice]):
    """Asks what to do; `run` returns the choice, or None when the screen was ended."""

    TITLE = "killdesk"
    ENABLE_COMMAND_PALETTE = False
    CSS_PATH: ClassVar[CSSPathType | None] = ["welcome.tcss", "dialogs.tcss", "forms.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "choose('account')", "add an account", id="welcome.account"),
        Binding("d", "choose('demo')", "demo desk", id="welcome.demo"),
        Binding("q,escape", "choose('quit')", "quit", id="welcome.quit"),
    ]

    def __init__(self, configuration: Configuration) -> None:
        super().__init__()
        self._configuration = configuration
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        self.theme = DARK.name

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return variables_for(dark=self.current_theme.dark)

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="welcome"):
            yield Static("killdesk", id="name", markup=False)
            yield Static(
                "A kill switch for a trading desk: HTX, OKX, Bitget.", id="what", markup=False
            )
            yield Button(Content("Open the demo desk   d"), id="demo")
            yield Static(
                "Simulated venues on this machine. Nothing in it is real, every button works.",
                classes="said",
                markup=False,
            )
            yield Button(Content("Add an account   a"), id="account")
            yield Static(
                "Its name, its venue and its API key: the form says which permissions the key "
                "needs, tests it, and puts it into the keyring of this machine. The desk opens "
                "when it is stored.",
                classes="said",
                markup=False,
            )
            yield Button(Content("Quit   q"), id="quit")

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
            from tui.ui.account_form import AccountForm

            self.push_screen(AccountForm(self._configuration), self._stored)

    def _stored(self, name: str | None) -> None:
        if name is not None:
            self.exit("account")
