"""What the screen remembers from one start to the next: the theme. It is state, not a setting."""

from __future__ import annotations

import json
from pathlib import Path
from threading import Lock

from tui.service.files.locations import replace_private
from tui.service.files.regular_file import read_regular

_MOST_BYTES = 10_000


class ScreenFile:
    """A small file. One that is damaged, or none, remembers nothing and harms nothing."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writing = Lock()
        self.theme = _read_theme(path)
        """The theme to be remembered; empty for none."""

    def write(self) -> None:
        """Writes what is to be remembered now. Blocks; of several at once the newest stays.

        Raises OSError.
        """
        with self._writing:
            replace_private(self._path, json.dumps({"theme": self.theme}) + "\n")


def _read_theme(path: Path) -> str:
    try:
        kept = json.loads(read_regular(path, _MOST_BYTES))
    except (OSError, ValueError, RecursionError):
        return ""
    theme = kept.get("theme") if isinstance(kept, dict) else None
    return theme if isinstance(theme, str) else ""
