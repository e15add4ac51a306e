"""The screen of a replay: it shows what was shown, moves in time, and sends nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from textual.pilot import Pilot

from tui.core.actions import Outcome
from tui.core.audit.chain import START, Chain
from tui.core.audit.codec import to_plain
from tui.core.audit.snapshots import SnapshotEncoder
from tui.core.clocks import Instant
from tui.core.desk import AccountView, DeskView
from tui.service.replay.desk import ReplayDesk
from tui.service.replay.index import index_file
from tui.ui.panel.cancel_buttons import CancelButton, ToolButton
from tui.ui.replay.app import ReplayApp

Shown = tuple[ReplayApp, Pilot[None], ReplayDesk]


@pytest.fixture
def record(tmp_path: Path, make: SimpleNamespace) -> Path:
    """A minute with 12 spreads open, a cancel that leaves 2, and another minute."""
    path, chain, pictures = tmp_path / "2025-10-17.jsonl", Chain(), SnapshotEncoder()
    written: list[bytes] = []

    def put(second: float, kind: str, **fields: object) -> None:
        written.append(chain.seal(make.NOW_MS + round(second * 1000), kind, fields))

    def picture(second: float, *accounts: AccountView, notice: str = "") -> None:
        at_s = make.NOW_MS / 1000 + second
        changes = pictures.changes(DeskView(accounts, notice), Instant(at_s, at_s, at_s))
        put(second, "picture", **({"whole": True} if not second else {}), **changes)

    put(0, "open", follows=START)
    put(0, "start", what="dashboard", user="jo [/nope]", host="desk-1")
    account = make.okx()
    picture(0, account)
    for number, frame in enumerate(make.frames(60)):
        fields = to_plain(frame)
        assert isinstance(fields, dict)
        del fields["at_ms"]
        put(number, "frame", **fields)
    report = make.report(account, Outcome.REMAINING, "spreads", open_after=2)
    put(60, "outcome", **to_plain(report))
    left = make.okx(spreads=2, quotes=0)
    picture(60.1, replace(left, reports=(report,)))
    picture(120, replace(left, reports=(report,), reason="at the end"))
    path.write_bytes(b"".join(written))
    return path


@asynccontextmanager
async def replayed(path: Path, size: tuple[int, int] = (140, 40)) -> AsyncIterator[Shown]:
    """The replay, standing still at its beginning."""
    desk = ReplayDesk(index_file(path))
    desk.pause()
    desk.start()
    app = ReplayApp(desk)
    try:
        async with app.run_test(size=size, notifications=True) as pilot:
            await pilot.pause()
            yield app, pilot, desk
    finally:
        desk.stop()


def held(app: ReplayApp, said: str, make: SimpleNamespace) -> Callable[[], bool]:
    return lambda: said in make.text(app)


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_it_says_that_it_is_a_replay_and_shows_the_desk(
    record: Path, make: SimpleNamespace, size: tuple[int, int]
) -> None:
    async with replayed(record, size) as (app, pilot, _):
        await make.until(pilot, held(app, "okx-desk", make))
        text = make.text(app)
        assert "REPLAY" in text
        assert "LIVE" not in text
        assert "PANIC" not in text
        assert "its chain holds" in text
        assert "PAUSED" in text
        assert "12:03:22" in text
        assert "? help" in text.splitlines()[-1]


async def test_keys_move_in_time(record: Path, make: SimpleNamespace) -> None:
    async with replayed(record) as (app, pilot, desk):
        await make.until(pilot, held(app, "CANCEL 12 SPREADS", make))
        await pilot.press("full_stop")
        await make.until(pilot, held(app, "CANCEL 2 SPREADS", make))
        await make.until(pilot, held(app, "outcome 1 of 1", make))
        await make.until(pilot, held(app, "remaining", make))
        await pilot.press("less_than_sign")
        await make.until(pilot, held(app, "outcome 0 of 1", make))
        await pilot.press("dollar_sign")
        await make.until(pilot, held(app, "END", make))
        await make.until(pilot, held(app, "at the end", make))
        await pilot.press("comma")
        await make.until(pilot, lambda: round(desk.place.position_ms) == 60_100)
        await pilot.press("circumflex_accent")
        await make.until(pilot, held(app, "CANCEL 12 SPREADS", make))
        await pilot.press("right_square_bracket", "right_square_bracket")
        await make.until(pilot, held(app, "5x", make))
        await pilot.press("left_square_bracket")
        await make.until(pilot, held(app, "2x", make))
        await pilot.press("space")
        await make.until(pilot, lambda: desk.place.playing)
        await make.until(pilot, lambda: "PAUSED" not in make.text(app))


async def test_a_click_on_the_line_goes_there(record: Path, make: SimpleNamespace) -> None:
    async with replayed(record) as (app, pilot, desk):
        await make.until(pilot, held(app, "PAUSED", make))
        line = make.text(app).splitlines()[-1]
        start = line.index("●")
        await pilot.click(app.replay.track, offset=(line.rindex("─"), 0))
        await make.until(pilot, lambda: desk.place.at_end)
        await pilot.click(app.replay.track, offset=(start, 0))
        await make.until(pilot, lambda: desk.place.position_ms == 0)


async def test_nothing_can_be_sent(record: Path, make: SimpleNamespace) -> None:
    async with replayed(record) as (app, pilot, desk):
        await make.until(pilot, held(app, "CANCEL 12 SPREADS", make))
        asked: list[str] = []
        for name in ("cancel", "panic", "arm", "disarm", "cancel_then_disarm", "refresh"):
            setattr(desk, name, lambda *_, name=name: asked.append(name))
        for key in ("c", "s", "s", "u", "o", "w", "a", "r", "X", "X", "K"):
            app.clear_notifications()
            await pilot.press(key)
            await make.until(pilot, lambda: len(app._notifications) > 0)
            assert "nothing can be sent" in next(iter(app._notifications)).message
            assert app.screen is app.replay
        shown = (*app.replay.query(CancelButton), *app.replay.query(ToolButton))
        for button in (button for button in shown if button.region.area):
            app.clear_notifications()
            await pilot.click(button)
            await make.until(pilot, lambda: len(app._notifications) > 0)
            assert app.screen is app.replay
        assert not app.presses.armed
        assert asked == []


async def test_help_and_palette_tell_the_keys_of_a_replay(
    record: Path, make: SimpleNamespace
) -> None:
    async with replayed(record) as (app, pilot, _):
        await make.until(pilot, held(app, "okx-desk", make))
        titles = {command.title for command in app.get_system_commands(app.screen)}
        assert "Stand still, or go on" in titles
        assert not any("cancel everything" in title for title in titles)
        await pilot.press("question_mark")
        await make.until(pilot, held(app, "on to the next outcome", make))
        await pilot.press("question_mark")
        await make.until(pilot, lambda: app.screen is app.replay)


async def test_it_ends_without_a_question(record: Path, make: SimpleNamespace) -> None:
    async with replayed(record) as (app, pilot, _):
        await pilot.press("q")
        await make.until(pilot, lambda: not app.is_running)


async def test_the_head_of_the_record_stands_with_the_reasons(make: SimpleNamespace) -> None:
    desk = make.FakeDesk(DeskView((make.okx(),), "", "1e6208307da07aa4" * 4))
    async with make.shown(desk) as (app, pilot):
        await pilot.press("i")
        await make.until(pilot, held(app, "head 1e6208307da0", make))
        assert "1e6208307da07" not in make.text(app)
