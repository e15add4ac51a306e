"""The history of alarms and outcomes: newest first, with the times that a post-mortem asks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content

from tui.core.actions import Outcome
from tui.core.audit.chain import SHORT
from tui.core.clocks import Clock
from tui.core.desk import DeskView
from tui.core.formatting import count, date, duration, time_of_day
from tui.ui.alarms.event_history import Event, History
from tui.ui.dialogs.dialog import DeskDialog
from tui.ui.dialogs.report_screen import DialogTitle, ReportScreen
from tui.ui.panel.outcome import open_words
from tui.ui.widgets.line_list import Line, Said, SelectableLineList
from tui.ui.widgets.value_widget import badge, first_fitting, row, styled

_SIGN = 15
_WHERE_MOST = 32


@dataclass(frozen=True, slots=True)
class EventLine:
    """`12:03:22  ✕ FIRED   bitget-mm orders   until 12:04:10 (48 s)   seen 12:05:01`."""

    event: Event
    where: int
    """Cells for the account and what of it."""
    today: str

    def paint(self, width: int) -> Content:
        event = self.event
        mark = badge(event.sign)
        mark = Content.assemble(mark, " " * max(0, _SIGN - mark.cell_length))
        where = styled(event.where, ".ink--strong" if event.bad else ".ink--text")
        where = where.truncate(self.where, ellipsis=True)
        where = Content.assemble(where, " " * (self.where - where.cell_length))
        when = styled(_when(event.at_ms, self.today), ".ink--quiet")
        long, short = _long(event, self.today), _short(event)
        return first_fitting(
            width,
            row(when, mark, where, long),
            row(when, mark, where, short),
            row(when, mark, where.truncate(max(8, width - 40), ellipsis=True), short),
            row(when, mark, where),
        )


def _long(event: Event, today: str) -> Content:
    if not event.alarm:
        return _outcome(event)
    if event.until_ms is None:
        ended = styled("still so", ".ink--careful")
    else:
        lasted = "" if event.lasted_s is None else f" ({duration(event.lasted_s * 1000)})"
        ended = styled(f"until {_when(event.until_ms, today)}{lasted}", ".ink--text")
    seen = styled("not seen yet", ".ink--careful")
    if event.seen_ms is not None:
        seen = styled(f"seen {_when(event.seen_ms, today)}", ".ink--quiet")
    return row(styled(event.when, ".ink--text"), ended, seen, gap="   ")


def _short(event: Event) -> Content:
    if not event.alarm:
        return _outcome(event)
    ended = "still so" if event.until_ms is None else f"until {time_of_day(event.until_ms)}"
    seen = "not seen" if event.seen_ms is None else "seen"
    careful = event.until_ms is None or event.seen_ms is None
    return styled(
        ", ".join(filter(None, (event.when, ended, seen))),
        ".ink--careful" if careful else ".ink--quiet",
    )


def _outcome(event: Event) -> Content:
    report = event.report
    if report is None:
        return Content()
    known = open_words(report)
    took = "" if report.confirmed_ms is None else duration(report.confirmed_ms)
    confirmed = report.outcome is Outcome.CONFIRMED
    result = "" if confirmed else f"{report.code} {report.message}".strip()
    return row(
        styled(f"{known} open" if known else "", ".ink--text"),
        styled(took, ".ink--text"),
        styled(event.remainder, ".ink--careful"),
        styled(result, ".ink--quiet"),
    )


def _when(at_ms: int, today: str) -> str:
    """The time; the day before it, where that is another one."""
    day = date(at_ms)
    return time_of_day(at_ms) if day == today else f"{day} {time_of_day(at_ms)}"


def _said(words: str, width: int) -> list[Line]:
    return [Said(part) for part in styled(words, ".ink--text").wrap(max(20, width))]


_KEYS_BAD = "↑ ↓ choose   enter what happened   b, esc all again   q close"


class HistoryScreen(DeskDialog):
    """Every alarm with its end and who saw it when, every outcome with its report."""

    KEYS: ClassVar[str] = "↑ ↓ choose   enter what happened   b bad ones only   esc close"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("b", "only_bad", "bad ones only", id="history.bad"),
        Binding("escape", "back", "all again, then close", id="history.back"),
        Binding("q,h", "dismiss(None)", "close", id="history.close"),
    ]

    def __init__(self, view: DeskView, history: History, clock: Clock) -> None:
        super().__init__(view)
        self._history = history
        self._clock = clock
        self._only_bad = False
        self._shown: tuple[Event, ...] = ()
        self._title = DialogTitle(id="title")
        self._rows = SelectableLineList(id="lines")
        self.lines = self._rows

    def heading(self) -> ComposeResult:
        yield self._title

    def action_only_bad(self) -> None:
        self._only_bad = not self._only_bad
        self._rows.go(0)
        self.say_keys(_KEYS_BAD if self._only_bad else self.KEYS)
        self.paint()

    def action_back(self) -> None:
        """Takes the filter away first, then closes."""
        if self._only_bad:
            self.action_only_bad()
        else:
            self.dismiss(None)

    def paint(self) -> None:
        """Shows the events; the cursor stays on its own while new ones come."""
        under = self._shown[self._rows.row].number if self._shown else None
        follows = self._rows.row == 0
        self._shown = self._history.newest_first(only_bad=self._only_bad)
        bad = sum(event.bad for event in self._shown)
        counted = f"{count(len(self._shown))} shown, {count(bad)} bad" if self._shown else ""
        what = "bad ones only" if self._only_bad else "alarms and outcomes, newest first"
        if self.view.record_head:
            what += f", record head {self.view.record_head[:SHORT]}"
        self._title.put(("history", what, counted))
        today = date(self._clock().wall_ms)
        where = min(_WHERE_MOST, max((len(event.where) for event in self._shown), default=0))
        listed: list[Line] = [EventLine(event, where, today) for event in self._shown]
        nothing = (
            "Nothing bad has happened here since the start."
            if self._only_bad
            else ("Nothing has happened here since the start: no alarm, no cancel.")
        )
        self._rows.put(lambda width: listed or _said(nothing, width))
        places = [place for place, event in enumerate(self._shown) if event.number == under]
        if places and not follows:
            self._rows.go(places[0])

    @on(SelectableLineList.Picked)
    def _picked(self, event: SelectableLineList.Picked) -> None:
        event.stop()
        if event.row >= len(self._shown):
            return
        chosen = self._shown[event.row]
        if chosen.report is not None:
            self.app.push_screen(ReportScreen(self.view, chosen.account, chosen.report))
        elif not chosen.alarm:
            self.app.notify("The details of this one are no longer kept.", markup=False)
        else:
            self.app.notify("An alarm of a timer has no report: the line says all.", markup=False)
