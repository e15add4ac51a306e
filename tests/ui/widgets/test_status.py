"""Figures in words."""

from __future__ import annotations

import pytest

from tui.ui.widgets.status import utc


@pytest.mark.parametrize(
    ("epoch_ms", "shown"),
    [
        (0, "00:00:00"),
        (1_760_702_400_999, "12:00:00"),
        (1_760_788_799_999, "11:59:59"),
        (-1, "23:59:59"),
        (10**19, "17:46:40"),
    ],
)
def test_the_time_of_day_of_any_number(epoch_ms: int, shown: str) -> None:
    assert utc(epoch_ms) == shown
