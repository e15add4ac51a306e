"""The search in the frame log: the rows that hold a text, kept true while frames come and go."""

from __future__ import annotations

from collections.abc import Iterable

from tui.core.frames import Frame
from tui.ui.frames.buffer import FrameBuffer, FrameList


class FrameSearch:
    """Finds among the frames that the filter lets through. No text finds nothing."""

    def __init__(self, ring: FrameBuffer) -> None:
        self._ring = ring
        self._low = ""
        self.text = ""
        self.hits = FrameList()
        """The frames that hold the text, oldest first."""
        self.turned = ""
        """Where the last step began anew: `oldest` or `newest`; empty when it did not."""

    def seek(self, text: str) -> None:
        """Looks for `text`, in whatever case; typing on looks only at what was found before."""
        low = text.lower()
        source = self.hits if self._low and self._low in low else self._ring.view
        self.text, self._low, self.turned = text, low, ""
        self._collect(source)

    def renew(self) -> None:
        """The filter lets other frames through."""
        self._collect(self._ring.view)

    def extend(self, frames: Iterable[Frame]) -> None:
        """Takes in frames that came at the end of the view."""
        if self._low:
            self.hits.extend(frame for frame in frames if self._low in frame.text.lower())

    def drop(self) -> None:
        """Lets go of what the ring no longer has."""
        view = self._ring.view
        self.hits.drop(self.hits.find(view[0].seq) if view else len(self.hits))

    def place(self, seq: int | None) -> int | None:
        """Which of the hits that frame is, counted from 1."""
        index = self.hits.place(seq)
        return None if index is None else index + 1

    def step(self, seq: int, by: int) -> Frame | None:
        """The next hit after that frame (`by` 1) or the last before it (-1), round the ends."""
        if not self.hits:
            return None
        index = self.hits.find(seq)
        if by < 0:
            index -= 1
        elif self.hits.place(seq) is not None:
            index += 1
        self.turned = "newest" if index < 0 else "oldest" if index >= len(self.hits) else ""
        return self.hits[index % len(self.hits)]

    def _collect(self, source: Iterable[Frame]) -> None:
        found = FrameList()
        if self._low:
            found.extend([frame for frame in source if self._low in frame.text.lower()])
        self.hits = found
