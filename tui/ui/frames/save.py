"""Frames to a file, and a notice that says where they are."""

from __future__ import annotations

import time
from collections.abc import Sequence

from textual.app import App
from textual.notifications import SeverityLevel

from tui.core.frames import Frame
from tui.core.sanitize import safe_text
from tui.service.files.frame_export import NotSaved, save
from tui.service.files.locations import find_locations
from tui.ui.app.threads import beside, sentence


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
        what = "1 frame" if len(frames) == 1 else f"{len(frames):,} frames"
        return f"{what} saved in {path}", "information"

    def tell(told: tuple[str, SeverityLevel] | Exception) -> None:
        text: str
        severity: SeverityLevel
        if isinstance(told, Exception):
            text, severity = sentence(told), "error"
        else:
            text, severity = told
        app.notify(safe_text(text), severity=severity, timeout=10, markup=False)

    beside(app, write, tell, stores="the saved frames")
