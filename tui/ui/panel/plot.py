"""A plot with axes: the one module that knows which plotting library is used. Imported late."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from rich.text import Text
from textual.content import Content
from textual_plotext import PlotextPlot

from tui.core.formatting import time_of_day
from tui.ui.widgets.sparkline import LOST
from tui.ui.widgets.styles import colour_of, inked
from tui.ui.widgets.value_widget import styled

_MINUTE = 60
_LEAST_WIDE, _LEAST_HIGH = 20, 4
"""Cells and rows; with fewer it stays blank."""
_CELLS_A_TIME = 12
_ROWS_A_VALUE = 3


@dataclass(frozen=True, slots=True)
class Curve:
    """Points to be joined by a line, a gap wherever there is None."""

    times_s: tuple[float, ...]
    """Wall clock, epoch s."""
    values: tuple[float | None, ...]
    """One for each of the times."""
    ink: str
    """The name of the ink that colours it."""
    lost: tuple[int, ...] = ()
    """Places of those where an answer did not come."""


@dataclass(frozen=True, slots=True)
class Curves:
    """What a plot shows, from so long ago until now."""

    curves: tuple[Curve, ...]
    span_s: float
    until_s: float
    """Wall clock, epoch s."""

    @property
    def top(self) -> float | None:
        """The largest value; None when there is nothing to plot."""
        return max((v for c in self.curves for v in c.values if v is not None), default=None)


class Plot(PlotextPlot):
    """Curves over the time of day. It is drawn anew only when they change."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    Plot {
        height: 1fr;
        color: $killdesk-quiet;
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self.theme = "textual-clear"
        self.value: Curves | None = None

    def put(self, value: Curves) -> None:
        """Shows `value`; nothing is redrawn when it is the one shown already."""
        if value != self.value:
            self.value = value
            self.refresh()

    def render(self) -> Content:
        top = self.value.top if self.value is not None else None
        if (
            self.value is None
            or top is None
            or self.size.width < _LEAST_WIDE
            or self.size.height < _LEAST_HIGH
        ):
            return Content()
        try:
            self._draw(self.value, top)
            drawn = super().render()
            assert isinstance(drawn, Text)
            return Content.from_rich_text(drawn)
        except Exception as error:  # noqa: BLE001  one part that cannot be drawn must not end the desk
            return inked(self, styled(f"✕ cannot be drawn: {type(error).__name__}", ".ink--bad"))

    def _draw(self, value: Curves, top: float) -> None:
        plt = self.plt
        plt.clear_data()
        begun_s = value.until_s - value.span_s
        heights = _steps(top * 1.1, self.size.height // _ROWS_A_VALUE)
        times = _times(begun_s, value.until_s, self.size.width // _CELLS_A_TIME)
        plt.xlim(begun_s, value.until_s)
        plt.ylim(0, heights[-1])
        plt.xticks(times, [time_of_day(round(at_s * 1000))[:5] for at_s in times])
        plt.yticks(heights, [f"{height:g}" for height in heights])
        plt.xaxes(True, False)
        plt.yaxes(True, False)
        for curve in value.curves:
            colour = self._colour(curve.ink)
            for run in _runs(curve.values):
                xs = [curve.times_s[place] for place in run]
                ys = [curve.values[place] for place in run]
                draw = plt.plot if len(run) > 1 else plt.scatter
                draw(xs, ys, marker="hd", color=colour)
        for curve in value.curves:
            if curve.lost:
                xs = [curve.times_s[place] for place in curve.lost]
                plt.scatter(xs, [heights[-1]] * len(xs), marker=LOST, color=self._colour("bad"))

    def _colour(self, name: str) -> tuple[int, int, int]:
        colour = colour_of(self, name)
        return (colour.r, colour.g, colour.b)


def _runs(values: Sequence[float | None]) -> list[range]:
    """The places between two gaps."""
    runs, begun = [], None
    for place, value in enumerate([*values, None]):
        if value is not None and begun is None:
            begun = place
        elif value is None and begun is not None:
            runs.append(range(begun, place))
            begun = None
    return runs


def _steps(top: float, most: int) -> list[float]:
    """Round figures from 0 to `top` or above, at most so many of them but for two at least."""
    if top <= 0:
        return [0.0, 1.0]
    size = 10.0 ** floor(log10(top))
    wholes = (size * factor / 10 for factor in (1, 2, 5, 10, 20, 50, 100))
    step = next((one for one in wholes if one >= 1 and top / one <= max(1, most - 1)), 1.0)
    return [step * n for n in range(ceil(top / step) + 1)]


def _times(begun_s: float, until_s: float, most: int) -> list[float]:
    """Whole minutes of the day between the two, at most so many."""
    span_s = until_s - begun_s
    steps = (m * _MINUTE for m in (1, 2, 5, 10, 15, 20, 30, 60))
    step = next((s for s in steps if span_s / s <= max(1, most)), 60 * _MINUTE)
    first = ceil(begun_s / step) * step
    return [float(first + n * step) for n in range(floor((until_s - first) / step) + 1)]
