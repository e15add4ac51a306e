"""Books: what was read, what is open, and a newer read laid over an older one."""

from __future__ import annotations

from tui.core.orders import Book, OpenOrder


def order(kind: str, order_id: str) -> OpenOrder:
    return OpenOrder(kind, order_id, "BTC-USDT")


BOOK = Book(
    ("isolated", "cross", "unified"),
    (order("isolated", "1"), order("isolated", "2"), order("cross", "3")),
    1_000,
)


def test_counts() -> None:
    assert BOOK.count() == 3
    assert BOOK.count(["isolated"]) == 2
    assert BOOK.count(["isolated", "cross"]) == 3
    assert BOOK.count(["unified"]) == 0
    assert BOOK.count([]) == 0
    assert BOOK.count(kind for kind in ("isolated", "cross")) == 3


def test_a_newer_read_replaces_the_kinds_that_it_read_and_no_other() -> None:
    merged = BOOK.merged(Book(("isolated",), (order("isolated", "9"),), 2_000))
    assert {o.order_id for o in merged.orders} == {"9", "3"}
    assert merged.kinds == BOOK.kinds


def test_a_merged_book_is_as_old_as_the_oldest_kind_asked_of() -> None:
    merged = BOOK.merged(Book(("isolated",), (), 2_000)).merged(Book(("spread",), (), 3_000))
    assert merged.read_at_ms == 1_000
    assert [merged.read_at((kind,)) for kind in merged.kinds] == [2_000, 1_000, 1_000, 3_000]
    assert merged.read_at(("spread", "isolated")) == 2_000
    assert merged.read_at(("spread", "never read")) == 3_000
    assert merged.read_at(("never read",)) is None

    anew = merged.merged(Book(("cross", "unified"), (), 4_000))
    assert anew.read_at_ms == 2_000
    assert merged.merged(Book(merged.kinds, (), 5_000)) == Book(merged.kinds, (), 5_000)


def test_a_book_of_some_kinds_only() -> None:
    merged = BOOK.merged(Book(("isolated",), (order("isolated", "9"),), 2_000))
    assert merged.only(["isolated", "spread"]) == Book(
        ("isolated",), (order("isolated", "9"),), 2_000
    )
    assert merged.only(merged.kinds) == merged
    assert merged.only(["spread"]) is None


def test_an_empty_read_empties_its_kind() -> None:
    assert BOOK.merged(Book(("isolated",), (), 2_000)).count(["isolated"]) == 0


def test_a_kind_read_for_the_first_time_is_known_from_then_on() -> None:
    merged = BOOK.merged(Book(("spread", "cross"), (order("spread", "7"),), 2_000))
    assert merged.kinds == ("isolated", "cross", "unified", "spread")
    assert merged.count(["spread"]) == 1
    assert merged.count(["cross"]) == 0


REFUSED = ("cross", "40014 no permission")


def test_a_refused_kind_is_known_to_be_refused_and_holds_no_orders() -> None:
    merged = BOOK.merged(Book(("isolated",), (), 2_000, refused=(REFUSED,)))
    assert merged.refused == (REFUSED,)
    assert (merged.kinds, merged.count(["cross"])) == (("isolated", "unified"), 0)
    assert merged.named == {"isolated", "cross", "unified"}
    assert merged.merged(Book(("isolated",), (), 3_000)).refused == (REFUSED,), "not asked again"
    readable = merged.merged(Book(("cross",), (order("cross", "4"),), 3_000))
    assert (readable.refused, readable.count(["cross"])) == ((), 1)


def test_refusals_of_some_kinds_only() -> None:
    alone = Book((), (), 0, refused=(REFUSED, ("isolated", "40014 no permission")))
    assert alone.only(["cross"]) == Book((), (), 0, refused=(REFUSED,))
    assert alone.only(["unified"]) is None
