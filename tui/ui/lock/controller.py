"""Locks and unlocks the screen, and stops what a closed one must not do, with a sentence for it."""

from __future__ import annotations

from collections.abc import Callable

from textual import events
from textual.actions import ActionParseResult, parse
from textual.app import App
from textual.dom import DOMNode
from textual.errors import NoWidget

from tui.core.clocks import Clock
from tui.core.desk_gate import LOCKED, LOCKED_VIEW, VIEW_ONLY, DeskGate
from tui.core.lockout import IdleTimer, PinBackoff
from tui.service.secrets.pin import Pin
from tui.ui.app.threads import run_in_thread, sentence
from tui.ui.dashboard.header import UtcClock
from tui.ui.dashboard.key_bar import KeyBar
from tui.ui.dashboard.mode_badge import Mode
from tui.ui.dashboard.screen import DeskScreen
from tui.ui.lock.allowed_keys import LEAVING_ACTIONS, LOCKED_ACTIONS, SENDING_ACTIONS
from tui.ui.panel.cancel_buttons import KeyButton, PanicButton
from tui.ui.panic.screen import PanicScreen

_SAID_EVERY_S = 2.0
"""A key that is held down says its sentence no more often."""
_OPEN_TO_ALL = (PanicButton, KeyBar, Mode, UtcClock)
"""What may be clicked while the screen is locked; their keys pass through here too."""
_IN_DIALOGS = frozenset({"focus_next", "focus_previous"})
_NO_PIN = "lock_after_min is set, but no PIN is: press l to set one. Until then nothing locks."


class ScreenLock:
    """Stands before the actions and the mouse as the gate stands before the desk.

    The gate alone would do for safety; this says at once why nothing happens. Locking needs no
    keyring once the PIN is known, and unlocking never does.
    """

    def __init__(
        self,
        app: App[None],
        gate: DeskGate,
        pin: Pin,
        home: DeskScreen,
        clock: Clock,
        *,
        lock_after_min: float,
        changed: Callable[[], None],
    ) -> None:
        self._app = app
        self._gate = gate
        self._pin = pin
        self._home = home
        self._clock = clock
        self._changed = changed
        self._attempts = PinBackoff(lambda: clock().mono_s)
        self._idle = IdleTimer(lock_after_min * 60, clock)
        self._lock_after_min = lock_after_min
        self._looking = False
        self._said_s = float("-inf")

    # What is stopped

    def answers(self, action: str | ActionParseResult, namespace: DOMNode | None) -> bool | None:
        """Whether a key that asks for `action` is thereby answered; None lets the action pass."""
        if not self._gate.closed:
            return None
        place, name, _ = parse(action) if isinstance(action, str) else action
        app = self._app
        ours = place == "app" or namespace in (None, app, self._home)
        if app.screen is not self._home and (not ours or name in _IN_DIALOGS):
            return None  # a dialog that may stand over a closed desk
        if self._gate.locked:
            if name in LEAVING_ACTIONS:
                self.unlock(app.action_help_quit)
                return True
            if name not in LOCKED_ACTIONS:
                if name == "copy_text":
                    return False  # ctrl+c is meant to end the desk
                self.say(LOCKED_VIEW if self._gate.view_only else LOCKED)
                return True
        return self._stops_sending(name)

    def _stops_sending(self, name: str) -> bool | None:
        if self._gate.view_only and name in SENDING_ACTIONS:
            self.say(VIEW_ONLY)
            return True
        return None

    def stops_panic(self) -> bool:
        """Whether panic itself is not to be had; says so."""
        return self._stops_sending("panic_press") is True

    def swallows(self, event: events.Event) -> bool:
        """Whether something that was pressed ends here. Hears of all that somebody does."""
        if not isinstance(event, events.InputEvent) or event.is_forwarded:
            return False
        if not isinstance(event, events.MouseMove):
            self._idle.touch()
        if not self._gate.locked or self._app.screen is not self._home:
            return False
        if isinstance(event, events.Key):
            if self._app.focused is not None:
                self._home.set_focus(None)
            if event.key == "enter" or self._locks(event.key):
                # At once: what is typed next is the PIN already.
                self.unlock()
                return True
        return False

    def _locks(self, key: str) -> bool:
        """Whether it is the lock's key, which the trader may have chosen."""
        bound = self._home.active_bindings.get(key)
        return bound is not None and bound.binding.action == "lock"

    def stops_mouse(self, event: events.Event) -> bool:
        """Whether a press or a click on the dashboard ends here."""
        pressed = events.MouseDown | events.MouseUp | events.Click
        if not self._gate.closed or not isinstance(event, pressed):
            return False
        try:
            widget, _ = self._home.get_widget_at(event.x, event.y)
        except NoWidget:
            return False
        if self._gate.view_only and isinstance(widget, KeyButton):
            self.say(VIEW_ONLY)
            return True
        if not self._gate.locked or isinstance(widget, _OPEN_TO_ALL):
            return False
        self.say(LOCKED_VIEW if self._gate.view_only else LOCKED)
        return True

    def say(self, said: str) -> None:
        """A sentence on the screen; not again while it stands there."""
        now_s = self._clock().mono_s
        if now_s - self._said_s >= _SAID_EVERY_S:
            self._said_s = now_s
            self._app.notify(said, severity="warning", timeout=_SAID_EVERY_S, markup=False)

    # Locking

    def toggle(self) -> None:
        """Locks, or asks for the PIN when it is locked."""
        if self._gate.locked:
            self.unlock()
        elif self._pin.known:
            self.lock()
        else:
            self._look(self._lock_or_set)

    def tick(self) -> None:
        """A second has passed: locks when nobody has touched the screen for too long."""
        if self._gate.locked or not self._idle.over or self._leaving():
            return
        if self._pin.known:
            self.lock()
        else:
            self._idle.touch()
            self._look(self._lock_or_say)

    def lock_after(self, minutes: float) -> None:
        """Locks by itself after so many minutes from now on; 0 for never."""
        if minutes != self._lock_after_min:
            self._lock_after_min = minutes
            self._idle = IdleTimer(minutes * 60, self._clock)
            self.look_ahead()

    def look_ahead(self) -> None:
        """Finds out whether there is a PIN, for a desk that is to lock by itself."""
        if self._lock_after_min:
            self._look(lambda known: None if known else self._warn(_NO_PIN))

    def lock(self) -> None:
        """Closes the screen. A panic's summary stays in sight, every other dialog goes."""
        self._gate.locked = True
        self._gate.note("lock", "locked")
        panicked = [one for one in self._app.screen_stack if isinstance(one, PanicScreen)]
        while self._app.screen is not self._home:
            self._app.pop_screen()
        self._home.set_focus(None)
        self._changed()
        for summary in panicked:
            self._app.push_screen(summary.anew())

    def unlock(self, then: Callable[[], object] | None = None) -> None:
        """Asks for the PIN; `then` is called when it was right."""
        from tui.ui.lock.pin_dialog import PinDialog

        if isinstance(self._app.screen, PinDialog):
            return

        def answered(right: bool | None) -> None:
            if not right:
                return
            self._gate.locked = False
            self._gate.note("lock", "unlocked")
            self._changed()
            if then is not None:
                then()

        self._app.push_screen(PinDialog(self._pin, self._attempts), answered)

    def _leaving(self) -> bool:
        """Cancels and disarms are under way that end the desk: closing their screen means stay."""
        from tui.ui.quit.cancel_and_quit_screen import CancelAndQuitScreen

        screens = self._app.screen_stack
        return any(
            isinstance(one, CancelAndQuitScreen) and not one.parting.failed for one in screens
        )

    def _lock_or_set(self, known: bool) -> None:
        from tui.ui.lock.pin_dialog import PinDialog

        if known:
            self.lock()
        else:
            self._app.push_screen(
                PinDialog(self._pin, self._attempts, setting=True),
                lambda done: self.lock() if done else None,
            )

    def _lock_or_say(self, known: bool) -> None:
        if known:
            self.lock()
        else:
            self._warn(_NO_PIN)

    def _look(self, then: Callable[[bool], None]) -> None:
        """Reads whether there is a PIN beside the screen's loop; one look at a time."""

        def looked(known: bool | Exception) -> None:
            self._looking = False
            if isinstance(known, Exception):
                self._warn(f"Not locked: {sentence(known)}")
            else:
                then(known)

        if not self._looking:
            self._looking = True
            run_in_thread(self._app, self._pin.look, looked)

    def _warn(self, said: str) -> None:
        self._app.notify(said, severity="warning", timeout=10, markup=False)
