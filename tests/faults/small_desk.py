"""The demo desk with small bounds for what a screen keeps on purpose, for `soak_screen`.

The frame log and the history fill up in minutes instead of an hour: what still grows then is a
leak. On SIGUSR1 it writes how many objects of each type there are to the file in its argument.
"""

from __future__ import annotations

import gc
import json
import signal
import sys
from collections import Counter
from pathlib import Path

from tui.cli.main import main
from tui.ui.alarms.event_history import History
from tui.ui.frames.log import FrameLog

FRAMES, EVENTS = 500, 20


def object_counts() -> Counter[str]:
    """How many objects of each type are alive."""
    gc.collect()
    kinds = (type(one) for one in gc.get_objects())
    return Counter(f"{kind.__module__}.{kind.__qualname__}" for kind in kinds)


def bound() -> None:
    """Makes the bounds small."""
    FrameLog.__init__.__kwdefaults__["capacity"] = FRAMES
    History.__init__.__defaults__ = (EVENTS,)


if __name__ == "__main__":
    file = Path(sys.argv[1])

    def write(*_: object) -> None:
        unfinished = file.with_suffix(".part")
        unfinished.write_text(json.dumps(object_counts()))
        unfinished.replace(file)

    signal.signal(signal.SIGUSR1, write)
    bound()
    sys.exit(main(["--demo"]))
