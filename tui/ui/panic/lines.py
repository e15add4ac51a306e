"""The rows of the panic summary, drawn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from textual.content import Content

from tui.core.actions import Outcome, Report
from tui.core.coverage import NOT_READ
from tui.core.formatting import duration
from tui.ui.panel.outcome import after_words, open_words, outcome_sign, why_parts
from tui.ui.panel.remainder import INK, read_when
from tui.ui.panic.model import Left, PanicRow
from tui.ui.widgets.line_list import Line, Said
from tui.ui.widgets.value_widget import badge, row, styled

_SIGN = 14
_OPEN, _ACK, _SEEN = 11, 7, 9
_GAP = 2
_TIMES_FROM = 62


@dataclass(frozen=True, slots=True)
class Columns:
    """Cells of the two columns that names decide."""

    account: int
    action: int
    times: bool
    """Whether there is room for the times."""

    @classmethod
    def of(cls, rows: Sequence[PanicRow], width: int) -> Columns:
        """As wide as the names, as far as the figures leave room."""
        longest = max((len(row.action) for row in rows), default=0)
        action = min(12 if width >= _TIMES_FROM else 6, longest)
        times = width >= _TIMES_FROM
        figures = _OPEN + (_ACK + _SEEN + 2 * _GAP + 4 if times else 0)
        room = width - _SIGN - figures - action - 4 * _GAP
        account = max((len(row.account) for row in rows), default=0)
        return cls(max(8, min(account, room)), action, times)


@dataclass(frozen=True, slots=True)
class HeadLine:
    """The names of the columns."""

    columns: Columns

    def paint(self, width: int) -> Content:
        names = ("outcome", "account", "", "open", "ack", "confirmed", "by")
        return styled(_cells(names, self.columns), ".ink--faint")


@dataclass(frozen=True, slots=True)
class RowLine:
    """`✓ confirmed   okx-desk  spreads   0 of 20    84 ms   212 ms  ws`."""

    row: PanicRow
    columns: Columns

    def paint(self, width: int) -> Content:
        found, columns = self.row, self.columns
        name = styled(_fit(found.account, columns.account), ".ink--strong")
        action = styled(_fit(found.action, columns.action), ".ink--quiet")
        gap = " " * _GAP
        if found.report is None:
            word = "▶ running" if found.run else "◌ asked"
            sign = styled(_fit(word, _SIGN), ".ink--careful")
            open_ = "" if found.open_now is None else f"{found.open_now} open"
            step = found.run.step if found.run else "nothing heard yet"
            rest = row(styled(_right(open_, _OPEN), ".ink--text"), styled(step, ".ink--careful"))
            return Content.assemble(sign, gap, name, gap, action, gap, rest)
        report = found.report
        sign = badge(outcome_sign(report, clear=found.clear))
        figures = [_right(_open(report), _OPEN)]
        if columns.times:
            figures.append(_right(duration(report.ack_ms, unknown="-"), _ACK))
            figures.append(_right(duration(report.confirmed_ms, unknown="-"), _SEEN))
        by = report.route or ""
        sent = f"{by} x{report.attempts}" if report.attempts > 1 else by
        return Content.assemble(
            sign,
            " " * max(1, _SIGN + _GAP - sign.cell_length),
            name,
            gap,
            action,
            gap,
            styled(gap.join(figures), ".ink--text"),
            gap,
            styled(sent, ".ink--quiet"),
        )


def panic_lines(rows: Sequence[PanicRow], left: Sequence[Left], width: int) -> list[Line]:
    """The rows, each followed by what else there is to say of it.

    What the panic does not reach stands before the rows that ended well.
    """
    columns = Columns.of(rows, width)
    result: list[Line] = [HeadLine(columns)]
    any_shown = False
    for found in rows:
        if not any_shown and not found.alarm:
            result += _not_covered(left, columns, width)
            any_shown = True
        result.append(RowLine(found, columns))
        if found.report is not None:
            result += _said(found.report, width)
    if not any_shown:
        result += _not_covered(left, columns, width)
    return result


def _not_covered(left: Sequence[Left], columns: Columns, width: int) -> Iterator[Line]:
    """`▲ not covered   bitget-uta  6 strategy, as of 12:03:20 UTC`, kind by kind."""
    gap = " " * _GAP
    sign = Content.assemble(styled("▲ not covered", INK), " " * (_SIGN - len("▲ not covered")), gap)
    for one in left:
        name = styled(_fit(one.account, columns.account), ".ink--strong")
        head = Content.assemble(sign, name, gap)
        room = max(20, width - head.cell_length)
        for kind in one.cover.left or (None,):
            text = styled(read_when(kind) if kind else NOT_READ, INK)
            for part in text.wrap(room):
                yield Said(Content.assemble(head, part))
                head = Content(" " * head.cell_length)


def _said(report: Report, width: int) -> Iterator[Line]:
    """What is new, what the venue said, what went by a fill: as many parts to a line as fit."""
    indent = " " * (_SIGN + _GAP if width >= _TIMES_FROM else _GAP)
    line = Content()
    for part in (after_words(report), *why_parts(report)):
        if line.plain and len(indent) + row(line, part).cell_length > width:
            yield Said(Content.assemble(indent, line))
            line = Content()
        line = row(line, part)
    if line.plain:
        yield Said(Content.assemble(indent, line))


def _open(report: Report) -> str:
    return "not sent" if report.outcome is Outcome.DENIED else open_words(report) or "?"


def _cells(names: tuple[str, ...], columns: Columns) -> str:
    sign, account, action, *figures, by = names
    wide = list(zip(figures, (_OPEN, _ACK, _SEEN), strict=True))[: 3 if columns.times else 1]
    parts = [
        _fit(sign, _SIGN),
        _fit(account, columns.account),
        _fit(action, columns.action),
        *(_right(name, cells) for name, cells in wide),
        by,
    ]
    return (" " * _GAP).join(parts)


def _fit(text: str, cells: int) -> str:
    content = Content(text).truncate(cells, ellipsis=True)
    return content.plain + " " * (cells - content.cell_length)


def _right(text: str, cells: int) -> str:
    return text.rjust(cells)
