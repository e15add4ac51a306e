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
    CONFIRMED_NONE,
    EVER,
    HTX,
    OKX,
    Deed,
    agrees,
    of_all,
    pressed,
    well,
    well_again,
)
from tests.faults.stage import SCOPES, Stage
from tests.faults.venue import simulator_process
from tui.core.actions import Outcome
from tui.core.desk import Health
from tui.service.network import websocket_route as socket_route

SetStage = Callable[..., Stage]

STORM_S = 3.0
TRIES = 4
"""After a reset at 0 s: tries at 0.25, 0.75, 1.75 and 3.75 s, each wait up to a fifth shorter."""
TWO_PRESSES_S = 5.0
"""The window where a second press may follow within a second, which is over a limit of Bitget's:
the witness needs time for it."""
WHOLE = of_all(HTX, CONFIRMED_NONE)


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch, quick: None) -> None:
    """The waits between two tries as they are."""
    monkeypatch.setattr(socket_route, "LONGEST_DELAY_S", 30.0)
    monkeypatch.setattr(socket_route, "REFUSED_DELAY_S", 60.0)


async def watched(stage: Stage, seconds: float) -> None:
    """Looks at the panels for a while."""
    until_s = time.monotonic() + seconds
    await stage.until(lambda: time.monotonic() > until_s)


def says(stage: Stage, reason: str) -> None:
    """The panel says so now: it has been, and it is not over."""
    panel = stage.account()
    assert (panel.health, reason in panel.reason) == (Health.DEGRADED, True), panel.reason


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


NO_HANDSHAKE = "did not receive a valid HTTP response"
BROKEN = "ws down: the connection broke"
STORMS: dict[str, tuple[Deed, str]] = {
    # what, the fault, what the panel says
    "accepted and closed": (closes_at_once, NO_HANDSHAKE),
    "cut in the handshake": (cuts_the_handshake, NO_HANDSHAKE),
    "broken at the login": (breaks_at_login, BROKEN),
}


@pytest.mark.parametrize(("begin", "reason"), STORMS.values(), ids=STORMS)
async def test_a_venue_that_hangs_up_is_not_stormed(
    set_stage: SetStage, unhurried: None, begin: Deed, reason: str
) -> None:
    stage = set_stage(HTX)
    await stage.ready()
    began_s = time.monotonic()
    begin(stage)
    await watched(stage, STORM_S)
    assert 2 <= stage.ws.opened_since(began_s) <= TRIES
    await pressed(stage, WHOLE)
    says(stage, reason)
    if begin is breaks_at_login:
        stage.venue.reset()
    well(stage)
    await well_again(stage, began_s)


async def test_a_venue_that_refuses_is_not_stormed(set_stage: SetStage, unhurried: None) -> None:
    stage = set_stage(HTX)
    await stage.ready()
    began_s = time.monotonic()
    stage.ws.refuse()
    stage.ws.reset()
    await watched(stage, STORM_S)
    assert 2 <= tries(stage) <= TRIES
    await pressed(stage, WHOLE)
    says(stage, "Connection refused")
    well(stage)
    await well_again(stage, began_s)


async def test_connections_that_break_soon_after_the_login_earn_no_fresh_start(
    set_stage: SetStage, unhurried: None
) -> None:
    """Connected and logged in each time, and lost a moment later: not stable yet."""
    stage = set_stage(HTX)
    await stage.ready()
    began_s, since = time.monotonic(), stage.mark()
    while time.monotonic() < began_s + STORM_S:
        stage.look()
        if stage.account().routes[0].up:
            stage.ws.reset()
        await asyncio.sleep(0.02)
    assert 2 <= stage.ws.opened_since(began_s) <= TRIES
    await stage.told(Health.DEGRADED, BROKEN, since)
    await pressed(stage, WHOLE)
    await well_again(stage, began_s)


async def test_a_login_that_will_be_refused_again_is_tried_once_a_minute(
    set_stage: SetStage, unhurried: None
) -> None:
    stage = set_stage(HTX, window_s=TWO_PRESSES_S)
    await stage.ready()
    began_s = time.monotonic()
    stage.venue.faults(HTX, "auth_refused", EVER, op="auth")
    stage.venue.faults(HTX, "disconnect")
    await stage.until(lambda: "login refused" in stage.account().reason, "refused")
    await watched(stage, STORM_S)
    assert stage.ws.opened_since(began_s) == 1
    await pressed(stage, WHOLE)
    says(stage, "ws down: login refused: ")
    stage.venue.reset()
    stage.begin_anew()
    await stage.ready()
    await pressed(stage, WHOLE)
    await well_again(stage, began_s)
    assert stage.ws.opened_since(began_s) == 2


# --- closed by the venue, as every day ----------------------------------------------------------


@pytest.mark.parametrize("subject", [HTX, OKX])
async def test_a_socket_that_the_venue_closes_day_after_day_loses_no_press(
    set_stage: SetStage, subject: str
) -> None:
    """Pressed the moment it is closed, and again when it is back; each time all of it goes."""
    stage = set_stage(subject, window_s=TWO_PRESSES_S)
    await stage.ready()
    began_s = time.monotonic()
    for _ in range(2):
        for name in (subject, *stage.witnesses):
            for kinds in SCOPES[name].values():
                stage.venue.orders(name, kinds[0], 5)
        since = stage.mark()
        stage.venue.faults(subject, "disconnect")
        await pressed(stage, of_all(subject, CONFIRMED_NONE))
        await stage.told(Health.DEGRADED, BROKEN, since)
        await well_again(stage, began_s)
        await stage.until(lambda: stage.account().routes[0].up, "the socket is back")


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
    began_s, since = time.monotonic(), stage.mark()
    stage.count()
    os.kill(own_venue.process.pid, signal.SIGSTOP)
    stage.press(counted=True)
    ended = await stage.ended()
    for report in ended.values():  # what the venue has, it cannot be asked
        assert report.outcome is Outcome.UNRESOLVED
        agrees(report, 0)
    await stage.told(Health.DOWN, "no answer to a ping within 0.7 s", since)
    os.kill(own_venue.process.pid, signal.SIGCONT)
    await well_again(stage, began_s)
