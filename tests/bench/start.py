"""How long it takes from the start of the process to the first paint of the demo desk.

A fresh process in a pseudo-terminal of 120 x 40 each time, in turns with a minimal Textual
application, which shows one word. Timed is from before the process is made until the terminal has
received the header's word DEMO, or the minimal application's word. The machine sees both alike, so
a busy one disturbs the ratio less than the times. The target is the ratio of the medians.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.bench.figures import Effort, Line, Spread
from tests.bench.terminal import Terminal

TARGET = 1.5
WORD = "at first sight"
MINIMAL = f"""
from textual.app import App
from textual.widgets import Static
class Minimal(App):
    def compose(self):
        yield Static("{WORD}")
Minimal().run()
"""
MINIMAL_COMMAND = [sys.executable, "-c", MINIMAL]
DEMO_COMMAND = [sys.executable, "-m", "tui", "--demo"]


def lines(effort: Effort) -> Iterator[Line]:
    minimal, demo = [], []
    for _ in range(effort.of(15, 3)):
        minimal.append(first_paint_ms(MINIMAL_COMMAND, WORD))
        demo.append(first_paint_ms(DEMO_COMMAND, "DEMO"))
    yield Line(
        "start to first paint of the demo desk",
        "ms",
        Spread.of(demo),
        "a Textual app of one word",
        Spread.of(minimal),
        target=f"ratio <= {TARGET:g}",
        met=statistics.median(demo) <= TARGET * statistics.median(minimal),
    )


def first_paint_ms(command: list[str], word: str) -> float:
    with tempfile.TemporaryDirectory() as home, Terminal(command, Path(home)) as terminal:
        return (terminal.wait_for(word) - terminal.started_s) * 1000
