"""What a press reaches, and what rests beyond it."""

from __future__ import annotations

from tui.core.coverage import NOT_READ, KindCount, coverage
from tui.core.orders import Book, Kind, OpenOrder

KINDS = (Kind("spot", "spot"), Kind("strategy", "strategy"))


def order(kind: str, number: int) -> OpenOrder:
    return OpenOrder(kind, str(number), "BTC-USDT")


def test_before_any_read_nothing_is_clear() -> None:
    found = coverage(KINDS, {"spot"}, None)
    assert (found.open, found.clear, str(found)) == (None, False, f"strategy: {NOT_READ}")


def test_a_remainder_that_rests_is_not_clear() -> None:
    book = Book(("spot", "strategy"), (order("strategy", 1), order("strategy", 2)), 7)
    found = coverage(KINDS, {"spot"}, book)
    assert (found.open, found.resting, found.clear) == (0, 2, False)
    assert str(found) == "2 strategy"
    assert found.remainder[0].read_at_ms == 7


def test_a_remainder_that_was_listed_empty_is_clear() -> None:
    found = coverage(KINDS, {"spot"}, Book(("spot", "strategy"), (order("spot", 1),), 7))
    assert (found.open, found.resting, found.clear, str(found)) == (1, 0, True, "")


def test_a_kind_that_the_key_may_not_read_belongs_to_the_remainder() -> None:
    book = Book(("spot", "strategy"), (), 7)
    found = coverage(KINDS, {"spot"}, book, {"spot": "40014 no permission"})
    assert [one.kind for one in found.remainder] == ["spot", "strategy"]
    assert (found.open, found.clear, str(found)) == (None, False, "spot: 40014 no permission")


def test_an_account_of_which_nothing_is_known_is_not_clear() -> None:
    found = coverage((), (), None)
    assert (found.open, found.clear) == (None, False)


def test_what_the_book_says_is_refused_belongs_to_the_remainder() -> None:
    book = Book(("strategy",), (), 7, refused=(("spot", "40014 no permission"),))
    found = coverage((*KINDS, Kind("margin", "margin")), {"spot", "margin"}, book)
    assert [one.kind for one in found.covered] == ["margin"]
    assert (str(found), found.clear) == ("spot: 40014 no permission", False)


def test_why_several_kinds_are_not_known_is_said_once() -> None:
    kinds = (*KINDS, Kind("quote", "quotes"), Kind("rfq", "RFQs"), Kind("order", "order book"))
    words = "51010 not in this account mode"
    book = Book(
        ("spot", "strategy"), (order("strategy", 1),), 7, refused=(("quote", words), ("rfq", words))
    )
    found = coverage(kinds, {"spot", "quote"}, book)
    assert str(found) == f"1 strategy; quotes, RFQs: {words}; order book: {NOT_READ}"


def test_a_time_that_no_calendar_has_is_shown_too() -> None:
    """A record that somebody changed may say any number."""
    assert KindCount("strategy", "strategy", 6, 10**18).dated == "6 strategy (01:46:40 UTC)"
