"""What a reader does among the rows: look for a text, and mark frames."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType

from tui.core.frames import Frame
from tui.ui.frames.row_renderer import MAX_CELLS
from tui.ui.frames.table import STEP, FrameRows


class ReadingRows(FrameRows):
    """Rows with a search and with marks."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("shift+up", "stretch(-1)", "Mark upwards", show=False),
        Binding("shift+down", "stretch(1)", "Mark downwards", show=False),
    ]

    def seek(self, text: str) -> None:
        """Lights up a text wherever it stands."""
        self.finder.seek(text)
        if not text:
            self._left = 0
        self.repaint()
        self.post_message(self.Moved())

    def find(self, by: int, *, here: bool = False) -> None:
        """Goes to the next frame found (`by` 1) or to the one before (-1), round the ends.

        With `here` the chosen frame itself will do.
        """
        frame = self.chosen
        if frame is None:
            return
        stays = here and self.finder.place(frame.seq) is not None
        found = frame if stays else self.finder.step(frame.seq, by)
        if found is not None:
            self._reveal(found)
            self.go_to(found)

    def mark(self) -> None:
        """Marks the chosen frame to be saved, or not any more."""
        if (frame := self.chosen) is not None:
            self.hold()
            self._cursor = frame.seq
            self.marks.toggle(frame.seq)
            self.refresh()
            self.post_message(self.Moved())

    def action_stretch(self, by: int) -> None:
        """Marks the rows that the cursor goes over."""
        left = self.chosen
        if left is None:
            return
        if self.cursor is None:
            self.go_to(left)
        self.go(by)
        if (reached := self.cursor) is not None:
            self.marks.stretch(left.seq, reached.seq)
        self.refresh()
        self.post_message(self.Moved())

    def unmark(self) -> None:
        """Takes all marks away."""
        self.marks.clear()
        self.refresh()
        self.post_message(self.Moved())

    def on_click(self, event: events.Click) -> None:
        if event.ctrl and self.cursor is not None:
            self.mark()

    def _reveal(self, frame: Frame) -> None:
        """Moves the payloads sideways until what was found in that frame is on the screen."""
        at = frame.text.lower().find(self.finder.text.lower())
        end = at + len(self.finder.text)
        room = self.painter.room
        if end > self._left + room or at < self._left:
            left = 0 if end <= room else at - room // 3
            self._left = max(0, min(left // STEP * STEP, MAX_CELLS - STEP))
            self.repaint()
