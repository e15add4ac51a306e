"""How the last cancel ended, or how far the running one is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from textual import events
from textual.content import Content
from textual.message import Message

from tui.core.actions import EVERYTHING, Outcome, Report, Scope, worst_first
from tui.core.desk import AccountView, RunView
from tui.ui.figures import counts, read_line
from tui.ui.painted import Drawing, Painted, badge, ends, first_fitting, ink, lines, row
from tui.ui.words import OUTCOME, duration, tenths, utc


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
    """Action id to label; empty where the account has one action."""
    read: Content
    """When the book was read, for where there is one line only."""


def endings(account: AccountView, *, stale: bool = False) -> Endings:
    """The runs, and the reports with the worst first; of equals the latest."""
    ordered = worst_first(account.reports)
    several = len(account.actions) > 1
    labels = tuple((action.id, action.label) for action in account.actions) if several else ()
    read = read_line(counts(account, stale=stale))
    return Endings(running(account.runs), tuple(ordered), labels, read)


def running(runs: Iterable[RunView]) -> tuple[Running, ...]:
    """One for each action and scope that is being cancelled, in the order of their first press."""
    found: dict[tuple[str, Scope], Running] = {}
    for run in runs:
        before = found.get((run.action, run.scope))
        found[run.action, run.scope] = Running(run, before.presses + 1 if before else 1)
    return tuple(found.values())


class OutcomeLines(Painted[Endings]):
    """Runs first, since they move; then the reports. A click asks for the whole report."""

    class Asked(Message):
        """The lines were clicked."""

        def __init__(self, part: OutcomeLines) -> None:
            self.part = part
            super().__init__()

    DEFAULT_CSS = "OutcomeLines { pointer: pointer; }"

    async def _on_click(self, event: events.Click) -> None:
        if self.value is not None and (self.value.reports or self.value.runs):
            event.stop()
            self.post_message(self.Asked(self))

    def paint(self, value: Endings, width: int, height: int) -> Drawing:
        labels = dict(value.labels)
        drawn = [run_line(each, labels.get(each.run.action, ""), width) for each in value.runs]
        spare = height - len(drawn) - len(value.reports)
        for report in value.reports:
            label, said = labels.get(report.action, ""), why(report)
            if said.plain and spare <= 0:
                # No outcome is hidden for the reasons of another.
                short = row(_head(report, label), ink(open_words(report), ".ink--text"), said)
                drawn.append(ends(short, Content(), width))
                continue
            drawn.append(report_line(report, label, width))
            if said.plain:
                spare -= 1
                drawn.append(ends(said, Content(), width))
        if not drawn:
            drawn = [ink("nothing cancelled yet", ".ink--faint")]
            if height == 1:
                both = ends(drawn[0], value.read, max(width, 36))
                return first_fitting(width, both, value.read)
        if height == 1 and value.reports and not value.runs:
            first = value.reports[0]
            said = row(after_words(first), why(first))
            if why(first).plain:
                head = _head(first, labels.get(first.action, ""))
                return ends(row(head, said), Content(), width)
        above = [Content()] * (height - len(drawn))
        return lines(*above, *drawn[:height])


def run_line(each: Running, label: str, width: int) -> Content:
    """`▶ cancelling spreads   reading the book, 2 presses`."""
    run = each.run
    what = label if run.scope == EVERYTHING else f"{label} {run.scope}".strip()
    head = ink(f"▶ cancelling {what}".rstrip(), ".ink--careful")
    return ends(
        row(head, ink(each.step, ".ink--text")), ink(utc(run.started_ms), ".ink--faint"), width
    )


def report_line(report: Report, label: str, width: int) -> Content:
    """`✓ confirmed  0 of 12 open  212 ms  11:47:03`."""
    head, when = _head(report, label), ink(utc(report.started_ms), ".ink--faint")
    took = report.confirmed_ms if report.outcome is Outcome.CONFIRMED else report.ack_ms
    time = ink(duration(took) if took is not None else "", ".ink--text")
    figures, new = _figures(report), after_words(report)
    bare = badge(OUTCOME[report.outcome])
    short = ink(open_words(report), ".ink--text")
    return first_fitting(
        width,
        row(head, figures, time, when),
        row(head, figures, time),
        row(head, figures),
        row(head, short, new),
        row(bare, short, new),
        row(bare, short, ink(_new_in_a_word(report), ".ink--careful")),
        row(head, new) if new.plain else head,
    )


def _head(report: Report, label: str) -> Content:
    sign = OUTCOME[report.outcome]
    scope = label if report.scope == EVERYTHING else f"{label} {report.scope}"
    return row(badge(sign), ink(scope.strip(), ".ink--quiet"), gap=" ")


def open_words(report: Report) -> str:
    """`0 of 20`: what is open of what was; empty when neither is known."""
    if report.open_after is None and report.open_before is None:
        return ""
    after = "?" if report.open_after is None else str(report.open_after)
    return after if report.open_before is None else f"{after} of {report.open_before}"


def _figures(report: Report) -> Content:
    """What is open; and what of it is new, with a glyph that needs no colour."""
    known = open_words(report)
    figures = ink(f"{known} open" if known else "", ".ink--text")
    if report.new_since and report.ended_ms and report.open_after is not None:
        at = tenths(report.ended_ms)
        return ink(
            f"▲ {report.open_after} open at {at}, {report.new_since} new since", ".ink--careful"
        )
    if not report.new_during:
        return figures
    if report.new_during == report.open_after:
        said = f"{report.open_after} open, all new: something is still quoting"
        return ink(said, ".ink--careful")
    return Content.assemble(figures, ink(f", {report.new_during} of them new", ".ink--careful"))


def after_words(report: Report) -> Content:
    """What is new: placed while the cancel went on, or since. An algorithm is still quoting."""
    if report.new_since:
        return ink(f"▲ {report.new_since} new since", ".ink--careful")
    if not report.new_during:
        return Content()
    if report.new_during == report.open_after:
        return ink("▲ all new: something is still quoting", ".ink--careful")
    return ink(f"▲ {report.new_during} of them new", ".ink--careful")


def _new_in_a_word(report: Report) -> str:
    count = report.new_since or report.new_during
    since = " since" if report.new_since else ""
    return f"▲ {count} new{since}" if count else ""


def why(report: Report) -> Content:
    """What the venue said: of the request, and of single orders."""
    return row(*why_parts(report))


def why_parts(report: Report) -> tuple[Content, ...]:
    """The same, part by part; those that are empty too."""
    filled = sum(failure.filled for failure in report.failures)
    fills = f"{filled} filled before the cancel" if filled else ""
    return (
        row(ink(report.code, ".ink--bad"), ink(report.message, ".ink--text")),
        ink(_refusals(report), ".ink--careful"),
        ink(fills, ".ink--text"),
    )


def _refusals(report: Report) -> str:
    """`3 not cancelled: 1061 order does not exist`."""
    refused = [failure for failure in report.failures if not failure.filled]
    if not refused:
        return ""
    said = Counter(f"{failure.code} {failure.text}".strip() for failure in refused)
    (most, _), *others = said.most_common()
    told = f"{len(refused)} not cancelled"
    more = {0: "", 1: ", and another reason"}.get(len(others), f", and {len(others)} other reasons")
    return f"{told}: {most}{more}" if most else told
