"""What the screens say of a settings file that was changed outside."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tui.core.sanitize import sanitize
from tui.service.settings.validation import SettingsError
from tui.ui.keys.keymap import shown

if TYPE_CHECKING:
    from tui.service.settings.store import FileChange, SettingsStore


def describe_change(change: FileChange, path: Path) -> str:
    """What changed in the file, for the line that stays until it is taken over; `{R}` in it stands
    for the key that does so."""
    if change is None:
        return ""
    if isinstance(change, SettingsError):
        what = str(change).removeprefix(f"{path}: ")
        return sanitize(f"{path.name} is wrong, the desk goes on with the settings before: {what}")
    return sanitize(f"{path.name} was changed outside: {{R}} takes it over")


def before_saving(store: SettingsStore | None) -> str:
    """Why nothing could be saved to the file now; empty if it can. For what opens a form."""
    change = store.pending if store is not None else None
    if store is None or change is None:
        return ""
    if isinstance(change, SettingsError):
        return sanitize(f"▲ Nothing can be saved while the file is wrong: {change}")
    key = shown("R") or shown("ctrl+p")
    return sanitize(
        f"▲ {store.path.name} was changed outside: close this and press {key} first, which"
        " takes it over; until then nothing can be saved"
    )
