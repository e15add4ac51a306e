"""The terminal's own title, which tabs and tmux show while the desk is out of sight."""

from __future__ import annotations

from collections.abc import Callable

from tui.core.sanitize import sanitize

_KEEP = "\x1b[22;2t"
_GIVE_BACK = "\x1b[23;2t"
_MOST = 200


class TerminalTitle:
    """Says a title when it changes. The one before is given back at the end, where that works.

    Textual 8.2.8 sets no title, so the sequences (OSC 2, and xterm's stack of titles) go through
    the driver; nothing that came from elsewhere gets into them unescaped.
    """

    def __init__(self, write: Callable[[str], object]) -> None:
        self._write = write
        self.said = ""

    def say(self, title: str) -> None:
        """Sets the title, once."""
        if title == self.said:
            return
        keep = "" if self.said else _KEEP
        self.said = title
        self._write(f"{keep}\x1b]2;{sanitize(title, _MOST)}\x1b\\")

    def give_back(self) -> None:
        """Sets the title that was there before."""
        if self.said:
            self.said = ""
            self._write(f"\x1b]2;\x1b\\{_GIVE_BACK}")
