"""The settings file under a running desk: changes to it, and taking over what others changed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import CancelledError
from concurrent.futures import TimeoutError as TookTooLong
from contextlib import suppress
from pathlib import Path

from tui.core.desk import Desk, NewSettings
from tui.core.secrets import Credentials
from tui.service.desk.reconfigure import changed_names, refusal
from tui.service.files.descriptors import allow_descriptors
from tui.service.secrets import credentials as keyring
from tui.service.secrets.credentials import find_credentials
from tui.service.settings import accounts, editor
from tui.service.settings.loader import Settings, SettingsError, load_settings, timer_warnings

CHECK_INTERVAL_S = 2.0
_APPLY_TIMEOUT_S = 60.0
"""A desk that has not applied new settings by then does not."""

FileChange = Settings | SettingsError | None
"""What the file says if the desk runs on something else, or what is wrong with it; None if
neither."""


def desk_notice(settings: Settings) -> str:
    """What a trader should know of this desk, in one line; empty when there is nothing. Blocks."""
    name = keyring.insecure_keyring(keyring.PROMPT_TIMEOUT_S)
    insecure = f"the keyring {name} keeps secrets in the clear" if name else ""
    short = allow_descriptors(len(settings.accounts))
    return "; ".join(filter(None, (short, insecure, *timer_warnings(settings))))


class SettingsStore:
    """What the desk runs on, and the file that it came from. Without a desk, the file alone.

    Whatever changes something blocks, on disk, keyring and desk: call it off the loops. It raises
    SettingsError or CredentialsError, one sentence.
    """

    def __init__(self, settings: Settings, path: Path, desk: Desk | None = None) -> None:
        self.settings = settings
        """What the desk runs on."""
        self.path = path
        self._desk = desk
        self._one_change = threading.Lock()
        self.pending: FileChange = None
        """What was last seen in the file and is not what the desk runs on; None if nothing is."""

    def add(self, plan: accounts.PlannedAccount, credentials: Credentials) -> None:
        """Stores a new account and its secrets; the desk takes it on."""
        with self._one_change:
            self._check_known()
            accounts.store_account(plan, self.path, credentials)
            self._apply({plan.account.name: credentials})

    def change(
        self, name: str, fields: Mapping[str, object], credentials: Credentials | None
    ) -> None:
        """Changes an account's settings and, if there are new ones, its secrets."""
        with self._one_change:
            self._check_known()
            self._check_free({name})
            account = self.settings.account(name)
            if account is None:
                raise SettingsError(f'there is no account "{name}" any more')
            if credentials is not None:
                keyring.save_credentials(account, credentials, keyring.PROMPT_TIMEOUT_S)
            if fields:
                editor.change_account(self.path, name, fields)
            self._apply({name: credentials} if credentials is not None else {})

    def remove(self, name: str) -> accounts.Removal:
        """Takes an account out of the file, the keyring and the desk."""
        with self._one_change:
            self._check_known()
            self._check_free({name})
            removal = accounts.remove_account(self.settings, self.path, name)
            self._apply({})
            return removal

    def change_tables(self, changes: editor.Tables) -> None:
        """Changes keys of the plain tables: `{"desk": {"confirm": "once"}}`."""
        with self._one_change:
            self._check_known()
            editor.change_tables(self.path, changes)
            self._apply({})

    def reload(self) -> tuple[str, ...]:
        """Takes over what the file says now; returns the names of the accounts that changed."""
        with self._one_change:
            before = self.settings.accounts
            self._apply({}, must_exist=True)
            return changed_names(before, NewSettings(self.settings.accounts, find_credentials))

    def check_file(self) -> FileChange:
        """What the file says now, if the desk runs on something else; the error, if it is wrong."""
        with self._one_change:
            try:
                found = load_settings(self.path, must_exist=True)
            except SettingsError as error:
                self.pending = error
            else:
                self.pending = found if found != self.settings else None
            return self.pending

    def _apply(self, stored: Mapping[str, Credentials], *, must_exist: bool = False) -> None:
        """The desk goes on with what the file says; `stored` need not be read from the keyring."""
        settings = load_settings(self.path, must_exist=must_exist)
        if self._desk is not None:
            new = NewSettings(
                settings.accounts,
                lambda account: stored.get(account.name) or find_credentials(account),
                tuple(stored),
                settings.screen_grace_s,
                lambda: desk_notice(settings),
            )
            try:
                refused = self._desk.reconfigure(new).result(_APPLY_TIMEOUT_S)
            except (TookTooLong, CancelledError):
                refused = "the desk did not take it in time; start killdesk again"
            if refused:
                raise SettingsError(refused)
        self.settings, self.pending = settings, None

    def _check_free(self, names: Collection[str]) -> None:
        if self._desk is not None and (refused := refusal(self._desk.view.accounts, names)):
            raise SettingsError(refused)

    def _check_known(self) -> None:
        """What others wrote is not taken over unseen."""
        if load_settings(self.path) != self.settings:
            raise SettingsError(f"{self.path} was changed outside; close this and press R first")


class SettingsWatch:
    """Checks the file every CHECK_INTERVAL_S, in a thread of its own, and reports what changed.

    `on_change` is called in that thread: with the new settings, with what is wrong with them, or
    with None when the file says again what the desk runs on.
    """

    def __init__(self, store: SettingsStore, on_change: Callable[[FileChange], None]) -> None:
        self._store = store
        self._on_change = on_change
        self._seen = self._stamp()
        self._over = threading.Event()

    def start(self) -> None:
        threading.Thread(target=self._watch, name="settings watch", daemon=True).start()

    def stop(self) -> None:
        self._over.set()

    def _watch(self) -> None:
        while not self._over.wait(CHECK_INTERVAL_S):
            stamp = self._stamp()
            if stamp == self._seen:
                continue
            self._seen = stamp
            change = self._store.check_file()
            if not self._over.is_set():
                self._on_change(change)

    def _stamp(self) -> tuple[int, int, int] | None:
        with suppress(OSError):
            found = self._store.path.stat()
            return found.st_mtime_ns, found.st_size, found.st_ino
        return None
