"""Cancels that outlive the screen: carried to their end after a crash, named after a signal."""

from __future__ import annotations

import threading
from collections.abc import Callable

from tui.core.desk import DeskView
from tui.service.desk.deferred import DeferredDesk
from tui.ui.quit.dialog import running_cancels

LOOK_S = 1.0
"""What the service has to answer a look, and between two looks, should it not call."""


def finish_runs(desk: DeferredDesk, say: Callable[[str], None]) -> None:
    """Waits until every cancel under way has its outcome, and says each outcome in a line.

    Blocks; ctrl+c ends the wait with KeyboardInterrupt.
    """
    running = running_cancels(desk.view_now(LOOK_S))
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
        changed.wait(LOOK_S)
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
