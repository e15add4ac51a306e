"""What happened: the reports of one account in full, the worst first."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content

from tui.core.actions import Report
from tui.core.desk import AccountView, DeskView
from tui.ui.dialogs.dialog import DeskDialog
from tui.ui.dialogs.report_lines import report_lines
from tui.ui.orders.list import last_cells
from tui.ui.panel.outcome import endings, fired_words, running
from tui.ui.panel.remainder import cover_of
from tui.ui.widgets.line_list import Line, Said
from tui.ui.widgets.value_widget import ValueWidget, ends, row, styled


class DialogTitle(ValueWidget[tuple[str, str, str]]):
    """`what happened   okx-desk OKX                     1 of 2`."""

    def paint(self, value: tuple[str, str, str], width: int, height: int) -> Content:
        what, name, right = value
        left = row(styled(what, ".ink--quiet"), styled(name, ".ink--strong"))
        room = max(0, width - left.cell_length - 1)
        return ends(left, styled(last_cells(right, room), ".ink--quiet"), width)


class ReportScreen(DeskDialog):
    """One report at a time; the others of the account are a key away."""

    KEYS: ClassVar[str] = "← → the other reports   ↑ ↓ scroll   esc close"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,n,v", "turn(1)", "next report", id="report.next"),
        Binding("left,p", "turn(-1)", "report before", id="report.previous"),
    ]

    def __init__(self, view: DeskView, account: str, only: Report | None = None) -> None:
        super().__init__(view)
        self._account = account
        self._only = only
        """A report of the past: newer ones do not take its place."""
        self._shown: tuple[str, object, int] | None = None
        """Action, scope and start of the report that is shown; it stays while others move."""
        self._title = DialogTitle(id="title")

    def heading(self) -> ComposeResult:
        yield self._title

    def action_turn(self, by: int) -> None:
        reports = self._reports()
        if reports:
            self._shown = _key(reports[(self._at(reports) + by) % len(reports)])
            self.lines.scroll_home(animate=False)
            self.paint()

    def _reports(self) -> tuple[Report, ...]:
        if self._only is not None:
            return (self._only,)
        account = self.view.account(self._account)
        return endings(account).reports if account is not None else ()

    def _at(self, reports: tuple[Report, ...]) -> int:
        keys = [_key(report) for report in reports]
        return keys.index(self._shown) if self._shown in keys else 0

    def paint(self) -> None:
        account, reports = self.view.account(self._account), self._reports()
        if account is None or not reports:
            self._title.put(("what happened", self._account, ""))
            self.lines.put(lambda _: _nothing(account))
            return
        report = reports[self._at(reports)]
        self._shown = _key(report)
        place = f"{self._at(reports) + 1} of {len(reports)}" if len(reports) > 1 else ""
        self._title.put(("what happened", f"{account.name} {account.title}", place))
        self.lines.put(lambda width: report_lines(account, report, width))
        self.set_class(report.outcome.alarm > 0, "-bad")
        good = cover_of(account, report).clear and not report.new_since
        self.set_class(report.outcome.alarm == 0 and good, "-good")
        self.set_class(report.outcome.alarm == 0 and not good, "-careful")


def _key(report: Report) -> tuple[str, object, int]:
    return report.action, report.scope, report.started_ms


def _nothing(account: AccountView | None) -> list[Line]:
    if account is None:
        return [Said(styled("This account is no longer on the desk.", ".ink--text"))]
    going = [
        Said(styled(f"▶ {each.run.action}: {each.step}", ".ink--careful"))
        for each in running(account.runs)
    ]
    if going:
        return [*going]
    text = fired_words(account) or "No cancel has been pressed yet."
    return [Said(styled(text, ".ink--text"))]
