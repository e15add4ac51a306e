"""Textual's palette, which chooses once however quickly enter is pressed again."""

from __future__ import annotations

from textual import on
from textual.await_complete import AwaitComplete
from textual.command import CommandPalette
from textual.message import Message
from textual.widgets import Input, OptionList


class Palette(CommandPalette):
    """Deaf once it is closed: a second choice would run its command again, and close the screen
    below, or end the program where there is none."""

    @on(Input.Submitted)
    @on(OptionList.OptionSelected)
    def _hear(self, event: Message) -> None:
        if not self.is_current:
            event.stop()
            event.prevent_default()

    def dismiss(self, result: None = None) -> AwaitComplete:
        return super().dismiss(result) if self.is_current else AwaitComplete()
