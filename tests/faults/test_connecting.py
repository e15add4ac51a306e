"""What never left is told from what may have: a connection that does not come about in time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from tests.faults.certificates import certificate
from tests.faults.proxy import Proxy
from tests.faults.scenario import BITGET, UNRESOLVED_ALL, of_all, pressed, well, well_again
from tests.faults.stage import Stage
from tui.core.desk import Health
from tui.venues.base.messages import NoReply, Reply, RestCall

DEADLINE_S = 0.3


async def ask(stage: Stage) -> Reply:
    """The reply to a call of the subject's REST route, made in the service's own loop."""
    route = stage.desk._workers[stage.subject]._rest  # type: ignore[union-attr]
    call = RestCall("GET", "/api/v2/public/time", signed=False)
    asked = asyncio.run_coroutine_threadsafe(route.call(call, DEADLINE_S), stage.desk._loop)
    return await asyncio.wrap_future(asked)


async def goes_on(stage: Stage, reason: str) -> None:
    """The desk tells of it, a press into it is unresolved, and all is well when it is over."""
    began_s = time.monotonic()
    await stage.told(Health.DOWN, reason, 0)
    await pressed(stage, of_all(BITGET, UNRESOLVED_ALL))
    well(stage)
    await well_again(stage, began_s)


async def test_a_connection_that_does_not_come_about_in_time_has_sent_nothing(
    set_stage: Callable[..., Stage],
) -> None:
    stage = set_stage(BITGET)
    await stage.ready()
    stage.rest.unanswered()
    stage.rest.reset()
    place = stage.rest.url.removeprefix("http://")
    reason = f"cannot reach {place}: no connection within 0.3 s"
    assert await ask(stage) == NoReply(reason, sent=False)
    await goes_on(stage, "no connection within ")


async def test_nor_has_one_whose_encryption_does_not_come_about(
    set_stage: Callable[..., Stage], trust: Callable[[str], None]
) -> None:
    ours = certificate()
    trust(ours.authority)
    stage = set_stage(BITGET, through=lambda url: Proxy(url, tls=ours.server))
    await stage.ready()
    stage.rest.blackhole()
    stage.rest.reset()
    reply = await ask(stage)
    assert isinstance(reply, NoReply)
    assert (reply.sent, "no connection within 0.3 s" in reply.reason) == (False, True)
    await goes_on(stage, "no connection within ")


async def test_a_request_on_a_connection_that_stands_may_have_left(
    set_stage: Callable[..., Stage],
) -> None:
    stage = set_stage(BITGET)
    await stage.ready()
    stage.rest.blackhole()
    assert await ask(stage) == NoReply("no answer within 0.3 s", sent=True)
    await goes_on(stage, "no answer within ")
