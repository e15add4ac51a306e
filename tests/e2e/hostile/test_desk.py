"""Every part of the desk's screen with a venue whose every word would command the terminal.

The canary cannot be typed: its X is panic, in a filter too.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.e2e.hostile.payloads import PAYLOADS
from tests.e2e.hostile.stream import CANARY
from tests.e2e.hostile.venue import HostileVenue

Open = Callable[..., Any]
Clean = Callable[[Any], None]
FACTS = re.compile(r"UTC +frame \d")
"""Stands in every frame that is shown in full."""
ESC, END = "\x1b", "\x1b[F"


@pytest.fixture
def desk(terminal: Open, lied_to: str) -> Any:
    """A desk at the venue that lies, in a terminal that takes desktop notes."""
    one = terminal("--config", lied_to, columns=160, rows=46, TERM_PROGRAM="WezTerm")
    one.wait_for("4 of 4 ready")
    return one


def looked_at(desk: Any, key: str, mark: str) -> str:
    """Opens a dialog, and closes it again once its text with `mark` in it has been seen."""
    desk.press(key)
    seen: str = desk.wait_for(mark)
    desk.press(ESC)
    desk.wait_for(lambda text: mark not in text)
    return seen


def ended(desk: Any, clean: Clean) -> None:
    desk.press("q")
    assert desk.wait_end() == 0
    clean(desk)


def test_the_log_a_frame_the_search_and_the_filter(
    desk: Any, liar: HostileVenue, clean: Clean
) -> None:
    desk.press("t")
    desk.press("t")
    desk.wait_for("filter: :rest")
    desk.wait_for(CANARY)
    liar.pages = "rfq/quotes"
    desk.press("3")
    desk.press("r")
    desk.press("\x06\\x9b31m\r")
    desk.wait_for("find: \\x9b31m")
    desk.wait_for(" of ")
    desk.press("\r")
    desk.wait_for("on the wire")
    desk.press(END)
    desk.wait_for("x-hostile: KDX7 \\x9b31m")
    for key in "rpprpppnn":
        seen = desk.text
        desk.press(key)
        desk.wait_for(lambda text, seen=seen: text != seen)
    desk.press("y")
    desk.wait_for("unconfirmed")
    desk.press(ESC)
    desk.wait_for(lambda text: not FACTS.search(text))
    desk.press("\x13")
    desk.wait_for("saved in")
    ended(desk, clean)


def test_what_is_pasted_into_the_search_and_the_filter(desk: Any, venue: Any, clean: Clean) -> None:
    """It is the trader's own, and yet it may come from a page of somebody else's: it presses no
    key, and nothing of it is shown that a terminal would act on."""
    before = venue.open("okx-desk"), venue.open("bitget-uta")
    for key in ("/", "\x06"):
        desk.press(key)
        desk.wait_for("words  :error" if key == "/" else "goes to the newest")
        for text in PAYLOADS.values():
            if not any(mark in text for mark in ("\x1b[201~", "\n", "\r")):
                desk.press(f"\x1b[200~{text}\x1b[201~")
        desk.press("the end")
        desk.wait_for("the end")
        desk.press(ESC)
        desk.wait_for(lambda text: "the end" not in text)
    assert b"AGAIN" not in desk.received, "a letter reached the desk"
    assert (venue.open("okx-desk"), venue.open("bitget-uta")) == before
    ended(desk, clean)


def test_refusals_in_reports_panic_history_and_alarms(
    desk: Any, liar: HostileVenue, clean: Clean
) -> None:
    liar.refuses = "cancel"
    desk.press("X")
    desk.wait_for("AGAIN")
    desk.press("X")
    desk.wait_for(lambda text: "all told" in text and CANARY in text)
    desk.press(ESC)
    desk.wait_for(lambda text: "all told" not in text)
    for panel in "1234":
        desk.press(panel)
        looked_at(desk, "v", "what happened")
    assert CANARY in looked_at(desk, "h", "outcome")
    looked_at(desk, "i", "round trip")
    liar.closing = PAYLOADS["title"]
    desk.wait_for(lambda text: "closed the connection" in text)
    ended(desk, clean)


def test_orders_with_hostile_names_in_the_chooser_and_what_remains(
    terminal: Open, lied_to: str, liar: HostileVenue, clean: Clean
) -> None:
    liar.names = True
    desk = terminal("--config", lied_to, columns=160, rows=46)
    desk.wait_for("4 of 4 ready")
    for panel in "1234":
        desk.press(panel)
        desk.press("o")
        desk.wait_for(lambda text: "a all or none" in text and CANARY in text)
        desk.press("a")
        desk.wait_for("■")
        desk.press(ESC)
        desk.wait_for(lambda text: "a all or none" not in text)
    liar.refuses = "cancel"
    looked_at(desk, "w", "cancel only a part")
    desk.press("X")
    desk.wait_for("AGAIN")
    desk.press("X")
    desk.wait_for(lambda text: "all told" in text)
    desk.press(ESC)
    desk.wait_for(lambda text: "all told" not in text)
    for panel in "1234":
        desk.press(panel)
        looked_at(desk, "v", "what happened")
    ended(desk, clean)
