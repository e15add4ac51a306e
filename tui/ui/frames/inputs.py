"""The lines under the frame log in which a reader types: what to show, and what to find."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input


class TypedLine(Input):
    """One line that acts while it is typed. Closed, it keeps its text."""

    DEFAULT_CSS = """
    TypedLine, TypedLine:focus {
        height: 1;
        border: none;
        padding: 0 1;
        background: $surface;
        background-tint: $foreground 0%;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "drop", "Clear it", show=False)]

    def __init__(self, placeholder: str) -> None:
        super().__init__(placeholder=placeholder, select_on_focus=False)
        self.display = False

    def open(self) -> None:
        """Shows the line and takes the keys at once: what is typed next must not reach the desk."""
        self.display = True
        self.screen.set_focus(self, scroll_visible=False)

    def action_drop(self) -> None:
        """Empties the line and closes it."""
        self.value = ""
        self.post_message(self.Submitted(self, ""))


class FilterInput(TypedLine):
    """Narrows the log."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,down", "submit", "To the frames", show=False),
    ]

    def __init__(self) -> None:
        super().__init__("words  :error :in :out :note :ws :rest  @account   esc clears")

    def turn(self, *words: str) -> None:
        """None of the words, then each of them, then none again."""
        typed = [":error" if word == ":errors" else word for word in self.value.split()]
        now = next((word for word in reversed(typed) if word in words), "")
        turns = ("", *words)
        turned = turns[(turns.index(now) + 1) % len(turns)]
        kept = [word for word in typed if word not in words]
        self.value = " ".join(filter(None, (*kept, turned)))


class SearchInput(TypedLine):
    """Looks for a text among the rows that are shown."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "step(-1)", "Found before", show=False),
        Binding("down", "step(1)", "Found next", show=False),
    ]

    class Stepped(Message):
        """Another of the rows that were found is asked for."""

        def __init__(self, by: int) -> None:
            super().__init__()
            self.by = by

    def __init__(self) -> None:
        super().__init__("find   ⏎ goes to the newest, then n and N   ↑ ↓ step   esc clears")

    def action_step(self, by: int) -> None:
        self.post_message(self.Stepped(by))
