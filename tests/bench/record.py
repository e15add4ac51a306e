"""What the record adds between a press and the wire.

The simulator runs in a process of its own, the desk in this one. A press is `cancel` of the spreads
of one account; its request is on the wire when it is handed to the socket, as the desk notes it.
Blocks of presses with a record and without take turns, so that both see the same machine. Beside
that: how long after the press its line is in the file, and how many presses have left before that.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench.figures import Effort, Failed, Line, Spread
from tests.bench.live import live
from tests.bench.simulator import Simulator, simulator
from tui.service.audit.writer import Audit

ACCOUNT, ACTION = "okx-desk", "spreads"
PAUSE_S = 0.25
"""Between two presses: the venue's limit, and what a run leaves to be written."""
LONGEST_S = 10.0


class Writes:
    """`os.write`, and when a press was in what it took."""

    taken_s = 0.0

    def __call__(self, descriptor: int, data: bytes) -> int:
        taken = os.write(descriptor, data)
        if b'"kind":"press"' in data:
            self.taken_s = time.perf_counter()
        return taken


def lines(effort: Effort) -> Iterator[Line]:
    found: dict[str, list[float]] = {"without": [], "with": [], "file": []}
    with tempfile.TemporaryDirectory() as folder, simulator() as venue:
        for _ in range(effort.of(4, 2)):
            _block(venue, found, effort.of(40, 10, 2), None)
            _block(venue, found, effort.of(40, 10, 2), Path(folder))
    yield Line(
        "press to wire with a record",
        "ms",
        Spread.of(found["with"]),
        "without a record",
        Spread.of(found["without"]),
    )
    late = sum(written > sent for written, sent in zip(found["file"], found["with"], strict=True))
    yield Line(
        "press to its line in the record's file",
        "ms",
        Spread.of(found["file"]),
        note=f"{late} of {len(found['file'])} cancels left before that",
    )


def _block(
    venue: Simulator, found: dict[str, list[float]], rounds: int, folder: Path | None
) -> None:
    """So many presses on a desk of their own."""
    writes = Writes()
    audit = Audit(folder, {"what": "bench"}, write=writes) if folder else None
    with live(venue.greeting, [ACCOUNT], audit=audit) as desk:
        for _ in range(rounds):
            time.sleep(PAUSE_S)
            venue.post("orders", account=ACCOUNT, kind="spread")
            writes.taken_s, pressed_s = 0.0, time.perf_counter()
            sent_ms, _ = desk.cancel(ACCOUNT, ACTION, 1)
            found["with" if audit else "without"].append(sent_ms)
            if audit is not None:
                while not writes.taken_s:
                    if time.perf_counter() > pressed_s + LONGEST_S:
                        raise Failed("the press was not written")
                    time.sleep(0.005)
                found["file"].append((writes.taken_s - pressed_s) * 1000)
