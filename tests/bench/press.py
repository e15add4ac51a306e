"""How long a key press takes to the wire.

    .venv/bin/python tests/bench/press.py [--presses 100] [--scenes idle flood]

The real dashboard with its four accounts in a pseudo-terminal of 120 x 40, `confirm = "once"`, the
simulator in another process. In turns `s` cancels OKX's spreads over its WebSocket and `c` cancels
all of Bitget over REST. A press counts from before the key is written to the terminal until its
first bytes arrive at a proxy on loopback, both timed in the process of this script: the two
hand-overs to the terminal and to the proxy are included. Nothing in the dashboard is measured or
patched. Each press waits until the run of the one before has ended.

    idle     nothing else happens
    flood    2,000 messages a second, recorded in the service's loop as a socket's are
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from screen import show
from terminal import Terminal

from tui.service.demo import read_greeting
from tui.service.live_desk import LiveDesk

TARGET_MS = {"idle": 10.0, "flood": 20.0}
FLOOD = 2_000
MOST_AT_ONCE = 50
GAP_S = (0.6, 1.0)
LOST_S = 5.0
ROUTES = {"ws": ("3", "s"), "rest": ("4", "c")}
"""The panel that is selected before, and the key."""
SELECT_S = 0.3
TEXT = json.dumps({"op": "notify", "data": [{"id": 10**18, "price": "60123.5"}] * 6})


# --- in the pseudo-terminal -----------------------------------------------------------------------


def drive(scene: str) -> int:
    """The dashboard as the program starts it, its two accounts led through the proxies."""
    demo = read_greeting(os.environ["PRESS_GREETING"])
    places = {
        "okx-desk": {"ws_url": os.environ["PRESS_WS"]},
        "bitget-uta": {"rest_url": os.environ["PRESS_REST"]},
    }
    accounts = [replace(one, **places.get(one.name, {})) for one in demo.accounts]  # type: ignore[arg-type]
    desk = LiveDesk(accounts, lambda: demo.secrets)
    if scene == "flood":
        threading.Thread(target=flood, args=(desk,), daemon=True).start()
    return show(desk, accounts, confirm="once")


def flood(desk: LiveDesk) -> None:
    while not desk.view.accounts or desk.view.ready < len(desk.view.accounts):
        time.sleep(0.05)

    async def record() -> None:
        begun_s, done = time.monotonic(), 0
        while True:
            for _ in range(min(MOST_AT_ONCE, int((time.monotonic() - begun_s) * FLOOD) - done)):
                desk._recorder.record("htx-legacy", "ws", "in", TEXT, size=len(TEXT))
                done += 1
            await asyncio.sleep(0.002)

    with suppress(RuntimeError):
        asyncio.run_coroutine_threadsafe(record(), desk._loop).result()


# --- outside --------------------------------------------------------------------------------------


class Proxy:
    """Passes bytes on to the simulator, and notes when a cancel arrives."""

    def __init__(self, url: str, route: str) -> None:
        parts = urlsplit(url)
        self._to = (parts.hostname, parts.port)
        self._route = route
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.place = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self.arrivals: list[float] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            client, _ = self._listener.accept()
            server = socket.create_connection(self._to)
            for end in (client, server):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for pair in ((client, server, True), (server, client, False)):
                threading.Thread(target=self._pass_on, args=pair, daemon=True).start()

    def _pass_on(self, source: socket.socket, sink: socket.socket, noting: bool) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if noting and self._cancels(data):
                    self.arrivals.append(time.monotonic())
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)

    def _cancels(self, data: bytes) -> bool:
        if self._route == "rest":
            return data.startswith(b"POST /api/v3/trade/cancel")
        return not data.startswith(b"GET ") and len(data) > 60  # masked; a sign of life is shorter


def press(terminal: Terminal, proxy: Proxy, key: str) -> float:
    """Milliseconds from the key to the first cancel at the proxy."""
    proxy.arrivals.clear()
    at_s = terminal.press(key)
    while not proxy.arrivals:
        if time.monotonic() - at_s > LOST_S:
            raise SystemExit(f"the press of {key} did not reach the wire within {LOST_S:g} s")
        time.sleep(0.02)
    return (proxy.arrivals[0] - at_s) * 1000


def play(scene: str, presses: int, greeting: str) -> dict[str, Any]:
    url = read_greeting(greeting).url
    proxies = {route: Proxy(url, route) for route in ROUTES}
    more = {
        "PRESS_GREETING": greeting,
        "PRESS_WS": f"ws://{proxies['ws'].place}/ws/v5/business",
        "PRESS_REST": f"http://{proxies['rest'].place}",
    }
    took: dict[str, list[float]] = {route: [] for route in ROUTES}
    command = [sys.executable, __file__, "--drive", scene]
    with tempfile.TemporaryDirectory() as home, Terminal(command, Path(home), **more) as terminal:
        terminal.wait_for("4 of 4 ready")
        time.sleep(2.0)
        for _ in range(presses):
            for route, (panel, key) in ROUTES.items():
                terminal.press(panel)
                time.sleep(SELECT_S)
                took[route].append(press(terminal, proxies[route], key))
                time.sleep(random.uniform(*GAP_S))  # noqa: S311  no two presses in step
    return {"scene": scene, "presses": presses, "target_p95_ms": TARGET_MS[scene],
            **{route: spread(values) for route, values in took.items()}}  # fmt: skip


def spread(values: list[float]) -> dict[str, float]:
    ordered = sorted(values)
    return {
        "median": round(statistics.median(ordered), 2),
        "p95": round(ordered[round(0.95 * (len(ordered) - 1))], 2),
        "max": round(ordered[-1], 2),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description="Key press to wire.")
    parser.add_argument("--presses", type=int, default=100)
    parser.add_argument("--scenes", nargs="*", choices=TARGET_MS, default=list(TARGET_MS))
    parser.add_argument("--drive", choices=TARGET_MS, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.drive:
        return drive(chosen.drive)
    command = [sys.executable, "-m", "tui.simulator", "--exit-with-stdin"]
    simulator = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert simulator.stdin
    assert simulator.stdout
    good = True
    try:
        greeting = simulator.stdout.readline()
        for scene in chosen.scenes:
            told = play(scene, chosen.presses, greeting)
            good = good and all(told[route]["p95"] <= TARGET_MS[scene] for route in ROUTES)
            print(json.dumps(told), flush=True)
    finally:
        simulator.stdin.close()
        simulator.wait(10)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
