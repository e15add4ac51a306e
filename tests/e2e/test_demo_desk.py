"""The product as a trader meets it: in a real terminal, by keys, against the simulator."""

from __future__ import annotations

import json
import re
import signal
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Open = Callable[..., Any]
CLOCK = re.compile(r"\d\d:\d\d:\d\d UTC")
ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+")


def state_of(screen: str) -> dict[str, Any]:
    """What the simulator says of its accounts; its address stands on the demo desk."""
    found = ADDRESS.search(screen)
    assert found, screen
    with urllib.request.urlopen(f"{found.group()}/sim/state", timeout=5) as answer:  # noqa: S310
        state: dict[str, Any] = json.load(answer)["accounts"]
    return state


def ready(screen: str) -> bool:
    return "4 of 4 ready" in screen and ADDRESS.search(screen) is not None


def open_spreads(screen: str) -> int:
    return int(state_of(screen)["okx-desk"]["by_kind"]["spread"])


def test_two_presses_empty_the_scope_and_the_simulator_agrees(terminal: Open) -> None:
    desk = terminal("--demo", columns=160, rows=46)
    screen = desk.wait_for(ready)
    assert "DEMO" in screen
    assert open_spreads(screen) > 0
    desk.press("3")
    desk.press("s")
    screen = desk.wait_for("AGAIN")
    assert open_spreads(screen) > 0, "the first press must send nothing"
    desk.press("s")
    screen = desk.wait_for("confirmed")
    assert "sprd-mass-cancel" in desk.wait_for("sprd-mass-cancel")
    assert open_spreads(screen) == 0
    desk.press("q")
    assert desk.wait_end() == 0
    assert b"\x1b[?1049l" in desk.received, "the terminal must be given back"


def test_the_desk_is_ready_within_three_seconds_of_its_first_paint(terminal: Open) -> None:
    desk = terminal("--demo", columns=160, rows=46)
    desk.wait_for("DEMO")
    painted = time.monotonic()
    desk.wait_for(ready)
    print(f"ready {time.monotonic() - painted:.2f} s after the first paint")


@pytest.mark.parametrize("sig", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_terminated_desk_gives_the_terminal_back(terminal: Open, sig: signal.Signals) -> None:
    desk = terminal("--demo", columns=120, rows=40)
    desk.wait_for(ready)
    desk.kill(sig)
    assert desk.wait_end() == 128 + sig
    assert b"\x1b[?1049l" in desk.received
    assert b"Traceback" not in desk.received


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGHUP])
def test_an_interrupt_that_was_ignored_at_the_start_stays_so_and_an_end_does_not(
    terminal: Open, end: signal.Signals
) -> None:
    """As under `nohup`, or in a terminal whose own parent ignored them."""
    ignoring = (signal.SIGINT, signal.SIGHUP, signal.SIGTERM)
    desk = terminal("--demo", columns=120, rows=40, ignoring=ignoring)
    desk.wait_for(ready)
    desk.kill(signal.SIGINT)
    desk.press("?")
    desk.wait_for("shift+tab")
    desk.kill(end)
    assert desk.wait_end() == 128 + end
    assert b"\x1b[?1049l" in desk.received


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc whether it is stopped")
@pytest.mark.parametrize("sig", [signal.SIGSTOP, signal.SIGTSTP], ids=["stop", "ctrl+z"])
def test_a_desk_that_was_stopped_goes_on_and_still_ends_in_order(
    terminal: Open, sig: signal.Signals
) -> None:
    desk = terminal("--demo", columns=120, rows=40)
    desk.wait_for(ready)
    assert not desk.echoes
    for _ in range(3):
        desk.kill(sig)
        while status_of(desk) != "T":
            assert desk.process.poll() is None
        before = clock_on(desk.text)
        desk.kill(signal.SIGCONT)
        desk.wait_for(lambda text, before=before: clock_on(text) != before)
    desk.press("q")
    assert desk.wait_end() == 0
    assert desk.echoes, "the terminal must be given back as it was"


def status_of(desk: Any) -> str:
    """The state of the process as the system has it: `R`, `S`, `T` for stopped."""
    told = Path(f"/proc/{desk.process.pid}/stat").read_text()
    return told.rpartition(")")[2].split()[0]


def clock_on(text: str) -> str:
    found = CLOCK.search(text)
    return found.group() if found else ""
