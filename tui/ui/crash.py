"""What is said when the screen itself fails: one sentence, and never a variable's value."""

from __future__ import annotations

import asyncio
from typing import Any, TypeVar

from rich.text import Text
from textual.app import App

from tui.core.faults import kind_and_place

R = TypeVar("R")


def crash_sentence(error: BaseException) -> str:
    """What went wrong and where, without the error's own text: that may quote anything."""
    return (
        f"killdesk's screen stopped on a fault of its own ({kind_and_place(error)}). "
        "Orders rest at the venues as they were, and an armed timer runs out by itself. "
        "Start killdesk again, or cancel with: killdesk cancel --all"
    )


class CrashReport(App[R]):
    """Replaces Textual's crash screen, which prints the local variables of every frame.

    A fault that only the event loop hears of ends nothing: it is shown, and not logged.

    The hooks are private in Textual 8.2.8, which is pinned exactly; a test with a canary in a
    local variable watches over them.
    """

    def on_load(self) -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, told: self._stray(told))

    def _stray(self, told: dict[str, Any]) -> None:
        error = told.get("exception")
        if isinstance(error, BaseException) and self.is_running:
            said = f"a fault of killdesk's own: {kind_and_place(error)}"
            self.notify(said, severity="error", markup=False)

    def _handle_exception(self, error: Exception) -> None:
        self._return_code = 1
        happened: asyncio.Event = self._exception_event
        if not happened.is_set():
            self._exception = error
            happened.set()
            self._exit_renderables.append(Text(crash_sentence(error)))
        self._close_messages_no_wait()

    def _fatal_error(self) -> None:
        self._exit_renderables.append(Text("killdesk's screen stopped on a fault of its own."))
        self._close_messages_no_wait()
