"""How long it takes from the start of the process to the first paint of the demo desk.

    .venv/bin/python tests/bench/start.py [--rounds 15]

A fresh process in a pseudo-terminal of 120 x 40 each time, in turns with a minimal Textual
application, which shows one word. Timed is from before the process is made until the terminal has
received the header's word DEMO, or the minimal application's word. The machine sees both alike, so
a busy one disturbs the ratio less than the times. The target is the ratio of the medians.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from pathlib import Path

from terminal import Terminal

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


def first_paint_ms(command: list[str], word: str) -> float:
    with tempfile.TemporaryDirectory() as home, Terminal(command, Path(home)) as terminal:
        return (terminal.wait_for(word) - terminal.started_s) * 1000


def spread(values: list[float]) -> dict[str, float]:
    ordered = sorted(values)
    return {
        "best": round(ordered[0], 1),
        "median": round(statistics.median(ordered), 1),
        "p95": round(ordered[round(0.95 * (len(ordered) - 1))], 1),
    }


def measure(rounds: int) -> dict[str, object]:
    minimal, demo = [], []
    for _ in range(rounds):
        minimal.append(first_paint_ms(MINIMAL_COMMAND, WORD))
        demo.append(first_paint_ms(DEMO_COMMAND, "DEMO"))
    ratio = statistics.median(demo) / statistics.median(minimal)
    return {
        "rounds": rounds,
        "minimal_ms": spread(minimal),
        "demo_ms": spread(demo),
        "ratio_of_medians": round(ratio, 3),
        "ratio_of_p95": round(spread(demo)["p95"] / spread(minimal)["p95"], 3),
        "target": TARGET,
        "within_target": ratio <= TARGET,
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Start to first paint, against a minimal app.")
    parser.add_argument("--rounds", type=int, default=15)
    told = measure(parser.parse_args().rounds)
    print(json.dumps(told, indent=2))
    sys.exit(0 if told["within_target"] else 1)
