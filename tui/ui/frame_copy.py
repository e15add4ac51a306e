"""A frame to the clipboard, and a notice that says what was done and no more."""

from __future__ import annotations

import os

from textual.app import App

from tui.core.frames import Frame
from tui.ui.frame_text import size

MOST_BYTES = 74_000
"""What terminals commonly take in one clipboard sequence (100,000 characters of base64)."""


def copy_frame(app: App[object], frame: Frame) -> None:
    """Hands the payload to the terminal's clipboard. No terminal answers, so none is claimed."""
    data = frame.text.encode("utf-8", "replace")
    text = data[:MOST_BYTES].decode("utf-8", "ignore")
    app.copy_to_clipboard(text)
    whole = len(data) <= MOST_BYTES
    what = size(len(data)) if whole else f"only the first {size(MOST_BYTES)} of {size(len(data))}"
    done = f"Frame {frame.seq}, {what}, sent to the terminal's clipboard (OSC 52)."
    if os.environ.get("TMUX"):
        done += " tmux passes it on when its set-clipboard is on."
    app.notify(done, severity="information" if whole else "warning", timeout=4, markup=False)
