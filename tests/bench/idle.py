"""What the dashboard costs while nothing happens.

    .venv/bin/python tests/bench/idle.py [--windows 3] [--seconds 30] [--floor]

The demo desk in a pseudo-terminal of 120 x 40 that is read all the time, its four accounts ready
and with their polls and pings, and the Bitget timer armed at its defaults: countdown 30 s, beat
every 5 s, so that more than ten seconds are always left. The simulator is a process of its own
and does not count. After a warm-up, for each window: the CPU time of the whole process and of
each of its threads, in percent of one core, and how often its threads were woken in a second.
The target is the median of the whole process.

`--floor` measures instead a minimal Textual application that changes two cells once a second.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from terminal import Terminal

WARM_UP_S = 8.0
TARGET = 0.5
"""Percent of a core."""
_TICK_S = 0.01
"""What the system counts a thread's time in."""

FLOOR = """
import time
from textual.app import App
from textual.widgets import Static
class Floor(App):
    CSS = "Static { width: 2; height: 1; }"
    def compose(self):
        yield Static("floor 4 of 4 ready ARMED", id="said")
        yield Static("00", id="s")
    def on_mount(self):
        self.query_one("#said").styles.width = 40
        self.set_interval(1, lambda: self.query_one("#s").update(f"{time.time() % 60:02.0f}", layout=False))
Floor().run()
"""  # noqa: E501


@dataclass(frozen=True)
class Reading:
    """What a process has used so far."""

    at_s: float
    cpu_s: float
    threads: dict[str, float]
    wakeups: int
    written: int


def read(terminal: Terminal) -> Reading:
    pid = terminal.process.pid
    threads, wakeups = {}, 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        name = "screen" if task.name == str(pid) else task.name
        fields = (task / "stat").read_text().rpartition(")")[2].split()
        threads[name] = (int(fields[11]) + int(fields[12])) * _TICK_S
        status = (task / "status").read_text()
        wakeups += int(status.partition("\nvoluntary_ctxt_switches:")[2].split()[0])
    cpu_s = time.clock_gettime(~pid << 3 | 2)  # the clock of another process's CPU time
    return Reading(time.monotonic(), cpu_s, threads, wakeups, terminal.written)


def between(before: Reading, after: Reading) -> dict[str, object]:
    seconds = after.at_s - before.at_s
    used = {name: cpu_s - before.threads.get(name, 0.0) for name, cpu_s in after.threads.items()}
    return {
        "cpu_percent": round(100 * (after.cpu_s - before.cpu_s) / seconds, 3),
        "threads_percent": {
            name: round(100 * cpu_s / seconds, 2) for name, cpu_s in used.items() if cpu_s
        },
        "wakeups_a_second": round((after.wakeups - before.wakeups) / seconds, 1),
        "bytes_a_second": round((after.written - before.written) / seconds),
    }


def measure(command: list[str], windows: int, seconds: float) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as home, Terminal(command, Path(home)) as terminal:
        terminal.wait_for("4 of 4 ready")
        terminal.press("a")
        terminal.wait_for("ARMED")
        time.sleep(WARM_UP_S)
        found = []
        for _ in range(windows):
            before = read(terminal)
            time.sleep(seconds)
            found.append(between(before, read(terminal)))
    median = statistics.median(float(str(one["cpu_percent"])) for one in found)
    return {
        "cpu_percent": median,
        "target": TARGET,
        "within_target": median <= TARGET,
        "windows": found,
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="CPU time of the idle demo desk.")
    parser.add_argument("--windows", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--floor", action="store_true")
    chosen = parser.parse_args()
    program = ["-c", FLOOR] if chosen.floor else ["-m", "tui", "--demo"]
    told = measure([sys.executable, *program], chosen.windows, chosen.seconds)
    print(json.dumps(told, indent=2))
    sys.exit(0 if chosen.floor or told["within_target"] else 1)
