"""Dialogs and panics leave nothing behind, counted in objects.

Once all is full that a screen keeps on purpose, there is of no type one more for each round.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from functools import reduce
from operator import and_, or_
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.faults.small_desk import EVENTS, FRAMES, object_counts
from tui.service.demo import read_greeting
from tui.service.desk.live import LiveDesk
from tui.ui.alarms.event_history import History
from tui.ui.app.app import KilldeskApp
from tui.ui.frames.log import FrameLog

DIALOGS = ("question_mark", "h", "i", "v", "o", "w", "comma", "e", "ctrl+p")
WARM, LOOKS = 4, 3
"""Rounds before, and looks at the objects, each after a round; in between as many rounds."""
CACHED = (
    "textual.cache.",
    "textual.strip.",
    "textual.style.",
    "textual.content.",
    "textual.geometry.",
    "textual.css.styles.",
    "rich.",
    "builtins.",
    "types.",
    "fractions.",
)
"""What drawings are made of: kept in caches of a fixed size, which take long to fill."""
TIMED = ("tui.core.timeseries.", "asyncio.events.TimerHandle", "_contextvars.Context")
"""Kept for a time, so many in it: measurements for an hour at most, and timers that were cancelled
until they are due, or until the loop has a hundred of them."""


@pytest.fixture(autouse=True)
def _small_bounds(monkeypatch: pytest.MonkeyPatch, calm_hand: None) -> None:
    monkeypatch.setitem(FrameLog.__init__.__kwdefaults__, "capacity", FRAMES // 5)
    monkeypatch.setattr(History.__init__, "__defaults__", (EVENTS // 2,))
    monkeypatch.setattr("tui.service.account.ledger.KEPT_S", 0.5)


@pytest.fixture
def desk(simulator: Any) -> Iterator[LiveDesk]:
    entries = [{"name": name, **entry} for name, entry in simulator.accounts.items()]
    demo = read_greeting(json.dumps({"url": simulator.url, "accounts": entries}))
    desk = LiveDesk(demo.accounts, lambda one: demo.secrets[one.name], screen_grace_s=3600)
    desk.start()
    yield desk
    desk.stop()


async def one_round(app: KilldeskApp, pilot: Pilot[None]) -> None:
    """Opens and closes every dialog, and panics."""
    for keys in (*((key,) for key in DIALOGS), ("X", "X")):
        await pilot.press(*keys)
        await until(pilot, lambda: len(app.screen_stack) > 1)
        await pilot.press("escape")
        await until(pilot, lambda: len(app.screen_stack) == 1)


async def look(app: KilldeskApp, pilot: Pilot[None]) -> Counter[str]:
    """How many objects of each type there are after one more round."""
    await one_round(app, pilot)
    return object_counts()


async def until(pilot: Pilot[None], holds: Any) -> None:
    for _ in range(1_200):
        if holds():
            return
        await pilot.pause(0.05)
    raise AssertionError("waited in vain")


async def test_nothing_is_kept_of_what_was_closed_and_pressed(desk: LiveDesk) -> None:
    app = KilldeskApp(desk, demo=True)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: desk.view.accounts and all(a.book for a in desk.view.accounts))
        for _ in range(WARM):
            await one_round(app, pilot)
        early = [await look(app, pilot) for _ in range(LOOKS)]
        for _ in range(LOOKS):
            await one_round(app, pilot)
        late = [await look(app, pilot) for _ in range(LOOKS)]
    # What is under way comes and goes; what is kept is more each time, at its lowest too.
    most = reduce(or_, early)
    more = reduce(and_, late) - most
    kept = {k: n for k, n in more.items() if n > LOOKS and not k.startswith((*CACHED, *TIMED))}
    assert not kept
