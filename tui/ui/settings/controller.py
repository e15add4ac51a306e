"""Accounts, settings and a settings file that others change: what the screen has to do with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from textual.app import App
from textual.message import Message

from tui.core.desk import Desk
from tui.core.sanitize import sanitize
from tui.service.settings.validation import SettingsError
from tui.ui.app.threads import run_in_thread, sentence, thread_safe_callback
from tui.ui.dashboard.press_arming import PressArming
from tui.ui.keys.keymap import shown
from tui.ui.settings.file_changes import describe_change

if TYPE_CHECKING:
    from tui.service.settings.loader import Settings
    from tui.service.settings.store import FileChange, SettingsStore, SettingsWatch


class Configure(Message):
    """The trader asks for `accounts`, for `settings`, or to `reload` the file."""

    def __init__(self, what: str) -> None:
        super().__init__()
        self.what = what


class SettingsController:
    """Opens the screens of accounts and settings, and takes over a file that was changed outside.

    Without a store (the demo desk) there is nothing to change, and the screens say so.
    """

    def __init__(
        self,
        app: App[None],
        desk: Desk,
        store: SettingsStore | None,
        *,
        show_change: Callable[[str], None],
        apply: Callable[[Settings], None],
        presses: PressArming,
    ) -> None:
        """`show_change` shows what changed in the file until it is called with an empty text;
        `apply` applies new settings to the screen."""
        self._presses = presses
        self._app = app
        self._desk = desk
        self._store = store
        self._show_change = show_change
        self._apply = apply
        self._watch: SettingsWatch | None = None

    def start(self) -> None:
        """Watches the file from now on. Called on the screen's loop."""
        if self._store is not None:
            from tui.service.settings.store import SettingsWatch

            self._watch = SettingsWatch(
                self._store, thread_safe_callback(self._app, self._file_changed)
            )
            self._watch.start()

    def stop(self) -> None:
        if self._watch is not None:
            self._watch.stop()

    def open(self, what: str) -> None:
        """Opens `accounts` or `settings`, or does `reload`."""
        {"accounts": self._accounts, "settings": self._settings, "reload": self._reload}[what]()

    def _accounts(self) -> None:
        from tui.ui.settings.accounts_screen import AccountsScreen

        screen = AccountsScreen(self._desk.view, self._store, self._changed, self._presses)
        self._app.push_screen(screen)

    def _settings(self) -> None:
        from tui.ui.settings.settings_screen import SettingsScreen

        self._app.push_screen(SettingsScreen(self._store, self._changed))

    def _changed(self, _: str = "") -> None:
        """The desk runs on new settings."""
        if self._store is not None:
            self._apply(self._store.settings)

    def _file_changed(self, change: FileChange) -> None:
        if self._store is not None:
            self._show_change(describe_change(change, self._store.path))
        if isinstance(change, SettingsError):
            self._notify(f"{change}. The desk goes on with the settings before.", error=True)
        elif change is not None:
            self._notify(f"{change.path} was changed. {shown('R')} takes it over.")

    def _reload(self) -> None:
        if self._store is not None:
            run_in_thread(self._app, self._store.reload, self._reloaded)

    def _reloaded(self, result: tuple[str, ...] | Exception) -> None:
        """`result` names the accounts that changed."""
        if isinstance(result, Exception):
            text = f"{sentence(result)}. The desk goes on with the settings before."
            self._notify(text, error=True)
            return
        self._show_change("")
        self._changed()
        self._notify(f"Settings taken over: {', '.join(result) or 'no account changed'}.")

    def _notify(self, text: str, *, error: bool = False) -> None:
        severity: Literal["error", "information"] = "error" if error else "information"
        self._app.notify(sanitize(text), severity=severity, timeout=10, markup=False)
