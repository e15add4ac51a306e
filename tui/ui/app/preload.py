"""Loads every dialog and its styles right after the first paint, while the disk still has them.

An upgrade replaces the files under a running desk, and a process without a free descriptor can open
none: what a key may ask for later must be in memory by then. What a panic needs is imported by
`tui.ui.app.app` itself and is there before the first key is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module

from textual.app import App

from tui.core.errors import describe_internal_error
from tui.ui.app.scheduling import call_after
from tui.ui.app.style_files import styles

MODULES = (
    "tui.ui.lock.pin_dialog",
    "tui.ui.help.screen",
    "tui.ui.quit.cancel_and_quit_screen",
    "tui.ui.quit.dialog",
    "tui.ui.dialogs.report_screen",
    "tui.ui.dialogs.readiness_screen",
    "tui.ui.orders.chooser",
    "tui.ui.orders.scope_chooser",
    "tui.service.headless_cancel",
    "filelock",  # the first timer that is armed takes a lock
    "tui.ui.frames.detail_screen",
    "tui.ui.frames.export",
    "tui.ui.frames.export",
    "tui.ui.alarms.event_history_screen",
    "tui.ui.keys.command_palette",
    "tui.ui.panel.charts",
    "rich.ansi",  # the first plot needs it
    "tui.service.drill.plan",
    "tui.ui.drill.screen",
    "tomlkit",
    "tui.ui.settings.accounts_screen",
    "tui.ui.settings.settings_screen",
)
"""What functions import when they are called, the most urgent first."""
STYLES = ("help/screen.tcss", "quit/dialog.tcss", "settings/forms.tcss")
"""Of the screens above the desk's own; those of the panic summary are the application's."""


def preload_dialogs(app: App[None], done: Callable[[], object] = lambda: None) -> None:
    """Begins to load, one part after another; keys are handled in between. `done` is called when
    all is loaded, or has failed."""
    _load_next(app, _parts(app), [], done)


def _parts(app: App[None]) -> Iterator[tuple[str, Callable[[], object]]]:
    yield "styles", partial(_read_styles, app)
    for name in MODULES:
        yield name, partial(import_module, name)


def _read_styles(app: App[None]) -> None:
    """Textual reads a screen's file when the screen opens, unless its styles are known already."""
    for name in STYLES:
        app.stylesheet.read(styles(name))
    app.stylesheet.parse()


def _load_next(
    app: App[None],
    parts: Iterator[tuple[str, Callable[[], object]]],
    failed: list[str],
    done: Callable[[], object],
) -> None:
    part = next(parts, None)
    if part is None:
        if failed:
            text = (
                f"Parts of killdesk cannot be loaded: {', '.join(failed)}. Cancels and panic work. "
                "Start killdesk again for the rest."
            )
            app.notify(text, severity="warning", timeout=20, markup=False)
        done()
        return
    name, load = part
    try:
        load()
    except Exception as error:  # noqa: BLE001  the desk works without a dialog
        failed.append(f"{name.rpartition('.')[2]} ({describe_internal_error(error)})")
    call_after(0, app, partial(_load_next, app, parts, failed, done))
