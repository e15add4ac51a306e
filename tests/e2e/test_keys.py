"""Keys of the trader's own, from the settings file to a real terminal."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any


def test_keys_of_ones_own_in_a_real_terminal(
    terminal: Callable[..., Any], bitget_desk: Callable[..., str], venue: Any
) -> None:
    path = Path(bitget_desk("fire"))
    plain = path.read_text()
    path.write_text(f'[keys]\ncancel.all = "F5"\n{plain}')
    desk = terminal("--config", str(path))
    desk.wait_for("1 of 1 ready")
    desk.wait_for("F5 cancel")
    desk.press("\x1b[15~")
    desk.wait_for("AGAIN TO CANCEL")
    desk.press("\x1b[15~")
    desk.wait_for("confirmed")
    assert venue.open("bitget-uta", "SPOT") == 0
    desk.press("q")
    assert desk.wait_end() == 0
    path.write_text(f'[keys]\npanic = ""\n{plain}')
    wrong = terminal("--config", str(path), columns=200)
    assert wrong.wait_end() == 2
    assert 'keys."panic": panic must have a key' in wrong.text
