"""What the dashboard costs while nothing happens any more, after a million frames.

The real dashboard with its four accounts in a pseudo-terminal of 120 x 40, the Bitget timer armed
at its defaults: countdown 30 s, beat every 5 s. A million messages are recorded in the service's
loop as a socket's are. Then nothing happens but the polls, pings and beats. Meanwhile a minimal
Textual application runs in a terminal of its own, which changes two cells once a second. The
simulator is a process of its own and does not count. In windows, both at the same time: the CPU
time of each whole process in percent of one core, and what it keeps in memory.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.bench.figures import Effort, Failed, Line, Spread
from tests.bench.messages import TEXT, wait_ready
from tests.bench.screen import show
from tests.bench.simulator import simulator
from tests.bench.terminal import Terminal
from tui.service.demo import read_greeting
from tui.service.desk.live import LiveDesk

SETTLE_S = 8.0
REST_S = 65.0
"""After that nobody is taken to be at the screen, and books that told the same are read less."""
FULL_S = 500.0
AT_ONCE = 200
"""Recorded in one go, so that the screen has its turns."""
TARGET = 0.5
"""Percent of a core."""
PAGE_MB = os.sysconf("SC_PAGE_SIZE") / 1e6

FLOOR = """
import time
from textual.app import App
from textual.widgets import Static
class Floor(App):
    CSS = "Static { width: 2; height: 1; }"
    def compose(self):
        yield Static("the floor stands", id="said")
        yield Static("00", id="s")
    def on_mount(self):
        self.query_one("#said").styles.width = 40
        self.set_interval(1, lambda: self.query_one("#s").update(f"{time.time() % 60:02.0f}", layout=False))
Floor().run()
"""  # noqa: E501


def lines(effort: Effort) -> Iterator[Line]:
    frames = effort.of(1_000_000, 20_000, 1_000)
    windows, seconds = effort.of(5, 1), effort.of(20, 10, 2)
    ours, theirs = [], []
    with (
        tempfile.TemporaryDirectory() as folder,
        simulator() as venue,
        Terminal(
            [sys.executable, "-m", "tests.bench.idle", str(frames), f"{folder}/recorded"],
            Path(folder),
            BENCH_GREETING=venue.greeting,
        ) as desk,
        Terminal([sys.executable, "-c", FLOOR], Path(folder)) as floor,
    ):
        floor.wait_for("the floor stands")
        desk.wait_for("4 of 4 ready")
        time.sleep(SETTLE_S)
        before_mb = Reading.of(desk).rss_mb
        Path(f"{folder}/recorded").write_text("go")
        _until_over(Path(f"{folder}/recorded"), desk)
        time.sleep(effort.of(REST_S, SETTLE_S))
        for _ in range(windows):
            begun = Reading.of(desk), Reading.of(floor)
            time.sleep(seconds)
            ours.append(Reading.of(desk).since(begun[0]))
            theirs.append(Reading.of(floor).since(begun[1]))
    cpu = Spread.of([one.cpu_percent for one in ours])
    beside = "a Textual app that ticks"
    yield Line(
        f"CPU at rest after {frames:,} frames",
        "% of a core",
        cpu,
        beside,
        Spread.of([one.cpu_percent for one in theirs]),
        target=f"median <= {TARGET:g} %",
        met=cpu.median <= TARGET,
        note="polls 4 accounts, answers pings and holds a timer meanwhile",
    )
    yield Line(
        f"memory after {frames:,} frames",
        "MB",
        Spread.of([one.rss_mb for one in ours]),
        beside,
        Spread.of([one.rss_mb for one in theirs]),
        note=f"{before_mb:.0f} MB before; the newest 50,000 frames are kept",
    )


def _until_over(word: Path, desk: Terminal) -> None:
    until_s = time.monotonic() + FULL_S
    while word.read_text() != "over":
        desk.check()
        if time.monotonic() > until_s:
            raise Failed(f"the frames were not recorded within {FULL_S:g} s")
        time.sleep(0.1)


@dataclass(frozen=True)
class Reading:
    """What a process has used so far, or between two readings."""

    at_s: float
    cpu_s: float
    rss_mb: float

    @classmethod
    def of(cls, terminal: Terminal) -> Reading:
        pid = terminal.process.pid
        cpu_s = time.clock_gettime(~pid << 3 | 2)  # the clock of another process's CPU time
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        return cls(time.monotonic(), cpu_s, pages * PAGE_MB)

    def since(self, before: Reading) -> Reading:
        return Reading(self.at_s - before.at_s, self.cpu_s - before.cpu_s, self.rss_mb)

    @property
    def cpu_percent(self) -> float:
        return 100 * self.cpu_s / self.at_s


# --- in the pseudo-terminal -----------------------------------------------------------------------


def drive(frames: int, word: Path) -> int:
    """The dashboard as the program starts it; it records when it is told so, and says when it has.

    The word is passed through a file.
    """
    demo = read_greeting(os.environ["BENCH_GREETING"])
    desk = LiveDesk(demo.accounts, lambda one: demo.secrets[one.name])

    async def record() -> None:
        for number in range(0, frames, AT_ONCE):
            for one in range(number, min(number + AT_ONCE, frames)):
                text = f'{{"id":{one},"said":{TEXT}}}'
                desk._recorder.record("htx-legacy", "ws", "in", text, size=len(text))
            await asyncio.sleep(0.001)

    def fill() -> None:
        wait_ready(desk)
        desk.arm("bitget-uta")
        while not word.exists() or word.read_text() != "go":
            time.sleep(0.05)
        asyncio.run_coroutine_threadsafe(record(), desk._loop).result()
        word.write_text("over")

    threading.Thread(target=fill, daemon=True).start()
    return show(desk, demo.accounts)


if __name__ == "__main__":
    sys.exit(drive(int(sys.argv[1]), Path(sys.argv[2])))
