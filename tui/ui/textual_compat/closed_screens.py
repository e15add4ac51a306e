"""Lets go of what closed screens were drawn from.

Textual keeps the last 1,024 results of a method of each widget's drawing cache (`lru_cache` on
`StylesCache.get_inner_outer`), and with them the caches themselves and every line that they hold: a
hundred megabytes of closed dialogs in an hour of use. There is no public way to empty it.

Report: `.github/upstream/closed-screens-are-kept.md`.
Needed while this passes, in `test_closed_screens.py`:
`test_textual_keeps_them_by_itself`.
"""

from __future__ import annotations

from textual._styles_cache import StylesCache


def forget_closed_screens() -> None:
    """Costs two colours a widget at its next drawing."""
    StylesCache.get_inner_outer.cache_clear()
