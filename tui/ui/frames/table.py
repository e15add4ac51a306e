"""The rows of the frame log: a window on the ring that follows the newest or stands still."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.widget import Widget

from tui.core.frames import Frame
from tui.ui.frames.buffer import FrameBuffer, FrameFilter
from tui.ui.frames.row_renderer import MAX_CELLS
from tui.ui.frames.table_base import FrameCanvas

STEP = 16
"""Cells that payloads move sideways at a time."""


class FrameTable(FrameCanvas, can_focus=True):
    """Draws only what is visible, and never moves the text under a reader.

    It follows the newest frame until somebody scrolls up, selects a row or pauses. From then on
    it shows what it held at that moment; what comes later is counted as pending.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "Up", show=False),
        Binding("down", "move(1)", "Down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("home", "first", "Oldest", show=False),
        Binding("end", "follow", "Follow the newest", show=False),
        Binding("left", "sideways(-1)", "Left", show=False),
        Binding("right", "sideways(1)", "Right", show=False),
        Binding("shift+up", "stretch(-1)", "Mark upwards", show=False),
        Binding("shift+down", "stretch(1)", "Mark downwards", show=False),
    ]

    class Moved(Message):
        """The cursor, the following or a count has changed."""

    class Opened(Message):
        """A frame was asked for in full."""

        def __init__(self, frame: Frame) -> None:
            super().__init__()
            self.frame = frame

    def __init__(self, ring: FrameBuffer) -> None:
        super().__init__(ring)
        self._held: int | None = None
        self._steering = False

    # What is shown

    @property
    def following(self) -> bool:
        return self._held is None

    @property
    def shown(self) -> int:
        """How many rows there are to scroll through; held, only those of that moment."""
        return len(self.ring.view) if self._held is None else self.ring.view.find(self._held + 1)

    @property
    def pending(self) -> int:
        """Rows that came since the view stands still."""
        return len(self.ring.view) - self.shown

    @property
    def chosen(self) -> Frame | None:
        """The frame that a key acts on: the cursor's, else the newest that is shown."""
        shown = self.shown
        return self.cursor or (self.ring.view[shown - 1] if shown else None)

    # What changes it

    def extend(self, frames: Sequence[Frame], missed: int = 0) -> None:
        """Takes frames in; following, the newest comes into view, else the text stands still."""
        change = self.ring.extend(frames, missed)
        if self._cursor is not None and self.cursor is None:
            self._cursor = None
        if change.added:
            self.finder.extend(self.ring.view[-change.added :])
        if change.dropped:
            self.finder.drop()
        if self.ring.fallen:
            self.marks.drop(self.ring.oldest)
        if self.following:
            self._fit()
            self._scroll(self.max_scroll_y)
            if change.added:
                self.refresh()
        elif change.dropped:
            top = max(0, self.scroll_offset.y - change.dropped)
            if self.shown < self.size.height:
                self._hold_at(self.size.height - 1)
            self._fit()
            self._scroll(top)
            bar = self.vertical_scrollbar
            if bar.grabbed:  # it reckons from where it was taken hold of: that is now here
                bar.grabbed, bar.grabbed_position = self.app.mouse_position, top
            self.refresh()

    def set_filter(self, wanted: FrameFilter) -> None:
        """Shows other rows; the line that is being read stays where it was on the screen."""
        view, top = self.ring.view, self.scroll_offset.y
        read = self._cursor if self._cursor is not None else self._seq_at(top)
        line = view.find(read) - top if read is not None else 0
        self.ring.wanted = wanted
        self.finder.renew()
        self.repaint()
        self._fit()
        if self.following or read is None:
            self._scroll(self.max_scroll_y)
        else:
            self._scroll(self.ring.view.find(read) - max(0, min(line, self.size.height - 1)))
        self.post_message(self.Moved())

    def hold(self) -> None:
        """Stands still; frames go on being kept."""
        if self.following:
            self._held = self.ring.newest
            self.post_message(self.Moved())

    def follow(self) -> None:
        """Shows the newest frame and whatever comes after it."""
        self._held = self._cursor = None
        self._end_selection()
        self._fit()
        self._scroll(self.max_scroll_y)
        self.refresh()
        self.post_message(self.Moved())

    def select(self, index: int) -> None:
        """Puts the cursor on a row, brings it into view and stands still."""
        if not self.shown:
            return
        self.hold()
        index = max(0, min(index, self.shown - 1))
        self._cursor = self.ring.view[index].seq
        top, height = self.scroll_offset.y, max(1, self.size.height)
        if index < top:
            self._scroll(index)
        elif index >= top + height:
            self._scroll(index - height + 1)
        self.refresh()
        self.post_message(self.Moved())

    def go_to(self, frame: Frame) -> None:
        """Puts the cursor on a frame that the filter lets through, pending or not."""
        index = self.ring.view.place(frame.seq)
        if index is None:
            return
        if index >= self.shown:
            self._include_pending()
        self.marks.release()
        self.select(index)

    # Keys and mouse

    def action_move(self, by: int) -> None:
        self._end_selection()
        self.go(by)

    def go(self, by: int) -> None:
        """Moves the cursor by so many rows; past the end the pending rows are taken in."""
        index = self._cursor_index()
        if index is None:
            if self.following and by > 0:
                return
            top = self.scroll_offset.y
            bottom = min(self.shown, top + self.size.height)
            index = bottom if by < 0 else top - 1
        if index + by >= self.shown and self.pending:
            self._include_pending()
        self.select(index + by)

    def action_page(self, by: int) -> None:
        self.action_move(by * max(1, self.size.height - 1))

    def action_first(self) -> None:
        self.select(0)

    def action_follow(self) -> None:
        self.follow()

    def action_sideways(self, by: int) -> None:
        """Moves the payloads, not the columns before them."""
        top = self.scroll_offset.y
        rows = self.ring.view[top : min(self.shown, top + self.size.height)]
        longest = max((len(frame.text) for frame in rows), default=0)
        most = max(0, min(longest, MAX_CELLS) - STEP)
        left = max(0, min(self._left + by * STEP, most))
        if left != self._left:
            self._left = left
            self.repaint()

    def on_mouse_down(self, event: events.MouseDown) -> None:
        # At the press, not at the click: while following, the row would be gone by then.
        index = self.scroll_offset.y + event.y
        if event.button == 1 and 0 <= index < self.shown:
            self._end_selection()
            self.select(index)

    def on_click(self, event: events.Click) -> None:
        if event.ctrl and self.cursor is not None:
            self.mark()
        if event.chain == 2 and (frame := self.cursor) is not None:
            self.post_message(self.Opened(frame))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        if self.following or self.scroll_offset.y < self.max_scroll_y:
            return
        if self.pending:
            self._include_pending()
        else:
            self.follow()

    def on_mouse_scroll_right(self, event: events.MouseScrollRight) -> None:
        self.action_sideways(1)

    def on_mouse_scroll_left(self, event: events.MouseScrollLeft) -> None:
        self.action_sideways(-1)

    # Standing still and scrolling

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if not self._steering and new_value < old_value and new_value < self.max_scroll_y:
            self.hold()

    def on_mount(self) -> None:
        self._fit()

    def on_resize(self) -> None:
        self.repaint()  # it may have been drawn already, with the painter of the old width
        self._fit()
        if self.following:
            self._scroll(self.max_scroll_y)

    # Search and marks

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

    def _reveal(self, frame: Frame) -> None:
        """Moves the payloads sideways until what was found in that frame is on the screen."""
        at = frame.text.lower().find(self.finder.text.lower())
        end = at + len(self.finder.text)
        room = self.painter.room
        if end > self._left + room or at < self._left:
            left = 0 if end <= room else at - room // 3
            self._left = max(0, min(left // STEP * STEP, MAX_CELLS - STEP))
            self.repaint()

    def _end_selection(self) -> None:
        """The cursor goes elsewhere: a stretch of marks is over, a step of the search is past."""
        self.marks.release()
        self.finder.turned = ""

    def _include_pending(self) -> None:
        """Goes on reading: the pending rows join the ones that are shown."""
        self._held = self.ring.newest
        self._fit()
        self.refresh()
        self.post_message(self.Moved())

    def _hold_at(self, index: int) -> None:
        view = self.ring.view
        if view:
            self._held = view[min(index, len(view) - 1)].seq

    def _fit(self) -> None:
        """Tells the scroll bar how many rows there are, without laying the screen out again."""
        if self.is_attached:
            rows = self.shown
            self.set_reactive(Widget.virtual_size, Size(0, rows))
            self.vertical_scrollbar.window_virtual_size = rows
            self.vertical_scrollbar.window_size = self.size.height

    def _scroll(self, top: float) -> None:
        if not self.is_attached:
            return
        self._steering = True
        try:
            self.scroll_to(y=max(0, min(top, self.max_scroll_y)), animate=False, force=True)
        finally:
            self._steering = False

    def _seq_at(self, index: int) -> int | None:
        return self.ring.view[index].seq if 0 <= index < self.shown else None

    def _cursor_index(self) -> int | None:
        """Where the cursor stands in the view; None without one, or when the filter hides it."""
        if self._cursor is None:
            return None
        index = self.ring.view.place(self._cursor)
        return index if index is not None and index < self.shown else None
