"""Messages stand above the newest frames, wherever those are."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.geometry import Region

from tui.core.desk import DeskView
from tui.ui.app.toasts import rows_below
from tui.ui.orders.chooser import ActBar

SIZES = [(140, 44), (80, 24), (200, 60), (320, 50)]
LONG = "12 frames saved in /home/desk/.local/state/killdesk/frames/killdesk-20261017-120322.jsonl"


@given(
    top=st.integers(1, 40), height=st.integers(0, 40), below=st.integers(1, 3),
    filled=st.integers(0, 60),
)  # fmt: skip
def test_the_newer_half_stays_free(top: int, height: int, below: int, filled: int) -> None:
    screen = top + height + below
    free = rows_below(screen, Region(0, top, 80, height), filled)
    messages_end, newest = screen - free, top + min(filled, height)
    assert below <= free or not height
    if height and filled > height // 2:
        assert messages_end <= newest - (height + 1) // 2, "messages end above the newer half"
    elif height:
        assert messages_end - newest >= (height + 1) // 2, "there is room for them below"


def toasts(app: Any) -> list[Region]:
    """Where messages cover the screen."""
    return [one.region for one in app.screen.query("Toast") if one.region.height]


async def shown_toast(make: SimpleNamespace, app: Any, pilot: Any, said: str = LONG) -> Region:
    app.notify(said, timeout=600, markup=False)
    await make.until(pilot, lambda: bool(toasts(app)))
    await pilot.pause()
    (region,) = toasts(app)
    return region


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("accounts", [1, 4])
@pytest.mark.parametrize("count", [1, 3, 60])
async def test_the_newest_frames_can_be_read_beside_a_message(
    make: SimpleNamespace, size: tuple[int, int], accounts: int, count: int
) -> None:
    desk = make.FakeDesk(DeskView(make.many(accounts)))
    for frame in make.frames(count):
        desk.frames.put(frame)
    async with make.shown(desk, size) as (app, pilot):
        log = app.dashboard.log_
        await make.until(pilot, lambda: len(log.ring) == count)
        region = await shown_toast(make, app, pilot)
        rows = log.rows.region
        newest = rows.y + min(count, rows.height) - 1
        assert not region.contains(rows.right - 3, newest), (region, rows)
        assert region.bottom <= size[1] - 1, "not on the keys either"
        more = make.frames(200, count + 1)
        log.extend(more)
        await make.until(pilot, lambda: toasts(app)[0].bottom < log.rows.region.bottom)


async def test_a_filter_that_leaves_few_frames_leaves_them_free(
    desk: Any, make: SimpleNamespace
) -> None:
    async with make.shown(desk, (140, 44)) as (app, pilot):
        log = app.dashboard.log_
        log.extend(make.frames(100))
        await shown_toast(make, app, pilot)
        log.filter_line.value = "nothing-holds-this"
        await pilot.pause()
        await make.until(pilot, lambda: toasts(app)[0].bottom == log.rows.region.bottom)
        log.filter_line.value = ""
        await make.until(pilot, lambda: toasts(app)[0].bottom < log.rows.region.bottom - 1)


@pytest.mark.parametrize("size", SIZES)
async def test_in_a_dialog_a_message_covers_neither_its_question_nor_its_keys(
    desk: Any, make: SimpleNamespace, size: tuple[int, int]
) -> None:
    async with make.shown(desk, size) as (app, pilot):
        await pilot.press("o")
        await make.until(pilot, lambda: bool(app.screen.query(ActBar)))
        region = await shown_toast(make, app, pilot)
        for one in (app.screen.query_one(ActBar), app.screen.query_one("#keys")):
            assert not region.overlaps(one.region)
        assert region.y == 0 and region.height <= 2


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("key", ["v", "i", "h", "d"])
async def test_a_message_leaves_head_and_keys_of_a_dialog_free(
    desk: Any, make: SimpleNamespace, size: tuple[int, int], key: str
) -> None:
    async with make.shown(desk, size) as (app, pilot):
        await pilot.press(key)
        await make.until(pilot, lambda: bool(app.screen.query("#title")))
        region = await shown_toast(make, app, pilot)
        for part in ("#title", "#keys"):
            assert not region.overlaps(app.screen.query_one(part).region), part
