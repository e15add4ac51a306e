"""What a screen showed comes back from its changes: counts, outcomes and what a timer had left."""

from __future__ import annotations

import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tui.core.actions import Outcome, Report, Scope
from tui.core.audit.snapshots import LISTED, SnapshotDecoder, SnapshotEncoder
from tui.core.clocks import Instant
from tui.core.deadman.view import TimerState, TimerView
from tui.core.desk import AccountView, DeskView, Health, RouteView
from tui.core.orders import Book, Kind, OpenOrder

NOW = Instant(50.0, 60.0, 1_760_702_602.0)


def orders(count: int, kind: str = "spread") -> tuple[OpenOrder, ...]:
    return tuple(OpenOrder(kind, str(n), "BTC-USDT_BTC-PERP", "buy") for n in range(count))


def account(name: str = "okx-desk", **changes: object) -> AccountView:
    plain = AccountView(
        name, "okx", "OKX", Health.READY, "", "", False, "trade-only",
        (RouteView("ws", True, 61.0),), (Kind("spread", "spreads"),), (), None, "", (), (), (),
    )  # fmt: skip
    return replace(plain, **changes)  # type: ignore[arg-type]


def turned(*views: DeskView, now: Instant = NOW) -> SnapshotDecoder:
    pictures, album = SnapshotEncoder(), SnapshotDecoder()
    for view in views:
        album.turn(json.loads(json.dumps(pictures.changes(view, now))))
    assert album.unread == 0
    return album


counts = st.integers(0, 300)
states = st.builds(
    account,
    name=st.sampled_from(["a", "b"]),
    health=st.sampled_from(Health),
    reason=st.sampled_from(["", "ws is down"]),
    book=st.none() | st.builds(lambda n: Book(("spread",), orders(n), 5_000), counts),
    clock_offset_ms=st.none() | st.just(3.5),
    reports=st.lists(
        st.builds(
            lambda n, outcome: Report("a", "okx", "spreads", outcome, remaining=orders(n)),
            counts,
            st.sampled_from(Outcome),
        ),
        max_size=2,
    ).map(tuple),
)
desks = st.lists(states, max_size=2, unique_by=lambda one: one.name).map(
    lambda accounts: DeskView(tuple(accounts), "a notice" if len(accounts) == 1 else "")
)


@given(st.lists(desks, min_size=1, max_size=6))
def test_after_every_picture_the_screen_shows_the_same(views: list[DeskView]) -> None:
    pictures, album = SnapshotEncoder(), SnapshotDecoder()
    for view in views:
        album.turn(json.loads(json.dumps(pictures.changes(view, NOW))))
        assert album.view.notice == view.notice
        assert [a.name for a in album.view.accounts] == [a.name for a in view.accounts]
        for seen, was in zip(album.view.accounts, view.accounts, strict=True):
            assert replace(seen, book=None, reports=()) == replace(was, book=None, reports=())
            assert (seen.book is None) == (was.book is None)
            assert seen.book is None or was.book is None or seen.book.count() == was.book.count()
            assert seen.read_at_ms == was.read_at_ms
            for shown, report in zip(seen.reports, was.reports, strict=True):
                assert shown.outcome is report.outcome
                assert len(shown.remaining) == len(report.remaining)
                assert shown.remaining[:LISTED] == report.remaining[:LISTED]
    assert album.unread == 0


def test_only_what_changed_is_kept() -> None:
    pictures, one, other = SnapshotEncoder(), account("a"), account("b")
    assert set(pictures.changes(DeskView((one, other)), NOW)) == {"accounts", "desk"}
    assert pictures.changes(DeskView((one, other)), NOW) == {}
    moved = replace(one, reason="ws is down")
    changes = pictures.changes(DeskView((moved, other)), NOW)
    assert changes == {"accounts": {"a": {"reason": "ws is down"}}}
    same = replace(moved, book=None)
    assert pictures.changes(DeskView((same, other)), NOW) == {}


def test_a_book_of_thousands_takes_a_line() -> None:
    book = Book(("spread", "quote"), orders(5_000), 7_000, (("quote", 8_000),))
    changes = SnapshotEncoder().changes(DeskView((account(book=book),)), NOW)
    assert len(json.dumps(changes)) < 1_500
    seen = turned(DeskView((account(book=book),))).view.accounts[0].book
    assert seen is not None
    assert (seen.count(["spread"]), seen.count(["quote"])) == (5_000, 0)
    assert seen.read_at(["quote"]) == 8_000


def test_a_long_choice_keeps_its_number() -> None:
    report = Report("a", "okx", "spreads", Outcome.REMAINING, Scope(orders=orders(450)))
    seen = turned(DeskView((account(reports=(report,)),))).view.accounts[0].reports[0]
    assert str(seen.scope) == "450 chosen"


def test_the_gauge_holds_what_it_held_even_if_the_clock_was_set() -> None:
    # The wall clock was set back by an hour since the beat left.
    sent = Instant(NOW.mono_s - 4, NOW.boot_s - 4, NOW.wall_s + 3600)
    timer = TimerView(
        "bitget", "all", TimerState.ARMED, 30, 5, sent, sent.later(32), 1, 92.0, 0, ""
    )
    view = turned(DeskView((account(timers=(timer,)),))).view
    seen = view.accounts[0].timers[0]
    for later_s, left_s in ((0, 26.0), (10, 16.0)):
        at_wall = Instant(*(NOW.wall_s + later_s,) * 3)
        assert round(seen.certain_s(at_wall), 3) == left_s


def test_a_notice_that_somebody_wrote_commands_no_terminal() -> None:
    album = SnapshotDecoder()
    album.turn({"notice": "\x1b]0;owned\x07\u202e"})
    assert album.view.notice == "\\x1b]0;owned\\x07\\u{202e}"


def test_a_damaged_picture_costs_no_more_than_the_field() -> None:
    pictures, album = SnapshotEncoder(), SnapshotDecoder()
    plain = json.loads(json.dumps(pictures.changes(DeskView((account(),)), NOW)))
    album.turn(plain)
    for junk in ({"accounts": 7}, {"accounts": {"okx-desk": {"health": "superb", "reason": "x"}}},
                 {"desk": 7}, {"notice": 7}, {"accounts": {"who": {"name": "who"}}},
                 {"accounts": {"okx-desk": {"book": {"kinds": ["a"], "open": [10**12],
                                                     "read_at_ms": 1}}}}):  # fmt: skip
        album.turn(junk)
    assert album.unread == 2
    seen = album.view.accounts[0]
    assert (seen.health, seen.reason) == (Health.READY, "x")
