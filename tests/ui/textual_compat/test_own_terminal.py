"""What the application asks of its terminal."""

from __future__ import annotations

from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import pytest
from textual.app import App
from textual.driver import Driver

from tui.ui.textual_compat.own_terminal import can_suspend, write_to_terminal


def public_values(node: Any) -> list[object]:
    """What the public names of an object stand for."""
    names = [name for name in dir(node) if not name.startswith("_")]
    found = []
    for name in names:
        with suppress(Exception):  # some have no value here
            found.append(getattr(node, name))
    return found


async def test_textual_still_keeps_its_driver_private() -> None:
    """Else `own_terminal` may use what is public."""
    app = App[None]()
    async with app.run_test():
        assert isinstance(app._driver, Driver)
        assert not [one for one in public_values(app) if isinstance(one, Driver)]
        names = {name for name in dir(app) if not name.startswith("_")}
        assert not names & {"write", "write_sequence", "can_suspend"}


class Terminal(SimpleNamespace):
    """A driver that notes what is written."""

    def __init__(self, *, suspends: bool, headless: bool = False) -> None:
        self.written: list[str] = []
        super().__init__(write=self.written.append, can_suspend=suspends, is_headless=headless)


@pytest.mark.parametrize("suspends", [True, False])
def test_what_there_is_to_ask(monkeypatch: pytest.MonkeyPatch, suspends: bool) -> None:
    app, terminal = App[None](), Terminal(suspends=suspends)
    monkeypatch.setattr(app, "_driver", terminal)
    write_to_terminal(app, "\x1b]2;3 alarms\a")
    assert terminal.written == ["\x1b]2;3 alarms\a"]
    assert can_suspend(app) is suspends


def test_without_a_terminal_nothing_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    app = App[None]()
    write_to_terminal(app, "x")
    assert not can_suspend(app)
    terminal = Terminal(suspends=True, headless=True)
    monkeypatch.setattr(app, "_driver", terminal)
    write_to_terminal(app, "x")
    assert terminal.written == []
    assert not can_suspend(app)
