"""The frame log under a flood: do keys answer, is memory flat.

The real dashboard with its four accounts runs in a pseudo-terminal, the simulator in another
process. 5,000 messages a second are recorded in the service's loop as a socket's are: redacted,
made safe, queued, kept in the ring of 50,000, drawn. Meanwhile `p` is pressed at random gaps, which
pauses the log or lets it follow.

A reaction is timed from outside: from the write of the key to the read of the title's new word
(`paused`, `following`) in what the program writes to its terminal. Memory is what the system says
of the process: the ring is full after 50,000 frames, and from then on nothing may grow.
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench.figures import Effort, Failed, Line, Spread
from tests.bench.idle import Reading
from tests.bench.messages import flood, wait_ready
from tests.bench.notes import Notes
from tests.bench.screen import show
from tests.bench.simulator import simulator
from tests.bench.terminal import Terminal
from tui.service.demo import read_greeting
from tui.service.desk.live import LiveDesk

RATE = 5_000
FULL_S = 20.0
"""After which the ring has been full for a while."""
TARGET_MS = 100.0
GROWTH_MB = 15.0
GAPS_S = (0.06, 0.25)


def lines(effort: Effort) -> Iterator[Line]:
    seconds = effort.of(60, 30, 22)
    full_mb = 0.0
    with simulator() as venue, tempfile.TemporaryDirectory() as folder:
        notes = Notes(Path(folder, "notes"))
        command = [sys.executable, "-m", "tests.bench.flood", str(seconds)]
        more = {"BENCH_GREETING": venue.greeting, "BENCH_NOTES": f"{folder}/notes"}
        with Terminal(command, Path(folder), **more) as terminal:
            notes.wait("ready")
            quiet = [ms for _ in range(10) for ms in _pause_and_follow(terminal)]
            begun_s = float(notes.wait("begin")["at_s"])
            answers: list[float] = []
            while time.monotonic() < begun_s + seconds - 1:
                answers += _pause_and_follow(terminal)
                if not full_mb and time.monotonic() > begun_s + FULL_S:
                    full_mb = Reading.of(terminal).rss_mb
            rate = float(notes.wait("end")["rate"])
            end_mb = Reading.of(terminal).rss_mb
    if rate < RATE / 2:
        raise Failed(f"the flood came to {rate:,.0f} frames/s, not {RATE:,}")
    spread = Spread.of(answers)
    yield Line(
        f"the screen's answer to a key, at {RATE:,} frames/s",
        "ms",
        spread,
        "the same without a flood",
        Spread.of(quiet),
        target=f"p95 <= {TARGET_MS:g} ms",
        met=spread.p95 <= TARGET_MS,
        note=f"{rate:,.0f} frames/s",
    )
    grown = end_mb - full_mb
    yield Line(
        f"memory grown from {FULL_S:g} s to {seconds} s of it",
        "MB",
        Spread.of([grown]),
        target=f"<= {GROWTH_MB:g} MB",
        met=grown <= GROWTH_MB,
    )


def _pause_and_follow(terminal: Terminal) -> list[float]:
    """Milliseconds of both answers."""
    took = []
    for word in ("paused", "following"):
        time.sleep(random.uniform(*GAPS_S))  # noqa: S311  gaps, no secret
        since = terminal.written
        at_s = terminal.press("p")
        took.append((terminal.wait_for(word, since) - at_s) * 1000)
    return took


# --- in the pseudo-terminal -----------------------------------------------------------------------


def drive(seconds: float) -> int:
    """The dashboard as the program starts it, and a thread that floods it."""
    demo = read_greeting(os.environ["BENCH_GREETING"])
    desk = LiveDesk(demo.accounts, lambda one: demo.secrets[one.name])
    notes = Notes(Path(os.environ["BENCH_NOTES"]))

    def run() -> None:
        wait_ready(desk)
        notes.note("ready")
        time.sleep(10)
        notes.note("begin")
        notes.note("end", rate=flood(desk, RATE, seconds))

    threading.Thread(target=run, daemon=True).start()
    return show(desk, demo.accounts)


if __name__ == "__main__":
    sys.exit(drive(float(sys.argv[1])))
