"""Whether a press would work now, said from what is known and never from what is hoped."""

from __future__ import annotations

from tui.core.actions import Verdict
from tui.core.clocks import Instant
from tui.core.desk import Health, RouteView
from tui.core.frames import Transport
from tui.core.readiness import CAN_WITHDRAW, NO_TRADING, TRADE_ONLY, is_untried
from tui.service.network.rest_route import RestRoute
from tui.service.network.websocket_route import SocketRoute
from tui.venues.base.errors import VenueError
from tui.venues.base.specs import Profile


def routes_of(rest: RestRoute, socket: SocketRoute | None, now: Instant) -> tuple[RouteView, ...]:
    """The account's ways to its venue, the socket first."""
    rest_view = _view("rest", rest, now)
    return (rest_view,) if socket is None else (_view("ws", socket, now), rest_view)


def _view(transport: Transport, route: RestRoute | SocketRoute, now: Instant) -> RouteView:
    past = route.trips.past(now)
    return RouteView(
        transport, route.up, route.round_trip_ms, route.detail, route.heard_at_ms, past
    )


def health_of(
    routes: tuple[RouteView, ...],
    profile: Profile,
    known: bool,
    trouble: VenueError | None,
    book_known: bool,
    read_trouble: VenueError | None,
) -> tuple[Health, str]:
    """The word for the panel and, unless all is well, the reason in one line."""
    down = [route for route in routes if not route.up]
    untried = any(is_untried(route) for route in down)
    if trouble is not None and not known:
        return Health.DOWN, str(trouble)
    if len(down) == len(routes):
        if untried:
            return Health.CONNECTING, ""
        return Health.DOWN, down[0].detail
    if known and profile.can_trade is False:
        return Health.DOWN, "the API key may not trade: grant it the trade permission"
    if read_trouble is not None and read_trouble.verdict is Verdict.REFUSED:
        return Health.DOWN, str(read_trouble)
    if untried or not known or (not book_known and read_trouble is None):
        return Health.CONNECTING, ""
    if read_trouble is not None:
        return Health.DEGRADED, f"the open orders cannot be read: {read_trouble}"
    if down:
        return Health.DEGRADED, f"{down[0].transport} down: {down[0].detail}"
    if profile.can_withdraw:
        return Health.DEGRADED, "the API key can withdraw: replace it by a trade-only key"
    if profile.warnings:
        return Health.DEGRADED, profile.warnings[0]
    return Health.READY, ""


def key_note(profile: Profile) -> str:
    """What the API key may do, in a word or two; empty when the venue did not say."""
    if profile.can_trade is None:
        return ""
    if profile.can_withdraw:
        return CAN_WITHDRAW
    return TRADE_ONLY if profile.can_trade else NO_TRADING
