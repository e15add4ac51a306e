"""A fault of our own in words that quote nothing: an error's text may hold a secret."""

from __future__ import annotations

from pathlib import PurePath


def describe_internal_error(error: BaseException) -> str:
    """`KeyError at worker.py:31`: where in our own code, as far as it got there.

    Opens no file: the standard library's `extract_tb` would read the source of every frame.
    """
    trail = []
    step = error.__traceback__
    while step is not None:
        trail.append((PurePath(step.tb_frame.f_code.co_filename), step.tb_lineno))
        step = step.tb_next
    ours = [place for place in trail if "tui" in place[0].parts] or trail
    place = f" at {ours[-1][0].name}:{ours[-1][1]}" if ours else ""
    return f"{type(error).__name__}{place}"
