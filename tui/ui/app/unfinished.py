"""Cancels that outlive the screen: carried to their end after a crash, named after a signal."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from tui.core.desk import Desk, DeskView
from tui.ui.quit.choice import running_cancels

_LOOK_S = 1.0
"""Between two looks, should the service not call."""


_VIEW_AGE_S = 0.2
"""A cancel pressed just before a crash is in the view only after so long."""


def finish_runs(desk: Desk, say: Callable[[str], None]) -> None:
    """Waits until every cancel under way has its outcome, and says each outcome in a line.

    Blocks; ctrl+c ends the wait with KeyboardInterrupt.
    """
    time.sleep(_VIEW_AGE_S)
    running = running_cancels(desk.view)
    if not running:
        return
    from tui.service.headless_cancel import (
        in_words,  # the service itself is not loaded before the screen
    )

    say(f"Still under way: {', '.join(running)}. Waiting for the outcome; ctrl+c stops that.")
    before = {report for account in desk.view.accounts for report in account.reports}
    changed = threading.Event()
    desk.watch(changed.set)
    while running:
        changed.wait(_LOOK_S)
        changed.clear()
        desk.caught_up()
        running = running_cancels(desk.view)
    for account in desk.view.accounts:
        for report in account.reports:
            if report not in before:
                say(in_words(report))


def unfinished_lines(view: DeskView) -> list[str]:
    """One line where cancels are under way as the process ends: nobody reads their outcome."""
    running = running_cancels(view)
    if not running:
        return []
    return [
        f"Not finished: {', '.join(running)}. What was sent may still be carried out; "
        "nothing more is sent, and nobody checks what is left."
    ]
