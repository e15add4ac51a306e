"""What a panel shows when it has the desk to itself: its round trips and its orders, plotted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import cycle

from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.content import Content

from tui.core.desk import AccountView
from tui.core.formatting import duration
from tui.core.timeseries import Bucket, SeriesView, downsample, slowed, up_to_now
from tui.ui.panel.plot import Curve, Curves, Plot
from tui.ui.widgets.status import SLOW
from tui.ui.widgets.value_widget import Drawing, ValueWidget, first_fitting, lines, row, styled

_MOST_POINTS = 31
"""Of ten minutes: some routes are measured every twenty seconds only."""
_INKS = ("strong", "figure", "demo", "good", "careful", "quiet", "faint")
"""Of the curves, in their order, as the figures of the panel have them."""


@dataclass(frozen=True, slots=True)
class Legend:
    """A curve in words: the variants, the longest first."""

    ink: str
    name: str
    variants: tuple[Content, ...]


class Legends(ValueWidget[tuple[str, tuple[Legend, ...]]]):
    """The heading of a chart, and a line for each curve."""

    DEFAULT_CSS = "Legends { height: auto; }"

    def get_content_height(self, container: object, viewport: object, width: int) -> int:
        return 1 + (len(self.value[1]) if self.value is not None else 0)

    def paint(self, value: tuple[str, tuple[Legend, ...]], width: int, height: int) -> Drawing:
        heading, legends = value
        edge = max((len(legend.name) for legend in legends), default=0)
        return lines(
            styled(heading, ".ink--strong").truncate(width, ellipsis=True),
            *(
                first_fitting(
                    width,
                    *(
                        Content.assemble(
                            styled("━ ", f".ink--{legend.ink}"),
                            styled(legend.name.ljust(edge + 2), ".ink--quiet"),
                            variant,
                        )
                        for variant in legend.variants
                    ),
                )
                for legend in legends
            ),
        )


class Chart(Vertical):
    """A plot with its words."""

    DEFAULT_CSS = """
    Chart { width: 1fr; height: 1fr; padding: 1 1 0 1; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.legends = Legends()
        self.plot = Plot()

    def compose(self) -> ComposeResult:
        yield self.legends
        yield self.plot

    def show(self, heading: str, legends: tuple[Legend, ...], curves: Curves) -> None:
        """Shows newer curves."""
        grown = self.legends.value is None or len(self.legends.value[1]) != len(legends)
        self.legends.put((heading, legends))
        if grown:
            self.legends.refresh(layout=True)
        self.plot.put(curves)


class Charts(Container):
    """Both charts of one account: one above the other, or beside each other (`-across`)."""

    DEFAULT_CSS = """
    Charts { height: 1fr; layout: vertical; }
    Charts.-across { layout: horizontal; }
    """

    def __init__(self, *, classes: str | None = None) -> None:
        super().__init__(classes=classes)
        self.trips = Chart()
        self.orders = Chart()
        self._shown: tuple[object, ...] = ()

    def compose(self) -> ComposeResult:
        yield self.trips
        yield self.orders

    def show(self, account: AccountView) -> None:
        """Shows a newer picture of the account; it costs nothing while the past is the same."""
        past = (*((route.transport, route.past) for route in account.routes), account.open_past)
        shown = (*past, account.coverage, account.read_at_ms)
        if shown == self._shown:
            return
        self._shown = shown
        self.trips.show("ROUND TRIPS  ms, ten minutes", *_trips(account))
        self.orders.show("OPEN ORDERS  one hour", *_orders(account))


def _trips(account: AccountView) -> tuple[tuple[Legend, ...], Curves]:
    legends, curves = [], []
    for route, name in zip(account.routes, cycle(_INKS), strict=False):
        past = route.past
        legends.append(Legend(name, route.transport, _in_words(past)))
        curves.append(_curve(past, name, _MOST_POINTS))
    until_ms = max((route.past.ended_ms for route in account.routes), default=0)
    return tuple(legends), Curves(tuple(curves), 600, until_ms / 1000)


def _in_words(past: SeriesView) -> tuple[Content, ...]:
    p50, p95 = past.at_share(0.5), past.at_share(0.95)
    if p50 is None or p95 is None or past.high is None:
        text = f"{past.lost} lost" if past.lost else "the plot begins within seconds"
        return (styled(text, ".ink--bad" if past.lost else ".ink--quiet"),)
    slow = styled(str(SLOW) if slowed(past) else "", SLOW.ink)
    usual, late, longest = (
        row(styled(word, ".ink--quiet"), styled(duration(value), ".ink--text"), gap=" ")
        for word, value in (("p50", p50), ("p95", p95), ("most", past.high))
    )
    lost = styled(f"{past.lost} lost", ".ink--bad" if past.lost else ".ink--quiet")
    any_lost = lost if past.lost else Content()
    return (
        row(usual, late, longest, lost, slow),
        row(usual, late, any_lost, slow),
        row(any_lost, slow, late, usual),
    )


def _orders(account: AccountView) -> tuple[tuple[Legend, ...], Curves]:
    """The total, and each kind that was open at all within the hour, where there are several.

    Each ends with the count of now, as the figures have it: what the minute before came to would
    contradict them.
    """
    cover = account.coverage
    now = {one.kind: one for one in (*cover.covered, *cover.remainder)}
    kinds = [(now[kind], past) for kind, past in account.open_past.kinds if kind in now]
    shown = [("open", account.open_past.total, cover.open)]
    if len(kinds) > 1:
        shown += [(one.label, past, one.count) for one, past in kinds if past.high or one.count]
    ended_s = account.open_past.total.ended_ms / 1000
    now_s = max(ended_s, (account.read_at_ms or 0) / 1000)
    legends, curves = [], []
    for (label, past, count), name in zip(shown, cycle(_INKS), strict=False):
        legends.append(Legend(name, label, _counted(past, count)))
        curve = _curve(past, name, past.most)
        if past.stretches:
            times_s, values = (*curve.times_s, now_s), (*curve.values, count)
            curve = replace(curve, times_s=times_s, values=values)
        curves.append(curve)
    return tuple(legends), Curves(tuple(curves), 3600, now_s)


def _counted(past: SeriesView, now: int | None) -> tuple[Content, ...]:
    last = _figure("last", now)
    if not any(s.median is not None for s in past.stretches):
        begins = styled("the plot begins after a minute", ".ink--quiet")
        return (row(last, begins), begins) if now is not None else (begins,)
    whole = up_to_now(past, now)
    lowest = min((s.low for s in whole.stretches if s.low is not None), default=None)
    least, most = _figure("least", lowest), _figure("most", whole.high)
    failed = styled(f"{past.lost} reads failed" if past.lost else "", ".ink--bad")
    short = styled(f"{past.lost} failed" if past.lost else "", ".ink--bad")
    return (row(last, least, most, failed), row(last, most, short), row(last, short), last)


def _figure(word: str, value: float | None) -> Content:
    text = "not known" if value is None else f"{value:g}"
    return row(styled(word, ".ink--quiet"), styled(text, ".ink--text"), gap=" ")


def _curve(past: SeriesView, name: str, most: int) -> Curve:
    groups = downsample(past, most)
    at_s = past.ended_ms / 1000 - len(past.stretches) * past.each_s
    times_s = []
    for group in groups:
        times_s.append(at_s + len(group) * past.each_s / 2)
        at_s += len(group) * past.each_s
    lost = tuple(place for place, group in enumerate(groups) if any(s.lost for s in group))
    return Curve(tuple(times_s), tuple(map(_middle, groups)), name, lost)


def _middle(group: tuple[Bucket, ...]) -> float | None:
    known = [s.median for s in group if s.median is not None]
    return max(known, default=None)
