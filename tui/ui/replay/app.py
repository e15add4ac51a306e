"""A past session on the desk's own screen: everything can be looked at, nothing can be sent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual.app import SystemCommand
from textual.binding import Binding, BindingType
from textual.events import Event
from textual.screen import Screen

from tui.core.clocks import Instant
from tui.core.desk import AccountView, DeskView
from tui.core.frames import Frame
from tui.service.replay.desk import ReplayDesk
from tui.service.replay.index import ReplayIndex
from tui.ui.alarms.model import Alarms
from tui.ui.app.app import KilldeskApp
from tui.ui.app.threads import finish_writing
from tui.ui.dashboard.header import Notice
from tui.ui.dashboard.press_arming import PressTarget
from tui.ui.dashboard.screen import DeskScreen
from tui.ui.help.screen import HelpScreen
from tui.ui.help.text import Line, Section, parts
from tui.ui.keys.bindings import Key
from tui.ui.panel.cancel_buttons import PanicButton
from tui.ui.replay.bar import ReplayBar, ReplayMode, shown
from tui.ui.replay.keys import LOOKING_KEYS, REPLAY_KEYS, SENDING_KEYS


def run_replay(index: ReplayIndex) -> int:
    """Shows the file; returns the exit code."""
    desk = ReplayDesk(index)
    desk.start()
    try:
        app = ReplayApp(desk)
        app.run()
        finish_writing()
    finally:
        desk.stop()
    return app.return_code or 0


class PastAlarms(Alarms):
    """What rang then is shown, and rings nobody now."""

    def feed(self, view: DeskView, now: Instant) -> bool:
        super().feed(view, now)
        return False

    def title(self, view: DeskView, marks: str = "") -> str:
        return "killdesk: REPLAY"


class ReplayScreen(DeskScreen, inherit_bindings=False):
    """The dashboard with the hands off the orders."""

    DEFAULT_CSS = """
    ReplayScreen Header { background: $killdesk-careful 25% !important; }
    ReplayScreen KeyButton { tint: $background 65%; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *(key.binding() for key in (*REPLAY_KEYS, *LOOKING_KEYS)),
        *(Binding(key.keys, "refuse", key.help, show=False) for key in SENDING_KEYS),
        Binding("ctrl+c", "screen.copy_text", "copy", show=False),
    ]

    def __init__(self, desk: ReplayDesk, app: ReplayApp) -> None:
        super().__init__(
            desk, app.presses, app.alarms, desk.clock, demo=False,
            opened=app.dashboard_ready, panicked=lambda _: None, drills=app.drills,
        )  # fmt: skip
        self._replay = desk
        length_ms = max(1, desk.index.length_ms)
        self._marks = tuple(
            round(desk.index.positions_ms[outcome] / length_ms, 3)
            for outcome in desk.index.outcomes
        )
        self.header.mode = ReplayMode(id="mode")  # type: ignore[assignment]  # it paints any value
        self.notice = Notice(demo=desk.index.verdict.intact)
        self.track = ReplayBar(lambda share: self._to(share * desk.index.length_ms))
        self.keybar = self.track

    def on_mount(self) -> None:
        """Beside that of the desk's screen, which is called anyway."""
        self.header.query_one(PanicButton).display = False
        self.show_place()

    def show(self, view: DeskView, frames: Sequence[Frame], missed: int) -> None:
        super().show(view, frames, missed)
        self.show_place()

    def tick(self) -> None:
        super().tick()
        self.show_place()

    def show_place(self) -> None:
        """Shows where the replay stands."""
        self.track.show(shown(self._replay.place, self._marks))

    # Moving in time

    def action_pause(self) -> None:
        self._replay.pause()
        self.show_place()

    def action_faster(self, by: int) -> None:
        self._replay.faster(by)
        self.show_place()

    def action_outcome(self, by: int) -> None:
        if self._replay.to_outcome(by):
            self._elsewhere()
        else:
            where = "after" if by > 0 else "before"
            self.app.notify(f"There is no outcome {where} this moment.", markup=False)

    def action_step(self, seconds: int) -> None:
        self._replay.step(seconds * 1000)
        self._elsewhere()

    def action_begin(self) -> None:
        self._to(0)

    def action_end(self) -> None:
        self._to(self._replay.index.length_ms)

    def _to(self, position_ms: float) -> None:
        self._replay.seek(position_ms)
        self._elsewhere()

    def _elsewhere(self) -> None:
        """What stood as an alarm at one moment says nothing of another."""
        self._alarms.acknowledge(None)
        self.show_alarms()

    # What cannot be done

    def action_refuse(self) -> None:
        """Says why nothing happens."""
        text = "This is a replay: nothing can be sent."
        self.app.notify(text, severity="warning", timeout=3, markup=False)

    def press(
        self, account: AccountView, targets: frozenset[PressTarget], by: Event | None = None
    ) -> None:
        self.action_refuse()

    def press_panic(self, *, always_twice: bool = False, by: Event | None = None) -> None:
        self.action_refuse()

    def choose(self, account: AccountView) -> None:
        self.action_refuse()

    def toggle_timer(self, account: AccountView, by: Event | None = None) -> None:
        self.action_refuse()


class ReplayHelp(HelpScreen):
    """What a replay understands; and what the states mean, as on the desk."""

    def sections(self, view: DeskView) -> Iterable[Section]:
        keys: tuple[Line, ...] = tuple(
            ((key.shown, ".ink--strong"), key.help) for key in (*REPLAY_KEYS, *_once(LOOKING_KEYS))
        )
        later = (section for section in parts(view.accounts) if section[0] in _MEANINGS)
        return ("replay", _ABOUT), ("keys", keys), *later


_MEANINGS = frozenset({"accounts", "outcomes of a cancel", "dead-man timers"})
_ABOUT: tuple[Line, ...] = (
    (("past", ".ink--text"), "The screen shows what it showed then. Nothing can be sent: no "
     "credential is read, and no venue is spoken to."),
    (("◆", ".ink--careful"), "An outcome. A click on the line goes to that moment."),
    (("silence", ".ink--text"), "A time without any record, such as between two sessions, is "
     "shown for ten seconds at most."),
)  # fmt: skip


def _once(keys: Iterable[Key]) -> Iterable[Key]:
    """Panels two to nine are not told one by one."""
    return (key for key in keys if not key.id.startswith("panel.") or key.word)


class ReplayApp(KilldeskApp):
    """The application around a replay. It leaves without a question: nothing runs."""

    def __init__(self, desk: ReplayDesk) -> None:
        self._replay = desk
        super().__init__(desk, demo=False, clock=desk.clock)

    def make_alarms(self) -> Alarms:
        return PastAlarms()

    def make_dashboard(self, *, demo: bool) -> DeskScreen:
        self.replay = ReplayScreen(self._replay, self)
        return self.replay

    def action_panic_press(self) -> None:
        self.replay.action_refuse()

    def action_confirm_presence(self) -> None:
        self.replay.action_refuse()

    def action_lock(self) -> None:
        """There is nothing to lock."""
        self.replay.action_refuse()

    def action_ask_quit(self) -> None:
        self.exit()

    def action_suspend(self) -> None:
        self.action_suspend_process()

    def action_help(self) -> None:
        if isinstance(self.screen, HelpScreen):
            self.pop_screen()
        else:
            self.push_screen(ReplayHelp(self.desk.view))

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """What a replay can do now."""
        for key in (*REPLAY_KEYS, *_once(LOOKING_KEYS)) if screen is self.dashboard else ():

            async def run(action: str = f"screen.{key.action}") -> None:
                await self.run_action(action, self.dashboard)

            title = key.help[0].upper() + key.help[1:]
            yield SystemCommand(title, f"key {key.shown}", run)
        yield SystemCommand("Theme", "Choose the colours", self.action_change_theme)
        yield SystemCommand("Help", "key ?", self.action_help)
        yield SystemCommand("Quit", "key q", self.action_ask_quit)
