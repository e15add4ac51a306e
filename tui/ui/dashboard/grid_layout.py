"""Where the panels go: as large as they fit, and the buttons never off the screen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from math import ceil

BESIDE_FROM = 45
"""Inner width from which two tall buttons stand beside each other."""
SIDE_FROM = 220
"""Width from which the frame log may stand beside the panels."""
_SIDE_MOST = 140
_FRAME = 3
"""Cells of a panel's edge and padding."""


class Density(StrEnum):
    """How large a panel is drawn; also the name of its style class."""

    WALL = "-wall"
    FULL = "-full"
    MEDIUM = "-medium"
    COMPACT = "-compact"
    TINY = "-tiny"


@dataclass(frozen=True, slots=True)
class _Needs:
    narrowest: int
    log: tuple[int, ...]
    """Rows that the frame log keeps: the first wish, and the least before panels give way."""
    air: int = 0
    """Free rows between rows of panels, and above the first one."""


_NEEDS = {
    Density.WALL: _Needs(44, (20,), 1),
    Density.FULL: _Needs(35, (7, 4), 1),
    Density.MEDIUM: _Needs(32, (4,)),
    Density.COMPACT: _Needs(25, (2,)),
    Density.TINY: _Needs(18, (0,)),
}


@dataclass(frozen=True, slots=True)
class Plan:
    """A layout of the panels."""

    density: Density
    columns: int
    row_height: int
    rows: int
    visible_rows: int
    """Fewer than `rows` only where there is truly no room; the grid then scrolls."""
    beside: bool
    """Tall buttons stand beside each other."""
    air: int = 0
    """Free rows above each row of panels."""
    airy: bool = False
    """Free rows within the panels, too."""
    log_width: int = 0
    """Columns of the frame log beside the panels; 0 where it stands below them."""

    @property
    def height(self) -> int:
        """Rows that the panels take, with the air between them but not that above the first."""
        return (self.row_height + self.air) * self.visible_rows - self.air


def heights(density: Density, buttons: int, *, beside: bool) -> tuple[int, int]:
    """The least and the comfortable height of a panel with so many cancel buttons."""
    stacked = 1 if beside else max(1, buttons)
    match density:
        case Density.WALL:
            least = 15 + 5 * stacked
            return least, least + 2 + (stacked - 1)
        case Density.FULL:
            least = 12 + 3 * stacked
            return least, least + 2 + (stacked - 1)
        case Density.MEDIUM:
            return 8, 8
        case Density.COMPACT:
            return 5, 5
        case Density.TINY:
            return 2, 3


def plan(width: int, height: int, buttons: Sequence[int]) -> Plan:
    """The largest layout that fits `height` rows, for panels with so many cancel buttons each.

    Where a log beside the panels makes them larger, or leaves no hole below them, it stands there.
    """
    below = _largest(width, height, buttons, log=True)
    if width < SIDE_FROM:
        return below
    log_width = min(_SIDE_MOST, width * 3 // 8)
    beside = replace(_largest(width - log_width, height, buttons, log=False), log_width=log_width)
    order = list(Density)
    gain = order.index(below.density) - order.index(beside.density)
    filled = (beside.height + beside.air) * 5 >= height * 4
    return beside if gain > 0 or (gain == 0 and filled) else below


def _largest(width: int, height: int, buttons: Sequence[int], *, log: bool) -> Plan:
    panels = max(1, len(buttons))
    most = max(buttons, default=1)
    for density, needs, log_rows in _wishes(log=log):
        across = max(1, min(panels, width // needs.narrowest))
        few, many = ceil(panels / across), panels
        for rows in range(few, many + 1) if log else range(many, few - 1, -1):
            columns = ceil(panels / rows)
            if ceil(panels / columns) != rows:
                continue
            beside = width // columns - _FRAME >= BESIDE_FROM * max(1, most) // 2
            least, ideal = heights(density, most, beside=beside)
            room = height - log_rows
            for air in range(needs.air, -1, -1):
                if rows * (least + air) <= room:
                    row_height = min(ideal, room // rows - air)
                    airy = row_height == ideal > least
                    return Plan(density, columns, row_height, rows, rows, beside, air, airy)
    columns = max(1, min(panels, width // _NEEDS[Density.TINY].narrowest))
    rows = ceil(panels / columns)
    return Plan(Density.TINY, columns, 2, rows, max(1, min(rows, height // 2)), beside=True)


_PLOTS_BESIDE, _PLOTS_STACKED = 12, 20
"""Rows that the two plots of a panel take at least."""


def plots_beside(width: int) -> bool:
    """Whether they stand beside each other where the panel has so many cells."""
    return width >= 75


def plan_alone(width: int, height: int, buttons: int) -> Plan:
    """One panel with so many cancel buttons on all the room, the rows left over for its plots."""
    beside = width - _FRAME >= BESIDE_FROM
    plots = _PLOTS_BESIDE if plots_beside(width) else _PLOTS_STACKED
    for density, needs in _NEEDS.items():
        least, ideal = heights(density, buttons, beside=beside)
        if width >= needs.narrowest and least + plots <= height:
            airy = least < ideal <= height - plots
            return Plan(density, 1, height, 1, 1, beside, 0, airy)
    smallest = Density.COMPACT if height >= heights(Density.COMPACT, 1, beside=True)[0] else None
    return Plan(smallest or Density.TINY, 1, height, 1, 1, beside=True)


def _wishes(*, log: bool) -> Iterator[tuple[Density, _Needs, int]]:
    """What is tried, the largest first; each density with the log it wishes, then the least."""
    for density, needs in _NEEDS.items():
        for rows in needs.log if log else (0,):
            yield density, needs, rows
