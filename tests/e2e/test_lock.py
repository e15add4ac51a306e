"""The lock and the view-only desk in a real terminal, judged by what the simulator has."""

from __future__ import annotations

import json
import re
import signal
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

Open = Callable[..., Any]
ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+")
PIN = "pin-canary-4417"


def opened(desk: Any) -> Callable[[], int]:
    """Waits for a demo desk; how many orders its simulator has that a button reaches."""
    screen = desk.wait_for(lambda text: "4 of 4 ready" in text and ADDRESS.search(text))
    found = ADDRESS.search(screen)
    assert found

    def count() -> int:
        with urllib.request.urlopen(f"{found.group()}/sim/state", timeout=5) as answer:  # noqa: S310
            accounts = json.load(answer)["accounts"].values()
        kinds = [pair for one in accounts for pair in one["by_kind"].items()]
        return sum(count for kind, count in kinds if kind != "strategy")

    return count


def test_locked_nothing_but_panic_works_and_the_pin_unlocks(terminal: Open) -> None:
    desk = terminal("--demo", columns=160, rows=46)
    count = opened(desk)
    before = count()
    assert before > 0
    desk.lock_with_new(PIN)
    assert b"killdesk DEMO LOCKED: 4 of 4 ready" in desk.received
    for keys in ("cc", "ss", "uu", "aa", "o", "w", "r", "y", "\x1a", "/cc", "3cc"):
        desk.press(keys)
    desk.wait_for("only panic works")
    assert count() == before
    desk.press("q")
    desk.wait_for("type the PIN")
    desk.press("not the PIN\r")
    desk.wait_for("Wrong PIN")
    assert desk.process.poll() is None

    desk.twice("\x1b[24~")  # F12, where the PIN is asked for
    desk.wait_for("6 of 6 confirmed")
    assert count() == 0
    desk.press("\x1b")
    desk.wait_for(lambda text: "panic again" not in text)
    desk.wait_for(lambda text: "Type the PIN." in text)
    desk.press(f"{PIN}\r")
    assert desk.wait_end() == 0, "the PIN was asked for to quit"
    shown = desk.received.decode(errors="replace")
    assert PIN not in shown
    assert "Traceback" not in shown


def test_the_pin_outlives_the_desk_as_a_hash_and_can_be_forgotten(
    terminal: Open, configured: str, home: Path, killdesk: Callable[..., Any]
) -> None:
    desk = terminal("--config", configured, columns=160, rows=46)
    desk.wait_for("4 of 4 ready")
    desk.lock_with_new(PIN)
    desk.kill(signal.SIGTERM)
    assert desk.wait_end() == 128 + signal.SIGTERM
    kept = [path.read_text(errors="replace") for path in home.rglob("*") if path.is_file()]
    assert any("screen" in text for text in kept), "the keyring's file must have been read"
    assert not any(PIN in text for text in kept)

    desk = terminal("--config", configured, columns=160, rows=46)
    desk.wait_for("4 of 4 ready")
    desk.press("l")
    desk.wait_for("LOCKED")
    desk.press("\r")
    desk.wait_for("type the PIN")
    desk.press(f"{PIN}\r")
    desk.wait_for(lambda text: "LOCKED" not in text)
    desk.press("q")
    assert desk.wait_end() == 0
    assert PIN not in desk.received.decode(errors="replace")

    said = [killdesk("pin", "forget").stdout.strip() for _ in range(2)]
    assert said == ["the PIN is out of the keyring", "no PIN was set"]
    assert killdesk("accounts", "list", "--config", configured).stdout.count("key in") == 4


def test_it_locks_by_itself(terminal: Open, configured: str) -> None:
    path = Path(configured)
    path.write_text(f"[desk]\nlock_after_min = 0.05\n{path.read_text()}")
    desk = terminal("--config", configured, columns=160, rows=46)
    desk.wait_for("no PIN is: press l")
    desk.lock_with_new(PIN)
    desk.press(f"l{PIN}\r")
    desk.wait_for("CANCEL ALL")
    desk.wait_for("LOCKED")


def test_a_desk_that_only_looks_sends_nothing(
    terminal: Open, simulator: Any, configured: str, home: Path
) -> None:
    before = {name: one["by_kind"] for name, one in simulator.state()["accounts"].items()}
    desk = terminal("--config", configured, "--view-only", columns=160, rows=46)
    desk.wait_for("4 of 4 ready")
    assert "VIEW ONLY" in desk.text.splitlines()[0]
    for keys in ("cc", "XX", "aa", "3ss", "3uu", "o", "w", "4cc", "4aa"):
        desk.press(keys)
    desk.wait_for("nothing is sent from this screen")
    assert b"killdesk VIEW ONLY: 4 of 4 ready" in desk.received
    desk.press("q")
    assert desk.wait_end() == 0
    state = simulator.state()["accounts"]
    assert {name: one["by_kind"] for name, one in state.items()} == before
    assert not any(t["armed"] for one in state.values() for t in one["timers"].values())
    assert not list(home.rglob("locks/*")), "no timer is locked"


def test_sixteen_colours_are_enough_to_see_what_cannot_be_pressed(terminal: Open) -> None:
    desk = terminal("--demo", columns=140, rows=44, TERM="xterm-16color", COLORTERM="")
    opened(desk)

    def struck() -> str:
        rows = desk.screen.buffer
        cells = (rows[y][x] for y in range(44) for x in range(140))
        return "".join(cell.data if cell.strikethrough else " " for cell in cells)

    assert not struck().strip()
    desk.lock_with_new(PIN)
    desk.wait_for(lambda _: all(what in struck() for what in ("SPREADS", "QUOTES", "ALL", "arm")))
    assert "PANIC" not in struck() and "locked" not in struck()
    assert b"38;2;" not in desk.received and b"38;5;" not in desk.received, "of 16 colours only"
    desk.press("q")
    desk.wait_for("type the PIN")
    desk.press(f"{PIN}\r")
    assert desk.wait_end() == 0


def test_an_alarm_asks_kitty_for_a_note_on_the_desktop(
    terminal: Open, venue: Any, bitget_desk: Callable[..., str]
) -> None:
    venue.faults("bitget-uta", "drop", count=50, path="/api/v3/trade/countdown-cancel-all")
    desk = terminal("--config", bitget_desk(), TERM="xterm-kitty")
    desk.wait_for("1 of 1 ready")
    desk.press("a")
    desk.wait_for(lambda _: b"\x1b]99;i=killdesk:d=0;killdesk\x1b\\" in desk.received)
    assert b"bitget-uta" in desk.received.split(b"\x1b]99;")[2]
    desk.press("h")
    desk.wait_for("history")
    desk.wait_for("not seen")
