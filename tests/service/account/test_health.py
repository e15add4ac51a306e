"""The word in a panel's corner: what it takes for READY, and which trouble is told first."""

from __future__ import annotations

import pytest

from tui.core.actions import Verdict
from tui.core.desk import Health, RouteView
from tui.core.frames import Transport
from tui.core.readiness import UNTRIED
from tui.service.account.health import health_of, key_note
from tui.venues.base.errors import VenueError
from tui.venues.base.specs import Profile

TRADES = Profile(can_trade=True, can_withdraw=False)
REFUSED = VenueError(Verdict.REFUSED, "50113", "Invalid Sign")
BUSY = VenueError(Verdict.BUSY, "50011", "Too Many Requests")


def route(transport: Transport = "ws", detail: str = "") -> RouteView:
    """Up, unless a detail says why not."""
    return RouteView(transport, not detail, 12.0, detail, None)


BOTH = (route(), route("rest"))
ONE = (route("ws", "nothing answers there"), route("rest"))
NONE = (route("ws", "nothing answers there"), route("rest", "nothing answers there"))


def health(
    routes: tuple[RouteView, ...] = BOTH,
    profile: Profile = TRADES,
    known: bool = True,
    trouble: VenueError | None = None,
    book_known: bool = True,
    read_trouble: VenueError | None = None,
) -> tuple[Health, str]:
    return health_of(routes, profile, known, trouble, book_known, read_trouble)


def test_ready_takes_every_route_a_key_that_may_trade_and_a_read_book() -> None:
    assert health() == (Health.READY, "")
    for less in (
        health(ONE),
        health(profile=Profile(can_trade=False)),
        health(known=False),
        health(book_known=False),
        health(read_trouble=BUSY),
        health(profile=Profile(can_trade=True, warnings=("say so",))),
    ):
        assert less[0] is not Health.READY


@pytest.mark.parametrize(
    ("found", "word", "reason"),
    [
        # A press would not work.
        (health(known=False, trouble=REFUSED), Health.DOWN, "50113 Invalid Sign"),
        (health(NONE), Health.DOWN, "nothing answers there"),
        (health(profile=Profile(can_trade=False)), Health.DOWN, "grant it the trade permission"),
        (health(read_trouble=REFUSED), Health.DOWN, "50113 Invalid Sign"),
        # It is not known yet.
        (health((route("ws", "connecting"), route("rest", "x"))), Health.CONNECTING, ""),
        (health((route("ws", UNTRIED[0]), route("rest"))), Health.CONNECTING, ""),
        (health(known=False), Health.CONNECTING, ""),
        (health(book_known=False), Health.CONNECTING, ""),
        # It would work, and something is wrong all the same.
        (health(read_trouble=BUSY), Health.DEGRADED, "open orders cannot be read: 50011"),
        (health(ONE), Health.DEGRADED, "ws down: nothing answers there"),
        (
            health(profile=Profile(can_trade=True, can_withdraw=True)),
            Health.DEGRADED,
            "the API key can withdraw",
        ),
        (
            health(profile=Profile(can_trade=True, warnings=("unified", "more"))),
            Health.DEGRADED,
            "unified",
        ),
        # What was known once stays known: a later trouble with the key takes no button away.
        (health(known=True, trouble=BUSY), Health.READY, ""),
    ],
)
def test_the_trouble_that_stops_a_press_is_told_first(
    found: tuple[Health, str], word: Health, reason: str
) -> None:
    assert found[0] is word
    assert reason in found[1]
    assert bool(found[1]) == bool(reason)


@pytest.mark.parametrize(
    ("can_trade", "can_withdraw", "note"),
    [
        (None, None, ""),
        (True, False, "trade-only"),
        (True, None, "trade-only"),
        (False, False, "no trading"),
        (True, True, "can withdraw"),
        (False, True, "can withdraw"),
    ],
)
def test_what_a_key_may_do_in_a_word(
    can_trade: bool | None, can_withdraw: bool | None, note: str
) -> None:
    assert key_note(Profile(can_trade=can_trade, can_withdraw=can_withdraw)) == note
