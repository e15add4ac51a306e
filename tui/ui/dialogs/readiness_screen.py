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
from tui.core.formatting import ago, clock_offset, duration, time_of_day
from tui.core.timeseries import slowed
from tui.ui.dialogs.dialog import DeskDialog
from tui.ui.dialogs.report_screen import DialogTitle
from tui.ui.panel.remainder import cautious, read_when
from tui.ui.widgets.line_list import Line, Said
from tui.ui.widgets.status import HEALTH, SLOW, timer_name
from tui.ui.widgets.value_widget import badge, ink, row

_LABEL = 14
_CLOCK_SET_MS = 2_000
"""What was read later than now by more was read before somebody set the clock."""
_ROUTES = {"ws": "socket", "rest": "REST"}


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
        Said(Content.assemble(ink((name if not index else "").ljust(_LABEL), ".ink--quiet"), part))
        for name, fact in (*_facts(account, notice, now_ms), *_record(record_head))
        for index, part in enumerate(fact.wrap(max(20, width - _LABEL)))
    ]


def _facts(account: AccountView, notice: str, now_ms: int) -> Iterator[tuple[str, Content]]:
    sign = cautious(HEALTH[account.health], clear=account.coverage.clear)
    yield "state", row(badge(sign), ink(sign.meaning, ".ink--quiet"))
    if account.reason:
        yield "because", ink(account.reason, ".ink--careful")
    yield "", ink(" ")
    if not account.routes:
        yield "credentials", ink("✕ none: nothing can be sent", ".ink--bad")
    for route in account.routes:
        yield _ROUTES.get(route.transport, route.transport), _route(route, now_ms)
    offset = account.clock_offset_ms
    yield (
        "clock",
        _fact(
            offset is not None,
            "the venue's clock could not be read" if offset is None else clock_offset(offset),
        ),
    )
    note = account.key_note
    fine = "withdraw" not in note and note != "no trading"
    unsaid = ink("· the venue does not say what it may do", ".ink--quiet")
    yield "key", _fact(fine, note) if note else unsaid
    if account.family:
        yield "family", _fact(True, account.family)
    if account.paper:
        yield "mode", ink("the venue's own paper trading", ".ink--paper")
    yield "open", _book(account, now_ms)
    for one in account.coverage.left:
        yield "not covered", ink(f"▲ {read_when(one)}", ".ink--careful")
    for timer in account.timers:
        yield from _timer(
            timer, f"timer {timer_name(timer)}" if len(account.timers) > 1 else "timer"
        )
    if notice:
        yield "desk", ink(f"▲ {notice}", ".ink--careful")


def _record(head: str) -> Iterator[tuple[str, Content]]:
    """To be noted elsewhere: what is cut off the end of the record cannot be seen otherwise."""
    if head:
        yield "record", ink(f"head {head[:SHORT]}", ".ink--text")


def _timer(timer: TimerView, name: str) -> Iterator[tuple[str, Content]]:
    yield name, ink(f"{timer.state}; {timer.covers}", ".ink--text")
    if timer.message:
        yield "", ink(f"▲ {timer.message}", ".ink--careful")
    if timer.trigger_ms is not None:
        yield (
            "",
            ink(f"the venue says it fires at {time_of_day(timer.trigger_ms)} UTC", ".ink--text"),
        )
    for guard in timer.guards:
        yield "", _fact(not guard.fault, guard.fault or f"while {guard.words}{_until(guard)}")
    if timer.rival:
        yield "", ink(f"▲ {timer.rival}", ".ink--careful")


def _until(guard: GuardView) -> str:
    """`, until 12:33:00 UTC`; empty where nobody can tell."""
    return "" if guard.until is None else f", until {time_of_day(guard.until.wall_ms)} UTC"


def _fact(good: bool, said: str) -> Content:
    mark = ink("✓", ".ink--good") if good else ink("▲", ".ink--careful")
    return row(mark, ink(said, ".ink--text" if good else ".ink--careful"), gap=" ")


def _route(route: RouteView, now_ms: int) -> Content:
    heard = "never heard" if route.heard_at_ms is None else _heard(route.heard_at_ms, now_ms)
    if not route.up:
        return row(ink(f"✕ {route.detail or 'down'}", ".ink--bad"), ink(heard, ".ink--quiet"))
    trip = "" if route.round_trip_ms is None else f"round trip {duration(route.round_trip_ms)}"
    slow = ink(str(SLOW) if slowed(route.past) else "", SLOW.ink)
    return row(ink("✓ up", ".ink--good"), ink(trip, ".ink--text"), slow, ink(heard, ".ink--quiet"))


def _heard(at_ms: int, now_ms: int) -> str:
    return f"heard {_ago(at_ms, now_ms)}"


def _ago(at_ms: int, now_ms: int) -> str:
    """`4 s ago`; a clock that was set back makes no old news new."""
    ahead = at_ms - now_ms > _CLOCK_SET_MS
    return "before the clock was set back" if ahead else ago(now_ms - at_ms)


def _book(account: AccountView, now_ms: int) -> Content:
    failed = ink(f"✕ {account.book_error}" if account.book_error else "", ".ink--bad")
    read_at_ms = account.read_at_ms
    count = account.coverage.open
    if count is None or read_at_ms is None:
        return failed if failed.plain else _fact(False, "not read yet")
    read = f"read {_ago(read_at_ms, now_ms)}, {time_of_day(read_at_ms)} UTC"
    fine = account.coverage.clear and not account.book_error
    mark = ink("✓", ".ink--good") if fine else ink("▲", ".ink--careful")
    kinds = ", ".join(map(str, account.coverage.covered))
    parts = ink(kinds if len(account.coverage.covered) > 1 else "", ".ink--quiet")
    said = row(mark, ink(f"{count} open", ".ink--text"), gap=" ")
    return row(said, parts, ink(read, ".ink--quiet"), failed)
