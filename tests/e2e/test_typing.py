"""What is typed fast is taken where it was meant to go, in a real terminal."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest

Open = Callable[..., Any]
ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+")
ESC = "\x1b"


def spreads_at(screen: str) -> int:
    """How many spread orders the simulator has open; its address stands on the demo desk."""
    found = ADDRESS.search(screen)
    assert found, screen
    with urllib.request.urlopen(f"{found.group()}/sim/state", timeout=5) as answer:  # noqa: S310
        state: dict[str, Any] = json.load(answer)["accounts"]
    return int(state["okx-desk"]["by_kind"]["spread"])


@pytest.mark.parametrize(
    ("opening", "said"), [("/", "filter: {}"), ("\x06", "find: {}")], ids=["filter", "find"]
)
def test_what_follows_the_filter_key_in_one_go_is_text(
    terminal: Open, opening: str, said: str
) -> None:
    desk = terminal("--demo", columns=160, rows=46)
    screen = desk.wait_for(lambda text: "4 of 4 ready" in text and ADDRESS.search(text))
    before, opened = spreads_at(screen), said.format("")
    assert before > 0
    desk.press("3")
    for typed in ("c c", "s s", "s s s c c"):
        desk.press(f"{opening}{typed}")
        desk.wait_for(said.format(typed))
        desk.press(ESC)
        desk.wait_for(lambda text: opened not in text)
    assert b"AGAIN" not in desk.received, "a letter reached the desk"
    assert spreads_at(desk.text) == before
    desk.press("s")
    desk.wait_for("AGAIN")


def test_what_follows_the_filter_key_among_the_orders_is_text(terminal: Open) -> None:
    desk = terminal("--demo", columns=160, rows=46)
    desk.wait_for(lambda text: "4 of 4 ready" in text and ADDRESS.search(text))
    desk.press("3")
    desk.press("o")
    desk.wait_for("/ filter")
    desk.wait_for("0 of 40 chosen")
    desk.press("/a-a")
    screen = desk.wait_for("a-a")
    assert "0 of 40 chosen" in screen, "a letter chose orders"
