"""Accounts, settings and a settings file that others change: what the screen has to do with it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import App
from textual.message import Message

from tui.core.clocks import Clock
from tui.core.desk import Desk
from tui.core.sanitize import safe_text
from tui.service.settings.validation import SettingsError
from tui.ui.app.threads import beside, sentence, teller
from tui.ui.dashboard.press_arming import Presses
from tui.ui.keys.keymap import shown

if TYPE_CHECKING:
    from tui.service.settings.loader import Settings
    from tui.service.settings.store import Configuration, SettingsWatch, Told


def _changed(told: Told, path: Path) -> str:
    """What others did to the file, for the line that stands until it is taken over; `{R}` in it is
    how that is done."""
    if isinstance(told, SettingsError):
        what = str(told).removeprefix(f"{path}: ")
        said = f"{path.name} is wrong, the desk goes on with the settings before: {what}"
    else:
        said = f"{path.name} was changed outside: {{R}} takes it over" if told is not None else ""
    return safe_text(said)


def before_saving(configuration: Configuration | None) -> str:
    """Why nothing could be saved to the file now; empty if it can. For what opens a form."""
    told = configuration.pending if configuration is not None else None
    if configuration is None or told is None:
        return ""
    if isinstance(told, SettingsError):
        return safe_text(f"▲ Nothing can be saved while the file is wrong: {told}")
    key = shown("R") or shown("ctrl+p")
    return safe_text(
        f"▲ {configuration.path.name} was changed outside: close this and press {key} first, which"
        " takes it over; until then nothing can be saved"
    )


class Configure(Message):
    """The trader asks for `accounts`, for `settings`, or to `reload` the file."""

    def __init__(self, what: str) -> None:
        super().__init__()
        self.what = what


class Configuring:
    """Opens the screens, and offers what changed in the file. Without a configuration (the demo
    desk) there is nothing to change, and the screens say so."""

    def __init__(
        self,
        app: App[None],
        desk: Desk,
        configuration: Configuration | None,
        clock: Clock,
        *,
        offer: Callable[[str], None],
        take: Callable[[Settings], None],
        presses: Presses,
    ) -> None:
        """`offer` shows for as long as it stands what changed in the file, empty when nothing did;
        `take` takes what the screen goes by."""
        self._presses = presses
        self._app = app
        self._desk = desk
        self._configuration = configuration
        self._clock = clock
        self._offer = offer
        self._take = take
        self._watch: SettingsWatch | None = None

    def start(self) -> None:
        """Watches the file from now on. Called on the screen's loop."""
        if self._configuration is not None:
            from tui.service.settings.store import SettingsWatch

            self._watch = SettingsWatch(self._configuration, teller(self._app, self._told))
            self._watch.start()

    def stop(self) -> None:
        if self._watch is not None:
            self._watch.stop()

    def open(self, what: str) -> None:
        """Does what was asked for."""
        {"accounts": self._accounts, "settings": self._settings, "reload": self._reload}[what]()

    def _accounts(self) -> None:
        from tui.ui.settings.accounts_screen import AccountsScreen

        screen = AccountsScreen(self._desk.view, self._configuration, self._taken, self._presses)
        self._app.push_screen(screen)

    def _settings(self) -> None:
        from tui.ui.settings.settings_screen import SettingsScreen

        self._app.push_screen(SettingsScreen(self._configuration, self._taken))

    def _taken(self, _: str) -> None:
        """The screen's own share of new settings."""
        if self._configuration is not None:
            self._take(self._configuration.settings)

    def _told(self, told: Told) -> None:
        """The file says something else than before."""
        if self._configuration is not None:
            self._offer(_changed(told, self._configuration.path))
        if isinstance(told, SettingsError):
            self._say(f"{told}. The desk goes on with the settings before.", bad=True)
        elif told is not None:
            self._say(f"{told.path} was changed. {shown('R')} takes it over.")

    def _reload(self) -> None:
        if self._configuration is not None:
            beside(self._app, self._configuration.reload, self._reloaded)

    def _reloaded(self, told: tuple[str, ...] | Exception) -> None:
        if isinstance(told, Exception):
            self._say(f"{sentence(told)}. The desk goes on with the settings before.", bad=True)
            return
        self._offer("")
        self._taken("")
        self._say(f"Settings taken over: {', '.join(told) or 'no account changed'}.")

    def _say(self, said: str, *, bad: bool = False) -> None:
        severity = "error" if bad else "information"
        self._app.notify(safe_text(said), severity=severity, timeout=10, markup=False)  # type: ignore[arg-type]
