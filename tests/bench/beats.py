"""How late the beats are while the screen is in trouble.

    .venv/bin/python tests/bench/isolation.py [--rounds 1] [--scenes quiet block unread ...]

The real dashboard with its four accounts runs in a pseudo-terminal, the simulator in another
process, and the Bitget timer is armed at countdown 30 s, beat 1.5 s. The scenes:

    quiet    nothing happens, for 20 s: the floor of the method
    block    the screen's loop is held by `time.sleep(15)`
    spin     the screen's loop computes for 15 s without a pause, and holds the interpreter too
    unread   nobody reads the terminal for 12 s, while the screen has a lot to write
    frames   5,000 messages a second for 20 s, recorded in the service's loop as a socket's are:
             redacted, made safe, queued, drawn

A beat is due one beat after the one before left. Both are timed where the venue is: a proxy on
loopback in the process of this script notes when the first bytes of each countdown request arrive.
Nothing in the dashboard is measured or patched for it: the lateness is the time between two
arrivals less the beat, and the way to the proxy, the same for both, cancels out. Counted are the
beats that were due while the scene lasted. `screen_stood_still_s` is the longest time between two
ticks of the screen's own loop, which shows that the trouble was real.
"""

from __future__ import annotations

import argparse
import asyncio
import fcntl
import json
import os
import pty
import signal
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from screen import show

from tui.core.accounts import TimerSettings
from tui.core.deadman import TimerState
from tui.service.demo import read_greeting
from tui.service.live_desk import LiveDesk
from tui.ui.app import KilldeskApp

ACCOUNT = "bitget-uta"
CALL = b"POST /api/v3/trade/countdown-cancel-all"
COUNTDOWN_S, BEAT_S = 30, 1.5
SCENES = ("quiet", "block", "spin", "unread", "frames")
BLOCK_S, UNREAD_S, FLOOD_S = 15.0, 12.0, 20.0
MANY, SOME = 5_000, 1_000
"""Frames a second: of a flood, and of a busy day that gives the screen a lot to write."""
MOST_AT_ONCE = 50
SCENE_LIMIT_S = 90.0
TARGET_MS = 250
TEXT = json.dumps({"op": "notify", "data": [{"id": 10**18, "price": "60123.5"}] * 6})


# --- in the pseudo-terminal: the real dashboard, and a thread that makes the trouble --------------


@dataclass
class Trouble:
    """Waits until the timer is held, plays one scene, and writes down when it began and ended."""

    scene: str
    notes: Path
    app: KilldeskApp
    desk: LiveDesk
    ticked_s: float = 0.0
    still_s: float = 0.0
    frames: int = 0

    def note(self, what: str, **more: object) -> None:
        with self.notes.open("a") as file:
            file.write(json.dumps({"what": what, "at_s": time.monotonic(), **more}) + "\n")

    def run(self) -> None:
        while not self.desk.view.ready or self.desk.view.ready < len(self.desk.view.accounts):
            time.sleep(0.05)
        self.desk.arm(ACCOUNT)
        while not self._armed():
            time.sleep(0.05)
        self.app.call_later(self._watch_loop)
        time.sleep(2 * BEAT_S)
        self.note("begin")
        begun_s = time.monotonic()
        self._play()
        took_s = time.monotonic() - begun_s
        self.note("end")
        time.sleep(2 * BEAT_S)
        rate = round(self.frames / took_s)
        self.note("over", still_s=round(self.still_s, 2), armed=self._armed(), rate=rate)

    def _armed(self) -> bool:
        account = self.desk.view.account(ACCOUNT)
        assert account is not None
        return account.timers[0].state is TimerState.ARMED

    def _watch_loop(self) -> None:
        self.ticked_s = time.monotonic()

        def tick() -> None:
            now_s = time.monotonic()
            self.still_s = max(self.still_s, now_s - self.ticked_s)
            self.ticked_s = now_s

        self.app.set_interval(0.1, tick)

    def _play(self) -> None:
        match self.scene:
            case "quiet":
                time.sleep(FLOOD_S)
            case "block":
                self._hold(lambda: time.sleep(BLOCK_S))
            case "spin":
                self._hold(spin)
            case "unread":
                self._record_for(SOME, UNREAD_S + 2)
            case "frames":
                self._record_for(MANY, FLOOD_S)

    def _hold(self, work: Callable[[], None]) -> None:
        """Lets the screen's loop do this, and returns when it has."""
        over = threading.Event()
        self.app.call_later(work)
        self.app.call_later(over.set)
        over.wait(2 * BLOCK_S)

    def _record_for(self, rate: int, seconds: float) -> None:
        recorder = self.desk._recorder

        async def flood() -> None:
            begun_s = time.monotonic()
            while (passed_s := time.monotonic() - begun_s) < seconds:
                for _ in range(min(MOST_AT_ONCE, int(passed_s * rate) - self.frames)):
                    recorder.record("okx-desk", "ws", "in", TEXT, size=len(TEXT))
                    self.frames += 1
                await asyncio.sleep(0.002)

        asyncio.run_coroutine_threadsafe(flood(), self.desk._loop).result()


def spin() -> None:
    until_s = time.monotonic() + BLOCK_S
    while time.monotonic() < until_s:
        pass


def drive(scene: str, notes: Path) -> int:
    """The dashboard as the program starts it, with the trouble beside it."""
    demo = read_greeting(os.environ["ISOLATION_GREETING"])
    mine: dict[str, Any] = {"rest_url": os.environ["ISOLATION_PROXY"],
            "deadman": TimerSettings(COUNTDOWN_S, BEAT_S)}  # fmt: skip
    accounts = [replace(one, **(mine if one.name == ACCOUNT else {})) for one in demo.accounts]
    desk = LiveDesk(accounts, lambda: demo.secrets)

    def with_trouble(app: KilldeskApp) -> None:
        threading.Thread(target=Trouble(scene, notes, app, desk).run, daemon=True).start()

    return show(desk, accounts, made=with_trouble)


# --- outside: the terminal, the proxy, the figures ------------------------------------------------


class Proxy:
    """Passes bytes on to the simulator, and notes when a countdown request arrives."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._to = (parts.hostname, parts.port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.arrived_s: list[float] = []
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
        try:
            while data := source.recv(65536):
                if noting and data.startswith(CALL):
                    self.arrived_s.append(time.monotonic())
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass


class Terminal:
    """A program in a pseudo-terminal that is read, or for a while is not."""

    def __init__(self, command: list[str], env: dict[str, str]) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 46, 160, 0, 0))
        self.process = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, env=env, start_new_session=True
        )
        os.close(slave)
        self.reading = threading.Event()
        self.reading.set()
        self.bytes = 0
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        try:
            while self.reading.wait():
                self.take(os.read(self._master, 65536))
        except OSError:
            pass

    def take(self, data: bytes) -> None:
        """What the program wrote."""
        self.bytes += len(data)

    def press(self, key: bytes) -> None:
        os.write(self._master, key)

    def end(self) -> None:
        self.reading.set()
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def play(scene: str, proxy: Proxy, greeting: str, folder: Path) -> dict[str, Any]:
    """One scene in one dashboard: what it was like, and how late each beat came."""
    notes = folder / f"{scene}-{time.monotonic_ns()}"
    env = {**os.environ, "TERM": "xterm-256color", "ISOLATION_PROXY": proxy.url,
           "ISOLATION_GREETING": greeting}  # fmt: skip
    proxy.arrived_s.clear()
    command = [sys.executable, __file__, "--drive", scene, "--notes", str(notes)]
    terminal = Terminal(command, env)
    try:
        begin_s = float(_noted(notes, "begin")["at_s"])
        if scene == "unread":
            begin_s = time.monotonic()
            terminal.reading.clear()
            time.sleep(UNREAD_S)
            end_s = time.monotonic()
            terminal.reading.set()
        else:
            end_s = float(_noted(notes, "end")["at_s"])
        over = _noted(notes, "over")
    finally:
        terminal.end()
    arrived_s = list(proxy.arrived_s)
    pairs = [(one_s + BEAT_S, two_s) for one_s, two_s in pairwise(arrived_s)]
    late_ms = [(came_s - due_s) * 1000 for due_s, came_s in pairs if begin_s <= due_s <= end_s]
    return {
        "late_ms": late_ms,
        "lasted_s": round(end_s - begin_s, 2),
        "frames_a_second": over["rate"],
        "screen_stood_still_s": over["still_s"],
        "armed_at_the_end": over["armed"],
    }


def _noted(notes: Path, what: str) -> dict[str, Any]:
    """What the dashboard's side wrote down, waited for."""
    until = time.monotonic() + SCENE_LIMIT_S
    while time.monotonic() < until:
        for line in notes.read_text().splitlines() if notes.exists() else ():
            note: dict[str, Any] = json.loads(line)
            if note["what"] == what:
                return note
        time.sleep(0.02)
    raise SystemExit(f"{notes.name}: nothing was heard of {what!r}")


def measure(played: list[dict[str, Any]], scene: str) -> dict[str, object]:
    late = sorted(ms for one in played for ms in one.pop("late_ms"))
    return {
        "scene": scene,
        "n": len(late),
        "median_ms": round(statistics.median(late), 2),
        "p95_ms": round(late[round(0.95 * (len(late) - 1))], 2),
        "max_ms": round(late[-1], 2),
        "least_ms": round(late[0], 2),
        "within_target": late[-1] <= TARGET_MS and all(one["armed_at_the_end"] for one in played),
        "rounds": played,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description="Beats while the screen is in trouble.")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--scenes", nargs="*", choices=SCENES, default=SCENES)
    parser.add_argument("--drive", choices=SCENES, help=argparse.SUPPRESS)
    parser.add_argument("--notes", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.drive:
        return drive(chosen.drive, chosen.notes)
    command = [sys.executable, "-m", "tui.simulator", "--exit-with-stdin"]
    simulator = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert simulator.stdin and simulator.stdout
    greeting = simulator.stdout.readline()
    proxy = Proxy(read_greeting(greeting).url)
    good = True
    try:
        with tempfile.TemporaryDirectory() as folder:
            for scene in chosen.scenes:
                played = [play(scene, proxy, greeting, Path(folder)) for _ in range(chosen.rounds)]
                told = measure(played, scene)
                good = good and bool(told["within_target"])
                print(json.dumps(told), flush=True)
    finally:
        simulator.stdin.close()
        simulator.wait(10)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
