"""A fault of our own in words that quote nothing: an error's text may hold a secret."""

from __future__ import annotations

import traceback
from pathlib import PurePath


def kind_and_place(error: BaseException) -> str:
    """`KeyError at worker.py:31`: where in our own code, as far as it got there."""
    trail = traceback.extract_tb(error.__traceback__)
    ours = [step for step in trail if "tui" in PurePath(step.filename).parts] or trail
    place = f" at {PurePath(ours[-1].filename).name}:{ours[-1].lineno}" if ours else ""
    return f"{type(error).__name__}{place}"
