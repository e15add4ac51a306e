"""How the screen ends, or stands aside: never unawares while a timer is armed or a cancel runs."""

from __future__ import annotations

from textual.app import App

from tui.core.clocks import Clock
from tui.core.desk import Desk, DeskView
from tui.core.formatting import count
from tui.ui.dashboard.press_arming import PressArming
from tui.ui.keys.keymap import shown
from tui.ui.quit.dialog import QuitChoice, armed_accounts, running_cancels
from tui.ui.quit.signals import Signals

_DISARM_WITHIN_S = 5.0


class QuitController:
    """Ends the app when it is asked to, by a signal, or once a disarm that it waits for is done."""

    def __init__(self, app: App[None], desk: Desk, clock: Clock, presses: PressArming) -> None:
        self._app = app
        self._presses = presses
        self._desk = desk
        self._clock = clock
        self._signals = Signals(self._stop)
        self._disarming = False

    def begin(self) -> None:
        """Listens to the system's signals from now on."""
        self._app.app_resume_signal.subscribe(self._app, lambda _: self._redraw())
        if not self._app.is_headless:
            self._signals.install()

    def over(self) -> None:
        """Leaves the signals as they were."""
        self._signals.restore()

    def look(self, view: DeskView) -> None:
        """Ends the app when all that was to be disarmed before is so in the newest picture."""
        if self._disarming and not armed_accounts(view):
            self._app.exit()

    def ask(self) -> None:
        """Quits; asks first when a timer is armed or cancels are under way."""
        from tui.ui.quit.dialog import QuitDialog

        view = self._desk.view
        armed, running = armed_accounts(view), running_cancels(view)
        if not armed and not running:
            self._app.exit()
        elif not isinstance(self._app.screen, QuitDialog):
            self._app.push_screen(QuitDialog(view, self._presses), self._leave)

    def suspend(self) -> None:
        """A process that is stopped sends no beats, so not while a timer is armed."""
        armed = sum(account.has_armed_timer for account in self._desk.view.accounts)
        if not armed:
            self._app.action_suspend_process()
            return
        timers = count(armed, "armed timer")
        text = f"ctrl+z would stop the beats of {timers}; quit with {shown('q')}"
        self._app.notify(text, severity="warning", markup=False)

    def _leave(self, how: QuitChoice | None) -> None:
        if how is QuitChoice.FIRE:
            self._app.exit()
        elif how is QuitChoice.DISARM:
            self._disarm()
        elif how is QuitChoice.CANCEL:
            self._part()

    def _disarm(self) -> None:
        for name in armed_accounts(self._desk.view):
            self._desk.disarm(name)
        self._disarming = True
        self._app.notify("Disarming, then quitting.", markup=False)
        self._app.set_timer(_DISARM_WITHIN_S, self._not_disarmed, name="leaving")

    def _not_disarmed(self) -> None:
        self._disarming = False
        text = "The venue has not confirmed the disarm, so killdesk stays."
        self._app.notify(text, severity="error", timeout=10, markup=False)

    def _part(self) -> None:
        """Cancels everything on every account; leaves when that and the disarms are settled."""
        from tui.ui.quit.cancel_and_quit import CancelAndQuit
        from tui.ui.quit.cancel_and_quit_screen import CancelAndQuitScreen

        view = self._desk.view
        armed = armed_accounts(view)
        parting = CancelAndQuit(view, armed, self._clock())
        for name in parting.accounts:
            if name in armed:
                self._desk.cancel_then_disarm(name)
            else:
                self._desk.cancel(name)
        self._app.push_screen(CancelAndQuitScreen(view, parting, self._clock))

    def _redraw(self) -> None:
        """Back from the shell: the terminal has forgotten the screen, all of it."""
        self._app.refresh(layout=True)

    def _stop(self, signum: int) -> None:
        self._app.exit(return_code=128 + signum)
