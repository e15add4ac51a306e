"""The frame log under a flood: do keys answer, is memory flat.

    .venv/bin/python tests/bench/frames.py [--rate 5000] [--seconds 60]

The real dashboard with its four accounts runs in a pseudo-terminal, the simulator in another
process. So many messages a second are recorded in the service's loop as a socket's are: redacted,
made safe, queued, kept in the ring of 50,000, drawn. Meanwhile `p` is pressed at random gaps, which
pauses the log or lets it follow.

A reaction is timed from outside: from the write of the key to the read of the title's new word
(`paused`, `following`) in what the program writes to its terminal. Memory and processor time are
what the system says of the process: RSS before the flood, every ten seconds, and at the end; the
ring is full after 50,000 frames, and from then on nothing may grow.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from isolation import TEXT, Terminal, Trouble, _noted
from screen import show

from tui.service.demo import read_greeting
from tui.service.live_desk import LiveDesk
from tui.ui.app import KilldeskApp

ANSWER_WITHIN_S = 30.0
GROWTH_MB = 15.0
"""What the memory may differ between a full ring and the end."""
P95_MS = 100.0
PAGE_MB = os.sysconf("SC_PAGE_SIZE") / 1e6


def drive(rate: int, seconds: float, notes: Path) -> int:
    """The dashboard as the program starts it, and a thread that records."""
    demo = read_greeting(os.environ["FRAMES_GREETING"])
    desk = LiveDesk(demo.accounts, lambda: demo.secrets)

    def flood(trouble: Trouble) -> None:
        while desk.view.ready < len(demo.accounts):
            time.sleep(0.05)
        trouble.note("ready")
        time.sleep(3)
        trouble.note("begin")
        begun_s = time.monotonic()
        trouble._record_for(rate, seconds)
        took_s = time.monotonic() - begun_s
        trouble.note("end", recorded=trouble.frames, a_second=round(trouble.frames / took_s))

    def with_flood(app: KilldeskApp) -> None:
        trouble = Trouble("frames", notes, app, desk)
        threading.Thread(target=flood, args=(trouble,), daemon=True).start()

    return show(desk, demo.accounts, made=with_flood)


class Watched(Terminal):
    """Waits for a word in what the program writes."""

    def __init__(self, command: list[str], env: dict[str, str]) -> None:
        self._seen = threading.Condition()
        self._wanted, self._tail, self._seen_s = b"", b"", 0.0
        super().__init__(command, env)

    def take(self, data: bytes) -> None:
        super().take(data)
        now_s = time.monotonic()
        with self._seen:
            if self._wanted and self._wanted in self._tail + data:
                self._wanted, self._seen_s = b"", now_s
                self._seen.notify_all()
            self._tail = data[-32:]

    def answer_ms(self, key: bytes, word: bytes) -> float:
        """How long a key takes to bring that word, which was not there before."""
        with self._seen:
            self._wanted, self._tail = word, b""
        pressed_s = time.monotonic()
        self.press(key)
        with self._seen:
            if not self._seen.wait_for(lambda: not self._wanted, ANSWER_WITHIN_S):
                raise SystemExit(f"no {word!r} within {ANSWER_WITHIN_S:g} s of {key!r}")
        return (self._seen_s - pressed_s) * 1000

    @property
    def rss_mb(self) -> float:
        return int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]) * PAGE_MB

    @property
    def cpu_s(self) -> float:
        told = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")


def play(rate: int, seconds: float, greeting: str, folder: Path) -> dict[str, object]:
    notes = folder / "notes"
    command = [sys.executable, __file__, "--drive", str(notes)]
    command += ["--rate", str(rate), "--seconds", str(seconds)]
    env = {**os.environ, "TERM": "xterm-256color", "FRAMES_GREETING": greeting}
    terminal = Watched(command, env)
    answers: list[float] = []
    memory: list[float] = []
    try:
        _noted(notes, "ready")
        quiet = press(terminal, 20)
        begun_s, start_mb = float(_noted(notes, "begin")["at_s"]), terminal.rss_mb
        cpu_s = terminal.cpu_s
        while time.monotonic() < begun_s + seconds - 1:
            answers += press(terminal, 4)
            if time.monotonic() >= begun_s + 10 * (len(memory) + 1):
                memory.append(round(terminal.rss_mb, 1))
        cpu = (terminal.cpu_s - cpu_s) / (time.monotonic() - begun_s)
        over = _noted(notes, "end")
        end_mb = terminal.rss_mb
    finally:
        terminal.end()
    grown = end_mb - memory[1] if len(memory) > 1 else 0.0
    p95 = percentile(answers, 0.95)
    return {
        "frames_a_second": over["a_second"],
        "recorded": over["recorded"],
        "chars_a_frame": len(TEXT),
        "presses": len(answers),
        "answer_median_ms": round(statistics.median(answers), 1),
        "answer_p95_ms": p95,
        "answer_max_ms": round(max(answers), 1),
        "before_the_flood_median_ms": round(statistics.median(quiet), 1),
        "before_the_flood_p95_ms": percentile(quiet, 0.95),
        "rss_start_mb": round(start_mb, 1),
        "rss_each_10_s_mb": memory,
        "rss_end_mb": round(end_mb, 1),
        "grown_since_20_s_mb": round(grown, 1),
        "cpu_of_a_core": round(cpu, 2),
        "load_average": round(os.getloadavg()[0], 1),
        "within_target": grown <= GROWTH_MB and p95 <= P95_MS,
    }


def press(terminal: Watched, times: int) -> list[float]:
    """Pauses and follows so many times, at random gaps."""
    took = []
    for number in range(times):
        time.sleep(random.uniform(0.06, 0.25))  # noqa: S311  gaps, no secret
        took.append(terminal.answer_ms(b"p", b"following" if number % 2 else b"paused"))
    return took


def percentile(values: list[float], part: float) -> float:
    return round(sorted(values)[round(part * (len(values) - 1))], 1)


def main() -> int:
    parser = argparse.ArgumentParser(description="The frame log under a flood.")
    parser.add_argument("--rate", type=int, default=5_000)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--drive", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.drive:
        return drive(chosen.rate, chosen.seconds, chosen.drive)
    command = [sys.executable, "-m", "tui.simulator", "--exit-with-stdin"]
    simulator = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert simulator.stdin and simulator.stdout
    try:
        with tempfile.TemporaryDirectory() as folder:
            told = play(chosen.rate, chosen.seconds, simulator.stdout.readline(), Path(folder))
            print(json.dumps(told), flush=True)
    finally:
        simulator.stdin.close()
        simulator.wait(10)
    return 0 if told["within_target"] else 1


if __name__ == "__main__":
    sys.exit(main())
