"""Loads the dialogs of a bad minute ahead of it, once the screen stands.

The first paint needs none of them. When they are asked for they must not wait for a disk, nor come
from another version that has been installed meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module

from textual.message_pump import MessagePump

from tui.ui.after import after

DIALOGS = (
    "panic_screen",
    "parting_screen",
    "quitting",
    "pin_dialog",
    "report_screen",
    "order_chooser",
    "scope_chooser",
    "readiness_screen",
    "frame_view",
    "frame_copy",
    "frame_save",
    "history_screen",
    "help",
)
"""Modules of `tui.ui`, the most urgent first."""
FIRST_S, EACH_S = 1.0, 0.1
"""Until the first is loaded, and between two: keys and pictures come in between."""


def load_ahead(node: MessagePump) -> None:
    """Begins to load them, among the messages of `node`."""
    _load(node, iter(DIALOGS), FIRST_S)


def _load(node: MessagePump, names: Iterator[str], wait_s: float) -> None:
    def load() -> None:
        name = next(names, None)
        if name is None:
            return
        with suppress(Exception):  # told when it is asked for; the desk goes on without it
            import_module(f"tui.ui.{name}")
        _load(node, names, EACH_S)

    after(wait_s, node, load)
