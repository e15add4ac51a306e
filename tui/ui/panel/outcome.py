"""How the last cancel ended, or how far the running one is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from textual import events
from textual.content import Content
from textual.message import Message

from tui.core.actions import EVERYTHING, Outcome, Report, Scope, worst_first
from tui.core.deadman.view import TimerState
from tui.core.desk import AccountView, RunView
from tui.core.formatting import duration, time_of_day
from tui.ui.panel.order_counts import counts, read_line
from tui.ui.panel.remainder import CLEAR, INK, Remainder, cautious, cover_of, remainder_of
from tui.ui.widgets.status import OUTCOME, StatusLabel
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
from tui.venues import timer_label

_FIRED = (TimerState.FIRED, TimerState.AMBIGUOUS)


@dataclass(frozen=True, slots=True)
class Running:
    """What is being cancelled: the newest run of an action and scope, of so many."""

    run: RunView
    presses: int = 1

    @property
    def step(self) -> str:
        """How far the newest run is; and how often it was pressed, if more than once."""
        return self.run.step if self.presses == 1 else f"{self.run.step}, {self.presses} presses"


@dataclass(frozen=True, slots=True)
class Endings:
    """What the outcome lines show."""

    runs: tuple[Running, ...]
    reports: tuple[Report, ...]
    """The one to look at first."""
    labels: tuple[tuple[str, str], ...]
    """Action id to label: an outcome without its scope could be anybody's."""
    remainder: Remainder
    """What rests beyond these presses."""
    clear: tuple[bool, ...]
    """Of each report: whether nothing is known to rest beyond its press. Else it is no success."""
    fired: str
    """That a timer has fired, or may have; empty otherwise."""
    read: Content
    """When the book was read, for where there is one line only."""

    @property
    def nothing(self) -> Content:
        """What stands where no cancel was pressed here."""
        if self.fired:
            return styled(self.fired, ".ink--careful")
        return styled("no cancel pressed yet", ".ink--faint")


def endings(account: AccountView, *, stale: bool = False) -> Endings:
    """The runs, and the reports with the worst first; of equals the latest."""
    reports = tuple(worst_first(account.reports))
    return Endings(
        running(account.runs),
        reports,
        tuple((action.id, action.label) for action in account.actions),
        remainder_of(cover_of(account, *reports)),
        tuple(cover_of(account, report).clear for report in reports),
        fired_words(account),
        read_line(counts(account, stale=stale)),
    )


def fired_words(account: AccountView) -> str:
    """`timer fired between 12:02:50 and 12:03:22: Bitget cancelled what it covers`."""
    found = [timer for timer in account.timers if timer.state in _FIRED]
    if not found:
        return ""
    timer = max(found, key=lambda timer: timer.state.alarm)
    name = timer_label(timer.id) if len(account.timers) > 1 else ""
    who = f"timer {name}".strip()
    when = f" {timer.fired_words}" if timer.fired_words else ""
    if timer.state is TimerState.FIRED:
        return f"{who} fired{when}: {account.title} cancelled what it covers"
    return f"{who} may have fired{when}: then {account.title} cancelled what it covers"


def running(runs: Iterable[RunView]) -> tuple[Running, ...]:
    """One for each action and scope that is being cancelled, in the order of their first press."""
    found: dict[tuple[str, Scope], Running] = {}
    for run in runs:
        before = found.get((run.action, run.scope))
        found[run.action, run.scope] = Running(run, before.presses + 1 if before else 1)
    return tuple(found.values())


class OutcomeLines(ValueWidget[Endings]):
    """Runs first, since they move; then the reports. A click asks for the whole report."""

    class Asked(Message):
        """The lines were clicked."""

        def __init__(self, part: OutcomeLines) -> None:
            self.part = part
            super().__init__()

    DEFAULT_CSS = "OutcomeLines { pointer: pointer; }"

    def on_click(self, event: events.Click) -> None:
        if self.value is not None and (self.value.reports or self.value.runs):
            event.stop()
            self.post_message(self.Asked(self))

    def paint(self, value: Endings, width: int, height: int) -> Drawing:
        labels = dict(value.labels)
        drawn = [run_line(each, labels.get(each.run.action, ""), width) for each in value.runs]
        spare = height - len(drawn) - len(value.reports)
        apart = value.remainder if value.reports else CLEAR
        for report, clear in zip(value.reports, value.clear, strict=True):
            label, text = labels.get(report.action, ""), why(report)
            mine = apart if not clear else CLEAR
            if text.plain and spare <= 0:
                # No outcome is hidden for the reasons of another.
                head = outcome_head(report, label, clear=clear)
                drawn.append(ends(row(head, _count_of(report), text), Content(), width))
                continue
            if not text.plain and not mine.clear and spare <= 0:
                drawn.append(report_line(report, label, width, clear=clear, apart=mine))
                apart = CLEAR
                continue
            drawn.append(report_line(report, label, width, clear=clear))
            if text.plain:
                spare -= 1
                drawn.append(ends(text, Content(), width))
        if not apart.clear and spare > 0:
            drawn.append(ends(styled("▲ ", INK) + apart.within(width - 2), Content(), width))
        if not drawn:
            drawn = [value.nothing]
            if height == 1 and not value.fired:
                both = ends(drawn[0], value.read, max(width, 36))
                return first_fitting(width, both, value.read)
        if height == 1 and value.reports and not value.runs:
            first = value.reports[0]
            text = row(after_words(first), why(first))
            if why(first).plain:
                head = outcome_head(first, labels.get(first.action, ""), clear=value.clear[0])
                return ends(row(head, _count_of(first), text), Content(), width)
        above = [Content()] * (height - len(drawn))
        return lines(*above, *drawn[:height])


def run_line(each: Running, label: str, width: int) -> Content:
    """`▶ cancelling spreads   reading the book, 2 presses`."""
    run = each.run
    head = styled(f"▶ cancelling {scope_words(run, label)}".rstrip(), ".ink--careful")
    return ends(
        row(head, styled(each.step, ".ink--text")),
        styled(time_of_day(run.started_ms), ".ink--faint"),
        width,
    )


def report_line(
    report: Report, label: str, width: int, *, clear: bool = True, apart: Remainder = CLEAR
) -> Content:
    """`✓ confirmed isolated  0 of 12 open  212 ms  11:47:03`.

    The scope stays whatever the width. `apart` is a remainder that the line is to name too.
    """
    head = outcome_head(report, label, clear=clear)
    when = styled(time_of_day(report.started_ms), ".ink--faint")
    took = report.confirmed_ms if report.outcome is Outcome.CONFIRMED else report.ack_ms
    time = styled(duration(took) if took is not None else "", ".ink--text")
    figures, new = _figures(report), after_words(report)
    bare, short = _count_of(report), styled(open_words(report), ".ink--text")
    few = styled(_new_in_a_word(report), ".ink--careful")
    named = apart.variants
    scope = scope_words(report, label)
    tight = [_headed(report, _cut(scope, cells), clear=clear) for cells in _FEW]
    return first_fitting(
        width,
        *(row(head, figures, one, time, when) for one in named[:1]),
        *(row(head, figures, one, time) for one in named[:1]),
        *(row(head, figures, one) for one in named),
        *(row(head, bare, few, one) for one in named),
        *(row(head, short, few, one) for one in named),
        row(head, bare, new),
        row(head, short, new),
        row(head, short, few),
        *(row(one, short, few, gap=" ") for one in tight),
        row(head, few) if few.plain else head,
    )


def outcome_head(report: Report, label: str, *, clear: bool) -> Content:
    """`✓ confirmed isolated BTC-USDT`: how it ended, and what of."""
    return _headed(report, scope_words(report, label), clear=clear)


def _headed(report: Report, scope: str, *, clear: bool) -> Content:
    sign = badge(outcome_sign(report, clear=clear))
    return row(sign, styled(scope, ".ink--quiet"), gap=" ")


def outcome_sign(report: Report, *, clear: bool) -> StatusLabel:
    """How it ended; no sign of success while what rests beyond the press is not clear."""
    return cautious(OUTCOME[report.outcome], clear=clear)


def scope_words(ended: Report | RunView, label: str) -> str:
    """`isolated`, `isolated BTC-USDT`, `spreads 3 chosen`: what was to be cancelled."""
    return label if ended.scope == EVERYTHING else f"{label} {ended.scope}".strip()


_FEW = (12, 8, 5, 3)
"""Cells of a scope where there is hardly any room."""


def _cut(scope: str, cells: int) -> str:
    return scope if len(scope) <= cells else f"{scope[: cells - 1]}…"


def _count_of(report: Report) -> Content:
    known = open_words(report)
    return styled(f"{known} open" if known else "", ".ink--text")


def open_words(report: Report) -> str:
    """`0 of 20`: what is open of what was; empty when neither is known."""
    if report.open_after is None and report.open_before is None:
        return ""
    after = "?" if report.open_after is None else str(report.open_after)
    return after if report.open_before is None else f"{after} of {report.open_before}"


def _figures(report: Report) -> Content:
    """What is open; and what of it is new, with a glyph that needs no colour."""
    figures = _count_of(report)
    if report.new_since and report.ended_ms and report.open_after is not None:
        at = time_of_day(report.ended_ms, decimals=1)
        return styled(
            f"▲ {report.open_after} open at {at}, {report.new_since} new since", ".ink--careful"
        )
    if not report.new_during:
        return figures
    if report.new_during == report.open_after:
        text = f"{report.open_after} open, all new: something is still quoting"
        return styled(text, ".ink--careful")
    return Content.assemble(figures, styled(f", {report.new_during} of them new", ".ink--careful"))


def after_words(report: Report) -> Content:
    """What is new: placed while the cancel went on, or since. An algorithm is still quoting."""
    if report.new_since:
        return styled(f"▲ {report.new_since} new since", ".ink--careful")
    if not report.new_during:
        return Content()
    if report.new_during == report.open_after:
        return styled("▲ all new: something is still quoting", ".ink--careful")
    return styled(f"▲ {report.new_during} of them new", ".ink--careful")


def _new_in_a_word(report: Report) -> str:
    count = report.new_since or report.new_during
    since = " since" if report.new_since else ""
    return f"▲ {count} new{since}" if count else ""


def why(report: Report) -> Content:
    """What the venue said: of the request, and of single orders."""
    return row(*why_parts(report))


def why_parts(report: Report) -> tuple[Content, ...]:
    """The same, part by part; those that are empty too.

    Once the venue's own list shows nothing open, what it answered to the request is no error:
    "nothing to cancel" comes as a failure on some venues. The report keeps it.
    """
    filled = sum(failure.filled for failure in report.failures)
    fills = f"{filled} filled before the cancel" if filled else ""
    confirmed = report.outcome is Outcome.CONFIRMED
    answer = row(styled(report.code, ".ink--bad"), styled(report.message, ".ink--text"))
    return (
        Content() if confirmed else answer,
        Content() if confirmed else styled(_refusals(report), ".ink--careful"),
        styled(fills, ".ink--text"),
    )


def _refusals(report: Report) -> str:
    """`3 not cancelled: 1061 order does not exist`."""
    refused = [failure for failure in report.failures if not failure.filled]
    if not refused:
        return ""
    text = Counter(f"{failure.code} {failure.text}".strip() for failure in refused)
    (most, _), *others = text.most_common()
    result = f"{len(refused)} not cancelled"
    more = {0: "", 1: ", and another reason"}.get(len(others), f", and {len(others)} other reasons")
    return f"{result}: {most}{more}" if most else result
