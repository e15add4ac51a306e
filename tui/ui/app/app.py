"""The application: what it is made of, and which part of it answers to what."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.actions import ActionParseResult, parse
from textual.app import SystemCommand
from textual.command import Provider
from textual.dom import DOMNode
from textual.notifications import Notify
from textual.screen import Screen
from textual.types import CSSPathType

from tui.core.clocks import Clock, read_clock
from tui.core.desk import Desk, DeskView
from tui.core.desk_gate import DeskGate
from tui.core.frames import Frame
from tui.core.sanitize import sanitize
from tui.service.files.ui_state import ScreenFile
from tui.service.secrets.pin import Pin, SessionEntry
from tui.service.settings.validation import SettingsError
from tui.ui.alarms.model import Alarms
from tui.ui.alarms.notifier import AlarmNotifier
from tui.ui.app.bridge import Bridge
from tui.ui.app.keyed import KeyedApp
from tui.ui.app.preload import preload_dialogs
from tui.ui.app.scheduling import call_after, on_the_second
from tui.ui.app.style_files import styles
from tui.ui.dashboard.header import DeskState
from tui.ui.dashboard.press_arming import PANIC, PressArming, PressTarget
from tui.ui.dashboard.press_notices import PressNotices
from tui.ui.dashboard.screen import DeskScreen
from tui.ui.dialogs.dialog import DeskDialog
from tui.ui.drill.controller import DrillController
from tui.ui.keys.gesture import Answer, Stroke
from tui.ui.keys.keymap import Keymap, read_keymap
from tui.ui.lock.allowed_keys import LEAVING_ACTIONS
from tui.ui.lock.controller import ScreenLock
from tui.ui.panel.panel import AccountPanel
from tui.ui.panel.timer_gauge import Gauge
from tui.ui.panel.timer_gauge_notes import asks_presence
from tui.ui.panic.model import PanicPress
from tui.ui.panic.screen import summarise
from tui.ui.quit.controller import QuitController
from tui.ui.settings.controller import Configure, SettingsController
from tui.ui.textual_compat.crash_report import FAILED
from tui.ui.textual_compat.own_terminal import write_to_terminal

if TYPE_CHECKING:
    from tui.service.settings.loader import Settings
    from tui.service.settings.store import SettingsStore

_NOT_IN_A_BURST = LEAVING_ACTIONS | {"lock", "configure", "confirm_presence", "suspend"}
"""What no key may do that came in one piece with others, besides what cancels, arms and disarms."""
_LOOK_AHEAD_S = 5.0
"""The accounts' keys are read first."""


def _commands() -> type[Provider]:
    from tui.ui.keys.command_palette import DeskCommands

    return DeskCommands


class KilldeskApp(KeyedApp[None]):
    """The dashboard on a desk. Whoever starts it also starts and stops the service."""

    TITLE = "killdesk"
    CSS_PATH: ClassVar[CSSPathType | None] = [
        styles("dashboard/screen.tcss"),
        styles("panel/panel.tcss"),
        styles("keys/command_palette.tcss"),
        styles("lock/lock.tcss"),
        styles("dialogs/dialog.tcss"),  # the panic summary's
    ]
    COMMANDS = {_commands}  # noqa: RUF012  as in App

    def __init__(
        self,
        desk: Desk,
        *,
        demo: bool,
        confirm: str = "twice",
        clock: Clock = read_clock,
        kept: ScreenFile | None = None,
        drills: DrillController | None = None,
        keymap: Keymap = Keymap(),  # noqa: B008  frozen
        view_only: bool = False,
        pin: Pin | None = None,
        lock_after_min: float = 0.0,
        notify_desktop: bool = True,
        store: SettingsStore | None = None,
        ready: Callable[[], None] | None = None,
        load_first: bool = False,
    ) -> None:
        """`pin` unlocks the screen; without one it is asked for, and known until the end only.
        `ready` is called once the screen stands: nothing that a desk needs may delay that. With
        `load_first` every dialog is loaded before, as long as there are descriptors to do so.
        """
        super().__init__(keymap, kept)
        gate = DeskGate(desk, view_only=view_only, denied=self._denied)
        self.desk: DeskGate = gate
        self._once = confirm == "once"
        self._screen_stands = ready or (lambda: None)
        self._load_first = load_first
        self.presses = PressArming(
            once=self._once,
            clock=lambda: clock().mono_s,
            call_later=lambda wait_s, call: call_after(wait_s, self, call),
            refused=self._refused,
        )
        self._notices = PressNotices(self, clock)
        self.alarms = self.make_alarms()
        self._clock = clock
        self.drills = drills or DrillController()
        self.dashboard: DeskScreen = self.make_dashboard(demo=demo)
        self.bridge = Bridge(gate, self, self._show, seen=lambda: self.takes_output)
        self.guard = ScreenLock(
            self,
            gate,
            pin or Pin(SessionEntry()),
            self.dashboard,
            clock,
            lock_after_min=lock_after_min,
            changed=self._barred,
        )
        self.dashboard.stops_mouse = self.guard.stops_mouse
        write = partial(write_to_terminal, self)
        self.ringing = AlarmNotifier(
            self, gate, self.alarms, self.dashboard, clock, write, notify=notify_desktop
        )
        self.settings_controller = SettingsController(
            self,
            gate,
            store,
            show_change=self.dashboard.offer_reload,
            apply=self.take_settings,
            presses=self.presses,
        )
        self.ending = QuitController(self, gate, clock, self.presses)

    def make_alarms(self) -> Alarms:
        """What rings."""
        return Alarms()

    def make_dashboard(self, *, demo: bool) -> DeskScreen:
        """The screen that all others stand above."""
        return DeskScreen(
            self.desk,
            self.presses,
            self.alarms,
            self._clock,
            demo=demo,
            opened=self.dashboard_ready,
            panicked=self._panicked,
            drills=self.drills,
        )

    def get_default_screen(self) -> Screen[None]:
        return self.dashboard

    def on_mount(self) -> None:
        self.animation_level = "none"
        self.ending.begin()
        self._end_seconds = on_the_second(self, self._second)

    def on_ready(self) -> None:
        """After the first paint: nothing that the desk needs may stand before it."""
        if self._load_first:
            preload_dialogs(self, self._screen_stands)
        else:
            self._screen_stands()
            preload_dialogs(self)

    def take_keys(self, keymap: Keymap) -> None:
        super().take_keys(keymap)
        self.dashboard.show_keys()

    def on_unmount(self) -> None:
        self.drills.stop()
        self.settings_controller.stop()
        self._end_seconds()
        self.ringing.title.give_back()
        self.ending.over()

    def dashboard_ready(self) -> None:
        """The screen stands: the first picture belongs to its first paint."""
        self._barred()
        self.bridge.start()
        call_after(_LOOK_AHEAD_S, self, self.guard.look_ahead)
        self.settings_controller.start()

    def _second(self) -> None:
        self.bridge.alive()
        self.guard.tick()
        self.dashboard.tick()
        self._look_out(self.desk.view)

    def _look_out(self, view: DeskView) -> None:
        with self.contained("An alarm could not be told in full"):
            self.ringing.check_alarms(view)

    def _show(self, view: DeskView, frames: Sequence[Frame], missed: int) -> None:
        if not self.is_running:
            return
        for screen in self.screen_stack:
            if isinstance(screen, DeskDialog):
                try:
                    screen.show(view)
                except Exception as error:  # noqa: BLE001  a dialog ends by itself, not the desk
                    self.close_screen(screen, error)
        self._look_out(view)
        self.dashboard.show(view, frames, missed)
        self.ending.look(view)

    # Accounts and settings

    @on(Configure)
    def _configure(self, event: Configure) -> None:
        with self.contained(FAILED):
            self.settings_controller.open(event.what)

    def take_settings(self, settings: Settings) -> None:
        """What the screen itself goes by, from now on."""
        self._once = settings.confirm == "once"
        self.presses.once = self._once and not self.desk.locked
        self.guard.lock_after(settings.lock_after_min)
        self.ringing.attention.notify = settings.notify
        try:
            self.take_keys(read_keymap(settings.keys, settings.path))
        except SettingsError as error:
            self.notify(sanitize(str(error)), severity="error", timeout=10, markup=False)

    # Alarms and presence

    def action_alarms_seen(self) -> None:
        """Takes all alarms off: somebody has seen them."""
        self.ringing.seen()

    @on(DeskState.Seen)
    def _header_clicked(self) -> None:
        self.ringing.seen()

    @on(Gauge.Seen)
    def _gauge_clicked(self, event: Gauge.Seen) -> None:
        panels = (node for node in event.gauge.ancestors if isinstance(node, AccountPanel))
        self.ringing.seen(next(panels).account.name)

    def action_history(self) -> None:
        """Opens the history of alarms and outcomes."""
        self.ringing.open_history()

    def action_confirm_presence(self) -> None:
        """Says to the guards that ask for it that somebody is there."""
        if asks_presence(self.desk.view.accounts):
            self.desk.confirm_presence()
            self.notify("Presence confirmed.", markup=False)

    def on_app_focus(self) -> None:
        self.ringing.attention.focus(True)

    def on_app_blur(self) -> None:
        self.ringing.attention.focus(False)

    @on(Notify)
    def _notified(self) -> None:
        self.dashboard.place_toasts()

    # Panic

    def action_panic_press(self) -> None:
        """Panic works on every screen; in a text field it always takes two presses."""
        if self.guard.stops_panic():
            return
        self.dashboard.press_panic(always_twice=self.typing)
        if (self.screen is not self.dashboard or self.typing) and self.presses.armed:
            text = f"{self.dashboard.panic_key} again cancels EVERYTHING on every account."
            self.notify(text, severity="warning", timeout=2, markup=False)

    def _panicked(self, press: PanicPress) -> None:
        with self.contained("Panic was sent, but its summary cannot be shown"):
            summarise(self, self.desk.view, press, self._clock)

    # Lock

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.InputEvent | events.Paste) and not event.is_forwarded:
            if isinstance(event, events.Key):
                event = self.in_own_layout(event)
            stroke = self.presses.take(event)
            if isinstance(event, events.Key) and stroke is not None:
                if self.presses.too_old(stroke) and not self.typing:
                    panic = frozenset({PANIC} if stroke.key in self._panic_keys else ())
                    self._refused(Answer.STALE, stroke, panic)
                    return
                if not self.typing:
                    self._notices.foreign(event.character)
        if not self.guard.swallows(event):
            with self.presses.handling(event):
                await super().on_event(event)

    def _refused(self, answer: Answer, stroke: Stroke, targets: frozenset[PressTarget]) -> None:
        """Says why a press did nothing; a panic that came too late is on record."""
        twice = bool(targets) and not self.presses.once
        sentence = self._notices.refused(answer, stroke, self.presses.age_s(stroke), twice=twice)
        if answer is Answer.STALE and PANIC in targets:
            self.desk.note("panic dropped", sentence)
        if self.dashboard.is_mounted:
            self.dashboard.show_presses()

    @property
    def _panic_keys(self) -> frozenset[str]:
        return self._keys.keys_of("panic") | self._keys.keys_of("panic.field")

    def action_lock(self) -> None:
        """Locks the screen; on a locked one, asks for the PIN."""
        self.guard.toggle()

    def _barred(self) -> None:
        """The screen was locked or unlocked: nothing stays armed, and it shows."""
        self.presses.clear()
        self.presses.once = self._once and not self.desk.locked
        self.dashboard.bar(view_only=self.desk.view_only, locked=self.desk.locked)
        self.ringing.update_title()

    def _denied(self, sentence: str) -> None:
        self.guard.say(sentence)

    async def run_action(
        self,
        action: str | ActionParseResult,
        default_namespace: DOMNode | None = None,
        namespaces: Mapping[str, DOMNode] | None = None,
    ) -> bool:
        """The one way of every key and of the palette: what must not be done now ends here, and so
        does what fails."""
        try:
            answered = self.guard.answers(action, default_namespace)
            if answered is not None:
                return answered
            name = parse(action)[1] if isinstance(action, str) else action[1]
            if self.presses.burst and name in _NOT_IN_A_BURST:
                self.presses.tap(lambda: None)  # refused, and said
                return True
            return await super().run_action(action, default_namespace, namespaces)
        except Exception as error:  # noqa: BLE001  a key that fails must not take the others away
            self.show_fault(FAILED, error)
            return True

    # Help, palette, the end

    def action_help(self) -> None:
        """Opens the help, or closes it."""
        from tui.ui.help.screen import HelpScreen, keys_of

        if isinstance(self.screen, HelpScreen):
            self.pop_screen()
        else:
            here = keys_of(self.screen) if self.screen is not self.dashboard else ()
            self.push_screen(HelpScreen(self.desk.view, here))

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """What can be done now, for the palette."""
        from tui.ui.keys.command_palette import commands

        return commands(self.dashboard, screen)

    async def action_quit(self) -> None:
        self.action_ask_quit()

    def action_help_quit(self) -> None:
        """Ctrl+C, where no text is marked: Textual would explain another key here."""
        self.action_ask_quit()

    def action_ask_quit(self) -> None:
        """Quits; asks first when a timer is armed or cancels are under way."""
        self.ending.ask()

    def action_suspend(self) -> None:
        """Ctrl+Z: back to the shell."""
        self.ending.suspend()
