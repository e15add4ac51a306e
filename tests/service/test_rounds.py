"""What can wait for a second is done with everything else that can."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.service import rounds
from tui.service.rounds import LEAD_S, ROUND_S, until_round


@given(
    now_s=st.floats(1_700_000_000, 1_900_000_000),
    wait_s=st.floats(ROUND_S, 600),
    every_s=st.floats(ROUND_S, 600),
    late_s=st.floats(0, ROUND_S),
)
def test_a_sleep_ends_with_a_round_and_not_much_later_than_asked(
    now_s: float, wait_s: float, every_s: float, late_s: float
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rounds.time, "time", lambda: now_s)
        slept_s = until_round(wait_s, every_s=min(every_s, wait_s), late_s=late_s)
    every_s = min(every_s, wait_s)
    assert wait_s - every_s < slept_s + 1e-5
    assert 0 <= slept_s <= wait_s + 0.004
    rounds_s = (now_s + slept_s + LEAD_S - late_s) / every_s
    assert rounds_s == pytest.approx(round(rounds_s), abs=1e-5)


def test_less_than_a_round_is_waited_as_it_is() -> None:
    assert until_round(0.999) == 0.999


def test_a_timer_that_comes_early_sleeps_for_the_next_round(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rounds.time, "time", lambda: 1_700_000_000 - LEAD_S - 0.001)
    assert until_round(5.0) == pytest.approx(5.001)
