"""An application in our themes, which remembers the one that was chosen."""

from __future__ import annotations

from typing import TypeVar

from textual.theme import ThemeProvider

from tui.service.files.ui_state import ScreenFile
from tui.ui.app.threads import disk_sentence, run_in_thread
from tui.ui.keys.palette_screen import Palette
from tui.ui.textual_compat.crash_report import CrashReport
from tui.ui.textual_compat.own_terminal import OwnTerminal
from tui.ui.widgets.themes import DARK, OWN, variables_for, without_colour

R = TypeVar("R")


class ThemedApp(CrashReport[R], OwnTerminal[R]):
    """Stands in the remembered theme from its first paint on; a theme that is gone is forgotten."""

    def __init__(self, kept: ScreenFile | None = None) -> None:
        super().__init__()
        self._kept = kept
        for theme in OWN:
            self.register_theme(without_colour(theme) if self.no_color else theme)
        known = kept is not None and kept.theme in self.available_themes
        self.theme = kept.theme if kept is not None and known else DARK.name
        self.stylesheet.set_variables(self.get_css_variables())

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Our own colours, for the themes that do not know them."""
        return variables_for(dark=self.current_theme.dark)

    def action_command_palette(self) -> None:
        """Opens the palette, once."""
        if self.use_command_palette and not isinstance(self.screen, Palette):
            self.push_screen(Palette("what to do", id="--command-palette"))

    def search_themes(self) -> None:
        """Opens the palette of the colours."""
        self.push_screen(Palette("colours", [ThemeProvider]))

    def watch_theme(self, theme: str) -> None:
        """A theme was chosen."""
        if self._kept is not None and self.is_running and theme != (self._kept.theme or DARK.name):
            self._kept.theme = theme
            run_in_thread(self, self._kept.write, self._theme_written, stores="the theme")

    def _theme_written(self, error: Exception | None) -> None:
        if error is not None:
            text = f"The theme is not remembered: {disk_sentence(error)}."
            self.notify(text, severity="warning", markup=False)
