"""How long a key press takes to the wire.

The real dashboard with its four accounts in a pseudo-terminal of 120 x 40, `confirm = "once"`, the
simulator in another process. By turns `s` cancels OKX's spreads over its WebSocket and `c` cancels
all of Bitget over REST. A press counts from before the key is written to the terminal
until its first bytes arrive at a proxy on loopback, both timed in the process of this script: the
two hand-overs to the terminal and to the proxy are included. Nothing in the dashboard is measured
or patched. Each press waits until the wire of its account has been quiet for a while, so that the
bytes at the proxy are its own.

    idle     nothing else happens
    flood    2,000 messages a second, recorded in the service's loop as a socket's are
"""

from __future__ import annotations

import json
import os
import random
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from math import isnan
from pathlib import Path

from tests.bench.figures import Effort, Failed, Line, Spread
from tests.bench.messages import flood, wait_ready
from tests.bench.notes import Notes
from tests.bench.proxy import Proxy, cancels, led_through
from tests.bench.screen import show
from tests.bench.simulator import Simulator, simulator
from tests.bench.terminal import Terminal
from tui.service.demo import read_greeting
from tui.service.desk.live import LiveDesk

TARGET_MS = {"idle": 10.0, "flood": 20.0}
WORDS = {"idle": "idle", "flood": "at 2,000 frames/s"}
FLOOD = 2_000
RATED_S = 5.0
"""How often the rate that it really is is noted."""
QUIET_S = 0.25
GAP_S = (0.2, 0.5)
"""Between the selection of a panel and the press: no two presses in step."""
EACH_S = 1.1
"""Between two presses on an account: Bitget takes five cancels a second, which is one press."""
SETTLE_S = 2.0
LOST_S = 5.0
ROUTES = {"WebSocket": ("okx-desk", "3", "s"), "REST": ("bitget-uta", "4", "c")}
"""The account, the panel that is selected before, and the key."""


def lines(effort: Effort) -> Iterator[Line]:
    presses = effort.of(60, 10)
    with simulator() as venue:
        for scene, target_ms in TARGET_MS.items():
            took_ms, rates = play(scene, presses, venue)
            note = f"{min(rates):,.0f} to {max(rates):,.0f} frames/s" if rates else ""
            for route, each_ms in took_ms.items():
                spread = Spread.of(each_ms)
                yield Line(
                    f"key press to wire, {route}, {WORDS[scene]}",
                    "ms",
                    spread,
                    target=f"p95 <= {target_ms:g} ms",
                    met=spread.p95 <= target_ms,
                    note=note,
                )


# --- in the pseudo-terminal -----------------------------------------------------------------------


def drive(scene: str) -> int:
    """The dashboard as the program starts it, its two accounts led through the proxies."""
    demo = read_greeting(os.environ["BENCH_GREETING"])
    accounts = led_through(demo.accounts, json.loads(os.environ["BENCH_PLACES"]))
    desk = LiveDesk(accounts, lambda one: demo.secrets[one.name])
    if scene == "flood":
        notes = Notes(Path(os.environ["BENCH_NOTES"]))
        threading.Thread(target=flooded, args=(desk, notes), daemon=True).start()
    return show(desk, accounts, confirm="once")


def flooded(desk: LiveDesk, notes: Notes) -> None:
    wait_ready(desk)
    while not isnan(rate := flood(desk, FLOOD, RATED_S)):
        notes.note("rate", rate=rate)


# --- outside --------------------------------------------------------------------------------------


def play(scene: str, presses: int, venue: Simulator) -> tuple[dict[str, list[float]], list[float]]:
    """Milliseconds of each press, by route; and how many frames a second there were."""
    proxies = {route: Proxy(venue.url, cancels) for route in ROUTES}
    more = {
        "BENCH_GREETING": venue.greeting,
        "BENCH_PLACES": json.dumps({ROUTES[route][0]: one.place for route, one in proxies.items()}),
    }
    took: dict[str, list[float]] = {route: [] for route in ROUTES}
    command = [sys.executable, "-m", "tests.bench.keys", scene]
    with tempfile.TemporaryDirectory() as home, ExitStack() as ending:
        notes = Notes(Path(home, "notes"))
        more["BENCH_NOTES"] = f"{home}/notes"
        terminal = ending.enter_context(Terminal(command, Path(home), **more))
        terminal.wait_for("4 of 4 ready")
        time.sleep(SETTLE_S)
        pressed_s = dict.fromkeys(ROUTES, 0.0)
        for _ in range(presses):
            for route, (_, panel, key) in ROUTES.items():
                terminal.press(panel)
                time.sleep(max(0.0, pressed_s[route] + EACH_S - time.monotonic()))
                proxies[route].quiet(QUIET_S)
                time.sleep(random.uniform(*GAP_S))  # noqa: S311  gaps, no secret
                pressed_s[route] = time.monotonic()
                took[route].append(_press(terminal, proxies[route], key))
        rates = [float(note["rate"]) for note in notes.all("rate")]
    return took, rates


def _press(terminal: Terminal, proxy: Proxy, key: str) -> float:
    """Milliseconds from the key to the first cancel at the proxy."""
    proxy.arrivals.clear()
    at_s = terminal.press(key)
    if not proxy.wait(LOST_S):
        raise Failed(f"the press of {key} did not reach the wire within {LOST_S:g} s")
    return (proxy.arrivals[0] - at_s) * 1000


if __name__ == "__main__":
    sys.exit(drive(sys.argv[1]))
