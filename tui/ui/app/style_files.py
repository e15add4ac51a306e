"""Where the styles of the screens lie."""

from __future__ import annotations

from pathlib import Path

_FOLDER = Path(__file__).resolve().parent.parent


def styles(name: str) -> Path:
    """The absolute path of a style file, named from `tui/ui`.

    Textual asks the disk about a relative one each time that a screen with it is made.
    """
    return _FOLDER / name
