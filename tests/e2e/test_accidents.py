"""What a hand does by accident, and on purpose, in a real terminal."""

from __future__ import annotations

import json
import os
import re
import time
import urllib.request
from collections.abc import Callable
from typing import Any

Open = Callable[..., Any]
ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+")
F12 = "\x1b[24~"


def open_desk(terminal: Open) -> tuple[Any, Callable[[], int]]:
    desk = terminal("--demo", columns=160, rows=46)
    screen = desk.wait_for(lambda text: "4 of 4 ready" in text and ADDRESS.search(text))
    address = ADDRESS.search(screen)
    assert address

    def resting() -> int:
        url = f"{address.group()}/sim/state"
        with urllib.request.urlopen(url, timeout=30) as answer:  # noqa: S310  loopback
            accounts: dict[str, Any] = json.load(answer)["accounts"]
        return sum(int(account["open"]) for account in accounts.values())

    return desk, resting


def play(desk: Any, *keys: tuple[str, float]) -> None:
    """Writes keys at their times, in seconds. The times are what is tested."""
    begin = time.monotonic()
    for key, at_s in keys:
        time.sleep(max(0.0, begin + at_s - time.monotonic()))
        os.write(desk._master, key.encode())


def test_a_held_key_is_one_press_and_two_taps_are_two(terminal: Open) -> None:
    desk, resting = open_desk(terminal)
    before = resting()
    play(desk, ("X", 0.0), *(("X", 0.5 + 0.033 * n) for n in range(20)))
    desk.press("?")  # it answers once all of that has been handled
    desk.wait_for("go to the next panel")
    assert resting() == before and "PANIC 1" not in desk.text
    desk.press("\x1b")
    desk.wait_for(lambda text: "go to the next panel" not in text)
    desk.twice("X")
    desk.wait_for("confirmed")
    assert resting() < before


def test_a_double_click_on_panic_is_one_press(terminal: Open) -> None:
    desk, resting = open_desk(terminal)
    before = resting()
    column = desk.text.splitlines()[0].index("PANIC  X") + 3
    click = f"\x1b[<0;{column};1M\x1b[<0;{column};1m"
    desk.press(click)
    desk.press(click)
    desk.wait_for("Double click: click once more to confirm")
    assert resting() == before


def test_in_a_field_every_letter_is_a_letter_and_f12_panics(terminal: Open) -> None:
    desk, resting = open_desk(terminal)
    before = resting()
    desk.press("/")
    desk.wait_for("PANIC  F12 F12")
    for letter in "AVAX XRP XX":
        desk.press(letter)
    desk.wait_for("AVAX XRP XX")
    assert resting() == before and b"AGAIN" not in desk.received
    desk.twice(F12)
    desk.wait_for("confirmed")
    assert resting() < before


def test_a_letter_of_another_alphabet_says_what_to_press(terminal: Open) -> None:
    desk, _ = open_desk(terminal)
    desk.press("Ч")
    desk.wait_for("does nothing here")
    desk.wait_for("F12")
