"""Dialogs and panics for a long time: the memory of the screen does not grow.

    .venv/bin/python -m tests.faults.soak_screen [--minutes 40]

The demo dashboard in a pseudo-terminal. Its dialogs are opened and closed in turn, and every round
has a panic. What a screen keeps on purpose (the frame log, the history) has small bounds here, see
`small_desk`, and the first quarter of the time fills it and the caches. After that memory must not
grow by more than `MOST_MB`. One line is printed for each minute, and at the end the types of which
there are more objects than after the first quarter. Exit code 1 if it grew. Linux only.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.bench.terminal import Terminal

DIALOGS = ("?", "h", "i", "v", "o", "w", ",", "e", "\x10")
PANIC = "X"
ESCAPE = "\x1b"
HAND_S = 0.45
"""Between two keys: a dialog has been drawn by then, and no burst of keys is dropped."""
TAP_S = 0.1
WARM = 0.25
"""Of the time, before memory is looked at."""
MOST_MB = 8.0
NAMED = 12
"""Types that are named at the end."""
_PAGE = os.sysconf("SC_PAGE_SIZE")


def rss_mb(pid: int) -> float:
    """Resident memory of a process."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE / 2**20


def one_round(desk: Terminal) -> int:
    """Opens and closes each dialog, and panics; how many were opened."""
    for key in DIALOGS:
        desk.press(key)
        time.sleep(HAND_S)
        desk.press(ESCAPE)
        time.sleep(HAND_S)
    desk.press(PANIC)
    time.sleep(TAP_S)
    desk.press(PANIC)
    time.sleep(HAND_S)
    desk.press(ESCAPE)
    time.sleep(HAND_S)
    desk.check()
    return len(DIALOGS) + 1


def object_counts(desk: Terminal, file: Path) -> Counter[str]:
    """How many objects of each type the desk holds."""
    file.unlink(missing_ok=True)
    desk.process.send_signal(signal.SIGUSR1)
    while not file.exists():
        desk.check()
        time.sleep(0.05)
    return Counter(json.loads(file.read_text()))


def main() -> int:
    parser = argparse.ArgumentParser(description="Dialogs and panics for a long time.")
    parser.add_argument("--minutes", type=float, default=40.0)
    chosen = parser.parse_args()
    lasts_s = chosen.minutes * 60
    with tempfile.TemporaryDirectory() as home:
        file = Path(home) / "objects.json"
        command = [sys.executable, "-m", "tests.faults.small_desk", str(file)]
        with Terminal(command, Path(home)) as desk:
            desk.wait_for("READY")
            began_s = time.monotonic()
            opened, warm_mb, line_s = 0, 0.0, 0.0
            while (spent_s := time.monotonic() - began_s) < lasts_s:
                opened += one_round(desk)
                now_mb = rss_mb(desk.process.pid)
                if not warm_mb and spent_s >= lasts_s * WARM:
                    warm_mb, warm = now_mb, object_counts(desk, file)
                if spent_s >= line_s:
                    line_s += 60
                    print(f"{spent_s:5.0f} s  {opened} opened  rss {now_mb:.1f} MB", flush=True)
            more = object_counts(desk, file) - warm if warm_mb else Counter[str]()
    for name, count in more.most_common(NAMED):
        print(f"{count:+7d}  {name}")
    grew = now_mb - warm_mb
    print(f"{opened} opened, {warm_mb:.1f} MB became {now_mb:.1f} MB, at most {MOST_MB:g} more")
    return 0 if warm_mb and grew <= MOST_MB else 1


if __name__ == "__main__":
    sys.exit(main())
