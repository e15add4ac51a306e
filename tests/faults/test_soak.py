"""That the soak runs, and that each of its checks can fail."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
import threading
import time
from collections import Counter
from dataclasses import replace
from itertools import islice
from urllib.parse import urlsplit

import pytest

from tests.faults.invariants import (
    HAND_OVER_MS,
    PressArming,
    TimerSample,
    grown,
    key_of,
    overstated,
    wrongly_confirmed,
)
from tests.faults.resources import Held, hold, look, open_files, thread_names
from tests.faults.soak import Plan, Soak, soak
from tests.faults.soak_plan import EACH_S, deeds
from tests.faults.soak_rig import rig
from tests.faults.soak_tally import Tally
from tui.core.actions import EVERYTHING, Outcome, Report, Scope
from tui.core.clocks import Instant
from tui.core.deadman.view import TimerState, TimerView
from tui.core.orders import OpenOrder

BEGAN_MS = 1_700_000_000_000
RUN = Report(
    "okx", "okx", "spreads", Outcome.CONFIRMED, started_ms=BEGAN_MS, ended_ms=BEGAN_MS + 400
)
KEY = key_of("okx", "spreads", EVERYTHING)
OLD = OpenOrder("spread", "17", "BTC-USDT_BTC-USDT-SWAP", side="buy", created_ms=BEGAN_MS - 5_000)
linux = pytest.mark.skipif(sys.platform != "linux", reason="it looks into /proc")


# --- confirmed ------------------------------------------------------------------------------------


def test_an_old_order_that_is_open_makes_a_confirmed_untrue() -> None:
    assert wrongly_confirmed(RUN, ["spread"], [OLD]) == ["17"]


@pytest.mark.parametrize(
    ("report", "order"),
    [
        (RUN, replace(OLD, created_ms=BEGAN_MS + 1)),
        (RUN, replace(OLD, kind="quote")),
        (replace(RUN, scope=Scope(direction="sell")), OLD),
        (replace(RUN, outcome=Outcome.REMAINING), OLD),
    ],
    ids=["placed since", "of another kind", "not in the scope", "not confirmed"],
)
def test_what_a_confirmed_does_not_speak_of(report: Report, order: OpenOrder) -> None:
    assert wrongly_confirmed(report, ["spread"], [order]) == []


# --- timers ---------------------------------------------------------------------------------------


def at(seconds: float) -> Instant:
    return Instant(1_000 + seconds, 5_000 + seconds, 1_700_000_000 + seconds)


def picture(sent_s: float | None, state: TimerState = TimerState.ARMED) -> TimerView:
    sent = at(sent_s) if sent_s is not None else None
    return TimerView("bitget", "all", state, 10, 2, sent, None, None, None, 0, "")


def sample(
    left_s: float, before: TimerView | None = None, after: TimerView | None = None
) -> TimerSample:
    """Asked at 4 s, looked at 4.1 s; a beat of 0 s then holds for 5.9 s."""
    before = before or picture(0)
    return TimerSample(before, at(4), left_s > 0, left_s, after or before, at(4.1))


def test_a_timer_that_holds_as_long_as_it_says_is_well() -> None:
    assert overstated(sample(5.9)) == ""
    assert overstated(sample(5.899)) == ""


def test_a_timer_that_runs_out_sooner_than_it_says_is_not() -> None:
    assert "claims too much" in overstated(sample(5.8))


def test_a_timer_that_is_armed_on_the_screen_alone_is_not() -> None:
    assert "venue not armed" in overstated(sample(0))


def test_late_claims_seconds_too() -> None:
    assert overstated(sample(3, picture(0, TimerState.LATE)))


def test_each_of_the_two_pictures_is_held_against_the_venue() -> None:
    assert overstated(sample(5.8, picture(0), picture(2)))
    late, armed = picture(0, TimerState.LATE), picture(0)
    assert "armed 5.900 s" in overstated(sample(5.8, late, armed))
    assert "late 5.900 s" in overstated(sample(5.8, late, picture(4.05)))


def test_a_beat_that_was_acknowledged_meanwhile_is_not_held_against_the_answer() -> None:
    """It may have left before the question, and come to the venue after it."""
    assert overstated(sample(5.9, picture(0), picture(3.9))) == ""
    assert overstated(sample(0, picture(None, TimerState.ARMING), picture(3.9))) == ""
    assert overstated(sample(5.9, picture(3.9), picture(3.9)))


def test_an_answer_that_took_too_long_says_nothing() -> None:
    one = sample(0)
    assert overstated(replace(one, asked=at(3.2))) != ""
    assert overstated(replace(one, asked=at(3.1))) == ""


def test_a_claim_that_was_withdrawn_meanwhile_is_no_claim() -> None:
    assert overstated(sample(0, picture(0), picture(None, TimerState.UNKNOWN))) == ""


# --- presses --------------------------------------------------------------------------------------


def pressed(*at_ms: int) -> PressArming:
    presses = PressArming(limit_s=90)
    for one in at_ms:
        presses.pressed(KEY, one)
    return presses


def test_each_press_has_an_outcome_of_its_own() -> None:
    presses = pressed(BEGAN_MS - 1, BEGAN_MS + 200)
    second = replace(RUN, started_ms=BEGAN_MS + 201)
    assert presses.ended(KEY, second) == "", "in whatever order they end"
    assert presses.waiting == 1
    assert presses.ended(KEY, RUN) == ""
    assert presses.waiting == 0
    assert "nobody pressed" in presses.ended(KEY, replace(RUN, started_ms=BEGAN_MS + 300))


def test_a_press_without_an_outcome_is_told_once_its_time_is_over() -> None:
    presses = pressed(BEGAN_MS, BEGAN_MS + 50_000)
    assert presses.overdue(BEGAN_MS + 90_000) == []
    assert len(presses.overdue(BEGAN_MS + 90_001)) == 1
    assert presses.overdue(BEGAN_MS + 90_002) == []
    assert presses.waiting == 1


def test_an_outcome_does_not_answer_a_press_that_came_after_it() -> None:
    presses = pressed(BEGAN_MS, BEGAN_MS + 500)
    presses.ended(KEY, RUN)
    assert presses.waiting == 1


def test_an_outcome_of_another_scope_is_no_answer() -> None:
    presses = pressed(BEGAN_MS)
    other = key_of("okx", "spreads", Scope(direction="sell"))
    assert "nobody pressed" in presses.ended(other, RUN)
    assert presses.waiting == 1


def test_an_outcome_that_nobody_pressed_for() -> None:
    assert "nobody pressed" in pressed().ended(KEY, RUN)
    assert "nobody pressed" in pressed(BEGAN_MS - HAND_OVER_MS - 1).ended(KEY, RUN)


def test_an_outcome_that_is_told_twice() -> None:
    presses = pressed(BEGAN_MS)
    presses.ended(KEY, RUN)
    assert "told twice" in presses.ended(KEY, RUN)


def test_an_unresolved_outcome_is_settled_once() -> None:
    presses = pressed(BEGAN_MS)
    assert presses.ended(KEY, replace(RUN, outcome=Outcome.UNRESOLVED)) == ""
    assert presses.ended(KEY, RUN) == ""
    assert "told twice" in presses.ended(KEY, replace(RUN, outcome=Outcome.REMAINING))


def test_what_is_forgotten_is_not_what_is_open() -> None:
    presses = pressed(BEGAN_MS)
    presses.ended(KEY, replace(RUN, outcome=Outcome.UNRESOLVED))
    presses.overdue(BEGAN_MS + 10_000_000)
    assert presses.ended(KEY, RUN) == ""


# --- what is held ---------------------------------------------------------------------------------


def test_growth_is_told_by_what_grew() -> None:
    assert grown({"reader": 8, "poll": 12}, {"reader": 9, "poll": 12}) == ["reader: 8 became 9"]
    assert grown({"reader": 8}, {"reader": 7}) == []
    assert grown({}, {"pong": 1}) == ["pong: 0 became 1"]


@linux
def test_open_files_and_threads_are_counted_by_kind() -> None:
    files, threads = open_files(), thread_names()
    over = threading.Event()
    thread = threading.Thread(target=over.wait, name="lost 3")
    thread.start()
    read, write = os.pipe()
    with socket.socket():
        assert open_files() - files == Counter({"socket": 1, "pipe": 2})
        assert thread_names() - threads == Counter({"lost": 1})
    over.set()
    thread.join()
    os.close(read)
    os.close(write)
    assert open_files() == files


def test_the_quiet_moments_are_compared() -> None:
    one = Held(50.0, {"service": 1}, {"poll": 4}, {"pipe": 2, "socket": 9}, 2)
    for other, sort in (
        (replace(one, threads={"service": 2}), "threads grew"),
        (replace(one, tasks={"poll": 4, "pong": 1}), "tasks grew"),
        (replace(one, files={"pipe": 4, "socket": 9}), "files grew"),
        (replace(one, stray_sockets=3), "sockets grew"),
        (replace(one, rss_mb=70.1), "memory grew"),
    ):
        told = Tally(1)
        Soak.compare(told, [one, one, other])
        assert list(told.violations) == [sort]
    told = Tally(1)
    Soak.compare(told, [one, replace(one, rss_mb=80.0), replace(one, files={"socket": 30})])
    assert not told.violations


# --- the whole ------------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_plan() -> None:
    names = ["htx-legacy", "htx-unified-2", "okx-desk", "bitget-uta-3"]
    plan = list(islice(deeds(7, names), 3_000))
    assert plan == list(islice(deeds(7, names), 3_000))
    assert plan != list(islice(deeds(8, names), 3_000))
    assert {deed.what for deed in plan} == set(EACH_S)
    assert {deed.account for deed in plan} == set(names)


@linux
def test_a_leak_of_a_desk_is_seen() -> None:
    """A task in its loop and a connection to its venue that no account knows of."""
    with rig(copies=1) as on:
        while on.desk.view.ready < len(on.desk.view.accounts):
            time.sleep(0.05)
        before = hold(on.desk, 1, on.desk.screen_alive)
        port = urlsplit(on.proxies.urls["okx-desk"]).port
        leaked = asyncio.run_coroutine_threadsafe(asyncio.sleep(30), on.desk._loop)
        with socket.create_connection(("127.0.0.1", port)):
            after = hold(on.desk, 1, on.desk.screen_alive)
        leaked.cancel()
    assert grown(before.tasks, after.tasks) == ["sleep: 0 became 1"]
    assert after.stray_sockets == before.stray_sockets + 1


@linux
def test_a_moment_without_a_websocket_is_not_compared() -> None:
    """It has fewer tasks than any other, which would then all seem to have leaked."""
    with rig(copies=1) as on:
        while on.desk.view.ready < len(on.desk.view.accounts):
            time.sleep(0.05)
        whole = hold(on.desk, 0, on.desk.screen_alive).tasks
        on.proxies.order("okx-desk", "refuse")
        on.proxies.order("okx-desk", "reset")
        while look(on.desk) is not None:
            time.sleep(0.05)
        on.proxies.order("okx-desk", "clear")
        assert hold(on.desk, 0, on.desk.screen_alive).tasks["reader"] == whole["reader"] == 3


@linux
@pytest.mark.timeout(400)
def test_a_short_soak_finds_nothing() -> None:
    tally = soak(Plan(0.15, seed=7, copies=1, quiet_at=(), login_faults=False, look_s=5.0,
                      switch_off=False))  # fmt: skip
    assert tally.whole
    assert tally.told == []
    assert sum(tally.faults.values()) > 15
    assert tally.outcomes["confirmed"] > 12
    assert tally.samples > 100
    assert tally.states["armed"] > 20
    assert tally.beats > 5
