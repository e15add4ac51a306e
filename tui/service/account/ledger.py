"""What is known of one account's open orders, and how its cancels ended."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from tui.core.actions import Action, Outcome, Report, Scope
from tui.core.coverage import Coverage
from tui.core.orders import Book, Kind
from tui.service.account.listings import Listings
from tui.service.cancel.run import reread

MOST_EARLIER = 100
"""Reports that newer ones have replaced; of more the oldest go, those with an outcome first."""
KEPT_S = 30.0
"""How long a report with an outcome is kept after its end once a newer one has replaced it: several
runs of an action may end by one read, and whoever looks at the picture must find them all."""
SET_BACK_MS = 60_000
"""A wall clock that was set back by more is believed, though the order of presses may suffer."""
_PROVES_NOTHING = (Outcome.DENIED, Outcome.REJECTED)
"""How a run ends that tells nothing of an unresolved one before it."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What one press reaches, and when it was made."""

    kinds: frozenset[str]
    """Those of all its actions."""
    pressed_s: float
    """Monotonic."""


@dataclass(frozen=True, slots=True)
class _Ended:
    report: Report
    action: Action
    ended_s: float
    """Monotonic; a listing begun before it says nothing of the outcome. Of a settled one when the
    listing was begun that settled it."""
    reach: Reach | None = None
    """None once everything beyond it has been read since the press."""


class Ledger:
    """Takes listings and reports, and lets each later listing speak to the reports."""

    def __init__(self) -> None:
        self.book: Book | None = None
        self.error = ""
        """Why the last read of everything failed; empty after one that did not."""
        self.moves = 0
        """How often something has happened: a cancel ended, or a listing told other orders than the
        one before, or settled a report."""
        self.listings = Listings()
        self._kinds: frozenset[str] | None = None
        """Those that the account has; None while any may come."""
        self._ended: dict[tuple[str, Scope], _Ended] = {}
        self._earlier: list[_Ended] = []
        """Replaced by newer ones: unresolved, or ended lately; the newest last."""
        self._pressed_ms = 0

    def press_ms(self, now_ms: int) -> int:
        """The time of a press that is made now, epoch ms: later than that of any press before it,
        since it tells the reports of an action apart and puts them in order."""
        if now_ms <= self._pressed_ms < now_ms + SET_BACK_MS:
            now_ms = self._pressed_ms + 1
        self._pressed_ms = now_ms
        return now_ms

    @property
    def reports(self) -> tuple[Report, ...]:
        """The latest of each action, and every scope's latest that is still unresolved."""
        latest = {key: one.report for key, one in self._ended.items()}
        unresolved = {
            (one.action.id, one.report.scope): one.report
            for one in self._earlier
            if one.report.outcome is Outcome.UNRESOLVED
        }
        untold = (
            report
            for key, report in unresolved.items()
            if key not in latest or latest[key].outcome in _PROVES_NOTHING
        )
        return (*latest.values(), *untold)

    @property
    def earlier(self) -> tuple[Report, ...]:
        """Reports that newer ones replaced while they were unresolved, or lately; those that a read
        has settled since stay until the next end of their action."""
        return tuple(one.report for one in self._earlier)

    def take(self, book: Book, begun_s: float) -> list[Report]:
        """A listing that was begun at `begun_s` (monotonic); a newer one already here stays.

        Gives the reports whose outcome it has settled.
        """
        newest = tuple(
            kind
            for kind in (*book.kinds, *(kind for kind, _ in book.refused))
            if self.listings.takes(kind, begun_s) and (self._kinds is None or kind in self._kinds)
        )
        settled: list[Report] = []
        if not newest:
            return settled
        self.listings.listed(newest, begun_s)
        fresh = book.only(newest)
        assert fresh is not None, "it names one kind at least"
        before = self.book.only(newest) if self.book else None
        if before is None or _told(before) != _told(fresh):
            self.moves += 1
        self.book = self.book.merged(fresh) if self.book else fresh

        def look(one: _Ended) -> _Ended:
            if one.ended_s > begun_s:
                return one
            seen = reread(one.report, fresh, one.action)
            if seen.outcome is one.report.outcome:
                return replace(one, report=seen)
            settled.append(seen)
            return replace(one, report=seen, ended_s=begun_s)

        self._earlier = [
            look(one) if one.report.outcome is Outcome.UNRESOLVED else one for one in self._earlier
        ]
        self._ended = {key: look(one) for key, one in self._ended.items()}
        if settled:
            self.moves += 1
        return settled

    def covered(
        self, report: Report, reach: Reach, kinds: tuple[Kind, ...], now_s: float
    ) -> Report:
        """The report of such a press with what is known of its coverage now."""
        known = self.listings.coverage(kinds, reach.kinds, self.book, now_s, reach.pressed_s)
        return replace(report, coverage=known)

    def cover(self, kinds: tuple[Kind, ...], now_s: float) -> list[Report]:
        """Brings the coverage of the reports up to date, until everything beyond their press has
        been read once since. Gives a report of each press whose remainder is another one now and
        waits for no read that was not tried."""
        news: dict[Reach, Report] = {}

        def look(one: _Ended) -> _Ended:
            if one.reach is None:
                return one
            known, since_s = one.report.coverage, one.reach.pressed_s
            report = self.covered(one.report, one.reach, kinds, now_s)
            remainder = report.coverage.remainder
            tried = all(self.listings.tried(each.kind, since_s) for each in remainder)
            if tried and remainder != known.remainder:
                news[one.reach] = report
            complete = self._is_complete(report.coverage, one.reach)
            return replace(one, report=report, reach=None if complete else one.reach)

        self._earlier = [look(one) for one in self._earlier]
        self._ended = {key: look(one) for key, one in self._ended.items()}
        return list(news.values())

    def _is_complete(self, known: Coverage, reach: Reach) -> bool:
        refused = dict(self.book.refused) if self.book is not None else {}
        return all(
            self.listings.read_since(one.kind, reach.pressed_s)
            and (one.count is not None or one.kind in refused)
            for one in known.remainder
        )

    def keep_only(self, kinds: Iterable[str]) -> None:
        """The kinds that the account has, now that they are known, or are others than before.

        The rest goes, and a listing still under way does not bring it back; only another call
        that names it does.
        """
        self._kinds = frozenset(kinds)
        self.listings.keep_only(self._kinds)
        self.book = self.book.only(self._kinds) if self.book else None

    def forget_actions_not_in(self, action_ids: Iterable[str]) -> None:
        """Drops the reports of every other action: the account turned out not to have it.

        No listing speaks of such orders, so an unresolved report of theirs would never be settled.
        """
        known = frozenset(action_ids)
        self._ended = {key: one for key, one in self._ended.items() if key[0] in known}
        self._earlier = [one for one in self._earlier if one.action.id in known]

    def end(
        self, report: Report, action: Action, ended_s: float, reach: Reach | None = None
    ) -> None:
        """A run's report, at its end (monotonic). The newest press of an action is the one that
        `reports` has, whichever ended last."""
        self.moves += 1
        if reach is not None and self._is_complete(report.coverage, reach):
            reach = None
        one = _Ended(report, action, ended_s, reach)
        same = [other for other in self._ended.values() if other.action.id == action.id]
        if any(other.report.started_ms > report.started_ms for other in same):
            self._end_late(one)
        else:
            for other in same:
                if other.report.outcome is not Outcome.UNRESOLVED or _key(other) == _key(one):
                    del self._ended[_key(other)]
                    self._earlier.append(other)
            self._ended[_key(one)] = one
        self._earlier = [
            other
            for other in self._earlier
            if other.action.id != action.id
            or other.report.outcome is Outcome.UNRESOLVED
            or ended_s - other.ended_s < KEPT_S
        ]
        while len(self._earlier) > MOST_EARLIER:
            self._earlier.remove(min(self._earlier, key=_goes_last))

    def _end_late(self, one: _Ended) -> None:
        """A newer press of the action has ended before."""
        before = self._ended.get(_key(one))
        if one.report.outcome is not Outcome.UNRESOLVED or (
            before is not None and before.report.started_ms > one.report.started_ms
        ):
            self._earlier.append(one)
            return
        if before is not None:
            self._earlier.append(before)
        self._ended[_key(one)] = one


def _told(book: Book) -> tuple[object, ...]:
    return book.kinds, book.refused, book.orders


def _key(one: _Ended) -> tuple[str, Scope]:
    return one.action.id, one.report.scope


def _goes_last(one: _Ended) -> tuple[bool, float]:
    """Of too many, the ones with an outcome go first, of equals the oldest."""
    return one.report.outcome is Outcome.UNRESOLVED, one.ended_s
