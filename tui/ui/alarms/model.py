"""What went wrong and was not acknowledged yet: it stays, even when all is well again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from tui.core.actions import Outcome, Report
from tui.core.clocks import Instant
from tui.core.deadman.view import TimerState, TimerView
from tui.core.desk import AccountView, DeskView
from tui.core.formatting import time_of_day
from tui.core.sanitize import sanitize
from tui.ui.alarms.event_history import History
from tui.ui.widgets.status import OUTCOME, TIMER, StatusLabel
from tui.venues import timer_label

RING_EVERY_S = 1.0
SETTLES_S = 3.0
"""A switch-off that is on its way leaves the timer UNKNOWN for a moment: that is no trouble yet."""
_TITLE_CHARS = 80

_MISSED = replace(TIMER[TimerState.LATE], word="MISSED BEATS")
_UNRESOLVED = OUTCOME[Outcome.UNRESOLVED]
_UNHELD = (TimerState.OFF, TimerState.ARMING)
_ALARMING = (
    TimerState.LATE,
    TimerState.AMBIGUOUS,
    TimerState.UNKNOWN,
    TimerState.FIRED,
    TimerState.BLOCKED,
)

Source = tuple[str, str]
"""An account, and the timer's id or the cancel's action."""


@dataclass(frozen=True, slots=True)
class _Trouble:
    """What is wrong with one source now."""

    what: str
    sign: StatusLabel
    level: int
    """As `TimerState.alarm`: the larger, the sooner somebody must look."""
    once: int = 0
    """Tells one ended cancel from the next."""
    report: Report | None = None
    """Of a cancel."""
    fired: str = ""
    """Of a timer that has fired or may have: between which moments, in words."""
    began: Instant | None = None
    """When it came to be so; None where that is not known."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something that somebody must have seen."""

    account: str
    source: str
    """The timer's id, or the cancel."""
    what: str
    """Which timer or cancel of the account; empty where there is but one timer."""
    sign: StatusLabel
    level: int
    at_ms: int
    """When it came to be so, epoch ms; when it was noticed, where that is not known."""
    present: bool
    """It is so still."""
    fired: str = ""
    """Of a timer that has fired or may have: between which moments, in words."""

    @property
    def short(self) -> str:
        """`FIRED`, `was LATE`."""
        return self.sign.word if self.present else f"was {self.sign.word}"

    @property
    def where(self) -> str:
        """`okx-desk quotes`."""
        return f"{self.account} {self.what}".strip()

    @property
    def told(self) -> str:
        """`FIRED between 12:02:50 and 12:03:22`, `was LATE at 12:03:22`."""
        return f"{self.short} {self.when}"

    @property
    def when(self) -> str:
        """`since 12:03:22`; of a timer that ran out, between which moments it did."""
        return self.fired or f"{'since' if self.present else 'at'} {time_of_day(self.at_ms)}"

    @property
    def brief(self) -> str:
        """`12:03:22`, `12:02:50-12:03:22`."""
        span = self.fired.removeprefix("between ").removeprefix("since ")
        return span.replace(" and ", "-") or time_of_day(self.at_ms)


class Alarms:
    """Fed with successive pictures; says what to ring for and what to keep showing.

    Each rise of a source's trouble is a new alarm. It stands until it is acknowledged; the worst
    that a source came to is kept, and whether it is so still. Each goes into the history.
    """

    def __init__(self, history: History | None = None) -> None:
        self.history = history or History()
        self._last: dict[Source, _Trouble] = {}
        self._standing: dict[Source, Alarm] = {}
        self._protected: set[Source] = set()
        self._unknown_since: dict[Source, Instant] = {}
        self._ring_owed = False
        self._rang_at: Instant | None = None

    @property
    def standing(self) -> tuple[Alarm, ...]:
        """Those not acknowledged: what is so now before what was, the worst first."""
        return tuple(
            sorted(
                self._standing.values(),
                key=lambda alarm: (alarm.present, alarm.level, alarm.at_ms),
                reverse=True,
            )
        )

    def of(self, account: str) -> tuple[Alarm, ...]:
        """Those of one account, in the same order."""
        return tuple(alarm for alarm in self.standing if alarm.account == account)

    def feed(self, view: DeskView, now: Instant) -> bool:
        """Takes the newest picture; whether to ring the bell now, which is once a second at most.

        Also to be called when time has passed: an old picture's protection runs out by itself,
        and a ring that came too soon after another is still owed.
        """
        present = {
            (account.name, source): trouble
            for account in view.accounts
            for source, trouble in self._troubles(account, now)
        }
        for key, trouble in present.items():
            before = self._last.get(key)
            if before is None or trouble.level > before.level or trouble.once != before.once:
                self._raise(key, trouble, now)
            elif trouble.level < before.level:
                self.history.ended(key, now)
        for key in self._last.keys() - present.keys():
            self.history.ended(key, now)
        names = {account.name for account in view.accounts}
        self._standing = {
            key: replace(alarm, present=key in present and present[key].level == alarm.level)
            for key, alarm in self._standing.items()
            if alarm.account in names
        }
        self._last = present
        self.history.take(view, now.wall_ms)
        return self._ring(now)

    def acknowledge(self, account: str | None = None, at_ms: int = 0) -> tuple[Alarm, ...]:
        """Somebody has seen them, or those of one account: they stand no more. Returns them.

        `at_ms` is when, epoch ms, for the history.
        """
        seen = self.standing if account is None else self.of(account)
        self.history.seen([(alarm.account, alarm.source) for alarm in seen], at_ms)
        for alarm in seen:
            del self._standing[alarm.account, alarm.source]
        self._ring_owed = self._ring_owed and bool(self._standing)
        return seen

    def title(self, view: DeskView, marks: str = "") -> str:
        """What the terminal's title says: the worst alarm, else how many accounts are ready.

        `marks` stand before it: `DEMO LOCKED`.
        """
        name = f"killdesk {marks}".strip()
        if not self._standing:
            return f"{name}: {view.ready} of {len(view.accounts)} ready"
        return (
            sanitize(f"{name}: {self._worst.short} {self._worst.where}", _TITLE_CHARS) + self._more
        )

    @property
    def told(self) -> str:
        """The worst one in a sentence, and how many more: `FIRED since 12:03:22 bitget-mm`."""
        if not self._standing:
            return ""
        return f"{self._worst.told} {self._worst.where}{self._more}"

    @property
    def _worst(self) -> Alarm:
        return self.standing[0]

    @property
    def _more(self) -> str:
        others = len(self._standing) - 1
        return f" and {others} more" if others else ""

    def _raise(self, key: Source, trouble: _Trouble, now: Instant) -> None:
        self._ring_owed = True
        standing = self._standing.get(key)
        at = trouble.began or now
        self.history.rose(key, trouble.what, trouble.sign, at, trouble.report, trouble.fired)
        if standing is None or trouble.level >= standing.level:
            self._standing[key] = Alarm(
                *key,
                trouble.what,
                trouble.sign,
                trouble.level,
                at.wall_ms,
                present=True,
                fired=trouble.fired,
            )

    def _ring(self, now: Instant) -> bool:
        rang = self._rang_at
        if not self._ring_owed or (rang is not None and now.since(rang) < RING_EVERY_S):
            return False
        self._ring_owed, self._rang_at = False, now
        return True

    def _troubles(self, account: AccountView, now: Instant) -> Iterator[tuple[str, _Trouble]]:
        several = len(account.timers) > 1
        for timer in account.timers:
            trouble = self._trouble((account.name, timer.id), timer, now)
            if trouble is not None:
                yield timer.id, replace(trouble, what=timer_label(timer.id) if several else "")
        for report in account.reports:
            if report.outcome is Outcome.UNRESOLVED:
                what = account.label(report.action)
                level = TimerState.AMBIGUOUS.alarm
                yield (
                    f"cancel {report.action} {report.scope}",
                    _Trouble(what, _UNRESOLVED, level, report.started_ms, report),
                )

    def _trouble(self, key: Source, timer: TimerView, now: Instant) -> _Trouble | None:
        state = timer.state_at(now)
        if state.protects:
            self._protected.add(key)
        elif state in _UNHELD:
            self._protected.discard(key)
        if state is not TimerState.UNKNOWN:
            self._unknown_since.pop(key, None)
        elif timer.left_behind:
            pass
        elif key not in self._protected or self._settling(key, timer, now):
            return None
        if state in _ALARMING:
            began = timer.since if state is timer.state else None
            return _Trouble("", TIMER[state], state.alarm, fired=timer.fired_words, began=began)
        if timer.misses and state is not TimerState.OFF:
            return _Trouble("", _MISSED, TimerState.ARMING.alarm)
        return None

    def _settling(self, key: Source, timer: TimerView, now: Instant) -> bool:
        since = self._unknown_since.setdefault(key, now)
        return not timer.misses and now.since(since) < SETTLES_S
