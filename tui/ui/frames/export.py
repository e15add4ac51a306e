"""Frames to the clipboards or to a file, and a notice that says what was done and no more."""

from __future__ import annotations

import os
import time
from base64 import b64encode
from collections.abc import Sequence

from textual.app import App
from textual.notifications import SeverityLevel

from tui.core.formatting import count, size
from tui.core.frames import Frame
from tui.core.sanitize import sanitize
from tui.service.files.clipboard import Tried, copy
from tui.service.files.frame_export import NotSaved, save
from tui.service.files.locations import find_locations
from tui.ui.app.threads import run_in_thread, sentence
from tui.ui.textual_compat.own_terminal import through_tmux, write_to_terminal

MOST_BYTES = 74_000
"""What terminals commonly take in one clipboard sequence (100,000 characters of base64)."""


def copy_frame(app: App[object], frame: Frame) -> None:
    """Hands the payload to the terminal (OSC 52) and to the desktop's clipboard.

    No terminal answers, so for that one only the sending is claimed.
    """
    data = frame.text.encode("utf-8", "replace")
    text = data[:MOST_BYTES].decode("utf-8", "ignore")
    app.copy_to_clipboard(text)
    _past_tmux(app, text)
    whole = len(data) <= MOST_BYTES

    def tell(tried: tuple[Tried, ...] | Exception) -> None:
        if isinstance(tried, Exception):
            app.notify(sentence(tried), severity="error", markup=False)
            return
        good = any(not one.problem for one in tried)
        fine = good or (whole and not tried)
        severity: SeverityLevel = "information" if fine else "warning"
        text = describe_copy(frame.seq, len(data), tried)
        app.notify(text, severity=severity, timeout=5, markup=False)

    run_in_thread(app, lambda: copy(frame.text), tell)


def describe_copy(seq: int, byte_count: int, tried: Sequence[Tried]) -> str:
    """What was done with the `byte_count` bytes of that frame."""
    taken = [one.program for one in tried if not one.problem]
    failed = [f"{one.program} failed: {one.problem}." for one in tried if one.problem]
    cut = "" if byte_count <= MOST_BYTES else f" (only the first {size(MOST_BYTES)} of it)"
    text = [f"Frame {seq}, {size(byte_count)}:"]
    if taken:
        text.append(f"copied by {' and '.join(taken)};")
    text.append(f"sent to the terminal{cut} by OSC 52, unconfirmed.")
    if not tried:
        text.append("No desktop clipboard here.")
    return " ".join([*text, *failed])


def _past_tmux(app: App[object], text: str) -> None:
    """Within tmux, here or at the other end of ssh, the same once more for the terminal outside."""
    inside = os.environ.get("TMUX") or os.environ.get("TERM", "").startswith("tmux")
    if inside:
        plain = b64encode(text.encode()).decode()
        write_to_terminal(app, through_tmux(f"\x1b]52;c;{plain}\a"))


def save_frames(app: App[object], frames: Sequence[Frame]) -> None:
    """Saves the frames as they are now, and says where, or why not."""
    if not frames:
        app.notify("There is no frame to save.", markup=False)
        return

    def write() -> tuple[str, SeverityLevel]:
        try:
            path = save(frames, find_locations().frames_folder, time.time_ns() // 1_000_000)
        except NotSaved as error:
            return str(error), "error"
        return f"{count(len(frames), 'frame')} saved in {path}", "information"

    def tell(written: tuple[str, SeverityLevel] | Exception) -> None:
        text: str
        severity: SeverityLevel
        if isinstance(written, Exception):
            text, severity = sentence(written), "error"
        else:
            text, severity = written
        app.notify(sanitize(text), severity=severity, timeout=10, markup=False)

    run_in_thread(app, write, tell, stores="the saved frames")
