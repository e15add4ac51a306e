"""What a press reaches on one account, and what rests beyond it.

Every place that tells how a cancel ended, or whether a desk is empty, takes its figures from here:
the panel, the panic summary, reports, readiness, `check`, `cancel --json`, the quit dialog, the
last line at exit, and the record. Nothing may look settled while `Coverage.clear` is False.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from tui.core.formatting import time_of_day
from tui.core.orders import Book, Kind

NOT_READ = "not read yet"


@dataclass(frozen=True, slots=True)
class KindCount:
    """The open orders of one kind, as the venue last listed them."""

    kind: str
    label: str
    count: int | None
    """None where it is not known; `reason` then says why."""
    read_at_ms: int | None = None
    """When that listing was complete, epoch ms; None without one."""
    reason: str = ""
    """Why the count is not known: not read yet, refused by the venue, or no list of it exists."""

    @property
    def clear(self) -> bool:
        """Whether it is known that none rests."""
        return self.count == 0

    @property
    def dated(self) -> str:
        """With the time of the count: `6 strategy (12:03:20 UTC)`."""
        if self.count is None or self.read_at_ms is None:
            return str(self)
        return f"{self} ({time_of_day(self.read_at_ms)} UTC)"

    def __str__(self) -> str:
        return (
            f"{self.label}: {self.reason}" if self.count is None else f"{self.count} {self.label}"
        )


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the account's actions reach, and the remainder that none of them reaches."""

    covered: tuple[KindCount, ...] = ()
    remainder: tuple[KindCount, ...] = ()

    @property
    def open(self) -> int | None:
        """Open orders that a press reaches; None while one of the kinds is not known."""
        return _total(self.covered) if self.covered else None

    @property
    def resting(self) -> int:
        """Orders of the remainder that are known to rest."""
        return sum(one.count or 0 for one in self.remainder)

    @property
    def unknown(self) -> tuple[KindCount, ...]:
        """The kinds of the remainder whose count is not known."""
        return tuple(one for one in self.remainder if one.count is None)

    @property
    def clear(self) -> bool:
        """Whether it is known that nothing rests beyond what a press reaches.

        It is not while the account's kinds are not known.
        """
        return bool(self.covered or self.remainder) and all(one.clear for one in self.remainder)

    @property
    def left(self) -> tuple[KindCount, ...]:
        """What keeps the remainder from being clear: kinds that rest, then those not known."""
        resting = tuple(one for one in self.remainder if one.count)
        return resting + self.unknown

    @property
    def sentence(self) -> str:
        """What is not covered, with the times of the counts; empty if clear."""
        if self.clear:
            return ""
        dated = [one.dated for one in self.left if one.count]
        return f"not covered: {'; '.join(dated + self._reasons) or NOT_READ}"

    def __str__(self) -> str:
        """The remainder in one line: `6 strategy; quotes, RFQs: 51010 not in this account mode`.

        What several kinds have in common is said once. Empty if clear.
        """
        return "; ".join([str(one) for one in self.left if one.count] + self._reasons)

    @property
    def _reasons(self) -> list[str]:
        unknown: dict[str, list[str]] = {}
        for one in self.unknown:
            unknown.setdefault(one.reason, []).append(one.label)
        return [f"{', '.join(labels)}: {reason}" for reason, labels in unknown.items()]


def not_covered(coverages: Mapping[str, Coverage]) -> dict[str, object]:
    """The accounts whose remainder is not clear, as `--json` prints them: per kind its open orders,
    null where they are not known, and beside that when they were read, or why they were not."""
    counts: dict[str, dict[str, int | None]] = {}
    details: dict[str, dict[str, object]] = {}
    for account, one in coverages.items():
        if one.clear:
            continue
        left = one.left or (KindCount("everything", "", None, reason=NOT_READ),)
        counts[account] = {each.kind: each.count for each in left}
        details[account] = {
            each.kind: {"read_at_ms": each.read_at_ms, "reason": each.reason} for each in left
        }
    return {"not_covered": counts, "not_covered_details": details}


NOT_KNOWN = Coverage()
"""Of an account whose kinds of order are not known."""


def coverage(
    kinds: Iterable[Kind],
    reached: Collection[str],
    book: Book | None,
    reasons: Mapping[str, str] | None = None,
) -> Coverage:
    """The coverage of an account whose actions reach the kinds `reached`.

    A kind counts as not known where the book says that the venue refuses to list it, and where
    `reasons` says why it could not be read, even if an older listing had it.
    """
    refused = dict(book.refused) if book is not None else {}
    reasons = refused | dict(reasons or {})
    covered: list[KindCount] = []
    remainder: list[KindCount] = []
    for kind in kinds:
        reason = reasons.get(kind.id, "")
        read_at_ms = book.read_at([kind.id]) if book is not None else None
        if book is None or read_at_ms is None or reason:
            one = KindCount(kind.id, kind.label, None, read_at_ms, reason or NOT_READ)
        else:
            one = KindCount(kind.id, kind.label, book.count([kind.id]), read_at_ms)
        # A product that the key may not read cannot be shown to be empty by any press.
        (covered if kind.id in reached and not reason else remainder).append(one)
    return Coverage(tuple(covered), tuple(remainder))


def _total(counts: Iterable[KindCount]) -> int | None:
    total = 0
    for one in counts:
        if one.count is None:
            return None
        total += one.count
    return total
