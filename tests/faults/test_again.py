"""Coming back: how often killdesk connects while it cannot, and that no press is lost meanwhile.

Here the waits between two tries are the product's own, and connections are counted where they
arrive.
"""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.faults.scenario import (
    HTX,
    OKX,
    Deed,
    assert_not_stormed,
    settled,
    well,
)
from tests.faults.stage import SCOPES, Stage
from tests.faults.venue import simulator_process
from tui.core.actions import Outcome
from tui.core.desk import Health
from tui.service import socket_route

SetStage = Callable[..., Stage]

STORM_S = 3.0
TRIES = 4
"""After a reset at 0 s: tries at 0.25, 0.75, 1.75 and 3.75 s, each wait up to a fifth shorter."""
EVER = 1_000_000


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch, quick: None) -> None:
    """The waits between two tries as they are."""
    monkeypatch.setattr(socket_route, "LONGEST_DELAY_S", 30.0)
    monkeypatch.setattr(socket_route, "REFUSED_DELAY_S", 60.0)


async def watched(stage: Stage, seconds: float) -> None:
    """Looks at the panels for a while."""
    until_s = time.monotonic() + seconds
    await stage.until(lambda: time.monotonic() > until_s)


def tries(stage: Stage) -> int:
    """How often a try to connect the socket has failed."""
    frames = tuple(stage.frames)
    return sum(one.transport == "ws" and "cannot reach" in one.text for one in frames)


# --- storms -----------------------------------------------------------------------------------


def closes_at_once(stage: Stage) -> None:
    stage.ws.accept_then_close()
    stage.ws.reset()


def cuts_the_handshake(stage: Stage) -> None:
    stage.ws.cut(20)
    stage.ws.reset()


def breaks_at_login(stage: Stage) -> None:
    stage.venue.faults(stage.subject, "drop", EVER, op="auth")
    stage.venue.faults(stage.subject, "disconnect")


STORMS = {
    "accepted and closed": closes_at_once,
    "cut in the handshake": cuts_the_handshake,
    "broken at the login": breaks_at_login,
}


@pytest.mark.parametrize("begin", STORMS.values(), ids=STORMS)
async def test_a_venue_that_hangs_up_is_not_stormed(
    set_stage: SetStage, unhurried: None, begin: Deed
) -> None:
    stage = set_stage(HTX)
    await stage.ready()
    began_s = time.monotonic()
    begin(stage)
    await watched(stage, STORM_S)
    assert 2 <= stage.ws.opened_since(began_s) <= TRIES
    await press_confirmed(stage)
    assert stage.account().health is Health.DEGRADED
    if begin is breaks_at_login:
        stage.venue.reset()
    well(stage)
    await stage.ready()
    assert_not_stormed(stage, began_s)
    assert not stage.trouble


async def test_a_venue_that_refuses_is_not_stormed(set_stage: SetStage, unhurried: None) -> None:
    stage = set_stage(HTX)
    await stage.ready()
    stage.ws.refuse()
    stage.ws.reset()
    await watched(stage, STORM_S)
    assert 2 <= tries(stage) <= TRIES
    await press_confirmed(stage)
    stage.ws.clear()
    await stage.ready()
    assert not stage.trouble


async def test_connections_that_break_soon_after_the_login_earn_no_fresh_start(
    set_stage: SetStage, unhurried: None
) -> None:
    """Connected and logged in each time, and lost a moment later: not stable yet."""
    stage = set_stage(HTX)
    await stage.ready()
    began_s = time.monotonic()
    while time.monotonic() < began_s + STORM_S:
        stage.look()
        if stage.account().routes[0].up:
            stage.ws.reset()
        await asyncio.sleep(0.02)
    assert 2 <= stage.ws.opened_since(began_s) <= TRIES
    await stage.ready()
    await press_confirmed(stage)
    assert_not_stormed(stage, began_s)
    assert not stage.trouble


async def test_a_login_that_will_be_refused_again_is_tried_once_a_minute(
    set_stage: SetStage, unhurried: None
) -> None:
    stage = set_stage(HTX)
    await stage.ready()
    began_s = time.monotonic()
    stage.venue.faults(HTX, "auth_refused", EVER, op="auth")
    stage.venue.faults(HTX, "disconnect")
    await stage.until(lambda: "login refused" in stage.account().reason, "refused")
    await watched(stage, STORM_S)
    assert stage.ws.opened_since(began_s) == 1
    await press_confirmed(stage)
    assert stage.account().health is Health.DEGRADED
    assert not stage.trouble


async def press_confirmed(stage: Stage) -> None:
    stage.press()
    ended = await stage.ended()
    assert {one.outcome for one in ended.values()} == {Outcome.CONFIRMED}, ended
    assert {stage.share(action) for action in ended} == {"none"}


# --- closed by the venue, as every day ----------------------------------------------------------


@pytest.mark.parametrize("subject", [HTX, OKX])
async def test_a_socket_that_the_venue_closes_day_after_day_loses_no_press(
    set_stage: SetStage, subject: str
) -> None:
    """Pressed the moment it is closed, and again when it is back; each time all of it goes."""
    # Two presses in a second are over a limit of Bitget's: the witness needs time for the second.
    stage = set_stage(subject, window_s=5.0)
    await stage.ready()
    began_s = time.monotonic()
    for _ in range(2):
        stage.venue.faults(subject, "disconnect")
        await press_confirmed(stage)
        await stage.ready()
        await stage.until(lambda: stage.account().routes[0].up, "the socket is back")
        assert not stage.trouble
        for name in (subject, *stage.witnesses):
            for kinds in SCOPES[name].values():
                stage.venue.orders(name, kinds[0], 5)
    assert_not_stormed(stage, began_s)


# --- a venue whose process stands still ---------------------------------------------------------


@pytest.fixture
def own_venue(simulator_class: type[Any]) -> Iterator[Any]:
    """A venue in another process than that of the witnesses."""
    with simulator_process(simulator_class) as handle:
        try:
            yield handle
        finally:
            os.kill(handle.process.pid, signal.SIGCONT)


async def test_a_venue_that_stands_still_is_unresolved_and_settled_when_it_goes_on(
    set_stage: SetStage, own_venue: Any
) -> None:
    """The sockets stay open, and nobody is there: what was sent may be carried out much later."""
    stage = set_stage(HTX, own=own_venue)
    await stage.ready()
    since = stage.mark()
    stage.count()
    os.kill(own_venue.process.pid, signal.SIGSTOP)
    stage.press(counted=True)
    ended = await stage.ended()
    assert {one.outcome for one in ended.values()} == {Outcome.UNRESOLVED}, ended
    await stage.told(Health.DOWN, "silent for 0.7 s after a ping", since)
    os.kill(own_venue.process.pid, signal.SIGCONT)
    await stage.ready()
    await settled(stage)
    assert not stage.trouble
