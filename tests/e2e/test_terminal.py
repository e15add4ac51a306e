"""A real terminal that stalls, stops the program, cuts what is typed, or sends anything at all."""

from __future__ import annotations

import contextlib
import os
import random
import re
import shutil
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.test_demo_desk import clock_on, open_spreads, ready, state_of, status_of

Open = Callable[..., Any]
WAIT_S = 60.0
ALL_KEYS = "\x1b[>31u"
X = "\x1b[120:88;2;88u"
X_AGAIN = "\x1b[120:88;2:2;88u"
X_LET_GO = "\x1b[120:88;2:3;88u"


def children_of(process: int) -> list[int]:
    found = {int(one.parent.name): one for one in Path("/proc").glob("[0-9]*/stat")}
    parents = {}
    for number, stat in found.items():
        with contextlib.suppress(OSError):  # it has ended
            parents[number] = int(stat.read_text().rpartition(") ")[2].split()[1])
    return [number for number, parent in parents.items() if parent == process]


def until(holds: Callable[[], bool]) -> None:
    end_s = time.monotonic() + WAIT_S
    while not holds():
        assert time.monotonic() < end_s, "it did not come to pass"
        time.sleep(0.02)


def open_orders(screen: str) -> int:
    """Of the kinds that a panic covers."""
    kinds = [kind for one in state_of(screen).values() for kind in one["by_kind"].items()]
    return sum(number for kind, number in kinds if kind != "strategy")


def still(text: str) -> dict[int, str]:
    """The lines of a screen that have no figures in them, which change by themselves."""
    lines = enumerate(text.splitlines())
    return {number: line for number, line in lines if not re.search(r"\d", line)}


def steady(desk: Any) -> dict[int, str]:
    """Such lines, once nothing of them is being drawn any more."""
    shown = [still(desk.text)]
    while len(shown) < 4 or any(one != shown[-1] for one in shown[-4:]):
        time.sleep(0.3)
        shown.append(still(desk.text))
        assert len(shown) < 200, desk.text
    return shown[-1]


def stalled(desk: Any) -> None:
    """The terminal takes no output, and more is drawn than any queue would hold."""
    desk.stall()
    for _ in range(5):
        desk.press_by_hand(*"123412341234")


def alive(desk: Any) -> None:
    """Keys sent before this have been handled when it is over: they keep their order."""
    time.sleep(0.2)  # so that it is no part of a burst
    desk.press("?")
    desk.wait_for("next section")
    desk.press("?")
    desk.wait_for(lambda text: "next section" not in text)


# --- a terminal that takes no output --------------------------------------------------------------


def test_panic_leaves_while_the_terminal_takes_no_output(terminal: Open) -> None:
    desk = terminal("--demo", columns=160, rows=46)
    screen = desk.wait_for(ready)
    assert open_orders(screen) > 0
    stalled(desk)
    seen = len(desk.received)
    desk.press_by_hand("X", "X")
    until(lambda: open_orders(screen) == 0)
    assert len(desk.received) == seen, "the terminal took output"
    desk.flow()
    desk.wait_for(lambda text: "confirmed" in text.lower() and "UTC" in text)


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc whether it is stopped")
def test_the_picture_is_whole_again_after_a_stall(terminal: Open) -> None:
    desk = terminal("--demo", columns=160, rows=46)
    desk.wait_for(ready)
    desk.press("p")
    stalled(desk)
    desk.press_by_hand("?")
    desk.flow()
    desk.wait_for("next section")
    seen = len(desk.received)
    before = steady(desk)
    desk.kill(signal.SIGSTOP)
    until(lambda: status_of(desk) == "T")
    desk.kill(signal.SIGCONT)
    until(lambda: b"\x1b[?1049h" in desk.received[seen:])
    desk.wait_for(lambda text: "next section" in text and "menu" in text)
    after = steady(desk)
    both = before.keys() & after.keys()
    assert len(both) > 10, "what stands still"
    assert {at: before[at] for at in both} == {at: after[at] for at in both}
    desk.press_by_hand("?", "q")
    assert desk.wait_end() == 0


def test_a_stalled_terminal_does_not_hold_up_the_end(terminal: Open) -> None:
    desk = terminal("--demo", columns=120, rows=40)
    desk.wait_for(ready)
    stalled(desk)
    desk.press_by_hand("q")
    assert desk.process.wait(WAIT_S) == 0
    desk.flow()


def test_beats_end_while_nobody_can_see_the_screen(
    terminal: Open, venue: Any, bitget_desk: Callable[..., str]
) -> None:
    path = Path(bitget_desk())
    path.write_text(f"[desk]\nscreen_grace_s = 5\n{path.read_text()}")
    desk = terminal("--config", str(path))
    desk.wait_for("1 of 1 ready")
    desk.press("a")
    desk.wait_for("ARMED")

    def timer() -> dict[str, Any]:
        found: dict[str, Any] = venue.account("bitget-uta")["timers"]["bitget"]
        return found

    until(lambda: bool(timer()["armed"]))
    desk.stall()
    until(lambda: bool(timer()["fired"]))
    desk.flow()
    desk.wait_for("FIRED")


# --- a process that is stopped --------------------------------------------------------------------


@pytest.fixture
def facts(terminal_of: Callable[..., Any]) -> Any:
    """A terminal that shows the facts of each key."""
    script = Path(__file__).with_name("facts_app.py")
    root = str(Path(__file__).parents[2])
    one = terminal_of([sys.executable, str(script)], controlling=True, PYTHONPATH=root)
    one.wait_for("ready")
    return one


def shown(desk: Any) -> list[str]:
    """The lines of the keys so far."""
    return [line.strip() for line in desk.text.partition("ready")[0].splitlines() if line.strip()]


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc whether it is stopped")
@pytest.mark.parametrize("sig", [signal.SIGSTOP, signal.SIGTSTP], ids=["stop", "ctrl+z"])
@pytest.mark.parametrize("cooked", [False, True])
def test_keys_of_the_time_of_a_stop_are_stale(facts: Any, sig: int, cooked: bool) -> None:
    for number in range(1, 6):
        facts.kill(sig)
        until(lambda: status_of(facts) == "T")
        if cooked:
            facts.cook()
        facts.press("a")
        facts.kill(signal.SIGCONT)
        facts.wait_for(lambda text, number=number: text.count("a stale") == number)
        facts.press("b")
        facts.wait_for(lambda text, number=number: text.count("b") == number)
    assert shown(facts) == ["a stale", "b"] * 5


def test_what_kitty_tells_of_keys(facts: Any) -> None:
    facts.press_by_hand(
        "\x1b[57441;2u", X, X_AGAIN, X_LET_GO, "\x1b[1095:1063:120;2;1063u", "XX", "X"
    )
    facts.wait_for(lambda _: len(shown(facts)) >= 6)
    assert shown(facts) == ["X", "X repeat", "Ч at X", "X burst", "X burst", "X"]


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc whether it is stopped")
def test_a_plain_stop_gives_the_terminal_back_as_the_screen_needs_it(terminal: Open) -> None:
    desk = terminal("--demo", columns=120, rows=40)
    desk.wait_for(ready)
    desk.kill(signal.SIGSTOP)
    until(lambda: status_of(desk) == "T")
    desk.cook()
    assert desk.echoes
    seen = len(desk.received)
    desk.kill(signal.SIGCONT)
    until(lambda: not desk.echoes)
    modes = ("\x1b[?1049h", "\x1b[?1003h", "\x1b[?1006h", "\x1b[?2004h", "\x1b[?25l", ALL_KEYS)
    until(lambda: all(mode.encode() in desk.received[seen:] for mode in modes))
    desk.press_by_hand("3", "s")
    desk.wait_for("AGAIN")
    desk.press("q")
    assert desk.wait_end() == 0
    assert desk.echoes, "as it was before the screen stood"
    pushed, popped = desk.received.count(ALL_KEYS.encode()), desk.received.count(b"\x1b[<u")
    assert pushed == popped


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc for the desk")
def test_stopped_from_outside_and_brought_back_by_a_shell(
    terminal_of: Callable[..., Any], tmp_path: Path
) -> None:
    shell = terminal_of([shutil.which("bash"), "--norc", "--noprofile", "-i"], controlling=True)
    shell.press(f"{sys.executable} -m tui --demo\n")
    screen = shell.wait_for(ready)
    (desk,) = children_of(shell.process.pid)
    os.kill(desk, signal.SIGSTOP)
    shell.wait_for("Stopped")
    os.kill(desk, signal.SIGCONT)  # in the background it leaves the terminal alone
    shell.press("echo the shell has $((6 * 7))\n")
    until(lambda: b"the shell has 42" in shell.received)
    shell.press("fg\n")
    shell.wait_for(ready)
    until(lambda: not shell.echoes)
    shell.press_by_hand("3", "s", "s")
    until(lambda: open_spreads(screen) == 0)
    shell.press("q")
    until(lambda: shell.echoes)


# --- what comes in pieces -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "whole",
    [
        "\x1b[27u",
        "\x1b[200~XX cc ss\x1b[201~",
        "\x1b[200~text\x1b[201~XX\x1b[201~",
        "\x1b[<35;13;24M",
        "\x1b]11;rgb:XXXX/cccc/aaaa\x1b\\",
    ],
)
def test_no_part_of_a_sequence_is_a_key(terminal: Open, whole: str) -> None:
    """Cut anywhere, the rest a moment or longer than an escape later, twice, as a press needs."""
    desk = terminal("--demo", columns=160, rows=46)
    screen = desk.wait_for(ready)
    before = open_orders(screen)
    desk.press("3")
    seen = len(desk.received)
    for cut in range(1, len(whole)):
        for _ in range(2):
            desk.press_by_hand(whole[:cut])
            time.sleep(0.15 if cut in (1, 2, 5) else 0.0)
            desk.press_by_hand(whole[cut:])
    alive(desk)
    assert b"AGAIN" not in desk.received[seen:], "a part was a key"
    assert open_orders(screen) == before
    desk.press_by_hand("c", "c")
    until(lambda: open_orders(screen) < before)
    assert open_spreads(screen) == 0, "the panel is another than the one that was chosen"


def test_no_bytes_end_the_desk(terminal: Open) -> None:
    """What is random is the same each time."""
    chance = random.Random(12)  # noqa: S311  no secret
    pieces = [
        *("\x1b[97;1:1u", "\x1b[:H", "\x1b[;;u", "\x1b[99999999999999;1u", "\x1b[97;1;1114112u"),
        *("\x1b[48;99999;99999;1;1t", "\x1b[48;0;0;0;0t", "\x1b[<64;9999;9999M", "\x1b[5;5R"),
        *("\x1b[<0;5;5M", "\x1b[<0;5;5m", "\x1b[<35;60;20M", "\x1b[200~", "\x1b[201~", "\x1b["),
        *("\x1b]52;c;AAAA\x07", "\x1bP1$r\x1b\\", "\x1b_G\x1b\\", "\x1bO", "\x1b", "\x1b[M"),
        *("\x1b[1;1:3A", "\x1b[57441;2u", "\x1b[I", "\x1b[O", "\ufffd", "\x00\x80"),
    ]
    desk = terminal("--demo", columns=120, rows=40)
    desk.wait_for(ready)
    for _ in range(300):
        sent = "".join(chance.choices(pieces, k=chance.randint(1, 4)))
        if chance.random() < 0.3:
            sent = sent[: chance.randint(1, len(sent))]
        desk.press(sent)
        assert desk.process.poll() is None, desk.text
    desk.press("\x1b\\\x1b[201~")
    before = clock_on(desk.text)
    desk.wait_for(lambda text: clock_on(text) not in ("", before))
    assert desk.process.poll() is None, desk.text
    assert b"Traceback" not in desk.received


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc whether it is stopped")
def test_what_was_typed_while_the_process_was_stopped_is_no_press(terminal: Open) -> None:
    desk = terminal("--demo", columns=160, rows=46)
    screen = desk.wait_for(ready)
    before = open_orders(screen)
    desk.press_by_hand("3", "s")
    desk.wait_for("AGAIN")
    desk.kill(signal.SIGSTOP)
    until(lambda: status_of(desk) == "T")
    desk.press("s")
    desk.kill(signal.SIGCONT)
    desk.wait_for(lambda text: "AGAIN" not in text)
    assert open_orders(screen) == before
    desk.kill(signal.SIGSTOP)
    until(lambda: status_of(desk) == "T")
    desk.cook()  # the shell's: what is typed waits for the end of its line
    desk.press("X")
    desk.kill(signal.SIGCONT)
    until(lambda: not desk.echoes)
    alive(desk)
    assert open_orders(screen) == before
    desk.press_by_hand("3", "s", "s")
    until(lambda: open_spreads(screen) == 0)


def test_pasted_without_brackets_it_is_no_press(terminal: Open) -> None:
    desk = terminal("--demo", columns=160, rows=46)
    screen = desk.wait_for(ready)
    before = open_orders(screen)
    for text in ("XX", "AVAX XRP SNX XX XX", "c c\rX X\r", "a" * 5000):
        desk.press(text)
        clock = clock_on(desk.text)
        desk.wait_for(lambda text, clock=clock: clock_on(text) not in ("", clock))
    assert open_orders(screen) == before


def test_keys_of_kittys_protocol(terminal: Open) -> None:
    """A held key is one press; two taps are two."""
    desk = terminal("--demo", columns=160, rows=46)
    screen = desk.wait_for(ready)
    before = open_orders(screen)
    desk.press_by_hand("\x1b[13;1:3u", X, *[X_AGAIN] * 20, X_LET_GO)
    assert open_orders(screen) == before, "held"
    desk.press_by_hand(X, X_LET_GO, X, X_LET_GO)
    until(lambda: open_orders(screen) == 0)
