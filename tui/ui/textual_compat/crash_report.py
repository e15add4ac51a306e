"""What a fault of our own does to the screen: as little as possible, and never a variable's value.

Textual ends the application at the first exception of any widget, and prints the local variables of
every frame, which may be secrets. Here a fault in a dialog closes that dialog, and a fault in the
desk's own screen ends it with one sentence and an exit code of its own.

The hooks are private: there is no public way to keep an application running after an exception.

Report: `.github/upstream/exceptions-end-the-app-and-show-variables.md`.
Needed while these pass, in `test_crash.py`:
`test_textual_still_prints_variables`,
`test_textual_still_ends_for_a_fault_in_a_dialog`.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from traceback import format_tb
from typing import Any, TypeVar

from rich.text import Text
from textual._context import active_message_pump
from textual.app import App
from textual.notifications import SeverityLevel
from textual.screen import Screen
from textual.widget import Widget

from tui.core.errors import describe_internal_error

R = TypeVar("R")

CRASHED = 70
"""The exit code of a screen that stopped on a fault of its own (EX_SOFTWARE of sysexits.h)."""
SHOWN_S = 10.0
"""How long the sentence of a fault stays on the screen."""
FAILED = "This did not work, cancels go on"
"""Begins the sentence of what was asked for by key or click, and failed."""
DEBUG_SWITCH = "KILLDESK_DEBUG"


def crash_sentence(error: BaseException | None) -> str:
    """What went wrong and where, without the error's own text: that may quote anything."""
    place = "while it read keys" if error is None else describe_internal_error(error)
    return (
        f"killdesk's screen stopped on a fault of its own ({place}). "
        "Cancels that were sent may still be carried out. "
        "Start killdesk again, or cancel with: killdesk cancel --all"
    )


class CrashReport(App[R]):
    """Keeps faults where they happen, and tells each of them once.

    A fault that only the event loop knows of ends nothing: it is shown, and not logged.
    """

    def __init__(self) -> None:
        super().__init__()
        self.faults: dict[str, float] = {}
        """The sentence of each fault that was shown, and when it was shown last (monotonic)."""

    def on_load(self) -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: self._stray(context))

    @contextmanager
    def contained(self, what: str) -> Iterator[None]:
        """A fault in this block is shown and ends nothing; `what` begins its sentence."""
        try:
            yield
        except Exception as error:  # noqa: BLE001  a key or a picture must not end the desk
            self.show_fault(what, error)

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = False,
    ) -> None:
        """Shows a sentence; one that cannot be shown ends nothing. Never raises."""
        with suppress(Exception):
            super().notify(message, title=title, severity=severity, timeout=timeout, markup=markup)

    def show_fault(self, what: str, error: BaseException) -> None:
        """Shows a fault, unless the same sentence is on the screen already. Never raises."""
        message = f"{what}: a fault of killdesk's own ({describe_internal_error(error)})."
        now_s = time.monotonic()
        if now_s - self.faults.get(message, float("-inf")) < SHOWN_S:
            return
        self.faults[message] = now_s
        if self.is_running:
            self.notify(message, severity="error", timeout=SHOWN_S)

    def close_screen(self, screen: Screen[Any], error: BaseException) -> None:
        """Takes a dialog away that failed, with all that stands above it, and says so."""
        while screen in self.screen_stack[1:]:
            self.pop_screen()
        what = "A dialog was closed, cancels go on, the panels show what comes of them"
        self.show_fault(what, error)

    def panic(self, *renderables: object) -> None:
        """Called by Textual where it has an error's picture only: the thread that reads keys."""
        self._crash(None)

    def _stray(self, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if isinstance(error, BaseException) and self.is_running:
            self.show_fault("In the background", error)

    def _handle_exception(self, error: Exception) -> None:
        screen = _screen_at_fault()
        if screen is None or screen in self.screen_stack[:1]:
            self._crash(error)
        else:
            self.close_screen(screen, error)

    def _crash(self, error: Exception | None) -> None:
        """Ends the screen; the first fault is the one that is told."""
        first, self._return_code = self._return_code != CRASHED, CRASHED
        if first:
            message = crash_sentence(error)
            if os.environ.get(DEBUG_SWITCH) and error is not None:
                message = "".join((*format_tb(error.__traceback__), message))
            self._exit_renderables.insert(0, Text(message))  # Textual prints the first one alone
            self._exception = error
            self._exception_event.set()
        self._close_messages_no_wait()

    def _fatal_error(self) -> None:
        self._crash(None)


def _screen_at_fault() -> Screen[Any] | None:
    """The screen of the widget whose message is being handled; None if that is the application."""
    node = active_message_pump.get(None)
    if not isinstance(node, Widget):
        return None
    return next((one for one in node.ancestors_with_self if isinstance(one, Screen)), None)
