"""A dialog that was closed leaves nothing of its drawings behind."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from weakref import ref

import pytest
from textual._styles_cache import StylesCache
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.screen import ModalScreen
from textual.widgets import Label

from tui.ui.textual_compat.closed_screens import forget_closed_screens

OPENED = 8


def drawn() -> int:
    """Drawing caches of widgets that are in memory."""
    gc.collect()
    return sum(type(one) is StylesCache for one in gc.get_objects())


@pytest.mark.parametrize("key", ["question_mark", "h", "i", "o"])
async def test_dialogs_that_are_closed_are_forgotten(
    desk: Any, make: SimpleNamespace, key: str
) -> None:
    async with make.shown(desk, (120, 40)) as (app, pilot):

        async def open_and_close() -> None:
            await pilot.press(key)
            await make.until(pilot, lambda: len(app.screen_stack) > 1)
            await pilot.press("escape")
            await make.until(pilot, lambda: len(app.screen_stack) == 1)

        await pilot.press("2")
        for _ in range(2):
            await open_and_close()
        before = drawn()
        for _ in range(OPENED):
            await open_and_close()
        # The last one may be on its way out still.
        assert drawn() - before < 2 * OPENED


class Dialog(ModalScreen[None]):
    def compose(self) -> ComposeResult:
        yield from (Label(str(number)) for number in range(20))


async def closed_dialogs(pilot: Pilot[None]) -> int:
    """How many drawing caches more there are after some dialogs."""
    before = drawn()
    for _ in range(OPENED):
        await pilot.app.push_screen(Dialog())
        await pilot.pause()
        await pilot.app.pop_screen()
        await pilot.pause()
    return drawn() - before


async def test_textual_keeps_them_by_itself() -> None:
    """Fails once Textual lets go of them: then `closed_screens` is no longer needed."""
    async with App[None]().run_test() as pilot:
        forget_closed_screens()
        kept = await closed_dialogs(pilot)
        assert kept >= 20 * (OPENED - 1)
        forget_closed_screens()
        assert await closed_dialogs(pilot) <= kept, "the last ones are kept until it is asked again"
        forget_closed_screens()


@pytest.fixture
def _no_collection() -> Iterator[None]:
    """The collector does not look by itself."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("_no_collection")
async def test_a_dialog_that_was_closed_is_garbage_and_collected_soon(
    desk: Any, make: SimpleNamespace
) -> None:
    async with make.shown(desk, (120, 40)) as (app, pilot):
        for _ in range(3):
            await pilot.press("question_mark")
            await make.until(pilot, lambda: len(app.screen_stack) > 1)
            closed = ref(app.screen)
            await pilot.press("escape")
            await make.until(pilot, lambda: len(app.screen_stack) == 1)
        await make.until(pilot, lambda: closed() is None)
