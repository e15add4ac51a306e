"""Why an account is ready or not: each fact that a press depends on."""

from __future__ import annotations

from collections.abc import Iterator

from textual.app import ComposeResult
from textual.content import Content
from textual.timer import Timer

from tui.core.audit.chain import SHORT
from tui.core.clocks import Clock
from tui.core.deadman.view import GuardView, TimerView
from tui.core.desk import AccountView, DeskView, Health, RouteView
from tui.core.formatting import ago, time_of_day
from tui.core.readiness import Fact, Standing, readiness_facts
from tui.core.timeseries import slowed
from tui.ui.dialogs.dialog import DeskDialog
from tui.ui.dialogs.report_screen import DialogTitle
from tui.ui.panel.remainder import cautious, read_when
from tui.ui.widgets.line_list import Line, Said
from tui.ui.widgets.status import HEALTH, SLOW
from tui.ui.widgets.value_widget import badge, row, styled
from tui.venues import timer_label

_LABEL = 14
_CLOCK_SET_MS = 2_000
"""What was read later than now by more was read before somebody set the clock."""
_LABELS = {"open orders": "open"}
_MARKS = {
    Standing.GOOD: ("✓", ".ink--good", ".ink--text"),
    Standing.CAREFUL: ("▲", ".ink--careful", ".ink--careful"),
    Standing.BAD: ("✕", ".ink--bad", ".ink--bad"),
    Standing.UNKNOWN: ("·", ".ink--quiet", ".ink--quiet"),
}
_PENDING = ("▲", ".ink--careful", ".ink--careful")


class ReadinessScreen(DeskDialog):
    """The same facts that `killdesk check` prints, kept up to date."""

    def __init__(self, view: DeskView, account: str, clock: Clock) -> None:
        super().__init__(view)
        self._account = account
        self._clock = clock
        self._ticks: Timer | None = None
        self._title = DialogTitle(id="title")

    def heading(self) -> ComposeResult:
        yield self._title

    def on_mount(self) -> None:
        self._ticks = self.set_interval(1.0, self.paint, name="readiness")
        super().on_mount()

    def paint(self) -> None:
        account, now_ms = self.view.account(self._account), self._clock().wall_ms
        if account is None:
            self._title.put(("why ready or not", self._account, "no longer on the desk"))
            self.lines.put(lambda _: ())
            return
        self._title.put(("why ready or not", f"{account.name} {account.title}", ""))
        notice, head = self.view.notice, self.view.record_head
        self.lines.put(lambda width: readiness_lines(account, notice, now_ms, width, head))
        good = account.health is Health.READY and account.coverage.clear
        self.set_class(good, "-good")
        self.set_class(account.health is Health.DOWN, "-bad")
        self.set_class(not good and account.health is not Health.DOWN, "-careful")


def readiness_lines(
    account: AccountView, notice: str, now_ms: int, width: int, record_head: str = ""
) -> list[Line]:
    """Every fact, a line or more each."""
    return [
        Said(
            Content.assemble(styled((name if not index else "").ljust(_LABEL), ".ink--quiet"), part)
        )
        for name, fact in (*_facts(account, notice, now_ms), *_record(record_head))
        for index, part in enumerate(fact.wrap(max(20, width - _LABEL)))
    ]


def _facts(account: AccountView, notice: str, now_ms: int) -> Iterator[tuple[str, Content]]:
    sign = cautious(HEALTH[account.health], clear=account.coverage.clear)
    yield "state", row(badge(sign), styled(sign.meaning, ".ink--quiet"))
    if account.reason:
        yield "because", styled(account.reason, ".ink--careful")
    yield "", styled(" ")
    for fact in readiness_facts(account):
        yield _LABELS.get(fact.name, fact.name), _fact_line(fact, account, now_ms)
    if account.family:
        yield "family", _marked(True, account.family)
    if account.paper:
        yield "mode", styled("the venue's own paper trading", ".ink--paper")
    for one in account.coverage.left:
        yield "not covered", styled(f"▲ {read_when(one)}", ".ink--careful")
    for timer in account.timers:
        yield from _timer(
            timer, f"timer {timer_label(timer.id)}" if len(account.timers) > 1 else "timer"
        )
    if notice:
        yield "desk", styled(f"▲ {notice}", ".ink--careful")


def _record(head: str) -> Iterator[tuple[str, Content]]:
    """To be noted elsewhere: what is cut off the end of the record cannot be seen otherwise."""
    if head:
        yield "record", styled(f"head {head[:SHORT]}", ".ink--text")


def _timer(timer: TimerView, name: str) -> Iterator[tuple[str, Content]]:
    yield name, styled(f"{timer.state}; {timer.covers}", ".ink--text")
    if timer.message:
        yield "", styled(f"▲ {timer.message}", ".ink--careful")
    if timer.trigger_ms is not None:
        yield (
            "",
            styled(f"the venue says it fires at {time_of_day(timer.trigger_ms)} UTC", ".ink--text"),
        )
    for guard in timer.guards:
        yield "", _marked(not guard.fault, guard.fault or f"while {guard.words}{_until(guard)}")
    if timer.rival:
        yield "", styled(f"▲ {timer.rival}", ".ink--careful")


def _until(guard: GuardView) -> str:
    """`, until 12:33:00 UTC`; empty where nobody can tell."""
    return "" if guard.until is None else f", until {time_of_day(guard.until.wall_ms)} UTC"


def _marked(good: bool, said: str) -> Content:
    mark = styled("✓", ".ink--good") if good else styled("▲", ".ink--careful")
    return row(mark, styled(said, ".ink--text" if good else ".ink--careful"), gap=" ")


def _ago(at_ms: int, now_ms: int) -> str:
    """`4 s ago`; a clock that was set back makes no old news new."""
    ahead = at_ms - now_ms > _CLOCK_SET_MS
    return "before the clock was set back" if ahead else ago(now_ms - at_ms)


def _fact_line(fact: Fact, account: AccountView, now_ms: int) -> Content:
    """A fact with its mark; a route and the open orders with how old they are."""
    mark, ink_, text_ink = _PENDING if fact.pending else _MARKS[fact.standing]
    if fact.route is not None:
        return _route(fact, fact.route, now_ms)
    if account.coverage.open is not None and fact.name == "open orders":
        text_ink = ".ink--text"
    line = row(styled(mark, ink_), styled(fact.text, text_ink), gap=" ")
    read_at_ms = account.read_at_ms
    if fact.name != "open orders" or read_at_ms is None:
        return line
    covered = account.coverage.covered
    kinds = ", ".join(map(str, covered)) if len(covered) > 1 else ""
    read = f"read {_ago(read_at_ms, now_ms)}, {time_of_day(read_at_ms)} UTC"
    failed = f"✕ {account.book_error}" if account.book_error else ""
    return row(
        line, styled(kinds, ".ink--quiet"), styled(read, ".ink--quiet"), styled(failed, ".ink--bad")
    )


def _route(fact: Fact, route: RouteView, now_ms: int) -> Content:
    heard_ms = route.heard_at_ms
    received_text = styled(
        "never heard" if heard_ms is None else f"heard {_ago(heard_ms, now_ms)}", ".ink--quiet"
    )
    if not route.up:
        return row(styled(f"✕ {fact.text}", ".ink--bad"), received_text)
    slow = styled(str(SLOW) if slowed(route.past) else "", SLOW.ink)
    return row(styled("✓ up", ".ink--good"), styled(fact.text, ".ink--text"), slow, received_text)
