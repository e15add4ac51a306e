"""Starts the service, puts the screen before it, and says at the end what stays behind."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from tui.core.deadman import TimerState
from tui.core.desk import DeskView
from tui.service.audit_session import audit_of
from tui.service.credentials import load_all_credentials
from tui.service.demo import DemoError, demo_desk
from tui.service.drill_log import drills_file, read_drills
from tui.service.live_desk import LiveDesk
from tui.service.locations import find_locations
from tui.service.pin import KeyringEntry, Pin
from tui.service.screen_file import ScreenFile
from tui.service.settings import Settings, load_settings
from tui.ui.app import KilldeskApp
from tui.ui.drills import Drills
from tui.ui.keymap import read_keymap
from tui.ui.words import timer_name


def run_dashboard(settings: Settings, *, view_only: bool = False) -> int:
    """The dashboard on the configured accounts; returns the exit code. Raises SettingsError."""
    from tui.service.configuration import Configuration, desk_notice

    keymap = read_keymap(settings.keys, settings.path)
    desk = LiveDesk(
        settings.accounts,
        lambda: load_all_credentials(settings.accounts),
        screen_grace_s=settings.screen_grace_s,
        notice=lambda: desk_notice(settings),
        locks=find_locations().locks_folder,
        view_only=view_only,
        audit=audit_of("dashboard", settings.accounts, settings.audit_keep_days),
    )
    return _show(
        desk,
        lambda: KilldeskApp(
            desk,
            demo=False,
            confirm=settings.confirm,
            kept=screen_file(),
            drills=_drills(),
            keymap=keymap,
            view_only=view_only,
            pin=Pin(KeyringEntry()),
            lock_after_min=settings.lock_after_min,
            notify_desktop=settings.notify,
            configuration=Configuration(settings, settings.path, desk) if settings.path else None,
        ),
    )


def _drills() -> Drills:
    try:
        return Drills(read_drills(drills_file()), keep=True)
    except OSError:
        return Drills(keep=True)


def run_demo(*, view_only: bool = False) -> int:
    """The dashboard on a simulator that ends with it; returns the exit code."""
    try:
        with demo_desk() as demo:
            desk = LiveDesk(
                demo.accounts,
                lambda: demo.secrets,
                notice=lambda: f"nothing here is real: simulated venues at {demo.url}",
                view_only=view_only,
            )
            return _show(
                desk,
                lambda: KilldeskApp(desk, demo=True, kept=screen_file(), view_only=view_only),
            )
    except DemoError as error:
        sys.stderr.write(f"killdesk: {error}\n")
        return 1


def run_welcome(settings: Settings, *, view_only: bool = False) -> int:
    """What a desk without accounts offers: the demo desk, or to add one and go on with it."""
    from tui.service.configuration import Configuration
    from tui.ui.welcome import WelcomeApp

    assert settings.path is not None
    app = WelcomeApp(Configuration(settings, settings.path), screen_file())
    choice = app.run()
    if choice == "account":
        return run_dashboard(load_settings(settings.path), view_only=view_only)
    return run_demo(view_only=view_only) if choice == "demo" else app.return_code or 0


def screen_file() -> ScreenFile:
    """What this user's screen remembers."""
    return ScreenFile(find_locations().state_folder / "screen.json")


def _show(desk: LiveDesk, screen: Callable[[], KilldeskApp]) -> int:
    """Runs the screen before the desk, and both end together."""
    desk.start()
    app = screen()
    try:
        app.run()
    finally:
        desk.stop()
        try:
            record = [desk.audit.last_words] if desk.audit is not None else []
            for line in (*left_behind(desk.view), *record):
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
