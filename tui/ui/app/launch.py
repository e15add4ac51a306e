"""Starts the service, puts the screen before it, and says at the end what stays behind."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from tui.core.sanitize import sanitize
from tui.service.desk.deferred import DeferredDesk, awaited
from tui.service.files.descriptors import allow_descriptors
from tui.service.files.locations import find_locations
from tui.service.files.ui_state import ScreenFile
from tui.ui.app.app import KilldeskApp
from tui.ui.app.threads import finish_writing, still_writing
from tui.ui.app.unfinished import LOOK_S, finish_runs, unfinished_lines
from tui.ui.drill.controller import DrillController
from tui.ui.quit.last_words import open_lines, timer_lines
from tui.ui.textual_compat.crash_report import CRASHED, crash_sentence

if TYPE_CHECKING:
    from tui.service.desk.live import LiveDesk
    from tui.service.settings.loader import Settings

Screen: TypeAlias = Callable[[Callable[[], None]], KilldeskApp]
"""Makes the screen; it is given what to call once it stands."""


def run_dashboard(settings: Settings, *, view_only: bool = False) -> int:
    """The dashboard on the configured accounts; returns the exit code. Raises SettingsError."""
    from tui.service.secrets.pin import KeyringEntry, Pin
    from tui.service.settings.store import SettingsStore, desk_notice
    from tui.ui.keys.keymap import read_keymap
    from tui.venues import title_of

    keymap = read_keymap(settings.keys, settings.path)
    short = allow_descriptors(len(settings.accounts))  # the desk's notice says it

    @contextmanager
    def opening() -> Iterator[LiveDesk]:
        from tui.service.audit.session import audit_of
        from tui.service.desk.live import LiveDesk
        from tui.service.secrets.credentials import find_credentials

        desk = LiveDesk(
            settings.accounts,
            find_credentials,
            screen_grace_s=settings.screen_grace_s,
            notice=lambda: desk_notice(settings),
            locks=find_locations().locks_folder,
            view_only=view_only,
            audit=audit_of("dashboard", settings.accounts, settings.audit_keep_days),
        )
        desk.start()
        try:
            yield desk
        finally:
            desk.stop()

    accounts = [
        awaited(one.name, one.venue, title_of(one), paper=one.demo_trading)
        for one in settings.accounts
    ]
    desk = DeferredDesk(accounts, opening)
    return _show(
        desk,
        lambda ready: KilldeskApp(
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
            store=SettingsStore(settings, settings.path, desk) if settings.path else None,
            ready=ready,
            load_first=bool(short),
        ),
    )


def _drills() -> DrillController:
    from tui.service.drill.history import drills_file, read_drills

    try:
        return DrillController(read_drills(drills_file()), keep=True)
    except OSError:
        return DrillController(keep=True)


def run_demo(*, view_only: bool = False) -> int:
    """The dashboard on a simulator that ends with it; returns the exit code."""
    from tui.venues import demo_accounts

    accounts = demo_accounts()

    @contextmanager
    def opening() -> Iterator[LiveDesk]:
        from tui.service.demo import demo_desk
        from tui.service.desk.live import LiveDesk

        short = allow_descriptors(len(accounts))
        with demo_desk() as demo:
            desk = LiveDesk(
                demo.accounts,
                lambda account: demo.secrets[account.name],
                notice=lambda: "; ".join(
                    filter(None, (f"nothing here is real: simulated venues at {demo.url}", short))
                ),
                view_only=view_only,
            )
            desk.start()
            try:
                yield desk
            finally:
                desk.stop()

    desk = DeferredDesk([awaited(*one) for one in accounts], opening)
    return _show(
        desk,
        lambda ready: KilldeskApp(
            desk, demo=True, kept=screen_file(), view_only=view_only, ready=ready
        ),
    )


def run_welcome(settings: Settings, *, view_only: bool = False) -> int:
    """What a desk without accounts offers: the demo desk, or to add one and go on with it."""
    from tui.service.settings.loader import load_settings
    from tui.service.settings.store import SettingsStore
    from tui.ui.app.welcome import WelcomeApp

    assert settings.path is not None
    app = WelcomeApp(SettingsStore(settings, settings.path), screen_file())
    choice = app.run()
    finish_writing()
    for line in cut_off_lines():
        _say(line)
    if choice == "account":
        return run_dashboard(load_settings(settings.path), view_only=view_only)
    return run_demo(view_only=view_only) if choice == "demo" else app.return_code or 0


def screen_file() -> ScreenFile:
    """What this user's screen remembers."""
    return ScreenFile(find_locations().state_folder / "screen.json")


def _show(desk: DeferredDesk, screen: Screen) -> int:
    """Runs the screen before the desk, and both end together."""

    def ready() -> None:
        gc.freeze()  # what the screen is made of stays
        gc.enable()
        desk.start()

    app = screen(ready)
    code = 0
    try:
        app.run()
        code = app.return_code or 0
    except Exception as error:  # noqa: BLE001  the screen failed even as it was taken down
        code = CRASHED
        _say(crash_sentence(error))
    finally:
        try:
            if code == CRASHED:
                finish_runs(desk, _say)
        finally:
            _end(desk)
    return CRASHED if desk.lost else code


def _end(desk: DeferredDesk) -> None:
    """Stops the service and says what stays behind, whatever ended the screen.

    The orders come first: to stop may take seconds, and nothing of them changes meanwhile. What the
    stop does to a timer is said after it.
    """
    view = desk.view_now(LOOK_S)
    for line in (*unfinished_lines(view), *open_lines(view)):
        _say(line)
    try:
        desk.stop()
        finish_writing()
    finally:  # also when ctrl+c ends the wait
        for line in (desk.lost, *timer_lines(desk.view), *cut_off_lines(), desk.last_words):
            _say(line)


def cut_off_lines() -> list[str]:
    """One line where the end of the process cuts off what was to be stored."""
    names = ", ".join(still_writing())
    return [f"Not stored: {names}; the disk or the keyring did not answer."] if names else []


def _say(line: str) -> None:
    """A line for whoever started killdesk, once the screen is gone."""
    if not line:
        return
    try:
        sys.stdout.write(f"{sanitize(line)}\n")
        sys.stdout.flush()
    except OSError:
        # The terminal is gone. The interpreter would try again at its end, and fail for it.
        sys.stdout = sys.stderr = Path(os.devnull).open("w")  # noqa: SIM115
