"""A line of choices: all are seen, the cursor walks over them, space or a click takes one."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message

from tui.ui.widgets.value_widget import ValueWidget, row, styled

Picked = tuple[tuple[str, ...], frozenset[str], int, bool]
"""The choices, those taken, the place of the cursor, whether the line has the focus."""


class ChoiceRow(ValueWidget[Picked], can_focus=True):
    """One of several choices, or `many` of them. Each has mark and word: colour is not needed."""

    DEFAULT_CSS = """
    ChoiceRow { pointer: pointer; width: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "step(-1)", "before", show=False),
        Binding("right", "step(1)", "next", show=False),
        Binding("space", "take", "take", show=False),
    ]

    class Changed(Message):
        """Another choice holds."""

        def __init__(self, picker: ChoiceRow) -> None:
            super().__init__()
            self.picker = picker

        @property
        def control(self) -> ChoiceRow:
            return self.picker

    def __init__(
        self,
        choices: tuple[str, ...],
        taken: tuple[str, ...],
        *,
        many: bool,
        id: str | None = None,  # noqa: A002
    ) -> None:
        super().__init__(id=id)
        self._choices = choices
        self._taken = frozenset(taken)
        self._many = many
        self._at = next((n for n, one in enumerate(choices) if one in taken), 0)
        self._spots: list[tuple[int, int]] = []
        self._show()

    @property
    def taken(self) -> tuple[str, ...]:
        """The choices that hold, in the order in which they stand."""
        return tuple(one for one in self._choices if one in self._taken)

    def paint(self, value: Picked, width: int, height: int) -> Content:
        choices, taken, at, focused = value
        marks = "[✓]" if self._many else "(•)", "[ ]" if self._many else "( )"
        parts: list[Content] = []
        self._spots, end = [], 0
        for number, choice in enumerate(choices):
            word = f"{marks[choice not in taken]} {choice}"
            style = ".ink--strong" if choice in taken else ".ink--quiet"
            parts.append(styled(word, ".ink--live" if focused and number == at else style))
            self._spots.append((end, end + len(word)))
            end += len(word) + 3
        return row(*parts, gap="   ")

    def action_step(self, by: int) -> None:
        self._at = (self._at + by) % len(self._choices)
        if not self._many:
            self.action_take()
        self._show()

    def action_take(self) -> None:
        choice = self._choices[self._at]
        taken = self._taken ^ {choice} if self._many else frozenset({choice})
        if taken != self._taken:
            self._taken = taken
            self.post_message(self.Changed(self))
        self._show()

    def on_click(self, event: events.Click) -> None:
        event.stop()
        for number, (start, end) in enumerate(self._spots):
            if start <= event.x < end:
                self._at = number
                self.action_take()

    def watch_has_focus(self, has_focus: bool) -> None:
        super().watch_has_focus(has_focus)
        self._show()

    def _show(self) -> None:
        self.put((self._choices, self._taken, self._at, self.has_focus))
