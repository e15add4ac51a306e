"""Work beside the screen: what is being stored is finished before the process ends."""

from __future__ import annotations

import threading
from pathlib import Path

from textual.app import App

from tui.service.files.ui_state import ScreenFile
from tui.ui.app.themed import ThemedApp
from tui.ui.app.threads import finish_writing, run_in_thread, still_writing
from tui.ui.widgets.themes import LIGHT

WAIT_S = 60.0


class SlowFile(ScreenFile):
    """On a disk that takes nothing until `go_on` is set."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.begun, self.go_on = threading.Event(), threading.Event()

    def write(self) -> None:
        self.begun.set()
        assert self.go_on.wait(WAIT_S)
        super().write()


async def test_a_theme_chosen_at_the_last_moment_is_remembered(tmp_path: Path) -> None:
    path = tmp_path / "screen.json"
    kept = SlowFile(path)
    app: ThemedApp[None] = ThemedApp(kept)
    async with app.run_test() as pilot:
        app.theme = LIGHT.name
        await pilot.pause()
        assert kept.begun.wait(WAIT_S)
    assert still_writing() == ("the theme",)
    finish_writing(0.0)
    assert not path.exists() and still_writing() == ("the theme",), "a disk that hangs is left"
    kept.go_on.set()
    finish_writing(WAIT_S)
    assert still_writing() == ()
    assert ScreenFile(path).theme == LIGHT.name


async def test_what_stores_nothing_is_not_waited_for() -> None:
    go_on, done = threading.Event(), threading.Event()
    app: App[None] = App()
    async with app.run_test():
        run_in_thread(app, lambda: go_on.wait(WAIT_S) and done.set(), lambda _: None)
    assert still_writing() == ()
    finish_writing(WAIT_S)
    assert not done.is_set()
    go_on.set()
    assert done.wait(WAIT_S)
