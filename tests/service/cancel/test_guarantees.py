"""The fourteen things that a desk which holds a dead-man timer must never get wrong.

Each is one test, against the simulator where that is possible. The machine behind it has tests and
a model of its own (`tests/core/test_deadman*.py`); the process and its end are in `tests/e2e`.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from tui.core.accounts import TimerSettings
from tui.core.clocks import Instant, read_clock
from tui.core.deadman.machine import DeadmanMachine
from tui.core.deadman.plan import TimerPlan
from tui.core.deadman.view import TimerState, TimerView
from tui.core.frames import Frame
from tui.venues import VENUES
from tui.venues.base.errors import VenueError
from tui.venues.base.specs import Profile

OpenDesk = Callable[..., Any]

BITGET = "bitget-uta"
PATH = "/api/v3/trade/countdown-cancel-all"
SHORT = TimerSettings(countdown_s=5, beat_s=1.2)
CATEGORIES = ("SPOT", "MARGIN", "USDT-FUTURES", "COIN-FUTURES", "USDC-FUTURES")
EVER = 1_000_000
PROTECTED = (TimerState.ARMED, TimerState.LATE)


class JumpingClock:
    """The real time, with a suspend on demand, which the monotonic clock does not see."""

    asleep_s = 0.0

    def __call__(self) -> Instant:
        now = read_clock()
        return Instant(now.mono_s, now.boot_s + self.asleep_s, now.wall_s + self.asleep_s)


def timer(desk: Any) -> TimerView:
    found = desk.account(BITGET).timer
    assert found is not None
    return found


def state(desk: Any) -> TimerState:
    return timer(desk).state_at(read_clock())


async def armed(open_desk: OpenDesk, settings: TimerSettings = SHORT, **more: object) -> Any:
    desk = open_desk(BITGET, deadman=settings, **more)
    await desk.ready(BITGET)
    desk.desk.arm(BITGET)
    await desk.until(lambda: state(desk) is TimerState.ARMED)
    return desk


def requests(desk: Any) -> list[Frame]:
    """The countdowns that left, in order."""
    return [f for f in desk.log() if f.direction == "out" and PATH in f.text]


async def states_for(desk: Any, seconds: float) -> set[TimerState]:
    """Every state that a screen could have shown in that time."""
    seen: set[TimerState] = set()
    until_s = read_clock().mono_s + seconds
    while read_clock().mono_s < until_s:
        seen.add(state(desk))
        await asyncio.sleep(0.01)
    return seen


async def test_01_the_time_shown_never_exceeds_the_truth(
    simulator: Any, open_desk: OpenDesk
) -> None:
    simulator.faults(BITGET, "delay", EVER, delay_ms=300, path=PATH)
    desk = await armed(open_desk)
    for _ in range(25):
        venue_s = simulator.timer(BITGET, "bitget")["expires_in_ms"] / 1000
        asked = read_clock()
        # The venue's answer is older than what is shown, and both count down; a refresh between
        # the two is acknowledged 300 ms after the venue has it.
        assert timer(desk).certain_s(asked) <= venue_s + 0.05
        await asyncio.sleep(0.08)


async def test_02_armed_is_never_said_without_an_answer_nor_past_its_end(
    simulator: Any, open_desk: OpenDesk
) -> None:
    simulator.faults(BITGET, "ignore", EVER, path=PATH, executed=True)
    desk = open_desk(BITGET, deadman=SHORT)
    await desk.ready(BITGET)
    desk.desk.arm(BITGET)
    await desk.until(lambda: state(desk) is TimerState.UNKNOWN)
    assert simulator.timer(BITGET, "bitget")["armed"]
    assert not await states_for(desk, 3.0) & set(PROTECTED)
    old = replace(timer(desk), state=TimerState.ARMED, sent_at=Instant(0.0, 0.0, 0.0))
    assert old.state_at(Instant(4.999, 4.999, 4.999)) is TimerState.ARMED
    assert old.state_at(Instant(5.0, 5.0, 5.0)) is TimerState.AMBIGUOUS


def test_03_it_knows_eight_states_and_fired_stays() -> None:
    assert {one.value for one in TimerState} == {
        "off", "armed", "arming", "late", "ambiguous", "fired", "unknown", "blocked",
    }  # fmt: skip
    machine = DeadmanMachine(TimerPlan.of(5, 1.2, 1.05, 5, 60))
    machine.arm(Instant(0, 0, 0))
    assert machine.next_request(Instant(0, 0, 0)) == 5
    machine.sent(Instant(0, 0, 0))
    machine.acked(Instant(0.1, 0.1, 0.1))
    machine.stop("a test")
    for second in (8, 9, 100, 50):
        machine.tick(Instant(second, second, second))
        assert machine.state is TimerState.FIRED
        assert machine.next_request(Instant(second, second, second)) is None


async def test_04_a_timer_that_may_have_fired_is_never_refreshed(
    simulator: Any, open_desk: OpenDesk
) -> None:
    desk = await armed(open_desk, screen_grace_s=1.5)
    desk.desk.screen_alive()
    await desk.until(lambda: simulator.timer(BITGET, "bitget")["fired"] > 0)
    await desk.until(lambda: state(desk) is TimerState.FIRED)
    sent = len(requests(desk))
    for _ in range(30):
        desk.desk.screen_alive()  # the screen is back, and beats would be allowed again
        await asyncio.sleep(0.1)
    assert state(desk) is TimerState.FIRED
    assert len(requests(desk)) == sent
    assert not simulator.timer(BITGET, "bitget")["armed"]
    desk.desk.arm(BITGET)
    await desk.until(lambda: state(desk) is TimerState.ARMED)


async def test_05_one_request_at_a_time_at_most_one_a_second_signed_as_it_leaves(
    simulator: Any, open_desk: OpenDesk
) -> None:
    desk = open_desk(BITGET, deadman=SHORT)
    await desk.ready(BITGET)
    simulator.faults(BITGET, "delay", 1, delay_ms=500, path=PATH)
    simulator.faults(BITGET, "http_500", 1, path=PATH)
    simulator.faults(BITGET, "ignore", 1, path=PATH)
    desk.desk.arm(BITGET)
    await desk.until(lambda: len(requests(desk)) >= 6)
    frames = requests(desk)
    ends = {f.request: f.at_ms for f in desk.log() if f.request and f.direction != "out"}
    for one, two in itertools.pairwise(frames):
        assert two.at_ms - one.at_ms >= 1000
        assert ends[one.seq] <= two.at_ms
    for frame in frames:
        stamp_ms = int(dict(frame.headers)["ACCESS-TIMESTAMP"])
        assert abs(stamp_ms - frame.at_ms) < 250


@pytest.mark.parametrize("kind", ["http_500", "html_502", "garbage", "bad_code", "maintenance"])
async def test_06_only_the_documented_success_is_one(
    simulator: Any, open_desk: OpenDesk, kind: str
) -> None:
    simulator.faults(BITGET, kind, EVER, path=PATH)
    desk = open_desk(BITGET, deadman=SHORT)
    await desk.ready(BITGET)
    desk.desk.arm(BITGET)
    await desk.until(lambda: timer(desk).misses >= 1)
    assert not await states_for(desk, 1.3) & set(PROTECTED)
    assert timer(desk).message
    refused = [f for f in desk.log() if f.direction == "in" and f.error]
    code = timer(desk).message.split()[0]
    assert kind in ("garbage", "http_500", "html_502") or any(code in f.text for f in refused)


async def test_07_it_beats_without_a_screen_but_not_for_ever(
    simulator: Any, open_desk: OpenDesk
) -> None:
    desk = await armed(open_desk, screen_grace_s=3.0)
    await desk.until(lambda: len(requests(desk)) >= 3)
    await desk.until(lambda: "the screen was silent" in timer(desk).message)
    await desk.until(
        lambda: any("timer bitget late: beats withheld" in text for text in desk.texts(BITGET))
    )
    sent = len(requests(desk))
    await desk.until(lambda: simulator.timer(BITGET, "bitget")["fired"] > 0)
    assert len(requests(desk)) == sent
    assert simulator.account(BITGET)["by_kind"]["SPOT"] == 0


async def test_08_a_suspend_is_noticed_before_anything_is_sent(
    simulator: Any, open_desk: OpenDesk
) -> None:
    clock = JumpingClock()
    desk = await armed(open_desk, clock=clock)
    clock.asleep_s = 3600.0
    asked_of = SimpleNamespace(sent=len(requests(desk)))
    await desk.until(lambda: timer(desk).state in (TimerState.AMBIGUOUS, TimerState.FIRED))
    await desk.until(lambda: timer(desk).state is TimerState.FIRED)
    await asyncio.sleep(1.5)
    # A beat that was on its way when the lid closed may still have been recorded.
    assert len(requests(desk)) <= asked_of.sent + 1
    assert timer(desk).state is TimerState.FIRED


async def test_09_a_first_arm_that_fails_is_loud(simulator: Any, open_desk: OpenDesk) -> None:
    simulator.faults(BITGET, "auth_refused", EVER, path=PATH)
    desk = open_desk(BITGET, deadman=SHORT)
    await desk.ready(BITGET)
    desk.desk.arm(BITGET)
    await desk.until(lambda: state(desk) is TimerState.BLOCKED)
    assert timer(desk).state.alarm > TimerState.LATE.alarm
    assert timer(desk).message[:5].isdecimal(), "the venue's code comes first"
    assert timer(desk).certain_s(read_clock()) == 0.0
    sent = len(requests(desk))
    assert await states_for(desk, 1.5) == {TimerState.BLOCKED}
    assert len(requests(desk)) == sent == 1


async def test_10_the_countdown_is_text_in_its_range_and_zero_is_a_disarm_alone(
    simulator: Any, open_desk: OpenDesk
) -> None:
    desk = await armed(open_desk)
    await desk.until(lambda: len(requests(desk)) >= 3)
    assert {f.text.partition("  ")[2] for f in requests(desk)} == {'{"countdown":"5"}'}
    desk.desk.disarm(BITGET)
    await desk.until(lambda: state(desk) is TimerState.OFF)
    assert requests(desk)[-1].text.endswith('{"countdown":"0"}')
    assert not simulator.timer(BITGET, "bitget")["armed"]
    adapter = VENUES["bitget"].adapter(desk.desk._workers[BITGET].account)
    for countdown_s in (-1, 1, 4, 61):
        with pytest.raises(VenueError):
            next(adapter.set_timer(Profile(), "bitget", countdown_s))


async def test_11_after_it_fired_every_list_is_read(simulator: Any, open_desk: OpenDesk) -> None:
    desk = await armed(open_desk, poll_s=3600.0, screen_grace_s=0.5)
    await desk.until(lambda: simulator.timer(BITGET, "bitget")["fired"] > 0)
    fired_ms = read_clock().wall_ms
    await desk.until(lambda: state(desk) in (TimerState.AMBIGUOUS, TimerState.FIRED))

    def read_since(what: str) -> bool:
        return any(
            f.direction == "out" and what in f.text and f.at_ms >= fired_ms - 2500
            for f in desk.log()
        )

    for category in CATEGORIES:
        await desk.until(
            lambda category=category: read_since(f"unfilled-orders?category={category}")
        )
    await desk.until(lambda: read_since("unfilled-strategy-orders"))
    await desk.until(lambda: desk.account(BITGET).book.count(CATEGORIES) == 0)


async def test_12_every_request_and_answer_is_recorded_without_secrets(
    simulator: Any, open_desk: OpenDesk
) -> None:
    desk = await armed(open_desk)
    sent = requests(desk)[0]
    await desk.until(lambda: any(f.request == sent.seq for f in desk.log()))
    answer = next(f for f in desk.log() if f.request == sent.seq)
    assert '"requestTime"' in answer.text
    assert '"code":"00000"' in answer.text
    assert answer.latency_ms is not None
    assert answer.at_ms >= sent.at_ms
    secrets = simulator.accounts[BITGET]
    kept = "\n".join(f"{f.text} {f.headers}" for f in (sent, answer))
    for name in ("api_key", "secret_key", "passphrase"):
        assert secrets[name] not in kept


async def test_13_it_can_be_rehearsed_here_and_at_the_venue_on_paper(
    simulator: Any, open_desk: OpenDesk
) -> None:
    simulator.paper(BITGET)
    desk = await armed(open_desk, demo_trading=True)
    assert desk.account(BITGET).paper
    assert ("paptrading", "1") in [(k.lower(), v) for k, v in requests(desk)[0].headers]
    assert simulator.timer(BITGET, "bitget")["armed"]


async def test_14_it_says_what_it_does_not_know(simulator: Any, open_desk: OpenDesk) -> None:
    for venue in VENUES.values():
        for spec in venue.spec.timers:
            assert spec.covers
    assert "not documented" in VENUES["bitget"].spec.timers[0].covers
    # A rival shows itself by the venue's limit alone, and that is said.
    desk = await armed(open_desk, TimerSettings(countdown_s=20, beat_s=2.2))
    assert timer(desk).rival == ""
    simulator.faults(BITGET, "rate_limit", 1, path=PATH)
    await desk.until(lambda: timer(desk).misses > 0)
    await desk.until(lambda: timer(desk).misses == 0)
    await asyncio.sleep(1.2)
    simulator.faults(BITGET, "rate_limit", 1, path=PATH)
    await desk.until(lambda: "another program" in timer(desk).rival)
    assert state(desk) in PROTECTED
