"""The dialogs of a bad minute are there before it, and one that is broken ends nothing."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from tui.ui import ahead


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The modules that are loaded ahead, without the waits."""
    names: list[str] = []
    load = ahead.import_module

    def noted(name: str) -> object:
        names.append(name)
        return load(name)

    monkeypatch.setattr(ahead, "FIRST_S", 0.0)
    monkeypatch.setattr(ahead, "EACH_S", 0.0)
    monkeypatch.setattr(ahead, "import_module", noted)
    return names


async def test_all_are_loaded_once_the_screen_stands(
    desk: Any, make: SimpleNamespace, asked: list[str]
) -> None:
    async with make.shown(desk) as (_, pilot):
        await make.until(pilot, lambda: len(asked) == len(ahead.DIALOGS))
    assert asked == [f"tui.ui.{name}" for name in ahead.DIALOGS]


async def test_a_broken_one_is_told_when_it_is_asked_for(
    desk: Any, make: SimpleNamespace, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ahead, "DIALOGS", ("no_such_dialog", "help"))
    async with make.shown(desk) as (app, pilot):
        await make.until(pilot, lambda: len(asked) == 2)
        assert app.is_running
