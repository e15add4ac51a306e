"""What a program in a terminal tells the benchmark outside it: lines in a file."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from tests.bench.figures import Failed

LONGEST_S = 120.0


class Notes:
    """Both sides open the same path; times are monotonic seconds, which all processes share."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def note(self, what: str, **more: object) -> None:
        with self._path.open("a") as file:
            file.write(json.dumps({"what": what, "at_s": time.monotonic(), **more}) + "\n")

    def all(self, what: str) -> list[dict[str, Any]]:
        """Those of that name, so far."""
        if not self._path.exists():
            return []
        whole = self._path.read_text().rpartition("\n")[0].splitlines()
        return [told for told in map(json.loads, whole) if told["what"] == what]

    def wait(self, what: str, longest_s: float = LONGEST_S) -> dict[str, Any]:
        """The first of that name. Raises Failed."""
        until_s = time.monotonic() + longest_s
        while not (found := self.all(what)):
            if time.monotonic() > until_s:
                raise Failed(f"nothing was heard of {what!r} within {longest_s:g} s")
            time.sleep(0.02)
        return found[0]
