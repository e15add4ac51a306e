"""The words for what no press reaches."""

from __future__ import annotations

from dataclasses import replace

from tui.core.coverage import KindCount
from tui.ui.panel.remainder import read_when

AT_MS = 43_400_000
"""12:03:20 UTC of some day."""


def test_a_count_has_its_time_and_one_that_is_not_known_has_none() -> None:
    strategy = KindCount("strategy", "strategy", 6, AT_MS)
    assert read_when(strategy) == "6 strategy, as of 12:03:20 UTC"
    unread = replace(strategy, count=None, reason="not read since the press")
    assert read_when(unread) == "strategy: not read since the press"
