"""What a panic has come to, account by account and action by action, read from the desk alone."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from tui.core.actions import EVERYTHING, Action, Outcome, Report
from tui.core.coverage import Coverage
from tui.core.desk import AccountView, DeskView, RunView
from tui.ui.panel.cancel_buttons import count_of
from tui.ui.panel.remainder import CLEAR, Remainder, cover_of, remainder_of, together

_EVERYTHING = Action("everything", "everything", (), (), "")
"""What is asked of an account whose actions are not known yet: until then nothing is confirmed."""


@dataclass(frozen=True, slots=True)
class PanicPress:
    """The moment of a panic, just before it is sent."""

    at_ms: int

    def has(self, of: RunView | Report) -> bool:
        """Whether a run, or a report of one, is of this panic or of a later press of everything."""
        return of.scope == EVERYTHING and of.started_ms >= self.at_ms


@dataclass(frozen=True, slots=True)
class PanicRow:
    """One action of one account."""

    account: str
    action: str
    """Its label."""
    open_now: int | None
    """As the book was last read."""
    run: RunView | None
    report: Report | None
    """None while the run goes on, or while nothing has been heard at all."""
    clear: bool = True
    """Whether nothing is known to rest on the account beyond what a panic reaches."""

    @property
    def alarm(self) -> int:
        """What must be looked at first has the most: bad ends, then what goes on, then the rest."""
        if self.report is None:
            return 2 if self.run is None else 1
        if self.report.outcome is Outcome.CONFIRMED:
            return 0 if not self.report.new_since else 1
        return 2 + self.report.outcome.alarm


def rows(view: DeskView, press: PanicPress) -> tuple[PanicRow, ...]:
    """Every action of the desk, the worst first; of equals in the order of the desk."""
    found = [
        _row(account, action.id, action.label, action.kinds, press)
        for account in view.accounts
        for action in account.actions or (_EVERYTHING,)
    ]
    return tuple(sorted(found, key=lambda row: -row.alarm))


def _row(
    account: AccountView, action: str, label: str, kinds: tuple[str, ...], press: PanicPress
) -> PanicRow:
    """The panic's own run of this action; once that is forgotten, the next one of everything."""
    runs = [run for run in account.runs if run.action == action and press.has(run)]
    reports = (*account.earlier, *account.reports)
    ended = [report for report in reports if report.action == action and press.has(report)]
    run = min(runs, key=lambda run: run.started_ms, default=None)
    report = min(ended, key=lambda report: report.started_ms, default=None)
    if run is not None and report is not None:
        if run.started_ms < report.started_ms:
            report = None
        else:
            run = None
    clear = cover_of(account, *([report] if report else [])).clear
    return PanicRow(account.name, label, count_of(account, kinds), run, report, clear)


@dataclass(frozen=True, slots=True)
class Left:
    """What a panic does not reach on one account."""

    account: str
    cover: Coverage


def left_of(view: DeskView, press: PanicPress | None = None) -> tuple[Left, ...]:
    """Every account whose remainder is not clear; of a `press`, as far as it was read since."""
    found = []
    for account in view.accounts:
        ended = [one for one in (*account.earlier, *account.reports) if press and press.has(one)]
        found.append(Left(account.name, cover_of(account, *ended)))
    return tuple(one for one in found if not one.cover.clear)


@dataclass(frozen=True, slots=True)
class Tally:
    """The panic in figures."""

    total: int
    running: int
    ended: tuple[tuple[Outcome, int], ...]
    """How many of each outcome but `confirmed`, the worst first."""
    confirmed: int
    new_since: int
    last_end_ms: int
    """When the last of them ended, epoch ms; 0 while any goes on."""
    remainder: Remainder = CLEAR
    """What the panic does not reach."""

    @property
    def worst(self) -> Outcome:
        return self.ended[0][0] if self.ended else Outcome.CONFIRMED


def tally(found: tuple[PanicRow, ...], left: tuple[Left, ...] = ()) -> Tally:
    """Counts the rows, and what the panic does not reach."""
    reports = [row.report for row in found if row.report is not None]
    counted = Counter(report.outcome for report in reports)
    bad = sorted((o for o in counted if o is not Outcome.CONFIRMED), key=lambda o: -o.alarm)
    running = len(found) - len(reports)
    return Tally(
        len(found),
        running,
        tuple((outcome, counted[outcome]) for outcome in bad),
        counted[Outcome.CONFIRMED],
        sum(report.new_since for report in reports),
        0 if running else max((report.ended_ms for report in reports), default=0),
        together(remainder_of(one.cover) for one in left),
    )
