"""A locked screen: shown on, and of no use to a passer-by but for panic."""

from __future__ import annotations

import threading
from contextlib import asynccontextmanager
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from tui.core.actions import Outcome
from tui.core.clocks import Instant, read_clock
from tui.core.deadman.view import TimerState
from tui.core.desk import DeskView
from tui.core.desk_gate import LOCKED, LOCKED_VIEW
from tui.core.secrets import Secret
from tui.service.secrets.keyring import CredentialsError
from tui.service.secrets.pin import Pin, SessionEntry
from tui.ui.alarms.event_history_screen import HistoryScreen
from tui.ui.dashboard.header import Mode, UtcClock
from tui.ui.help.screen import HelpScreen
from tui.ui.keys.bindings import ALL_KEYS
from tui.ui.lock.pin_dialog import PinDialog, PinInput
from tui.ui.orders.chooser import OrderChooser
from tui.ui.panel.cancel_buttons import CancelButton, PanicButton, ToolButton
from tui.ui.panic.screen import PanicScreen
from tui.ui.quit.dialog import QuitDialog

PIN = "7319"


@pytest.fixture(scope="module")
def entry() -> SessionEntry:
    """A PIN that is set; to make its hash takes a while."""
    kept = SessionEntry()
    Pin(kept).set(Secret(PIN))
    return kept


def known(entry: SessionEntry) -> Pin:
    pin = Pin(entry)
    pin.look()
    return pin


@pytest.fixture
def locked(desk: Any, make: SimpleNamespace, entry: SessionEntry) -> Any:
    @asynccontextmanager
    async def open_locked(**kw: Any) -> Any:
        async with make.shown(kw.pop("desk", desk), pin=known(entry), **kw) as (app, pilot):
            await pilot.press("l")
            assert app.desk.locked
            yield app, pilot

    return open_locked


class Standing:
    """A clock that stands: what is armed stays so, however slow the machine is."""

    ahead_s = 0.0

    def __init__(self) -> None:
        self._start = read_clock()

    def __call__(self) -> Instant:
        return self._start.later(self.ahead_s)


async def type_pin(make: SimpleNamespace, app: Any, pilot: Any, pin: str = PIN) -> None:
    """Types it once into the dialog, and waits until it has been looked at."""
    await pilot.press(*pin, "enter")
    await make.until(pilot, lambda: not getattr(app.screen, "_busy", False))


async def test_locked_it_shows_on_and_says_so(locked: Any, make: SimpleNamespace) -> None:
    async with locked() as (app, pilot):
        head, bar = make.text(app).splitlines()[0], make.text(app).splitlines()[-1]
        assert "LIVE" in head and "LOCKED" in head and "3 of 3 ready" in head
        assert "l unlock" in bar and "X panic" in bar and "cancel" not in bar
        assert "CANCEL" not in make.text(app) and "SPREADS 12" in make.text(app)
        assert app.ringing.title.said == "killdesk LOCKED: 3 of 3 ready"
        await pilot.press("l")
        await type_pin(make, app, pilot)
        await make.until(pilot, lambda: not app.desk.locked)
        assert app.desk._desk.notes == [("lock", "locked"), ("lock", "unlocked")]
        assert "LOCKED" not in make.text(app) and "CANCEL ALL" in make.text(app)
        await pilot.press("c", "c")
        assert app.desk._desk.calls == [make.everything("htx-main")]


HARMLESS = {"panel.next", "panel.previous", "report.open", "account.readiness", "help", "history"}


@pytest.mark.parametrize(
    "key",
    [k for k in ALL_KEYS if not (k.id in HARMLESS or k.id.startswith("panel."))],
    ids=lambda key: key.id,
)
async def test_no_key_but_panic_does_anything(
    desk: Any, locked: Any, make: SimpleNamespace, key: Any
) -> None:
    async with locked(clock=Standing()) as (app, pilot):
        app.copy_to_clipboard = lambda _: desk.calls.append(("copied",))
        app.dashboard.log_.extend(make.frames(3))
        for each in key.keys.split(","):
            await pilot.press(each, each)
        await pilot.pause()
        assert app.desk.locked and not app._exit
        panics = {"panic": 2, "panic.field": 1}.get(key.id, 0)  # X also as shift+x
        assert desk.calls == [("panic",)] * panics
        assert app.dashboard.log_.following and not app.dashboard.log_.filter_line.has_focus
        above = type(app.screen).__name__
        wanted = {
            "panic": "PanicScreen", "panic.field": "PanicScreen",
            "lock": "PinDialog", "quit": "PinDialog",
            "frames.open": "PinDialog", "palette": "Palette",
        }  # fmt: skip
        assert above == wanted.get(key.id, "DeskScreen")


async def test_a_key_that_does_nothing_says_why_once(locked: Any) -> None:
    async with locked() as (app, pilot):
        await pilot.press("c", "c", "a", "o")
        assert [note.message for note in app._notifications] == [LOCKED]


async def test_what_only_looks_is_open_to_everybody(locked: Any, make: SimpleNamespace) -> None:
    async with locked() as (app, pilot):
        await pilot.press("3")
        assert app.dashboard.grid.selected.account.name == "bitget-mm"
        for key, screen in (("h", HistoryScreen), ("question_mark", HelpScreen)):
            await pilot.press(key)
            assert isinstance(app.screen, screen)
            await pilot.press("tab", "escape")
            assert app.screen is app.dashboard
        assert app.desk.locked


@pytest.mark.parametrize("confirm", ["once", "twice"])
async def test_panic_works_and_takes_two_presses(desk: Any, locked: Any, confirm: str) -> None:
    async with locked(confirm=confirm, clock=Standing()) as (app, pilot):
        await pilot.press("X")
        assert desk.calls == []
        await pilot.press("X")
        assert desk.calls == [("panic",)] and isinstance(app.screen, PanicScreen)
        await pilot.press("escape", "c", "c")
        assert desk.calls == [("panic",)] and app.desk.locked


async def test_panic_works_while_the_pin_is_asked_for(
    desk: Any, locked: Any, make: SimpleNamespace
) -> None:
    async with locked(clock=Standing()) as (app, pilot):
        await pilot.press("enter", "1", "2", "X", "X", "3")
        assert desk.calls == [] and "F12 F12 panic" in make.text(app)
        await pilot.press("f12", "f12")
        assert desk.calls == [("panic",)]
        assert isinstance(app.screen, PanicScreen)
        await pilot.press("escape")
        assert isinstance(app.screen, PinDialog) and app.screen.query_one(PinInput).value == "12XX3"


async def test_by_mouse_only_panic_and_the_way_to_unlock(desk: Any, locked: Any) -> None:
    async with locked(clock=Standing()) as (app, pilot):
        panel = app.dashboard.grid.panels[2]
        for target in (panel.query_one(CancelButton), *panel.query(ToolButton), panel):
            await pilot.click(target)
            await pilot.click(target)
        assert desk.calls == [] and app.screen is app.dashboard
        assert app.dashboard.grid.selected is app.dashboard.grid.panels[0]
        await pilot.click(Mode)
        assert isinstance(app.screen, PinDialog)
        await pilot.press("escape")
        await pilot.click(UtcClock)
        assert isinstance(app.screen, HistoryScreen)
        await pilot.press("escape")
        await pilot.click(PanicButton)
        assert desk.calls == []
        await pilot.click(PanicButton)
        assert desk.calls == [("panic",)]


async def test_a_click_on_the_mark_locks_as_the_key_does(
    desk: Any, make: SimpleNamespace, entry: SessionEntry
) -> None:
    async with make.shown(desk, (80, 24), pin=known(entry)) as (app, pilot):
        await pilot.click(Mode)
        assert app.desk.locked


async def test_a_press_that_was_armed_does_not_outlive_the_lock(
    desk: Any, locked: Any, make: SimpleNamespace, entry: SessionEntry
) -> None:
    async with make.shown(desk, pin=known(entry)) as (app, pilot):
        await pilot.press("c", "l", "enter")
        await type_pin(make, app, pilot)
        await make.until(pilot, lambda: not app.desk.locked)
        await pilot.press("c")
        assert desk.calls == []


async def test_the_gate_holds_where_the_screen_forgets(desk: Any, locked: Any) -> None:
    async with locked() as (app, _):
        account = desk.view.accounts[0]
        button = app.dashboard.grid.panels[0].buttons[0]
        for _ in range(2):
            app.dashboard.press(account, frozenset({button.target}))
        app.dashboard.toggle_timer(desk.view.accounts[2])
        app.dashboard.toggle_timer(desk.view.accounts[2])
        app.desk.arm("bitget-mm")
        assert desk.calls == []


async def test_wrong_pins_are_said_and_wait(locked: Any, make: SimpleNamespace) -> None:
    clock = make.Clock()
    async with locked(clock=clock) as (app, pilot):
        await pilot.press("l")
        await type_pin(make, app, pilot, "0000")
        await make.until(pilot, lambda: "The next one is tried in 1 s" in make.text(app))
        clock.ahead_s = 2.0
        await make.until(pilot, lambda: "Type the PIN." in make.text(app))
        await type_pin(make, app, pilot, "0001")
        await make.until(pilot, lambda: "The next one is tried in 2 s" in make.text(app))
        await pilot.press("escape", "l")
        await make.until(pilot, lambda: "The next one is tried in" in make.text(app))
        clock.ahead_s = 10.0
        await make.until(pilot, lambda: "Type the PIN." in make.text(app))
        await type_pin(make, app, pilot)
        await make.until(pilot, lambda: not app.desk.locked)


async def test_the_right_pin_typed_too_soon_is_kept_and_tried_as_soon_as_it_may_be(
    locked: Any, make: SimpleNamespace
) -> None:
    clock = Standing()
    async with locked(clock=clock) as (app, pilot):
        await pilot.press("l")
        await type_pin(make, app, pilot, "0000")
        await type_pin(make, app, pilot, "0001")
        await type_pin(make, app, pilot)
        await make.until(pilot, lambda: "you typed is kept, and tried in 1 s" in make.text(app))
        assert app.desk.locked, "even the right one waits"
        clock.ahead_s = 1.1
        await make.until(pilot, lambda: not app.desk.locked)


async def test_leaving_takes_the_pin(locked: Any, make: SimpleNamespace) -> None:
    for key in ("q", "ctrl+c", "ctrl+q"):
        async with locked() as (app, pilot):
            await pilot.press(key)
            assert isinstance(app.screen, PinDialog) and not app._exit
            await pilot.press("ctrl+q", "ctrl+c")
            assert not app._exit
            await type_pin(make, app, pilot)
            await make.until(pilot, lambda app=app: isinstance(app.screen, QuitDialog))


async def test_the_first_lock_asks_for_a_pin_twice(desk: Any, make: SimpleNamespace) -> None:
    async with make.shown(desk, demo=True) as (app, pilot):
        await pilot.press("l")
        await make.until(pilot, lambda: isinstance(app.screen, PinDialog))
        await type_pin(make, app, pilot, "123")
        assert "at least 4" in make.text(app)
        await type_pin(make, app, pilot, PIN)
        await type_pin(make, app, pilot, "7310")
        assert "not the same" in make.text(app) and not app.desk.locked
        await type_pin(make, app, pilot, PIN)
        await pilot.press(*PIN, "enter")
        await make.until(pilot, lambda: app.desk.locked)
        assert app.screen is app.dashboard
        assert app.ringing.title.said == "killdesk DEMO LOCKED: 3 of 3 ready"
        await pilot.press("l")
        await type_pin(make, app, pilot)
        await make.until(pilot, lambda: not app.desk.locked)


async def test_nothing_locks_where_no_pin_can_be_read_or_kept(
    desk: Any, make: SimpleNamespace
) -> None:
    class Broken:
        """A keyring in trouble."""

        kept = "nowhere"
        reads = False

        def read(self) -> Secret | None:
            if not self.reads:
                raise CredentialsError("the keyring is locked [/nope]")
            return None

        def write(self, entry: Secret) -> None:
            raise CredentialsError("the keyring refused the change [/nope]")

    broken = Broken()
    async with make.shown(desk, pin=Pin(broken)) as (app, pilot):
        await pilot.press("l")
        await make.until(pilot, lambda: "Not locked: the keyring is locked" in make.text(app))
        broken.reads = True
        await pilot.press("l")
        await make.until(pilot, lambda: isinstance(app.screen, PinDialog))
        await type_pin(make, app, pilot)
        await pilot.press(*PIN, "enter")
        await make.until(pilot, lambda: "refused the change" in make.text(app))
        await pilot.press("escape")
        assert not app.desk.locked


async def test_a_keyring_that_hangs_holds_up_nothing(desk: Any, make: SimpleNamespace) -> None:
    answer = threading.Event()

    class Slow(SessionEntry):
        def read(self) -> Secret | None:
            answer.wait()
            return None

    async with make.shown(desk, pin=Pin(Slow())) as (app, pilot):
        try:
            await pilot.press("l", "l", "c", "c")
            assert desk.calls == [make.everything("htx-main")]
        finally:
            answer.set()
        await make.until(pilot, lambda: isinstance(app.screen, PinDialog))


async def test_it_locks_when_nobody_touches_it(
    desk: Any, make: SimpleNamespace, entry: SessionEntry
) -> None:
    clock = make.Clock()
    pin = known(entry)
    async with make.shown(desk, clock=clock, pin=pin, lock_after_min=10) as (app, pilot):
        await pilot.press("2", "o")
        assert isinstance(app.screen, OrderChooser)
        clock.ahead_s = 599.0
        await pilot.press("space")
        clock.ahead_s += 599.0
        app.guard.tick()
        assert not app.desk.locked
        clock.ahead_s += 2.0
        await make.until(pilot, lambda: app.desk.locked)
        assert app.screen is app.dashboard, "a dialog that could cancel is gone"
    async with make.shown(desk, clock=clock, pin=pin) as (app, pilot):
        clock.ahead_s += 1e6
        app.guard.tick()
        assert not app.desk.locked, "never, unless it is asked for"


async def test_without_a_pin_it_does_not_lock_by_itself_and_says_so(
    desk: Any, make: SimpleNamespace
) -> None:
    clock = make.Clock()
    async with make.shown(desk, clock=clock, lock_after_min=10) as (app, pilot):
        clock.ahead_s = 601.0
        await make.until(pilot, lambda: "no PIN is: press l" in make.text(app))
        assert not app.desk.locked and app.screen is app.dashboard


async def test_a_panics_summary_stays_when_the_screen_locks(
    desk: Any, make: SimpleNamespace, entry: SessionEntry
) -> None:
    clock = Standing()
    async with make.shown(desk, clock=clock, pin=known(entry), lock_after_min=1) as (app, pilot):
        await pilot.press("X", "X")
        clock.ahead_s = 61.0
        await make.until(pilot, lambda: app.desk.locked)
        assert isinstance(app.screen, PanicScreen) and len(app.screen_stack) == 2


async def test_alarms_ring_on_and_cannot_be_taken_off(locked: Any, make: SimpleNamespace) -> None:
    desk = make.FakeDesk(DeskView((make.okx(), make.bitget())))
    async with locked(desk=desk) as (app, pilot):
        rung: list[str] = []
        app.bell = lambda: rung.append("bell")
        okx = make.okx()
        unknown = make.report(okx, Outcome.UNRESOLVED, "spreads")
        late = make.bitget(gauge=make.timer(TimerState.LATE))
        desk.put(replace(okx, reports=(unknown,)), late)
        await make.until(pilot, lambda: "UNRESOLVED" in make.text(app).splitlines()[0])
        assert rung == ["bell"] and len(app.alarms.standing) == 2
        assert app.ringing.title.said.startswith("killdesk LOCKED: UNRESOLVED okx-desk")
        await pilot.press("k")
        await pilot.click("#desk-state")
        assert len(app.alarms.standing) == 2


async def test_the_palette_offers_what_is_possible(locked: Any) -> None:
    async with locked() as (app, _):
        offered = {command.title for command in app.get_system_commands(app.screen)}
        assert any("panic" in title.lower() for title in offered)
        assert not any("Cancel everything in the panel" in title for title in offered)
        assert "Theme" not in offered


async def test_a_shorter_sentence_leaves_nothing_of_the_one_before(
    desk: Any, make: SimpleNamespace
) -> None:
    async with make.shown(desk, pin=Pin(SessionEntry())) as (app, pilot):
        await pilot.press("l")
        await make.until(pilot, lambda: isinstance(app.screen, PinDialog))
        await make.until(pilot, lambda: "It unlocks this screen" in make.text(app))
        await pilot.press("1", "enter")
        await make.until(pilot, lambda: "A PIN has at least" in make.text(app))
        assert "It unlocks this screen" not in make.text(app)


async def test_a_locked_screen_that_only_looks_promises_no_panic(
    desk: Any, make: SimpleNamespace, entry: SessionEntry
) -> None:
    async with make.shown(desk, pin=known(entry), view_only=True) as (app, pilot):
        await pilot.press("l", "c")
        assert [note.message for note in app._notifications] == [LOCKED_VIEW]
        assert desk.calls == []
