"""The drills of this desk so far: one line of JSON each, the newest last, for the user alone."""

from __future__ import annotations

import json
from pathlib import Path

from tui.core.drill import Drill, DrillError
from tui.service.files.locations import find_locations, replace_private
from tui.service.files.regular_file import read_regular

KEPT = 100


def drills_file() -> Path:
    """Where they are kept."""
    return find_locations().state_folder / "drills.jsonl"


def read_drills(path: Path) -> tuple[Drill, ...]:
    """What is kept, the oldest first; nothing without a file. Lines that are none are passed over.

    Raises OSError where there is a file that cannot be read.
    """
    try:
        lines = read_regular(path).decode("utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return ()
    found = []
    for line in lines:
        try:
            found.append(Drill.of_json(line))
        except DrillError:
            continue
    return tuple(found)


def keep_drill(path: Path, drill: Drill) -> None:
    """Adds a drill; the oldest go above a hundred. Raises OSError."""
    drills = (*read_drills(path), drill)[-KEPT:]
    replace_private(path, "".join(f"{json.dumps(one.as_json())}\n" for one in drills))
