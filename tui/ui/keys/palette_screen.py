"""Textual's palette, which chooses once however quickly enter is pressed again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.command import CommandPalette, Provider
from textual.message import Message
from textual.widgets import Input, OptionList

from tui.ui.keys.keymap import panic_in_field


class Palette(CommandPalette):
    """Deaf once it is closed: a second choice would run its command again, and close the screen
    below, or end the program where there is none."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Clear what is typed, then close"),
    ]

    def __init__(
        self,
        what: str,
        providers: Iterable[type[Provider]] | None = None,
        *,
        id: str | None = None,  # noqa: A002
    ) -> None:
        """`what` is looked for."""
        hint = f"{what}   esc clears, then closes   {panic_in_field()}"
        super().__init__(providers, placeholder=hint, id=id)

    async def action_back(self) -> None:
        """Takes away what is typed first, then closes, as everywhere."""
        field = self.query_one(Input)
        if field.value:
            field.value = ""
        else:
            await self.run_action("escape")

    @on(Input.Submitted)
    @on(OptionList.OptionSelected)
    def _hear(self, event: Message) -> None:
        if not self.is_current:
            event.stop()
            event.prevent_default()

    def dismiss(self, result: None = None) -> AwaitComplete:
        return super().dismiss(result) if self.is_current else AwaitComplete()
