"""How many orders are open, large."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from textual.content import Content

from tui.core.clocks import Clock
from tui.core.desk import AccountView
from tui.core.formatting import count, time_of_day
from tui.core.timeseries import NO_PAST, SeriesView, up_to_now
from tui.ui.panel.remainder import CLEAR, Remainder, remainder_of
from tui.ui.widgets.big_digits import big, big_height, big_width
from tui.ui.widgets.sparkline import orders_line
from tui.ui.widgets.value_widget import (
    Drawing,
    ValueWidget,
    ends,
    first_fitting,
    lines,
    row,
    styled,
)

_GAP = 4
_WORDED = 3
"""Variants of a remainder that say what the number is."""
_OLD_MS = 25_000
"""Age from which a book does not look live any more. It is read every five seconds, every ten when
nothing happens, and a screen that nobody touches shows that up to five seconds later."""


@dataclass(frozen=True, slots=True)
class Count:
    """A number with its label; a number that is not known shows as `--`."""

    count: int | None
    label: str

    @property
    def text(self) -> str:
        return "--" if self.count is None else str(self.count)

    def width(self, scale: int) -> int:
        return max(big_width(self.text, scale), len(self.label))


@dataclass(frozen=True, slots=True)
class OrderCountView:
    """What the figures show."""

    total: Count
    parts: tuple[Count, ...]
    remainder: Remainder
    """What no press reaches; nothing before the first read, when the total says that much."""
    read_at_ms: int | None
    error: str
    stale: bool = False
    """Too old to look live."""
    past: SeriesView = NO_PAST
    """Of the total, in the last hour."""
    reading: int = 0
    """Orders that a read under way has listed so far."""


class Freshness:
    """Whether the figures of an account are of a while ago: the last read failed, or nothing was
    read since.

    The time of a read is one of the wall clock, which may be set back: so it also counts for how
    long the same read is shown.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._read_at_ms: int | None = None
        self._shown_since = clock()

    def stale(self, account: AccountView) -> bool:
        """To be asked with every picture, and when time has passed."""
        now, read_at_ms = self._clock(), account.read_at_ms
        if read_at_ms is None:
            return False
        if read_at_ms != self._read_at_ms:
            self._read_at_ms, self._shown_since = read_at_ms, now
        shown_ms = now.steady_since(self._shown_since) * 1000
        return bool(account.book_error) or max(now.wall_ms - read_at_ms, shown_ms) > _OLD_MS


def counts(account: AccountView, *, stale: bool = False) -> OrderCountView:
    """The figures of an account: the total first, then each kind where there are several."""
    cover = account.coverage
    parts = tuple(Count(one.count, one.label) for one in cover.covered)
    return OrderCountView(
        Count(cover.open if parts else None, "open"),
        parts if len(parts) > 1 else (),
        remainder_of(cover) if account.book is not None else CLEAR,
        account.read_at_ms,
        account.book_error,
        stale,
        past=up_to_now(account.open_past.total, cover.open),
        reading=account.reading,
    )


class OrderCounts(ValueWidget[OrderCountView]):
    """Large figures where there are rows for them, else one line of words."""

    def paint(self, value: OrderCountView, width: int, height: int) -> Drawing:
        if height < big_height() + 1:
            return self._in_words(value, width)
        scale = 2 if height > big_height(2) + 1 else 1
        shown = _fitting(value, width, scale)
        drawing = _rows(shown, scale, old=value.stale)
        labels = _labels(shown, scale)
        below: list[Content] = []
        if len(shown) == 1 and value.parts:
            below.append(_listed(value.parts, width))
        spare = height - big_height(scale) - 1
        apart, read = value.remainder.within(width), read_line(value)
        if spare == 0:
            return lines(*drawing, _only_line(labels, value, bool(below), width))
        beside = value.remainder.within(width - labels.cell_length - 2)
        if len(beside.plain) == len(apart.plain):
            labels = row(labels, beside)
            hour = _hour(value.past, width)
            if hour.plain and (not below or below[0].plain.endswith("…")):
                below = [hour]
            else:
                read = row(read, _hour(value.past, width - read.cell_length - 3))
        else:  # what no press reaches gives way to nothing
            below = [_beside_parts(value.remainder, value.parts if below else (), width)]
        if len(below) < spare - 1:
            below += [Content()] * (spare - 1 - len(below))
        return lines(*drawing, labels, *below[: spare - 1], ends(read, Content(), width))

    def _in_words(self, value: OrderCountView, width: int) -> Drawing:
        """On one line, or two."""
        apart = value.remainder.variants
        if value.stale:
            read, old = read_line(value), styled("?", ".ink--careful")
            total = _words(value.total, old=True)
            return first_fitting(
                width,
                *(row(_words(value.total, *value.parts, old=True), one, read) for one in apart),
                *(row(total, one, read) for one in apart),
                *(row(total, one, _read_when(value)) for one in apart),
                *(row(old, total, one, gap=" ") for one in apart),
                row(old, total, gap=" "),
            )
        on = styled(f"reading {count(value.reading)} …" if value.reading else "", ".ink--careful")
        total, several = _words(value.total), _words(value.total, *value.parts)
        return first_fitting(
            width,
            *(row(text, one, on) for one in apart for text in (several, total)),
            *(row(text, one) for one in apart for text in (several, total)),
            total,
        )


def _only_line(labels: Content, value: OrderCountView, list_parts: bool, width: int) -> Content:
    """The one line below the figures. What no press reaches stands there before all else."""
    apart, read = value.remainder.variants, read_line(value)
    listed = labels
    if list_parts:
        name, longest = styled("open", ".ink--quiet"), value.remainder.within(width)
        taken = sum(part.cell_length + 2 for part in (name, longest) if part.plain)
        listed = row(name, _listed(value.parts, width - taken))
    whole = (row(listed, apart[0], read),)
    if value.stale:
        when, old = _read_when(value), styled("?", ".ink--careful")
        return first_fitting(
            width,
            *whole,
            *(row(labels, one, read) for one in apart),
            *(row(one, read) for one in apart),
            *(row(one, when) for one in apart),
            *(row(old, one if one.plain else labels, gap=" ") for one in apart),
        )
    if value.error:
        return first_fitting(
            width,
            *whole,
            *(row(labels, one, read) for one in apart),
            *(row(one, read) for one in apart),
        )
    return first_fitting(
        width,
        *whole,
        row(listed, apart[0]),
        *(row(labels, one, read) for one in apart[:_WORDED]),
        *(row(labels, one) for one in apart[:_WORDED]),
        *(one if one.plain else labels for one in apart[:_WORDED]),
        row(labels, apart[-1]),
        apart[-1],
    )


def _fitting(value: OrderCountView, width: int, scale: int) -> tuple[Count, ...]:
    whole = (value.total, *value.parts)
    taken = sum(cells for cells, _ in _sizes(whole, scale)) + _GAP * (len(whole) - 1)
    return whole if taken <= width and len(whole) <= 4 else (value.total,)


def _sizes(figures: tuple[Count, ...], scale: int) -> list[tuple[int, int]]:
    """Width and scale of each figure: only the first one grows."""
    scales = [scale, *(1 for _ in figures[1:])]
    return [(figure.width(s), s) for figure, s in zip(figures, scales, strict=True)]


@lru_cache(maxsize=256)
def _rows(figures: tuple[Count, ...], scale: int, *, old: bool) -> tuple[Content, ...]:
    rows = big_height(scale)
    columns = []
    for index, (figure, (cells, size)) in enumerate(
        zip(figures, _sizes(figures, scale), strict=True)
    ):
        picture = big(figure.text, size)
        above = ("",) * (rows - len(picture))
        style = _ink(figure, first=index == 0, old=old)
        columns.append([styled(line.ljust(cells), style) for line in above + picture])
    return tuple(row(*cells, gap=" " * _GAP) for cells in zip(*columns, strict=True))


@lru_cache(maxsize=256)
def _labels(figures: tuple[Count, ...], scale: int) -> Content:
    sizes = _sizes(figures, scale)
    return Content(" " * _GAP).join(
        [
            styled(figure.label.ljust(cells), ".ink--quiet")
            for figure, (cells, _) in zip(figures, sizes, strict=True)
        ]
    )


def _ink(figure: Count, *, first: bool, old: bool = False) -> str:
    if old:
        return ".ink--faint"
    if not figure.count:
        return ".ink--quiet" if figure.count is None else ".ink--faint"
    return ".ink--strong" if first else ".ink--figure"


def _words(*figures: Count, old: bool = False) -> Content:
    return row(
        *(
            row(
                styled(f.text, _ink(f, first=True, old=old)),
                styled(f.label, ".ink--quiet"),
                gap=" ",
            )
            for f in figures
        )
    )


def _beside_parts(remainder: Remainder, parts: tuple[Count, ...], width: int) -> Content:
    """What no press reaches, in so few words that one of the parts fits beside it, if possible."""
    for text in remainder.variants[:_WORDED]:
        listed = _listed(parts, width - text.cell_length - 2)
        if listed.plain:
            return row(text, listed)
    return remainder.within(width)


@lru_cache(maxsize=256)
def _listed(parts: tuple[Count, ...], width: int) -> Content:
    there = [part for part in parts if part.count != 0]
    return first_fitting(
        width,
        *(
            row(
                *(
                    row(styled(p.label, ".ink--quiet"), styled(p.text, ".ink--text"), gap=" ")
                    for p in there[:many]
                ),
                styled("…" if many < len(there) else "", ".ink--quiet"),
            )
            for many in range(len(there), 0, -1)
        ),
        Content(),
    )


_LEAST_HOUR = 10
"""Cells of the line below which it tells nothing."""


@lru_cache(maxsize=64)
def _hour(past: SeriesView, width: int) -> Content:
    """The last hour of the total; its length in words where there is room."""
    words = styled(" 1 h", ".ink--faint")
    drawn = orders_line(past, width - words.cell_length) if width >= _LEAST_HOUR else Content()
    return Content.assemble(drawn, words) if drawn.plain else drawn


def read_line(value: OrderCountView) -> Content:
    """When the book was read; why it was not, if the last read failed."""
    when = _read_when(value)
    if value.reading:
        known = when if value.read_at_ms is not None else Content()
        when = row(known, styled(f"reading {count(value.reading)} …", ".ink--careful"))
    return row(when, styled(f"✕ {value.error}", ".ink--bad")) if value.error else when


def _read_when(value: OrderCountView) -> Content:
    when = (
        f"as of {time_of_day(value.read_at_ms)}" if value.read_at_ms is not None else "not read yet"
    )
    if value.stale:
        return styled(f"? {when}", ".ink--careful")
    return styled(when, ".ink--careful" if value.error else ".ink--faint")
