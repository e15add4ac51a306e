"""Where messages stand on the dashboard: above the newest frames, never on them."""

from __future__ import annotations

from textual.geometry import Region


def rows_below(screen_height: int, log: Region, filled: int) -> int:
    """How many rows of the screen stay free below the messages.

    `log` is where the rows of the frame log are, `filled` how many of them there would be with room
    for all. The newer half of the rows stays free; where they leave as much blank below them,
    messages stand there.
    """
    kept = (log.height + 1) // 2
    if not log.height or filled <= log.height - kept:
        return screen_height - log.bottom if log.height else 1
    return screen_height - (log.y + min(filled, log.height) - kept)
