"""Starts the service, puts the screen before it, and says at the end what stays behind."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tui.core.deadman import TimerState
from tui.core.desk import DeskView
from tui.service.late_desk import LateDesk, awaited
from tui.ui.app import KilldeskApp
from tui.ui.words import timer_name

if TYPE_CHECKING:
    from tui.service.live_desk import LiveDesk
    from tui.service.settings import Settings

DEMO_ACCOUNTS = (
    ("htx-legacy", "htx", "HTX"),
    ("htx-unified", "htx", "HTX"),
    ("okx-desk", "okx", "OKX"),
    ("bitget-uta", "bitget", "Bitget"),
)
"""Those of the simulator, to be shown before it is there."""


def run_dashboard(settings: Settings) -> int:
    """The dashboard on the configured accounts; returns the exit code."""
    from tui.service.locations import find_locations
    from tui.venues import VENUES

    @contextmanager
    def opening() -> Iterator[LiveDesk]:
        from tui.service.credentials import load_all_credentials
        from tui.service.live_desk import LiveDesk

        desk = LiveDesk(
            settings.accounts,
            lambda: load_all_credentials(settings.accounts),
            screen_grace_s=settings.screen_grace_s,
            notice=lambda: _notice(settings),
            locks=find_locations().locks_folder,
        )
        desk.start()
        try:
            yield desk
        finally:
            desk.stop()

    accounts = [
        awaited(one.name, one.venue, VENUES[one.venue].spec.title, paper=one.demo_trading)
        for one in settings.accounts
    ]
    return _show(LateDesk(accounts, opening), demo=False, confirm=settings.confirm)


def _notice(settings: Settings) -> str:
    """What a trader should know of this desk, in one line; empty when there is nothing."""
    from tui.service.credentials import insecure_keyring
    from tui.service.settings import timer_warnings

    name = insecure_keyring()
    insecure = f"the keyring {name} keeps secrets in the clear" if name else ""
    return "; ".join(filter(None, (insecure, *timer_warnings(settings))))


def run_demo() -> int:
    """The dashboard on a simulator that ends with it; returns the exit code."""

    @contextmanager
    def opening() -> Iterator[LiveDesk]:
        from tui.service.demo import demo_desk
        from tui.service.live_desk import LiveDesk

        with demo_desk() as demo:
            desk = LiveDesk(
                demo.accounts,
                lambda: demo.secrets,
                notice=lambda: f"nothing here is real: simulated venues at {demo.url}",
            )
            desk.start()
            try:
                yield desk
            finally:
                desk.stop()

    accounts = [awaited(*one) for one in DEMO_ACCOUNTS]
    return _show(LateDesk(accounts, opening), demo=True, confirm="twice")


def run_welcome() -> int:
    """What a desk without accounts offers: the demo desk, or how to add one."""
    from tui.ui.welcome import WelcomeApp

    return run_demo() if WelcomeApp().run() == "demo" else 0


def _show(desk: LiveDesk | LateDesk, *, demo: bool, confirm: str) -> int:
    def ready() -> None:
        gc.freeze()  # what the screen is made of stays
        gc.enable()
        desk.start()

    app = KilldeskApp(desk, demo=demo, confirm=confirm, ready=ready)
    try:
        app.run()
    finally:
        desk.stop()
        try:
            for line in left_behind(desk.view):
                sys.stdout.write(f"{line}\n")
            sys.stdout.flush()
        except OSError:
            # The terminal is gone. The interpreter would try again at its end, and fail for it.
            sys.stdout = sys.stderr = Path(os.devnull).open("w")  # noqa: SIM115
    return app.return_code or 0


def left_behind(view: DeskView) -> list[str]:
    """One line for each timer that runs or may run at its venue: when it fires at the latest."""
    lines = []
    for account in view.accounts:
        for timer in account.timers:
            if timer.state.gone:
                continue
            at = timer.latest_fire_at
            if timer.state is TimerState.BLOCKED and at is None:
                continue  # refused before it ever ran
            which = f" of the {timer_name(timer)}" if len(account.timers) > 1 else ""
            when = f" by {_clock_time(at.wall_s)}" if at is not None else ""
            runs = timer.state.protects
            lines.append(
                f"{account.name}: the dead-man timer{which} was left running; "
                f"{account.title} cancels what it covers{when}."
                if runs
                else f"{account.name}: the dead-man timer{which} may still be running; "
                f"if it is, {account.title} cancels what it covers{when}."
            )
    return lines


def _clock_time(wall_s: float) -> str:
    return f"{datetime.fromtimestamp(wall_s, UTC):%H:%M:%S} UTC"
