"""The application: it holds the screen, the bridge to the service, and how they end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar

from textual import events, on
from textual.app import SystemCommand
from textual.binding import BindingType
from textual.driver import Driver
from textual.screen import Screen
from textual.types import CSSPathType
from textual.widgets import Input, TextArea

from tui.core.clocks import Clock, read_clock
from tui.core.desk import Desk, DeskView
from tui.core.frames import Frame
from tui.ui.after import on_the_second
from tui.ui.alarms import Alarms
from tui.ui.bridge import Bridge
from tui.ui.crash import CrashReport
from tui.ui.desk_screen import DeskScreen
from tui.ui.dialog import DeskDialog
from tui.ui.gauge import Gauge
from tui.ui.gauge_notes import asks_presence
from tui.ui.header import DeskState
from tui.ui.keys import APP_KEYS, DESK_KEYS
from tui.ui.panel import AccountPanel
from tui.ui.panic_rows import PanicPress
from tui.ui.parting import Parting, held
from tui.ui.presses import Presses
from tui.ui.quitting import LeaveDialog, Leaving, armed_accounts, running_cancels
from tui.ui.signals import Signals
from tui.ui.terminal_title import TerminalTitle
from tui.ui.themes import DARK, LIGHT, variables_for

_DISARM_WITHIN_S = 5.0
_PANIC_KEYS = frozenset(APP_KEYS[0].keys.split(","))


class KilldeskApp(CrashReport[None]):
    """The dashboard on a desk. Whoever starts it also starts and stops the service."""

    TITLE = "killdesk"
    CSS_PATH: ClassVar[CSSPathType | None] = [
        "desk_screen.tcss",
        "panel.tcss",
        "help.tcss",
        "quitting.tcss",
        "dialogs.tcss",
    ]
    BINDINGS: ClassVar[list[BindingType]] = [key.binding() for key in APP_KEYS]

    def __init__(
        self,
        desk: Desk,
        *,
        demo: bool,
        confirm: str = "twice",
        clock: Clock = read_clock,
        ready: Callable[[], None] | None = None,
    ) -> None:
        super().__init__()
        self._screen_stands = ready
        self.desk = desk
        self.presses = Presses(once=confirm == "once", clock=lambda: clock().mono_s)
        self.alarms = Alarms()
        self.terminal_title = TerminalTitle(self._write)
        self._clock = clock
        self.dashboard = DeskScreen(
            desk,
            self.presses,
            self.alarms,
            clock,
            demo=demo,
            opened=self._opened,
            panicked=self._panicked,
        )
        self.bridge = Bridge(desk, self, self._show)
        self.ended_by: int | None = None
        """The signal that ended the screen, if one did."""
        self._signals = Signals(self._stop, self._redraw)
        self._leaving = False
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        self.theme = DARK.name

    def get_driver_class(self) -> type[Driver]:
        usual = super().get_driver_class()
        if usual.__name__ != "LinuxDriver":
            return usual
        from tui.ui.quiet_driver import QuietDriver

        return QuietDriver

    def get_default_screen(self) -> Screen[None]:
        return self.dashboard

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Our own colours, for the themes that do not know them."""
        return variables_for(dark=self.current_theme.dark)

    def on_mount(self) -> None:
        self.animation_level = "none"
        self.app_resume_signal.subscribe(self, self._resumed)
        if not self.is_headless:
            self._signals.install()
        self._end_seconds = on_the_second(self, self._second)

    def on_ready(self) -> None:
        """After the first paint: nothing that the desk needs may stand before it."""
        if self._screen_stands is not None:
            self._screen_stands()

    def on_unmount(self) -> None:
        self._end_seconds()
        self.terminal_title.give_back()
        self._signals.restore()

    def _write(self, sequence: str) -> None:
        """To the terminal past the screen, as the bell goes."""
        if not self.is_headless and self._driver is not None:
            self._driver.write(sequence)

    def _opened(self) -> None:
        """The screen stands: the first picture belongs to its first paint."""
        self.bridge.start()

    def _second(self) -> None:
        with self.dashboard.at_once():
            self.bridge.alive()
            self.dashboard.tick()
            self._look_out(self.desk.view)

    def _show(self, view: DeskView, frames: Sequence[Frame], missed: int) -> None:
        if not self.is_running:
            return
        for screen in self.screen_stack:
            if isinstance(screen, DeskDialog):
                screen.show(view)
        with self.dashboard.at_once():
            self._look_out(view)
            self.dashboard.show(view, frames, missed)
        if self._leaving and not armed_accounts(view):
            self.exit()

    # Alarms and presence

    def _look_out(self, view: DeskView) -> None:
        """Rings for what is new, and says it in the terminal's title."""
        before = self.alarms.standing
        if self.alarms.feed(view, self._clock()):
            self.bell()
        self.terminal_title.say(self.alarms.title(view))
        if self.alarms.standing != before:
            self.dashboard.show_alarms()

    def action_alarms_seen(self) -> None:
        """Takes all alarms off: somebody has seen them."""
        self._seen(None)

    @on(DeskState.Seen)
    def _header_clicked(self) -> None:
        self._seen(None)

    @on(Gauge.Seen)
    def _gauge_clicked(self, event: Gauge.Seen) -> None:
        panels = (node for node in event.gauge.ancestors if isinstance(node, AccountPanel))
        self._seen(next(panels).account.name)

    def _seen(self, account: str | None) -> None:
        seen = self.alarms.acknowledge(account)
        if seen:
            told = ", ".join(f"{alarm.where} {alarm.short}" for alarm in seen)
            self.notify(f"Seen: {told}", markup=False)
        self.terminal_title.say(self.alarms.title(self.desk.view))
        self.dashboard.show_alarms()

    def action_confirm_presence(self) -> None:
        """Says to the guards that ask for it that somebody is there."""
        if asks_presence(self.desk.view.accounts):
            self.desk.confirm_presence()
            self.notify("Presence confirmed.", markup=False)

    # Panic

    def action_panic_press(self) -> None:
        """Panic works on every screen; in a text field it always takes two presses."""
        typing = isinstance(self.focused, Input | TextArea)
        self.dashboard.press_panic(always_twice=typing)
        if self.screen is not self.dashboard and self.presses.armed:
            self.notify("X again cancels EVERYTHING on every account.", severity="warning",
                        timeout=2, markup=False)  # fmt: skip

    def _panicked(self, press: PanicPress) -> None:
        """The summary stands above all else: one for all panics, about the last one."""
        from tui.ui.panic_screen import PanicScreen

        if not any(isinstance(screen, PanicScreen) for screen in self.screen_stack):
            self.push_screen(PanicScreen(self.desk.view, press, self._clock))
            return
        while not isinstance(self.screen, PanicScreen):
            self.pop_screen()
        self.screen.again(press)

    async def on_event(self, event: events.Event) -> None:
        """A text field takes every letter before any binding: the panic key is kept from it.

        A secret may contain an X: there it stays a letter.
        """
        if isinstance(event, events.Key) and event.key in _PANIC_KEYS and not event.is_forwarded:
            field = self.focused
            secret = isinstance(field, Input) and field.password
            if isinstance(field, Input | TextArea) and not secret:
                self.action_panic_press()
                return
        await super().on_event(event)

    # Help, palette, the end

    def action_help(self) -> None:
        """Opens the help, or closes it."""
        from tui.ui.help import HelpScreen

        if isinstance(self.screen, HelpScreen):
            self.pop_screen()
        else:
            self.push_screen(HelpScreen(self.desk.view))

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """What the desk can do now, and what every Textual application can."""
        for key in (*DESK_KEYS, *APP_KEYS):
            if key.id.startswith("panel.") or screen is not self.dashboard:
                continue
            if key.when is not None and key.when not in self.dashboard.offered:
                continue
            place = "app" if key in APP_KEYS else "screen"

            async def run(action: str = f"{place}.{key.action}") -> None:
                await self.run_action(action, self.dashboard)

            title = key.help[0].upper() + key.help[1:]
            yield SystemCommand(title, f"key {key.shown}", run)
        yield SystemCommand("Theme", "Choose the colours", self.action_change_theme)

    async def action_quit(self) -> None:
        self.action_ask_quit()

    def action_help_quit(self) -> None:
        """Ctrl+C, where no text is marked: Textual would explain another key here."""
        self.action_ask_quit()

    def action_ask_quit(self) -> None:
        """Quits; asks first when a timer is armed or cancels are under way."""
        armed, running = armed_accounts(self.desk.view), running_cancels(self.desk.view)
        if not armed and not running:
            self.exit()
        elif not isinstance(self.screen, LeaveDialog):
            self.push_screen(LeaveDialog(armed, running), self._leave)

    def _leave(self, how: Leaving | None) -> None:
        if how is Leaving.FIRE:
            self.exit()
        elif how is Leaving.DISARM:
            for name in armed_accounts(self.desk.view):
                self.desk.disarm(name)
            self._leaving = True
            self.notify("Disarming, then quitting.", markup=False)
            self.set_timer(_DISARM_WITHIN_S, self._not_left, name="leaving")
        elif how is Leaving.CANCEL:
            self._part()

    def _part(self) -> None:
        """Cancels everything on the armed accounts; leaves when that and the disarm are settled."""
        from tui.ui.parting_screen import PartingScreen

        view = self.desk.view
        parting = Parting(view, armed_accounts(view), self._clock())
        for name in parting.accounts:
            self.desk.cancel_then_disarm(name)
        self.push_screen(PartingScreen(view, parting, self._clock))

    def _resumed(self, _: object) -> None:
        self._redraw()

    def _redraw(self) -> None:
        """Back from the shell: the terminal has forgotten the screen, all of it."""
        self.refresh(layout=True)

    def action_suspend(self) -> None:
        """Ctrl+Z. A process that is stopped sends no beats, so not while a timer is armed."""
        armed = sum(held(account) for account in self.desk.view.accounts)
        if not armed:
            self.action_suspend_process()
            return
        timers = "1 armed timer" if armed == 1 else f"{armed} armed timers"
        self.notify(f"ctrl+z would stop the beats of {timers}; quit with q",
                    severity="warning", markup=False)  # fmt: skip

    def _not_left(self) -> None:
        self._leaving = False
        self.notify("The venue has not confirmed the disarm, so killdesk stays.",
                    severity="error", timeout=10, markup=False)  # fmt: skip

    def _stop(self, signum: int) -> None:
        self.ended_by = signum
        self.exit(return_code=128 + signum)
