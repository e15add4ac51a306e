"""What the record adds between a press and the wire.

    .venv/bin/python tests/bench/record.py [--rounds 60] [--blocks 4]

The simulator runs in a process of its own, the desk in this one. A press is `cancel` of the spreads
of one account; its request is on the wire when it is handed to the socket, as the desk notes it.
Blocks of presses with a record and without take turns, so that both see the same machine. Beside
that: how long the press itself is held by handing its record over, and how long after it the line
is in the file.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tui.core.desk import AccountView, Health
from tui.service import live_desk
from tui.service.audit import Audit
from tui.service.demo import DemoDesk, demo_desk
from tui.service.live_desk import LiveDesk
from tui.service.recorder import Recorder

ACCOUNT, ACTION = "okx-desk", "spreads"
PAUSE_S = 0.25
"""Between two presses: the venue's limit, and what a run leaves to be written."""


class Wire(Recorder):
    """Notes the moment of the last cancel before it is recorded as ever."""

    left_s = 0.0

    def record(  # type: ignore[override]
        self, account: str, transport: str, direction: str, text: str, **more: Any
    ) -> int:
        if direction == "out" and "sprd-mass-cancel" in text:
            Wire.left_s = time.perf_counter()
        return super().record(account, transport, direction, text, **more)  # type: ignore[arg-type]


class Writes:
    """`os.write`, and when a press was in what it took."""

    taken_s = 0.0

    def __call__(self, descriptor: int, data: bytes) -> int:
        taken = os.write(descriptor, data)
        if b'"kind":"press"' in data:
            self.taken_s = time.perf_counter()
        return taken


def until(holds: Callable[[], bool]) -> None:
    while not holds():
        time.sleep(0.005)


def block(demo: DemoDesk, rounds: int, folder: Path | None) -> dict[str, list[float]]:
    """So many presses on a desk of their own; in milliseconds."""
    writes = Writes()
    audit = Audit(folder, {"what": "bench"}, write=writes) if folder else None
    desk = LiveDesk(demo.accounts, lambda: demo.secrets, screen_grace_s=3600, audit=audit)
    found: dict[str, list[float]] = {"press to wire": [], "hand-over": [], "press to file": []}
    desk.start()

    def account() -> AccountView:
        view = desk.view.account(ACCOUNT)
        assert view is not None
        return view

    try:
        until(lambda: all(one.health is Health.READY for one in desk.view.accounts))
        for _ in range(rounds):
            time.sleep(PAUSE_S)
            until(lambda: not account().runs)
            Wire.left_s = writes.taken_s = 0.0
            pressed_s = time.perf_counter()
            desk.cancel(ACCOUNT, ACTION)
            returned_s = time.perf_counter()
            until(lambda: Wire.left_s > 0 and (audit is None or writes.taken_s > 0))
            found["press to wire"].append((Wire.left_s - pressed_s) * 1000)
            found["hand-over"].append((returned_s - pressed_s) * 1000)
            if audit is not None:
                found["press to file"].append((writes.taken_s - pressed_s) * 1000)
    finally:
        desk.stop()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--blocks", type=int, default=4)
    chosen = parser.parse_args()
    live_desk.Recorder = Wire  # type: ignore[misc]
    all_found: dict[str, dict[str, list[float]]] = {"without": {}, "with": {}}
    with tempfile.TemporaryDirectory() as folder, demo_desk() as demo:
        for number in range(chosen.blocks):
            kind = ("without", "with")[number % 2]
            found = block(demo, chosen.rounds, Path(folder) if number % 2 else None)
            for name, times in found.items():
                all_found[kind].setdefault(name, []).extend(times)
    sys.stdout.write(f"load average {os.getloadavg()[0]:.1f}\n")
    for kind, by_name in all_found.items():
        for name, times in by_name.items():
            if times:
                times.sort()
                p95 = times[int(len(times) * 0.95)]
                sys.stdout.write(f"{kind:8} {name:14} median {statistics.median(times):6.3f} ms, "
                                 f"p95 {p95:6.3f} ms, n {len(times)}\n")  # fmt: skip


if __name__ == "__main__":
    main()
