"""HTX's dead-man timer: `linear-cancel-after` of legacy accounts, `cancel-after` of unified ones.

The first is documented (USDT-M, "Automatic order cancellation"). The second is on the official list
of V5 calls, but the unit of its time-out is proven nowhere, so its answer is held against what was
asked for.
"""

from __future__ import annotations

from tui.core.actions import Ack, Verdict
from tui.venues.base.errors import VenueError
from tui.venues.base.messages import Exchange, JsonObject, Reply, RestCall
from tui.venues.base.specs import TimerSpec
from tui.venues.common.parsing import compact, int_of, object_of
from tui.venues.common.timers import check_countdown, timer_ack_from
from tui.venues.htx.replies import read_reply

TIMER = TimerSpec(
    id="htx",
    covers="all pending orders of the account; whether trigger orders go too is not documented",
    min_s=5,
    max_s=60,
    spacing_s=1.05,
    limit_codes=frozenset({"1032"}),
)
PATHS = {
    "legacy": "/linear-swap-api/v1/linear-cancel-after",
    "unified": "/v5/trade/cancel-after",
}


def set_timer(family: str, timer: str, countdown_s: int) -> Exchange[Ack]:
    """Starts or refreshes the countdown, or switches it off with 0. Raises VenueError."""
    if timer != TIMER.id:
        raise VenueError(Verdict.REFUSED, "", f"HTX has no timer {timer}")
    check_countdown(TIMER, countdown_s)
    if family not in PATHS:
        raise VenueError(Verdict.BUSY, "", "the account's family is not known yet")
    on, time_out_ms = int(countdown_s > 0), countdown_s * 1000
    legacy: JsonObject = {"on_off": on, "time_out": time_out_ms}
    unified: JsonObject = {"on_off": str(on), "time_out": str(time_out_ms)}
    body = unified if family == "unified" else legacy
    if not on:
        del body["time_out"]
    (reply,) = yield (RestCall("POST", PATHS[family], body=compact(body)),)
    return timer_ack(reply, countdown_s)


def timer_ack(reply: Reply, countdown_s: int) -> Ack:
    """`linear-cancel-after` and `cancel-after`: taken, with the time it fires at."""
    answer = read_reply(reply)
    if answer.message is None or not answer.ok:
        verdict = answer.meaning.verdict
        verdict = Verdict.UNKNOWN if verdict is Verdict.NOTHING else verdict
        return Ack(verdict, answer.code, answer.text, retry_after_s=answer.meaning.retry_after_s)
    data = object_of(answer.message.get("data"))
    return timer_ack_from(
        countdown_s, int_of(data.get("current_time")), int_of(data.get("trigger_time"))
    )
