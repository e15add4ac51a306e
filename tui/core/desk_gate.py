"""The gate before the desk: what a locked screen, or one that only looks, may ask of it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future

from tui.core.actions import EVERYTHING, Scope
from tui.core.desk import Desk, DeskView, NewSettings
from tui.core.frames import FrameFeed

LOCKED = "Locked: only panic works (X X). Press l to unlock."
LOCKED_VIEW = "Locked: nothing works, panic neither (view only). Press l to unlock."
VIEW_ONLY = "View only: nothing is sent from this screen."


class DeskGate:
    """Stands for a desk, before all that a screen does. Implements `tui.core.desk.Desk`.

    Every command is denied unless it is let through here: while the screen is locked panic alone
    passes, on a screen that only looks no command does. A denial is told to `denied`, a sentence.
    """

    def __init__(
        self, desk: Desk, *, view_only: bool = False, denied: Callable[[str], None] = lambda _: None
    ) -> None:
        self._desk = desk
        self._denied = denied
        self.view_only = view_only
        self.locked = False

    @property
    def closed(self) -> str:
        """Why commands do not pass, in a sentence; empty while they do."""
        if self.view_only:
            return VIEW_ONLY
        return LOCKED if self.locked else ""

    # What only looks, or is only put on record, passes always.

    @property
    def frames(self) -> FrameFeed:
        return self._desk.frames

    @property
    def view(self) -> DeskView:
        return self._desk.view

    def watch(self, changed: Callable[[], None]) -> None:
        self._desk.watch(changed)

    def caught_up(self) -> None:
        self._desk.caught_up()

    def screen_alive(self) -> None:
        self._desk.screen_alive()

    def note(self, kind: str, text: str) -> None:
        self._desk.note(kind, text)

    def panic(self) -> None:
        """Passes a locked screen: whoever is there may cancel everything."""
        if self.view_only:
            self._denied(VIEW_ONLY)
        else:
            self._desk.panic()

    def cancel(self, account: str, action: str | None = None, scope: Scope = EVERYTHING) -> None:
        if self._open():
            self._desk.cancel(account, action, scope)

    def arm(self, account: str) -> None:
        if self._open():
            self._desk.arm(account)

    def disarm(self, account: str) -> None:
        if self._open():
            self._desk.disarm(account)

    def cancel_then_disarm(self, account: str) -> None:
        if self._open():
            self._desk.cancel_then_disarm(account)

    def confirm_presence(self) -> None:
        if self._open():
            self._desk.confirm_presence()

    def refresh(self, account: str) -> None:
        """A read, so a screen that only looks may ask for it."""
        if self.view_only or self._open():
            self._desk.refresh(account)

    def reconfigure(self, new: NewSettings) -> Future[str]:
        """What a screen watches may change where nothing is sent; not on a locked one."""
        if self.view_only or self._open():
            return self._desk.reconfigure(new)
        refused: Future[str] = Future()
        refused.set_result(LOCKED)
        return refused

    def _open(self) -> bool:
        if self.closed:
            self._denied(self.closed)
        return not self.closed
