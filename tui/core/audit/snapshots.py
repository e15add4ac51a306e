"""What a screen showed, as a record keeps it: the fields that changed, account by account.

Books are kept as counts, and of a long list of orders the first ones: enough to show the desk as
it looked, and small enough to be written all day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import cast, get_type_hints

from tui.core.audit.codec import NotPlain, Plain, from_plain, to_plain
from tui.core.clocks import Instant
from tui.core.deadman.view import TimerView
from tui.core.desk import AccountView, DeskView
from tui.core.orders import Book, OpenOrder
from tui.core.sanitize import sanitize

LISTED = 100
"""Orders of one list that are kept in full; the others are counted."""
_WITH_ORDERS = ("reports", "earlier", "runs")
_FIELDS = tuple(field.name for field in fields(AccountView) if field.init)


class SnapshotEncoder:
    """Turns one picture after the other into what changed since the one before."""

    def __init__(self) -> None:
        self._before = DeskView(())

    def forget(self) -> None:
        """The next picture is a whole one."""
        self._before = DeskView(())

    def changes(self, view: DeskView, now: Instant) -> Plain:
        """What changed; empty when nothing has. Raises TypeError for what has no plain form."""
        before, changed = self._before, {}
        for account in view.accounts:
            if found := _changes(before.account(account.name), account, now):
                changed[account.name] = found
        plain: Plain = {"accounts": changed} if changed else {}
        names = [account.name for account in view.accounts]
        if names != [account.name for account in before.accounts]:
            plain["desk"] = names
        if view.notice != before.notice:
            plain["notice"] = view.notice
        self._before = view
        return plain


class SnapshotDecoder:
    """The picture that a row of changes comes to. Raises nothing that it could do without:
    what cannot be read leaves the field as it was, and is counted in `unread`."""

    def __init__(self) -> None:
        self.view = DeskView(())
        self.unread = 0
        self._fields: dict[str, dict[str, object]] = {}

    def turn(self, plain: Mapping[str, object]) -> None:
        """Takes the changes of one more picture in."""
        changed, names = plain.get("accounts", {}), plain.get("desk")
        if isinstance(names, list):
            known = {name: self._fields.get(name, {}) for name in names if isinstance(name, str)}
            self._fields = known
        for name, found in changed.items() if isinstance(changed, dict) else ():
            if name in self._fields and isinstance(found, dict):
                self._read(self._fields[name], found)
        notice = plain.get("notice", self.view.notice)
        accounts = tuple(filter(None, (self._account(name) for name in self._fields)))
        self.view = DeskView(accounts, sanitize(notice) if isinstance(notice, str) else "")

    def _read(self, held: dict[str, object], found: Plain) -> None:
        for name, plain in found.items():
            if name in _FIELDS:
                try:
                    held[name] = _from_field(name, plain)
                except NotPlain:
                    self.unread += 1

    def _account(self, name: str) -> AccountView | None:
        try:
            return AccountView(**self._fields[name])  # type: ignore[arg-type]  # read by their types
        except TypeError:  # a field without which there is no panel
            self.unread += 1
            return None


def _changes(before: AccountView | None, account: AccountView, now: Instant) -> Plain:
    found: Plain = {}
    for name in _FIELDS:
        value = getattr(account, name)
        was = getattr(before, name) if before is not None else None
        # A book is a new one at each read: to compare thousands of orders would cost more.
        if before is None or (value is not was and (name == "book" or value != was)):
            plain = _to_field(name, value, now)
            if before is None or plain != _to_field(name, was, now):
                found[name] = plain
    return found


def _to_field(name: str, value: object, now: Instant) -> object:
    if name == "book" and value is not None:
        return _book_plain(cast("Book", value))
    if name == "timers":
        return to_plain(tuple(_rebased(timer, now) for timer in cast("tuple[TimerView]", value)))
    plain = to_plain(value)
    if name in _WITH_ORDERS:
        return [_thin(one) for one in cast("list[Plain]", plain)]
    return plain


def _from_field(name: str, plain: object) -> object:
    if name == "book" and plain is not None:
        return _book(plain)
    if name in _WITH_ORDERS and isinstance(plain, list):
        plain = [_padded(one) for one in plain]
    return from_plain(_hints()[name], plain)


def _hints() -> dict[str, type]:
    if not _HINTS:
        _HINTS.update(get_type_hints(AccountView))
    return _HINTS


_HINTS: dict[str, type] = {}


# --- moments --------------------------------------------------------------------------------------


def _rebased(timer: TimerView, now: Instant) -> TimerView:
    """With its moments on the wall clock of now: a clock that was set must not move the gauge."""

    def moment(at: Instant | None) -> Instant | None:
        if at is None:
            return None
        ago_s = now.since(at) if now.steady_since(at) >= 0 else now.steady_since(at)
        wall_s = now.wall_s - ago_s
        return Instant(wall_s, wall_s, wall_s)

    guards = tuple(replace(guard, until=moment(guard.until)) for guard in timer.guards)
    return replace(
        timer,
        sent_at=moment(timer.sent_at),
        latest_fire_at=moment(timer.latest_fire_at),
        fired_from=moment(timer.fired_from),
        fired_until=moment(timer.fired_until),
        since=moment(timer.since),
        stray_until=moment(timer.stray_until),
        guards=guards,
    )


# --- orders ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Counts:
    """A book without its orders."""

    kinds: tuple[str, ...]
    open: tuple[int, ...]
    read_at_ms: int
    read_since: tuple[tuple[str, int], ...] = ()
    refused: tuple[tuple[str, str], ...] = ()


MOST_ORDERS = 100_000
"""A count above it in a record is no count of ours."""


def _book_plain(book: Book) -> object:
    open_ = dict.fromkeys(book.kinds, 0)
    for order in book.orders:
        open_[order.kind] = open_.get(order.kind, 0) + 1
    counts = tuple(open_[kind] for kind in book.kinds)
    return to_plain(_Counts(book.kinds, counts, book.read_at_ms, book.read_since, book.refused))


def _book(plain: object) -> Book:
    found = from_plain(_Counts, plain)
    if len(found.kinds) != len(found.open) or not 0 <= sum(found.open) <= MOST_ORDERS:
        raise NotPlain("the counts of a book do not fit its kinds")
    orders: tuple[OpenOrder, ...] = ()
    for kind, count in zip(found.kinds, found.open, strict=True):
        orders += (OpenOrder(kind, "", ""),) * count
    return Book(found.kinds, orders, found.read_at_ms, found.read_since, found.refused)


_LISTS = {"remaining": {"kind": "", "order_id": "", "contract": ""},
          "failures": {"order_id": "", "code": "", "text": ""},
          "orders": {"kind": "", "order_id": "", "contract": ""}}  # fmt: skip
"""The lists that may be long, and what stands for an entry that was only counted."""


def _thin(plain: Plain) -> Plain:
    """Without the entries of its lists beyond the first ones; their number is kept."""
    result = dict(plain)
    for name, value in plain.items():
        if name in _LISTS and isinstance(value, list) and len(value) > LISTED:
            result[name] = value[:LISTED]
            result[f"{name}_more"] = len(value) - LISTED
        elif name == "scope":
            result[name] = _thin(cast("Plain", value))
    return result


def _padded(plain: object) -> object:
    if not isinstance(plain, dict):
        return plain
    result = dict(plain)
    for name, empty in _LISTS.items():
        more = result.get(f"{name}_more", 0)
        if isinstance(more, int) and 0 < more <= MOST_ORDERS and isinstance(result.get(name), list):
            result[name] = result[name] + [empty] * more
    if "scope" in result:
        result["scope"] = _padded(result["scope"])
    return result
