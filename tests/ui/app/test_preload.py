"""Dialogs and their styles are in memory before they are asked for; a broken one ends nothing."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tui.ui.app import preload as ahead
from tui.ui.app.app import KilldeskApp

ROOT = Path(__file__).parents[3]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The modules that are loaded ahead."""
    names: list[str] = []

    def noted(name: str) -> object:
        names.append(name)
        return import_module(name)

    monkeypatch.setattr(ahead, "import_module", noted)
    return names


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Callable[[KilldeskApp], list[str]]:
    """Begins to note the style files that an app reads from then on."""

    def watch(app: KilldeskApp) -> list[str]:
        names: list[str] = []

        def note(owner: object, name: str) -> None:
            whole = getattr(owner, name)

            def noted(path: Any, *more: object, **other: object) -> object:
                names.append(f"{name} {path}")
                return whole(path, *more, **other)

            monkeypatch.setattr(owner, name, noted)

        note(app.stylesheet, "read")
        note(Path, "resolve")
        return names

    return watch


def test_what_a_panic_needs_is_there_before_the_first_paint() -> None:
    ask = "import sys, tui.ui.app.app; print(*sys.modules)"
    ran = subprocess.run(
        [sys.executable, "-c", ask], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "tui.ui.panic.screen" in ran.stdout.split()
    assert any(str(path).endswith("dialogs/dialog.tcss") for path in KilldeskApp.CSS_PATH or ())


async def test_everything_is_loaded_right_after_the_first_paint(
    desk: Any, make: SimpleNamespace, asked: list[str]
) -> None:
    async with make.shown(desk) as (_, pilot):
        await make.until(pilot, lambda: len(asked) == len(ahead.MODULES))
    assert asked == list(ahead.MODULES)


async def test_no_dialog_reads_its_styles_when_it_opens(
    desk: Any,
    make: SimpleNamespace,
    asked: list[str],
    reads: Callable[[KilldeskApp], list[str]],
) -> None:
    async with make.shown(desk) as (app, pilot):
        await make.until(pilot, lambda: len(asked) == len(ahead.MODULES))
        read = reads(app)
        for key in ("question_mark", "i", "w", "o", "comma", "e", "h", "d", "l"):
            await pilot.press(key)
            await make.until(pilot, lambda: app.screen is not app.dashboard)
            app.pop_screen()
            await make.until(pilot, lambda: app.screen is app.dashboard)
    assert read == []


async def test_a_part_that_cannot_be_loaded_is_named_and_the_rest_is_loaded(
    desk: Any, make: SimpleNamespace, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ahead, "MODULES", ("tui.ui.no_such_dialog", "tui.ui.help.screen"))
    async with make.shown(desk) as (app, pilot):
        await make.until(pilot, lambda: "no_such_dialog" in make.text(app))
        assert asked == ["tui.ui.no_such_dialog", "tui.ui.help.screen"]
        await pilot.press("X", "X")
        assert ("panic",) in desk.calls
