"""A venue that reads nothing: on a socket it may go on sending, until our sends have to wait.

A call over REST has a connection of its own and is short: there is always room for it.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable

import pytest

from tests.faults.link import LITTLE
from tests.faults.scenario import (
    BITGET,
    CONFIRMED_NONE,
    HTX,
    HTX2,
    OKX,
    UNRESOLVED_ALL,
    UNRESOLVED_NONE,
    Scenario,
    of_all,
    play,
    well,
)
from tests.faults.stage import WAIT_S, Stage
from tui.core.desk import Health

PING = bytes([0x89, 125])
"""The head of a ping of the WebSocket protocol, with as much payload as it may have."""
PINGS = 2000
"""A quarter of a megabyte to be answered: more than there is room for, and short of the limit."""


def fills_up(stage: Stage) -> None:
    """The venue reads nothing, and pings until a send of ours waits."""
    route = stage.desk._workers[stage.subject]._socket  # type: ignore[union-attr]
    connection = route._connection
    assert connection is not None
    ours = connection.transport.get_extra_info("socket")
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, LITTLE)
    stage.ws.stop_reading()
    stage.ws.inject(b"".join(PING + os.urandom(125) for _ in range(PINGS)))
    give_up_s = time.monotonic() + WAIT_S
    while not connection.paused:
        assert time.monotonic() < give_up_s, "no send has to wait"
        time.sleep(0.001)


@pytest.mark.parametrize("subject", [HTX, OKX])
@pytest.mark.parametrize("told", [False, True], ids=["pressed into", "noticed by an idle desk"])
async def test_a_send_that_has_to_wait_holds_up_no_press(
    set_stage: Callable[..., Stage], subject: str, told: bool
) -> None:
    """It goes over REST in time; the socket is given up, and tried anew while the venue is so."""
    stage = set_stage(subject, poll_s=5.0)

    async def tried_anew(when: str) -> None:
        if when == "told":
            await stage.until(lambda: len(stage.ws.connections) > 1, "a second connection")

    scenario = Scenario(
        "socket: the venue reads nothing and there is no room left",
        subject,
        fills_up,
        Health.DEGRADED,
        "ws down: no answer to a ping within 0.7 s",
        of_all(subject, CONFIRMED_NONE),
        once_told=told,
    )
    await play(stage, scenario, tried_anew)


def starts_anew(stage: Stage) -> None:
    """What it has not read is lost."""
    stage.rest.reset()
    well(stage)


@pytest.mark.parametrize("subject", [HTX2, BITGET])
async def test_a_call_that_is_never_read_is_unresolved(
    set_stage: Callable[..., Stage], subject: str
) -> None:
    scenario = Scenario(
        "REST: the venue reads nothing, and starts anew",
        subject,
        lambda stage: stage.rest.stop_reading(),
        Health.DOWN if subject == BITGET else Health.DEGRADED,
        "no answer within 1 s",
        of_all(subject, UNRESOLVED_ALL if subject == BITGET else UNRESOLVED_NONE),
        end=starts_anew,
    )
    await play(set_stage(subject), scenario)
