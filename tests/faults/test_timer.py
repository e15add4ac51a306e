"""A dead-man timer over a bad network: what the gauge holds certain is never more than the venue's.

The venue is asked first and the gauge is read after that, so that time can only lessen what the
gauge says.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from tests.faults.link import DOWN
from tests.faults.proxy import Proxy
from tests.faults.scenario import BITGET, UNRESOLVED_NONE, of_all, pressed, well, well_again
from tests.faults.stage import Stage
from tui.core.accounts import TimerSettings
from tui.core.clocks import read_clock
from tui.core.deadman.view import TimerState
from tui.core.desk import Health

SHORT = TimerSettings(countdown_s=5, beat_s=1.5)
ROUNDING_S = 0.01


FAULTS: dict[str, tuple[Callable[[Proxy], None], bool]] = {
    # what, the fault, whether it keeps the beats from the venue
    "a black hole": (lambda proxy: proxy.blackhole(lose=True), True),
    "answers are lost": (lambda proxy: proxy.blackhole(DOWN, lose=True), False),
}


@pytest.mark.parametrize(("begin", "fires"), FAULTS.values(), ids=FAULTS)
async def test_the_gauge_never_says_more_than_the_venue(
    set_stage: Callable[..., Stage], begin: Callable[[Proxy], None], fires: bool
) -> None:
    stage = set_stage(BITGET, deadman=SHORT)
    await stage.ready()
    began_s, since = time.monotonic(), stage.mark()
    stage.desk.arm(BITGET)
    await stage.until(lambda: timer_state(stage) is TimerState.ARMED, "ARMED")
    begin(stage.rest)

    def over() -> bool:
        at_venue = stage.venue.timer(BITGET, "bitget")
        held_s = (at_venue["expires_in_ms"] or 0) / 1000 if at_venue["armed"] else 0.0
        gauge = stage.account().timer
        assert gauge is not None
        now = read_clock()
        assert gauge.certain_s(now) <= held_s + ROUNDING_S
        protects = gauge.state_at(now).protects
        if at_venue["fired"]:
            assert not protects
        return bool(at_venue["fired"]) if fires else not protects

    await stage.until(over, "the end of what is certain")
    await stage.told(Health.DOWN, "no answer within 1 s", since)
    assert stage.account().health is Health.DOWN
    assert (stage.left(BITGET, "orders") == 0) is fires
    await pressed(stage, of_all(BITGET, UNRESOLVED_NONE))
    well(stage)
    await well_again(stage, began_s)
    # Whether it fired or may have: it is the trader who arms it again.
    assert timer_state(stage) in (TimerState.AMBIGUOUS, TimerState.FIRED)
    stage.desk.arm(BITGET)
    await stage.until(lambda: timer_state(stage) is TimerState.ARMED, "ARMED again")
    assert stage.venue.timer(BITGET, "bitget")["armed"]
    await well_again(stage, began_s)


def timer_state(stage: Stage) -> TimerState:
    gauge = stage.account().timer
    assert gauge is not None
    return gauge.state_at(read_clock())
