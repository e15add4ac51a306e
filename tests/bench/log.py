"""How many frames a second the frame log takes in and shows, and what it keeps of each.

killdesk's `FrameLog`, Textual's `RichLog` and its `Log`, by turns, each alone on the screen of a
fresh program in a pseudo-terminal of 120 x 40. The program makes frames of about 300 characters as
fast as the widget takes them, 100 at a time, and lets the screen have its turn in between. Counted
is from the first frame until the terminal has received the last one. The memory is what the
process has grown by meanwhile, by the number of frames: all are kept, the limit is 50,000.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from textual.app import ComposeResult
from textual.widget import Widget
from textual.widgets import Log, RichLog

from tests.bench.figures import Effort, Line, Spread
from tests.bench.messages import TEXT
from tests.bench.notes import Notes
from tests.bench.terminal import Terminal
from tui.core.frames import Frame
from tui.ui.app.themed import ThemedApp
from tui.ui.frames.log import FrameLog

WIDGETS = ("FrameLog", "RichLog", "Log")
KEPT = 50_000
AT_ONCE = 100
NOTE = (
    f"of {len(TEXT) + 40} characters; killdesk keeps time, account, sizes and request of each "
    "to filter and pair them, a Log its text alone, a RichLog its painted row"
)
LAST = "LASTONE"
PAGE = os.sysconf("SC_PAGE_SIZE")


def lines(effort: Effort) -> Iterator[Line]:
    frames = effort.of(12_000, 3_000, 1_000)
    rates: dict[str, list[float]] = {widget: [] for widget in WIDGETS}
    memory: dict[str, list[float]] = {widget: [] for widget in WIDGETS}
    for _ in range(effort.of(4, 1)):
        for widget in WIDGETS:
            rate, kept = play(widget, frames)
            rates[widget].append(rate)
            memory[widget].append(kept)
    for what, unit, found in (
        ("frames taken in and shown", "frames/s", rates),
        ("memory of a frame", "bytes", memory),
    ):
        for widget in WIDGETS[1:]:
            note = "more is better" if found is rates else NOTE
            ours, theirs = Spread.of(found[WIDGETS[0]]), Spread.of(found[widget])
            yield Line(what, unit, ours, f"Textual's {widget}", theirs, note=note)


def play(widget: str, frames: int) -> tuple[float, float]:
    """Frames a second, and bytes a frame."""
    with tempfile.TemporaryDirectory() as folder:
        notes = Notes(Path(folder, "notes"))
        command = [sys.executable, "-m", "tests.bench.log", widget, str(frames), f"{folder}/notes"]
        with Terminal(command, Path(folder)) as terminal:
            shown_s = terminal.wait_for(LAST)
            over = notes.wait("over")
        return frames / (shown_s - float(over["begun_s"])), float(over["grown"]) / frames


# --- in the pseudo-terminal -----------------------------------------------------------------------


class Shown(ThemedApp[object]):
    """One widget, and what feeds it."""

    def __init__(self, widget: Widget, take: Callable[[int, list[str]], None], frames: int) -> None:
        super().__init__()
        self._widget = widget
        self._take = take
        self._frames = frames
        self._task: asyncio.Task[None] | None = None
        self.notes = Notes(Path(sys.argv[3]))

    def compose(self) -> ComposeResult:
        yield self._widget

    def on_mount(self) -> None:
        self._task = asyncio.create_task(self._feed())

    async def _feed(self) -> None:
        await asyncio.sleep(0.5)  # the first paint is over
        before, begun_s = _rss(), time.monotonic()
        for number in range(0, self._frames, AT_ONCE):
            self._take(
                number, [_text(one, self._frames) for one in range(number, number + AT_ONCE)]
            )
            await asyncio.sleep(0)
        grown = _rss() - before
        self.notes.note("over", begun_s=begun_s, grown=grown)


def _text(number: int, frames: int) -> str:
    op = LAST if number == frames - 1 else "notify"
    return f'{{"op":"{op}","id":{number},"said":{TEXT}}}'


def _rss() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE


def _frame(number: int, text: str) -> Frame:
    return Frame(number + 1, int(time.time() * 1000), "okx-desk", "ws", "in", text, len(text))


def drive(widget: str, frames: int) -> int:
    if widget == "FrameLog":
        ours = FrameLog(capacity=KEPT)
        ours.set_accounts(["okx-desk"])

        def take(first: int, texts: list[str]) -> None:
            ours.extend([_frame(first + at, text) for at, text in enumerate(texts)])

        app = Shown(ours, take, frames)
    elif widget == "RichLog":
        rich = RichLog(max_lines=KEPT)

        def write(_: int, texts: list[str]) -> None:
            for text in texts:
                rich.write(text)

        app = Shown(rich, write, frames)
    else:
        log = Log(max_lines=KEPT)
        app = Shown(log, lambda _, texts: log.write_lines(texts) and None, frames)
    app.run()
    return app.return_code or 0


if __name__ == "__main__":
    sys.exit(drive(sys.argv[1], int(sys.argv[2])))
