"""OKX's dead-man timers: spreads, quotes and the order book have one each, and none covers another.

Sources: pages "Cancel All After" of Spread Trading, of Block Trading and of Order Book Trading.
"""

from __future__ import annotations

from tui.core.actions import Ack, Verdict
from tui.venues.base.errors import VenueError
from tui.venues.base.messages import Exchange, Reply, RestCall
from tui.venues.base.specs import TimerSpec
from tui.venues.common.parsing import compact, int_of
from tui.venues.common.timers import check_countdown, timer_ack_from
from tui.venues.okx.replies import taken

LIMITED = frozenset({"50011"})
SPREAD_TIMER = TimerSpec(
    id="okx-sprd",
    label="spreads",
    covers="spread orders; no quotes, no other orders",
    min_s=10,
    max_s=120,
    spacing_s=1.05,
    limit_codes=LIMITED,
)
QUOTE_TIMER = TimerSpec(
    id="okx-rfq",
    label="quotes",
    covers="quotes; no RFQs, no spread orders, no other orders",
    min_s=10,
    max_s=120,
    spacing_s=1.05,
    limit_codes=LIMITED,
)
BOOK_TIMER = TimerSpec(
    id="okx-trade",
    label="order book",
    covers="order-book orders; no conditional orders, no spread orders, no quotes",
    min_s=10,
    max_s=120,
    spacing_s=1.05,
    limit_codes=LIMITED,
)
TIMERS = {
    SPREAD_TIMER: "/api/v5/sprd/cancel-all-after",
    QUOTE_TIMER: "/api/v5/rfq/cancel-all-after",
    BOOK_TIMER: "/api/v5/trade/cancel-all-after",
}
"""The timers, and where each is set."""


def set_timer(timer: str, countdown_s: int) -> Exchange[Ack]:
    """Starts or refreshes a countdown, or switches it off with 0. Raises VenueError."""
    for spec, path in TIMERS.items():
        if spec.id == timer:
            check_countdown(spec, countdown_s)
            body = compact({"timeOut": str(countdown_s)})
            (reply,) = yield (RestCall("POST", path, body=body),)
            return timer_ack(reply, countdown_s)
    raise VenueError(Verdict.REFUSED, "", f"OKX has no timer {timer}")


def timer_ack(reply: Reply, countdown_s: int) -> Ack:
    """`cancel-all-after` of any timer: code 0, with the time it fires at."""
    envelope = taken(reply)
    if isinstance(envelope, Ack):
        return envelope
    times = envelope.rows[0] if envelope.rows else {}
    return timer_ack_from(countdown_s, int_of(times.get("ts")), int_of(times.get("triggerTime")))
