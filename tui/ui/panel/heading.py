"""The first lines of a panel: who it is, whether a press would work, and how it gets there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from textual.content import Content

from tui.core.desk import AccountView, Health, RouteView
from tui.core.formatting import duration
from tui.core.readiness import is_harmless
from tui.core.timeseries import NO_PAST, slowed
from tui.ui.panel.order_counts import OrderCountView, counts
from tui.ui.panel.outcome import Endings, endings
from tui.ui.panel.remainder import cautious
from tui.ui.widgets.sparkline import trips_line
from tui.ui.widgets.status import HEALTH, OUTCOME, SLOW
from tui.ui.widgets.value_widget import (
    Drawing,
    ValueWidget,
    badge,
    ends,
    first_fitting,
    lines,
    row,
    styled,
)


@dataclass(frozen=True, slots=True)
class Title:
    """What the first line shows."""

    number: int
    name: str
    venue: str
    family: str
    paper: bool
    health: Health
    clear: bool
    """Whether nothing is known to rest beyond what a press reaches."""
    selected: bool
    told: tuple[OrderCountView, Endings] | None
    """Where there is no room for more than this line, what else would stand below."""


def title(
    number: int, account: AccountView, *, tiny: bool, selected: bool, stale: bool = False
) -> Title:
    """The first line of an account."""
    return Title(
        number,
        account.name,
        account.title,
        account.family,
        account.paper,
        account.health,
        account.coverage.clear,
        selected,
        (counts(account, stale=stale), endings(account, stale=stale)) if tiny else None,
    )


class PanelHeading(ValueWidget[Title]):
    """`1  htx-main  HTX  legacy                ● READY`."""

    def paint(self, value: Title, width: int, height: int) -> Content:
        health = badge(cautious(HEALTH[value.health], clear=value.clear))
        number = str(value.number) if value.number <= 9 else "·"
        mark = styled(number, ".ink--live" if value.selected else ".ink--quiet")
        if value.selected:
            mark = styled(f" {number} ", ".ink--live")
        name = styled(value.name, ".ink--strong")
        paper = styled("░ PAPER" if value.paper else "", ".ink--paper")
        if value.told is not None:
            return _tiny(value.health, *value.told, mark, name, width)
        venue, family = styled(value.venue, ".ink--quiet"), styled(value.family, ".ink--faint")
        room = width - health.cell_length - 2
        left = first_fitting(
            room,
            row(mark, name, venue, family, paper),
            row(mark, name, venue, paper),
            row(mark, name, paper),
            row(mark, name, paper, gap=" "),
        )
        return ends(left, health, width)


def _tiny(
    health: Health,
    counted: OrderCountView,
    ended: Endings,
    mark: Content,
    name: Content,
    width: int,
) -> Content:
    """All of an account in a line: the worst that there is to say, and how many orders are open."""
    sign = cautious(HEALTH[health], clear=ended.remainder.clear)
    state = badge(sign)
    if ended.runs:
        state = styled("▶ " + ended.runs[0].step, ".ink--careful")
    elif ended.reports and ended.reports[0].outcome.alarm:
        state = badge(OUTCOME[ended.reports[0].outcome])
    total = f"? {counted.total.text}" if counted.stale else counted.total.text
    style = ".ink--careful" if counted.stale else ".ink--strong"
    open_ = row(styled(total, style), styled("open", ".ink--quiet"), gap=" ")
    room = width - state.cell_length - name.cell_length - 10
    for apart in counted.remainder.variants:
        if room >= (left := row(open_, apart)).cell_length:
            return ends(row(mark, name, left), state, width)
    last = styled(f"{total}{counted.remainder.brief} {sign.glyph}", sign.ink)
    return ends(row(mark, name, gap=" "), last, width)


@dataclass(frozen=True, slots=True)
class Connection:
    """What the lines below the first one show."""

    routes: tuple[RouteView, ...]
    key_note: str
    health: Health
    reason: str


def connection(account: AccountView) -> Connection:
    """How an account is reached, and what is wrong with it."""
    routes = tuple(replace(route, heard_at_ms=None) for route in account.routes)
    return Connection(routes, account.key_note, account.health, account.reason)


class ConnectionLines(ValueWidget[Connection]):
    """Routes with their last minutes, then the reason; on a single line the reason takes it."""

    def paint(self, value: Connection, width: int, height: int) -> Drawing:
        key = _key(value.key_note)
        if not value.reason and height > 1:
            # The row below keeps the figures apart, where the lines do not need it.
            return next(_with_lines(value.routes, key, width), None) or _tall(value, key, width)
        harmless = is_harmless(value.key_note)
        short = [_in_short(route) for route in value.routes]
        routes = first_fitting(
            width,
            *_with_lines(value.routes, key, width),
            *(
                _in_a_row(ways, note, key_first=not harmless)
                for ways in (value.routes, short)
                for note in ((key, Content()) if harmless else (key,))
            ),
        )
        if not value.reason:
            return routes
        style = ".ink--quiet" if value.health is Health.READY else ".ink--careful"
        if value.health is Health.DOWN:
            style = ".ink--bad"
        reason = ends(styled(value.reason, style), Content(), width)
        return lines(routes, reason) if height > 1 else reason


_LEAST = 8
"""Cells that a line of round trips takes at least; with fewer it tells nothing."""


def _in_a_row(routes: Iterable[RouteView], key: Content, *, key_first: bool) -> Content:
    """The last of a row is what a narrow panel cuts off."""
    ways = [_route(route) for route in routes]
    return row(key, *ways) if key_first else row(*ways, key)


def _with_lines(routes: Sequence[RouteView], key: Content, width: int) -> Iterator[Content]:
    """All in one row, each route with its last minutes; nothing where there is no room for that.

    The room is that of whole lines, so that they do not vanish as they grow.
    """
    bare = row(*(row(_route(route), styled("-")) for route in routes), key).cell_length
    cells = (width - bare) // max(1, len(routes)) + 1
    if cells >= _LEAST:
        yield row(*(row(_route(r), trips_line(r.past, cells)) for r in routes), key)


def _in_short(route: RouteView) -> RouteView:
    return route if route.up else replace(route, detail="")


def _tall(value: Connection, key: Content, width: int) -> Drawing:
    """A row for each route. What the key may do gives way, unless it may do too much."""
    ways = [_route(route) for route in value.routes]
    if len(ways) < 2:
        (way,) = ways or [Content()]
        past = value.routes[0].past if value.routes else NO_PAST
        return lines(row(way, trips_line(past, width - way.cell_length - 2)), key)
    edge = max(way.cell_length for way in ways) + 2
    beside = width - edge - (key.cell_length + 2 if key.plain else 0)
    if beside < _LEAST:
        if not is_harmless(value.key_note):
            return lines(_in_a_row(value.routes, key, key_first=True))
        key, beside = Content(), width - edge
    rows = [
        Content.assemble(way, " " * (edge - way.cell_length), trips_line(route.past, beside))
        for way, route in zip(ways, value.routes, strict=True)
    ]
    return lines(ends(rows[0], key, width), *rows[1:])


def _route(route: RouteView) -> Content:
    name = styled(route.transport, ".ink--quiet")
    if not route.up:
        return row(name, styled(f"✕ {route.detail or 'down'}", ".ink--bad"), gap=" ")
    if route.round_trip_ms is None:
        return row(name, styled("up", ".ink--text"), gap=" ")
    slow = badge(SLOW) if slowed(route.past) else Content()
    return row(name, styled(duration(route.round_trip_ms), ".ink--text"), slow, gap=" ")


def _key(note: str) -> Content:
    if not note:
        return Content()
    style = ".ink--text" if is_harmless(note) else ".ink--careful"
    return row(styled("key", ".ink--quiet"), styled(note, style), gap=" ")
