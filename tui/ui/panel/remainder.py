"""The words for what no press reaches, and the caution that they put on every sign of success."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from textual.content import Content

from tui.core.actions import Report
from tui.core.coverage import NOT_READ, Coverage, KindCount
from tui.core.desk import AccountView
from tui.core.formatting import time_of_day
from tui.ui.widgets.status import StatusLabel
from tui.ui.widgets.value_widget import styled

INK = ".ink--careful"


@dataclass(frozen=True, slots=True)
class Remainder:
    """What keeps one account, or a whole desk, from being clear."""

    resting: int = 0
    """Orders that are known to rest beyond what a press reaches."""
    unknown: int = 0
    """Kinds of order whose count is not known."""
    said: str = ""
    """Kind by kind: `6 strategy; conditional: not read yet`. Empty for a whole desk."""
    named: str = ""
    """The same in few words: `+6 strategy +? conditional`."""

    @property
    def clear(self) -> bool:
        """Whether it is known that nothing rests beyond what a press reaches."""
        return not self.resting and not self.unknown

    @property
    def words(self) -> tuple[str, ...]:
        """`not covered: 6 strategy; conditional: not read yet`, then shorter. Empty when clear."""
        if self.clear:
            return ()
        unknown = f"{self.unknown} not known" if self.unknown else ""
        counted = ", ".join(filter(None, (str(self.resting or ""), unknown)))
        short = f"{self.resting or ''}{'?' if self.unknown else ''}"
        whole = (f"not covered: {self.said}",) if self.said else ()
        few = (self.named,) if self.named else ()
        return (*whole, f"not covered: {counted}", *few, f"+{short}")

    @property
    def brief(self) -> str:
        """`+6`, with a mark where more is not known; empty when clear."""
        return self.words[-1] if self.words else ""

    @property
    def variants(self) -> tuple[Content, ...]:
        """The same in ink, the longest first; one that is empty when clear."""
        return tuple(styled(words, INK) for words in self.words) or (Content(),)

    def within(self, width: int) -> Content:
        """The longest of the variants that fits; empty where none does."""
        return next((one for one in self.variants if one.cell_length <= width), Content())


CLEAR = Remainder()


def remainder_of(cover: Coverage) -> Remainder:
    """The remainder of one account; not known as a whole while its kinds are not known."""
    if not cover.covered and not cover.remainder:
        return Remainder(unknown=1, said=NOT_READ)
    named = " ".join(f"+{one.count or '?'} {one.label}" for one in cover.left)
    return Remainder(cover.resting, len(cover.unknown), str(cover), named)


def together(remainders: Iterable[Remainder]) -> Remainder:
    """The remainder of several accounts, without the kinds."""
    found = list(remainders)
    return Remainder(sum(one.resting for one in found), sum(one.unknown for one in found))


def cover_of(account: AccountView, *reports: Report) -> Coverage:
    """What the presses of these reports reached of the account, and the remainder beyond them.

    A press of one button leaves what the other buttons reach. The counts are those of now, as the
    panel has them, but a kind that was not read since a press is not known: an empty list of before
    the press proves nothing. Without reports, or of those that do not tell it, it is the account's.
    """
    coverages = [one.coverage for one in reports if one.coverage.covered or one.coverage.remainder]
    if not coverages:
        return account.coverage
    left = {one.kind: one for one in account.coverage.remainder}
    now = {one.kind: one for one in (*account.coverage.covered, *account.coverage.remainder)}
    for one in (one for cover in coverages for one in cover.remainder):
        known = left.get(one.kind) or now.get(one.kind, one)
        left[one.kind] = one if one.count is None else known
    covered = tuple(one for one in account.coverage.covered if one.kind not in left)
    return Coverage(covered, tuple(left.values()))


def cautious(sign: StatusLabel, *, clear: bool) -> StatusLabel:
    """The sign; in the colour of caution instead of success unless the remainder is clear."""
    return sign if clear or sign.ink != ".ink--good" else replace(sign, ink=INK)


def read_when(one: KindCount) -> str:
    """`6 strategy, as of 12:03:20 UTC`; `conditional: not read yet`."""
    if one.count is None or one.read_at_ms is None:
        return str(one)
    return f"{one}, as of {time_of_day(one.read_at_ms)} UTC"
